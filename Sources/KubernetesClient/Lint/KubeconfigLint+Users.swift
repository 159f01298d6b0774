import KubernetesModel

/// What users show to the server.
extension KubeconfigLint {
    mutating func look(at entry: Kubeconfig.Entry<Kubeconfig.User>, in file: KubeconfigFile) {
        let subject = Subject(file: file, what: "user", name: entry.name)
        guard let user = value(of: entry, subject) else { return }
        let hasCertificate = user.clientCertificate != nil || user.clientCertificateData != nil
        let hasKey = user.clientKey != nil || user.clientKeyData != nil
        if hasCertificate != hasKey {
            let isData = hasCertificate ? user.clientCertificateData != nil : user.clientKeyData != nil
            let field = (hasCertificate ? "client-certificate" : "client-key") + (isData ? "-data" : "")
            note(
                .keyWithoutCertificate, .broken, subject,
                field,
                title: hasCertificate
                    ? "has a client certificate but no key" : "has a client key but no certificate",
                hasCertificate
                    ? "set client-key or client-key-data" : "set client-certificate or client-certificate-data")
        }
        let pem = material(
            "client-certificate", data: user.clientCertificateData, file: user.clientCertificate, subject)
        let isRead = pem.map { lookAtCertificate($0, subject, user.clientCertificateData == nil ? "" : "-data") }
        let key = material("client-key", data: user.clientKeyData?.text, file: user.clientKey, subject, isSecret: true)
        if let pem, let key, isRead == true { lookAtKey(key, of: pem, user, subject) }
        lookAtToken(of: user, subject)
        lookAtExec(of: user, hasCertificate: hasCertificate, subject)
        if user.username != nil || user.password != nil {
            if user.token != nil || user.tokenFile != nil {
                note(
                    .manyCredentials, .broken, subject, "username",
                    title: "has both a token and a user name or password, which kubectl refuses", "remove one of them")
            } else if user.username == nil {
                note(
                    .manyCredentials, .broken, subject, "password", title: "has a password but no user name",
                    "set username")
            }
        }
        if user.password != nil {
            note(
                .plaintextPassword, .degraded, subject, "password",
                title: "has a password in plain text; Kubernetes takes none since 1.19",
                "use a client certificate, a token or a credential program")
        }
        let fields = user.impersonation
        if fields.user == nil, fields.uid != nil || !fields.groups.isEmpty || !fields.extra.isEmpty {
            note(
                .impersonatesNobody, .broken, subject, fields.groups.isEmpty ? "as-uid" : "as-groups",
                title: "acts with a UID, groups or extra values of nobody", "say as whom with `as`")
        }
    }

    /// The bytes of a certificate or key; what stands in the way of them is noted.
    mutating func material(
        _ field: String, data: String?, file: String?, _ subject: Subject, isSecret: Bool = false
    ) -> [UInt8]? {
        if data != nil, file != nil {
            note(
                .bothDataAndFile, .broken, subject, field,
                title: "has both \(field) and \(field)-data; kubectl takes the data, or refuses both",
                "remove one of them")
        }
        if let data {
            let origin = Origin(place: Kubeconfig.Place(file: "", line: nil), entry: "")
            guard case .data(let secret)? = try? origin.material(field, data: Secret(data), file: nil) else {
                note(
                    .badCertificate, .broken, subject, "\(field)-data", title: "its \(field)-data is not base64",
                    "encode it again, such as with base64 -w0")
                return nil
            }
            return secret.bytes
        }
        guard let file else { return nil }
        do throws(LocalFile.Failure) {
            let bytes = try LocalFile.read(file)
            if isSecret { lookAtProtection(of: file, subject, field) }
            return bytes
        } catch {
            note(
                .fileMissing, .broken, subject, field, title: "its \(field) \(file) cannot be read: \(error.words)",
                "correct the path, which starts at the folder of this file, or get the file again")
            return nil
        }
    }

    /// Notes a key that cannot be used, or that is another certificate's.
    private mutating func lookAtKey(_ key: [UInt8], of pem: [UInt8], _ user: Kubeconfig.User, _ subject: Subject) {
        let path = user.clientKeyData == nil ? user.clientKey : nil
        do throws(KubeconfigFailure) {
            try TLSSetup.check(
                key: path.map { .file($0) } ?? .data(Secret(key)), ofCertificate: .data(Secret(pem)))
        } catch {
            note(
                .badCertificate, .broken, subject, path == nil ? "client-key-data" : "client-key",
                title: error.problem, error.remedy)
        }
    }

