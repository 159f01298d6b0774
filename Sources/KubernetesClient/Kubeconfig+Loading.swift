extension Kubeconfig {
    /// Reads the configuration that kubectl would use.
    ///
    /// The explicit path wins; else the files of `KUBECONFIG`, separated by `:`, of which missing ones are passed over
    /// with a warning; else `~/.kube/config`; else, inside a pod, the pod's service account.
    ///
    /// - Parameters:
    ///   - explicitPath: The value of `--kubeconfig`.
    ///   - environment: The process environment.
    ///   - homeDirectory: The user's home directory.
    /// - Returns: The merged configuration: for each name, the first file that has it wins.
    /// - Throws: When there is none, or a file cannot be read or is no kubeconfig.
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
        if let explicitPath {
            let path = expanded(explicitPath, homeDirectory)
            let bytes: [UInt8]
            do throws(LocalFile.Failure) {
                bytes = try LocalFile.read(path)
            } catch {
                throw KubeconfigFailure(
                    file: path, problem: "cannot be read: \(error.words)",
                    remedy: "check the path given to --kubeconfig")
            }
            try config.merge(file: path, bytes: bytes)
            return config
        }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map { expanded(String($0), homeDirectory) }
        if !listed.isEmpty {
            for path in listed where !config.files.contains(path) {
                try config.mergeIfPresent(file: path)
            }
            guard config.files.isEmpty else { return config }
            throw KubeconfigFailure(
                problem: "no file of KUBECONFIG exists: \(listed.joined(separator: ", "))",
                remedy: "correct KUBECONFIG or give --kubeconfig FILE")
        }
        let standard = homeDirectory.map { "\($0)/.kube/config" }
        if let standard {
            try config.mergeIfPresent(file: standard)
            if !config.files.isEmpty { return config }
            config.warnings = []
        }
        if let inCluster = inCluster(environment: environment, directory: serviceAccountDirectory) { return inCluster }
        throw KubeconfigFailure(
            problem: "no kubeconfig found" + (standard.map { ": \($0) does not exist" } ?? ""),
            remedy: "set KUBECONFIG or give --kubeconfig FILE")
    }

    /// Adds the entries of a file; a file that does not exist becomes a warning.
    private mutating func mergeIfPresent(file path: String) throws(KubeconfigFailure) {
        let bytes: [UInt8]
        do throws(LocalFile.Failure) {
            bytes = try LocalFile.read(path)
        } catch {
            guard error.isMissing else {
                throw KubeconfigFailure(
                    file: path, problem: "cannot be read: \(error.words)", remedy: "make it readable for this user")
            }
            warnings.append("\(path) does not exist; passed over")
            return
        }
        try merge(file: path, bytes: bytes)
    }

    /// The configuration of a pod's service account; `nil` outside of a cluster.
    private static func inCluster(environment: [String: String], directory: String) -> Kubeconfig? {
        let tokenFile = "\(directory)/token"
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let token = try? LocalFile.read(tokenFile), !token.isEmpty
        else { return nil }
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
        let name = "in-cluster"
        let place = Place(file: directory, line: nil)
        var config = Kubeconfig(proxies: ProxyEnvironment(environment))
        config.files = [directory]
        config.currentContext = name
        var cluster = Cluster()
        cluster.server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        cluster.certificateAuthority = "\(directory)/ca.crt"
        var user = User()
        user.tokenFile = tokenFile
        config.clusters = [Entry(name: name, place: place, value: .success(cluster))]
        config.users = [Entry(name: "service account", place: place, value: .success(user))]
        let namespace = (try? LocalFile.read("\(directory)/namespace")).map {
            String(decoding: $0, as: UTF8.self).trimmed
        }
        config.contexts = [
            Context(
                name: name, cluster: name, user: "service account",
                namespace: namespace.flatMap { $0.isEmpty ? nil : $0 })
        ]
        return config
    }

    private static func expanded(_ path: String, _ homeDirectory: String?) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst()
    }
}
