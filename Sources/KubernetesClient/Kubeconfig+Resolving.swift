import FoundationEssentials

extension Kubeconfig {
    /// What can be said of a context without connecting or reading other files.
    public func summary(of context: Context) -> Summary {
        var summary = Summary(server: "", problem: nil)
        if case .success(let cluster)? = clusters.first(where: { $0.name == context.cluster })?.value {
            summary.server = Self.address(of: cluster)?.description ?? ""
        }
        do throws(KubeconfigFailure) {
            _ = try access(for: context)
        } catch {
            summary.problem = error.description
        }
        return summary
    }

    /// Puts together everything needed to connect.
    ///
    /// - Parameter name: The context's name; `nil` for the current one.
    /// - Returns: The context's cluster, user and namespace.
    /// - Throws: When there is no such context, or an entry it needs is missing or wrong.
    public func resolve(context name: String?) throws(KubeconfigFailure) -> ClusterAccess {
        let known = contexts.isEmpty ? "there are none" : "there are: \(contexts.map(\.name).joined(separator: ", "))"
        guard let wanted = name ?? currentContext else {
            throw KubeconfigFailure(
                file: files.first, problem: "no current-context is set",
                remedy: "choose one with --context or kubectl config use-context; \(known)")
        }
        guard let context = contexts.first(where: { $0.name == wanted }) else {
            throw KubeconfigFailure(
                file: files.first, entry: "context \"\(wanted)\"",
                problem: name == nil ? "is the current-context but does not exist" : "does not exist",
                remedy: "choose another context; \(known)")
        }
        return try access(for: context)
    }

    private func access(for context: Context) throws(KubeconfigFailure) -> ClusterAccess {
        func dangling(_ problem: String, _ remedy: String) -> KubeconfigFailure {
            KubeconfigFailure(
                file: files.first, entry: "context \"\(context.name)\"", problem: problem, remedy: remedy)
        }
        guard !context.cluster.isEmpty else { throw dangling("names no cluster", "set its `cluster`") }
        guard let clusterEntry = clusters.first(where: { $0.name == context.cluster }) else {
            throw dangling(
                "names the cluster \"\(context.cluster)\", which does not exist",
                "add that cluster or correct the context"
            )
        }
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
            contextName: context.name, clusterName: context.cluster, userName: context.user,
            namespace: context.namespace, server: server)
        access.certificateAuthority = try inCluster.material(
            data: cluster.certificateAuthorityData.map { Secret($0) }, file: cluster.certificateAuthority,
            field: "certificate-authority-data")
        access.insecureSkipTLSVerify = cluster.insecureSkipTLSVerify
        access.tlsServerName = cluster.tlsServerName
        access.disableCompression = cluster.disableCompression
        access.proxy = try proxy(of: cluster, server: server, inCluster)
        access.file = clusterEntry.place.file

        guard !context.user.isEmpty else { return access }
        guard let userEntry = users.first(where: { $0.name == context.user }) else {
            throw dangling(
                "names the user \"\(context.user)\", which does not exist", "add that user or correct the context")
        }
        access.file = userEntry.place.file
        try Origin(place: userEntry.place, entry: "user \"\(userEntry.name)\"")
            .addCredentials(
                of: try userEntry.value.get(), to: &access, clusterConfiguration: cluster.execConfiguration)
        return access
    }

    private static func address(of cluster: Cluster) -> ServerAddress? {
        let hasTLS =
            cluster.insecureSkipTLSVerify || cluster.certificateAuthority != nil
            || cluster.certificateAuthorityData != nil
        return ServerAddress(url: cluster.server, assumesTLS: hasTLS)
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
                remedy: "set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to \(server.host)")
        }
        return proxy
    }
}

/// The entry that a value comes from, for messages.
private struct Origin {
    var place: Kubeconfig.Place
    var entry: String

    func failure(_ problem: String, _ remedy: String = "") -> KubeconfigFailure {
        KubeconfigFailure(file: place.file, line: place.line, entry: entry, problem: problem, remedy: remedy)
    }

    /// Data wins over a file.
    func material(data: Secret?, file: String?, field: String) throws(KubeconfigFailure) -> ClusterAccess.Material? {
        guard let data else { return file.map { .file($0) } }
        guard let decoded = Data(base64Encoded: Data(data.bytes), options: .ignoreUnknownCharacters), !decoded.isEmpty
        else {
            throw failure("its \(field) is not base64", "encode it again, such as with base64 -w0")
        }
        return .data(Secret(Array(decoded)))
    }

    func addCredentials(
        of user: Kubeconfig.User, to access: inout ClusterAccess, clusterConfiguration: Secret?
    ) throws(KubeconfigFailure) {
        access.clientCertificate = try material(
            data: user.clientCertificateData.map { Secret($0) }, file: user.clientCertificate,
            field: "client-certificate-data")
        access.clientKey = try material(data: user.clientKeyData, file: user.clientKey, field: "client-key-data")
        if access.clientCertificate != nil, access.clientKey == nil {
            throw failure("has a client certificate but no key", "set client-key or client-key-data")
        }
        if access.clientKey != nil, access.clientCertificate == nil {
            throw failure(
                "has a client key but no certificate", "set client-certificate or client-certificate-data")
        }
        if let file = user.tokenFile {
            access.bearerToken = .file(file)
        } else if let token = user.token {
            guard let clean = Secret(header: token) else {
                throw failure("its token holds characters that no token has", "copy the token again")
            }
            access.bearerToken = .value(clean)
        }
        if let name = user.username {
            access.basicCredential = ClusterAccess.BasicCredential(
                username: name, password: user.password ?? Secret(""))
        }
        access.impersonation = user.impersonation
        guard access.bearerToken == nil, access.clientCertificate == nil, access.basicCredential == nil else { return }
        if let exec = user.exec {
            do {
                access.execPlugin = try exec.get()
                access.execPlugin?.clusterConfiguration = clusterConfiguration
            } catch {
                throw failure(error.problem, error.remedy)
            }
        } else if let name = user.authProvider {
            throw failure(
                "gets its credential from the auth-provider \"\(name)\", which is not supported",
                "use a token, a tokenFile or a client certificate, such as from kubectl create token")
        }
    }
}

extension Secret {
    /// The secret without white space around it; `nil` when it could not stand in an HTTP header.
    init?(header secret: Secret) {
        let text = secret.text.trimmed
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.init(text)
    }
}