    /// Notes what is wrong with a certificate, and what it may do.
    ///
    /// - Returns: Whether it is one.
    private mutating func lookAtCertificate(_ pem: [UInt8], _ subject: Subject, _ suffix: String) -> Bool {
        let field = "client-certificate\(suffix)"
        guard let certificate = certificates(in: pem)?.first else {
            note(.badCertificate, .broken, subject, field, title: "its \(field) holds no certificate", "copy it again")
            return false
        }
        let remedy =
            subject.isAzureAdministrator
            ? "run az aks get-credentials again" : "get a new one where you got this kubeconfig"
        if certificate.notAfter < now {
            note(
                .certificateExpiry, .broken, subject, field,
                title: "its client certificate expired on \(certificate.notAfter.rfc3339)", remedy)
        } else if certificate.notAfter < now.adding(days: 30) {
            note(
                .certificateExpiry, .degraded, subject, field,
                title: "its client certificate expires on \(certificate.notAfter.rfc3339)", remedy)
        } else if now < certificate.notBefore {
            note(
                .certificateExpiry, .degraded, subject, field,
                title: "its client certificate is valid only from \(certificate.notBefore.rfc3339)",
                "check the clock of this machine, which says \(now.rfc3339)")
        }
        if now <= certificate.notAfter, certificate.subject.organizations.contains("system:masters") {
            note(
                .masters, .degraded, subject, field,
                title: "its certificate is of system:masters: it may do everything until "
                    + "\(certificate.notAfter.rfc3339), and no rule can limit it or take it away",
                subject.isAzureAdministrator
                    ? "run az aks get-credentials without --admin, and kubelogin convert-kubeconfig; delete this user"
                    : "keep it for emergencies; work with a user whose rights come from a RoleBinding")
        }
        return true
    }

    private mutating func lookAtToken(of user: Kubeconfig.User, _ subject: Subject) {
        var token = user.token
        if let file = user.tokenFile {
            do throws(LocalFile.Failure) {
                token = Secret(String(decoding: try LocalFile.read(file), as: UTF8.self))
                lookAtProtection(of: file, subject, "tokenFile")
            } catch {
                // The token of the kubeconfig counts while the file cannot be read.
                note(
                    .fileMissing, token == nil ? .broken : .degraded, subject, "tokenFile",
                    title: "its tokenFile \(file) cannot be read: \(error.words)",
                    "correct the path, which starts at the folder of this file, or get the file again")
            }
        }
        guard let token else { return }
        let field = user.tokenFile == nil ? "token" : "tokenFile"
        guard let clean = Secret(header: token) else {
            note(
                .badEntry, .broken, subject, field, title: "its token holds characters that no token has",
                "copy the token again")
            return
        }
        let facts = CredentialFacts(token: clean)
        lookAtLife(of: facts, "token", subject, field, "get a new one, such as with kubectl create token")
        if facts.expiry == nil, user.tokenFile == nil {
            note(
                .staticToken, .degraded, subject, field,
                title: JSONWebToken(clean) == nil
                    ? "has a token in plain text that does not say when it ends"
                    : "has a token in plain text that never ends",
                "use a credential program, or a token with an end: kubectl create token --duration 8h")
        }
    }

    /// Notes a token that has expired or is not valid yet.
    private mutating func lookAtLife(
        of token: CredentialFacts, _ name: String, _ subject: Subject, _ field: String, _ remedy: String
    ) {
        if let expiry = token.expiry, expiry < now {
            note(.tokenExpiry, .broken, subject, field, title: "its \(name) expired on \(expiry.rfc3339)", remedy)
        } else if let beginning = token.beginning(after: now) {
            note(
                .tokenExpiry, .degraded, subject, field,
                title: "its \(name) is valid only from \(beginning.rfc3339)",
                "check the clock of this machine, which says \(now.rfc3339)")
        }
    }

