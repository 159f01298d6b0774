extension Kubeconfig {
    /// Reads the configuration that kubectl would use.
    ///
    /// The explicit path wins; else the files of `KUBECONFIG`, separated by `:`, of which missing ones are passed over
    /// with a warning; else `~/.kube/config`. Inside a pod its service account is the current context where no file
    /// names another. Of several files those that cannot be read are kept as `problems`.
    ///
    /// - Parameters:
    ///   - explicitPath: The value of `--kubeconfig`.
    ///   - environment: The process environment.
    ///   - homeDirectory: The user's home directory.
    /// - Returns: The merged configuration: for each name, the first file that has it wins.
    /// - Throws: When there is none, or none can be read.
    public static func load(
        explicitPath: String?, environment: [String: String], homeDirectory: String?
    ) throws(KubeconfigFailure) -> Kubeconfig {
        try load(
            explicitPath: explicitPath, environment: environment, homeDirectory: homeDirectory,
            serviceAccountDirectory: "/var/run/secrets/kubernetes.io/serviceaccount")
    }

    static func load(
        explicitPath: String?, environment: [String: String], homeDirectory: String?, serviceAccountDirectory: String
    ) throws(KubeconfigFailure) -> Kubeconfig {
        var config = Kubeconfig(proxies: ProxyEnvironment(environment))
        config.searchPath = environment["PATH"]
        let pod = ServiceAccount(environment: environment, directory: serviceAccountDirectory)
        if let explicitPath, !explicitPath.isEmpty {
            let path = expanded(explicitPath, homeDirectory)
            guard try config.mergeIfPresent(file: path) else {
                throw KubeconfigFailure(
                    file: path, problem: "cannot be read: no such file",
                    remedy: "check the path given to --kubeconfig")
            }
            config.add(pod)
            return config
        }
        let standard = homeDirectory.map { "\($0)/.kube/config" }
        if let text = environment["KUBECONFIG"], !text.isEmpty {
            let listed = text.split(separator: ":").map { expanded(String($0), homeDirectory) }
            guard try config.mergeAny(of: listed) || pod != nil else {
                throw KubeconfigFailure(
                    problem: listed.isEmpty
                        ? "KUBECONFIG names no file"
                        : "no file of KUBECONFIG exists: \(listed.joined(separator: ", "))",
                    remedy: "correct KUBECONFIG or give --kubeconfig FILE")
            }
        } else {
            var isPresent = false
            if let standard { isPresent = try config.mergeIfPresent(file: standard) }
            guard isPresent || pod != nil else {
                throw KubeconfigFailure(
                    problem: "no kubeconfig found" + (standard.map { ": \($0) does not exist" } ?? ""),
                    remedy: "set KUBECONFIG or give --kubeconfig FILE")
            }
            // Nobody asked for that file.
            if config.files.isEmpty { config.warnings = [] }
        }
        config.add(pod)
        return config
    }

    /// Adds the entries of several files, and keeps what is wrong with those that cannot be read.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: When there were some but none can be read.
    private mutating func mergeAny(of paths: [String]) throws(KubeconfigFailure) -> Bool {
        var seen: Set<String> = []
        for path in paths where seen.insert(path).inserted {
            do throws(KubeconfigFailure) {
                _ = try mergeIfPresent(file: path)
            } catch {
                problems.append(error)
                if currentContext == nil, unknownCurrentContext == nil { unknownCurrentContext = error }
            }
        }
        if files.isEmpty, let problem = problems.first { throw problem }
        return !files.isEmpty
    }

    /// Adds the entries of a file; a file that does not exist becomes a warning.
    ///
    /// - Returns: Whether it exists.
    private mutating func mergeIfPresent(file path: String) throws(KubeconfigFailure) -> Bool {
        let content: LocalFile.Content
        do throws(LocalFile.Failure) {
            content = try LocalFile.content(path, limit: KubeconfigDocument.maximumBytes)
        } catch {
            guard !error.isMissing else {
                warnings.append("\(path) does not exist; passed over")
                return false
            }
            throw KubeconfigFailure(
                file: path, problem: "cannot be read: \(error.words)", remedy: error.kubeconfigRemedy)
        }
        try merge(file: path, bytes: content.bytes)
        if !content.isRegular { canBeReadAgain = false }
        return true
    }

    private static func expanded(_ path: String, _ homeDirectory: String?) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst()
    }
}

// MARK: - Inside a pod

/// The service account that a pod finds in its file system.
private struct ServiceAccount {
    var directory: String
    var server: String
    var namespace: String?

    /// Looks for it as client-go does; `nil` outside of a pod.
    init?(environment: [String: String], directory: String) {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty,
            let token = try? LocalFile.read("\(directory)/token"), !token.isEmpty
        else { return nil }
        self.directory = directory
        server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        let written = try? LocalFile.read("\(directory)/namespace")
        namespace = [environment["POD_NAMESPACE"], written.map { String(decoding: $0, as: UTF8.self).trimmed }]
            .compactMap(\.self).first { !$0.isEmpty }
    }
}

extension Kubeconfig {
    /// Adds the context of a pod's service account, which is the current one where no file names another.
    private mutating func add(_ pod: ServiceAccount?) {
        guard let pod else { return }
        podNamespace = pod.namespace
        let name = "in-cluster"
        let userName = "service account"
        guard currentContext == nil, !contexts.contains(where: { $0.name == name }),
            !clusters.contains(where: { $0.name == name }), !users.contains(where: { $0.name == userName })
        else { return }
        let place = Place(file: pod.directory, line: nil)
        var cluster = Cluster()
        cluster.server = pod.server
        let authority = "\(pod.directory)/ca.crt"
        if (try? LocalFile.read(authority)) != nil {
            cluster.certificateAuthority = authority
        } else {
            warnings.append("\(authority) cannot be read; only what this system trusts is accepted")
        }
        var user = User()
        user.tokenFile = "\(pod.directory)/token"
        if files.isEmpty { files = [pod.directory] }
        currentContext = name
        clusters.append(Entry(name: name, place: place, value: .success(cluster)))
        users.append(Entry(name: userName, place: place, value: .success(user)))
        contexts.append(Context(name: name, cluster: name, user: userName, namespace: pod.namespace))
        contextPlaces[name] = place
    }
}
