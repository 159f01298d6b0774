import FoundationEssentials
import KubernetesModel

/// The entry that a value comes from, for messages.
struct Origin {
    var place: Kubeconfig.Place
    var entry: String

    func failure(_ problem: String, _ remedy: String = "") -> KubeconfigFailure {
        KubeconfigFailure(file: place.file, line: place.line, entry: entry, problem: problem, remedy: remedy)
    }

    /// The bytes of a certificate or key, or the file they are in.
    func material(_ field: String, data: Secret?, file: String?) throws(KubeconfigFailure) -> ClusterAccess.Material? {
        guard let data else { return file.map { .file($0) } }
        guard file == nil else { throw failure("has both \(field) and \(field)-data", "remove one of them") }
        let digits = data.bytes.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard let decoded = Data(base64Encoded: Data(digits)), !decoded.isEmpty else {
            throw failure("its \(field)-data is not base64", "encode it again, such as with base64 -w0")
        }
        return .data(Secret(Array(decoded)))
    }

    /// Adds whom to act as.
    func addImpersonation(of user: Kubeconfig.User, to access: inout ClusterAccess) throws(KubeconfigFailure) {
        let fields = user.impersonation
        if let name = fields.user {
            access.impersonation = ClusterAccess.Impersonation(
                user: name, uid: fields.uid, groups: fields.groups, extra: fields.extra)
        } else if fields.uid != nil || !fields.groups.isEmpty || !fields.extra.isEmpty {
            throw failure("acts with a UID, groups or extra values of nobody", "say as whom with `as` or --as")
        }
    }

    /// Adds what the user shows to the server.
    ///
    /// In client-go's order: a token goes before name and password, both before a program; a client certificate goes with
    /// a token or a password, and before a program. Nothing is shown to a server without TLS.
    func addCredentials(
        of user: Kubeconfig.User, to access: inout ClusterAccess, clusterConfiguration: Secret?, now: Timestamp
    ) throws(KubeconfigFailure) {
        if user.token != nil || user.tokenFile != nil, user.username != nil || user.password != nil {
            throw failure("has both a token and a user name or password", "remove one of them")
        }
        if user.exec != nil, user.authProvider != nil {
            throw failure("has both exec and auth-provider", "remove the auth-provider")
        }
        let certificate = try material(
            "client-certificate", data: user.clientCertificateData.map { Secret($0) }, file: user.clientCertificate)
        let key = certificate == nil ? nil : try material("client-key", data: user.clientKeyData, file: user.clientKey)
        if certificate != nil, key == nil {
            throw failure("has a client certificate but no key", "set client-key or client-key-data")
        }
        guard access.server.usesTLS else { return }
        access.clientCertificate = certificate
        access.clientKey = key
        access.bearerToken = try bearerToken(of: user)
        if let name = user.username {
            access.basicCredential = ClusterAccess.BasicCredential(
                username: name, password: user.password ?? Secret(""))
        }
        guard access.bearerToken == nil, access.basicCredential == nil else { return }
        if let provider = user.authProvider {
            if certificate == nil || provider.name == "oidc" {
                access.bearerToken = .value(try token(of: provider, now: now))
            }
            return
        }
        guard certificate == nil else { return }
        if let exec = user.exec {
            do {
                access.execPlugin = try exec.get()
                access.execPlugin?.clusterConfiguration = clusterConfiguration
            } catch {
                throw failure(error.problem, error.remedy)
            }
        } else if user.clientKey != nil || user.clientKeyData != nil {
            throw failure(
                "has a client key but no certificate", "set client-certificate or client-certificate-data")
        } else if user.password != nil {
            throw failure("has a password but no user name", "set username")
        }
    }

    /// The token, or the file it is in; where there are both, the token counts only while the file cannot be read.
    private func bearerToken(of user: Kubeconfig.User) throws(KubeconfigFailure) -> ClusterAccess.BearerToken? {
        if let file = user.tokenFile {
            if user.token == nil || (try? LocalFile.read(file)) != nil { return .file(file) }
        }
        guard let token = user.token else { return nil }
        guard let clean = Secret(header: token) else {
            throw failure("its token holds characters that no token has", "copy the token again")
        }
        return .value(clean)
    }

    /// The token that an `auth-provider` entry keeps.
    ///
    /// Of those only `oidc` is left in client-go; a token that has expired is not renewed here.
    private func token(of provider: Kubeconfig.AuthProvider, now: Timestamp) throws(KubeconfigFailure) -> Secret {
        let gone = "uses the auth-provider \(provider.name), which Kubernetes removed in 1.26"
        switch provider.name {
        case "gcp":
            throw failure(
                gone, "install gke-gcloud-auth-plugin and run gcloud container clusters get-credentials CLUSTER")
        case "azure": throw failure(gone, "install kubelogin and run kubelogin convert-kubeconfig")
        case "oidc":
            let remedy = "sign in again with the program that wrote it, or let exec run kubectl oidc-login get-token"
            guard let stored = provider.idToken, let token = Secret(header: stored) else {
                throw failure("its auth-provider oidc holds no id-token", remedy)
            }
            guard let claims = JSONWebToken(token), let expiry = claims.expiry else {
                throw failure("its auth-provider oidc holds an id-token that is no JWT with an expiry", remedy)
            }
            // As client-go has it: clocks differ by some seconds.
            guard expiry.microseconds > now.microseconds &+ 10_000_000 else {
                throw failure("its auth-provider oidc holds an id-token that expired on \(expiry.rfc3339)", remedy)
            }
            return token
        default:
            throw failure(
                "uses the auth-provider \"\(provider.name)\", which does not exist",
                "use exec, a token or a client certificate, such as from kubectl create token")
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
