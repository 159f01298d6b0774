import KubernetesModel

extension Kubeconfig {
    /// Puts together everything needed to connect.
    ///
    /// - Parameters:
    ///   - name: The context's name; `nil` for the current one.
    ///   - overrides: What takes the place of what the context and its user say.
    /// - Returns: The context's cluster, user and namespace. The context's name is empty where there is none but the
    ///   overrides name a cluster.
    /// - Throws: When there is no such context, or an entry it needs is missing or wrong.
    public func resolve(
        context name: String?, overrides: AccessOverrides = AccessOverrides()
    ) throws(KubeconfigFailure) -> ClusterAccess {
        try resolve(context: name, overrides: overrides, now: .now)
    }

    func resolve(
        context name: String?, overrides: AccessOverrides = AccessOverrides(), now: Timestamp
    ) throws(KubeconfigFailure) -> ClusterAccess {
        let asked = name.flatMap { $0.isEmpty ? nil : $0 }
        if asked == nil, let unknownCurrentContext { throw unknownCurrentContext }
        guard let wanted = asked ?? currentContext else {
            if overrides.cluster != nil {
                return try access(
                    for: Context(name: "", cluster: "", user: "", namespace: nil), overrides: overrides, now: now)
            }
            throw KubeconfigFailure(
                file: files.first, problem: "no current-context is set",
                remedy: "choose one with --context or kubectl config use-context; "
                    + Self.known(contexts.map(\.name)))
        }
        guard let context = contexts.first(where: { $0.name == wanted }) else {
            let names = contexts.map(\.name)
            // What cannot be read may have it.
            if let problem = problems.first { throw problem }
            throw KubeconfigFailure(
                file: files.first, entry: "context \"\(wanted)\"",
                problem: asked == nil ? "is the current-context but does not exist" : "does not exist",
                remedy: Self.suggestion(for: wanted, names, otherwise: "choose another context; ") + Self.known(names))
        }
        return try access(for: context, overrides: overrides, now: now)
    }

    /// Such as `there are: a, b`.
    private static func known(_ names: [String]) -> String {
        switch names.count {
        case 0: "there are none"
        case ...10: "there are: \(names.joined(separator: ", "))"
        default: "there are \(names.count), such as \(names.prefix(5).joined(separator: ", "))"
        }
    }

    /// The name that was probably meant, as a question.
    private static func suggestion(for name: String, _ names: [String], otherwise: String = "") -> String {
        // Of a name of two letters every other would be near.
        let nearest = name.count > 2 ? nearestName(to: name, among: names) : nil
        return nearest.map { "did you mean \"\($0)\"? " } ?? otherwise
    }

    func access(
        for context: Context, overrides: AccessOverrides, now: Timestamp
    ) throws(KubeconfigFailure) -> ClusterAccess {
        if let failure = contextFailures[context.name] { throw failure }
        let clusterName = overrides.cluster ?? context.cluster
        let userName = overrides.user ?? context.user
        let clusterEntry = try entry(
            clusterName, "cluster", of: clusters, context: context, isOverride: overrides.cluster != nil)
        let cluster = try clusterEntry.value.get()
        let inCluster = Origin(place: clusterEntry.place, entry: "cluster \"\(clusterEntry.name)\"")
        guard !cluster.server.isEmpty else {
            throw inCluster.failure("has no server", "set its `server`, such as https://10.0.0.1:6443")
        }
        guard let server = Self.address(of: cluster) else {
            throw inCluster.failure(
                "its server is not an http or https URL", "write it as https://HOST:PORT")
        }
        var access = ClusterAccess(
            contextName: context.name, clusterName: clusterName, userName: userName,
            namespace: context.namespace ?? podNamespace, server: server)
        access.certificateAuthority = try inCluster.material(
            "certificate-authority", data: cluster.certificateAuthorityData.map { Secret($0) },
            file: cluster.certificateAuthority)
        access.insecureSkipTLSVerify = cluster.insecureSkipTLSVerify
        if access.insecureSkipTLSVerify, access.certificateAuthority != nil, server.usesTLS {
            throw inCluster.failure(
                "has both insecure-skip-tls-verify and a certificate-authority", "remove one of them")
        }
        access.tlsServerName = cluster.tlsServerName
        access.disableCompression = cluster.disableCompression
        access.proxy = try proxy(of: cluster, server: server, inCluster)
        access.file = clusterEntry.place.file

        var user = User()
        var inUser = Origin(place: Place(file: clusterEntry.place.file, line: nil), entry: "user \"\"")
        if !userName.isEmpty {
            let userEntry = try entry(userName, "user", of: users, context: context, isOverride: overrides.user != nil)
            user = try userEntry.value.get()
            inUser = Origin(place: userEntry.place, entry: "user \"\(userEntry.name)\"")
            access.file = userEntry.place.file
        }
        user.impersonation.user = overrides.asUser ?? user.impersonation.user
        user.impersonation.uid = overrides.asUID ?? user.impersonation.uid
        if !overrides.asGroups.isEmpty { user.impersonation.groups = overrides.asGroups }
        try inUser.addImpersonation(of: user, to: &access)
        try inUser.addCredentials(of: user, to: &access, clusterConfiguration: cluster.execConfiguration, now: now)
        access.readOnlyReason = overrides.readOnlyReason(for: access)
        if access.readOnlyReason == nil { access.liftedRule = overrides.rules.readOnlyReason(for: access) }
        access.confirmsByName = overrides.rules.confirmsByName(for: access)
        return access
    }

    /// Finds the cluster or user of a context.
    private func entry<Value>(
        _ name: String, _ what: String, of entries: [Entry<Value>], context: Context, isOverride: Bool
    ) throws(KubeconfigFailure) -> Entry<Value> {
        let place = contextPlaces[context.name] ?? Place(file: files.first ?? "", line: nil)
        let inContext = Origin(place: place, entry: "context \"\(context.name)\"")
        guard !name.isEmpty else { throw inContext.failure("names no \(what)", "set its `\(what)`") }
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        // What cannot be read may have it.
        if let problem = problems.first { throw problem }
        let names = entries.map(\.name)
        guard !isOverride else {
            throw KubeconfigFailure(
                file: files.first, entry: "\(what) \"\(name)\"", problem: "does not exist",
                remedy: Self.suggestion(for: name, names, otherwise: "correct --\(what); ") + Self.known(names))
        }
        throw inContext.failure(
            "names the \(what) \"\(name)\", which does not exist",
            Self.suggestion(for: name, names) + "correct the context or add that \(what)")
    }

    /// The address of a cluster; without a scheme it is http, as for kubectl.
    static func address(of cluster: Cluster) -> ServerAddress? {
        ServerAddress(url: cluster.server, assumesTLS: false)
    }

    private func proxy(
        of cluster: Cluster, server: ServerAddress, _ origin: Origin
    ) throws(KubeconfigFailure) -> ProxyAddress? {
        if let text = cluster.proxyURL {
            guard let proxy = ProxyAddress(url: text) else {
                throw origin.failure(
                    "its proxy-url is no http, https or socks5 URL", "use http://HOST:PORT or socks5://HOST:PORT")
            }
            return proxy
        }
        guard let text = proxies.proxyURL(for: server) else { return nil }
        guard let proxy = ProxyAddress(url: text) else {
            throw KubeconfigFailure(
                problem: "the proxy that the environment names is no http, https or socks5 URL",
                remedy: "set \(server.usesTLS ? "HTTPS_PROXY" : "HTTP_PROXY") to http://HOST:PORT, "
                    + "or NO_PROXY to \(server.host)")
        }
        return proxy
    }
}