    private mutating func lookAtExec(of user: Kubeconfig.User, hasCertificate: Bool, _ subject: Subject) {
        if let provider = user.authProvider {
            let remedies = [
                "gcp": "install gke-gcloud-auth-plugin and run gcloud container clusters get-credentials CLUSTER",
                "azure": "install kubelogin and run kubelogin convert-kubeconfig",
            ]
            if user.exec != nil {
                note(
                    .exec, .broken, subject, "auth-provider", title: "has both exec and auth-provider",
                    "remove the auth-provider")
            } else if provider.name != "oidc" {
                note(
                    .exec, .broken, subject, "auth-provider",
                    title: "uses the auth-provider \(provider.name), which Kubernetes removed in 1.26",
                    remedies[provider.name] ?? "use exec, a token or a client certificate")
            } else if let token = provider.idToken {
                lookAtLife(
                    of: CredentialFacts(token: token), "id-token", subject, "auth-provider",
                    "sign in again with the program that wrote it, or let exec run kubectl oidc-login get-token")
            }
        }
        guard let exec = user.exec else { return }
        let plugin: ExecPlugin
        do {
            plugin = try exec.get()
        } catch {
            note(.exec, .broken, subject, "exec", title: error.problem, error.remedy)
            return
        }
        if hasCertificate || user.token != nil || user.tokenFile != nil || user.username != nil {
            note(
                .manyCredentials, .degraded, subject, "exec",
                title: "its exec never runs: the user's other credential goes before it", "remove one of them")
        }
        guard !plugin.canRun(searchPath: environment["PATH"] ?? "") else { return }
        note(.exec, .broken, subject, "exec", title: plugin.whyNotRun, plugin.installation)
    }
}

extension KubeconfigLint.Subject {
    /// Whether `az aks get-credentials --admin` wrote this user.
    fileprivate var isAzureAdministrator: Bool { name.hasPrefix("clusterAdmin_") }
}

extension Kubeconfig.User {
    /// Whether the entry holds something that nobody else should read.
    var holdsSecret: Bool {
        if token != nil || password != nil || clientKeyData != nil || authProvider?.holdsSecret == true { return true }
        guard case .success(let plugin)? = exec else { return false }
        return plugin.environment.contains { !$0.value.bytes.isEmpty && Self.soundsSecret($0.name) }
            || plugin.argumentsHoldSecret
    }

    /// Whether the value of a variable or field of this name is probably a secret, such as `AWS_SECRET_ACCESS_KEY`.
    static func soundsSecret(_ name: String) -> Bool {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        // What is about a secret, or says where one is.
        let others: Set<Substring> = [
            "file", "path", "dir", "id", "url", "uri", "endpoint", "type", "name", "expiry", "env", "stdin", "storage",
            "cache", "ttl", "duration", "lifetime", "audience", "mode", "format",
        ]
        guard let last = words.last, !others.contains(last) else { return false }
        let secrets = ["token", "secret", "password", "passwd", "passphrase", "apikey"]
        return last == "key" || last == "pass" || words.contains { word in secrets.contains(where: word.hasSuffix) }
    }
}

extension ExecPlugin {
    /// Whether an argument is probably a secret: `--token=…`, `--client-secret …`, `API_KEY=…` of a shell's command, or
    /// a JSON web token.
    fileprivate var argumentsHoldSecret: Bool {
        /// Whether the word before is an option that a secret follows.
        var isAwaited = false
        for argument in arguments {
            // A command for a shell is one argument with several words.
            let words = argument.text.split(omittingEmptySubsequences: false) { $0.isWhitespace || "'\"".contains($0) }
            for word in words where words.count == 1 || !word.isEmpty {
                let name = word.prefix { $0 != "=" }
                let value = word.dropFirst(name.count + 1)
                let isOption = word.hasPrefix("-")
                if isAwaited, !isOption, Self.isLiteral(word) { return true }
                let soundsSecret = Kubeconfig.User.soundsSecret(String(name))
                if soundsSecret, Self.isLiteral(value) { return true }
                if JSONWebToken(Secret(String(word))) != nil || JSONWebToken(Secret(String(value))) != nil {
                    return true
                }
                isAwaited = soundsSecret && isOption && name.count == word.count
            }
        }
        return false
    }

    /// Whether a value is one itself: no switch, no file, nothing that a shell puts in its place.
    private static func isLiteral(_ value: Substring) -> Bool {
        !value.isEmpty && !["true", "false"].contains(value.lowercased())
            && !["/", "./", "../", "~", "$", "`"].contains(where: value.hasPrefix)
    }
}
