import Access
import KubernetesModel

extension Kubeconfig {
    /// What can be said of a context without connecting or running a program.
    public struct Summary: Sendable, Hashable {
        /// The server's URL without credentials; empty when unknown.
        public var server = ""
        /// Why the context cannot be used; `nil` when nothing is seen to be wrong.
        public var problem: String?
        /// Where the context is, such as `/home/me/.kube/config:12`; empty when nowhere.
        public var place = ""
        /// Where its cluster is.
        public var clusterPlace = ""
        /// Where its user is.
        public var userPlace = ""
        /// The file that the context is in.
        public var file = ""
        /// The files that its cluster and its user are in; empty where they are in none.
        var clusterFile = ""
        var userFile = ""
        /// The kind of credential in a word or two, such as `certificate`, `token` or the name of a program.
        public var kind = ""
        /// What is shown to the server, in words without secrets.
        public var credential = ""
        /// When that ends; `nil` when it cannot be seen.
        public var expiry: Timestamp?
        /// Further lines about it: a label, and words without secrets.
        public var facts: [Fact] = []
        /// What one should know before using it, the gravest first.
        public var flags: [ContextFlag] = []
        /// Its cluster and its user, as far as nothing else uses them, such as `cluster "dev"`.
        public var unused: [String] = []

        /// A line about a context.
        public struct Fact: Sendable, Hashable {
            /// What it is about.
            public var label: String
            /// What it is.
            public var text: String
        }
    }

    /// A context, and whether another file's of that name stands before it.
    public struct ListedContext: Sendable, Hashable {
        /// The context.
        public var context: Context
        /// What can be said of it.
        public var summary: Summary
        /// The file whose context of that name counts instead; `nil` where this one counts.
        public var hiddenBy: String?
    }

    /// All contexts, those that do not count after those that do.
    ///
    /// - Parameter now: What time it is.
    /// - Returns: With what can be said without connecting or running a program.
    public func listedContexts(now: Timestamp) -> [ListedContext] {
        let uses = uses
        func listed(_ context: Context, _ place: Place?, hiddenBy: String?) -> ListedContext {
            var summary = summary(of: context, now: now, place: place)
            summary.unused = unusedParts(of: context, in: summary.file, uses).map { "\($0.what) \"\($0.name)\"" }
            if let hiddenBy {
                let why = "\(hiddenBy) has a context of this name and comes first: this one is never used"
                summary.flags.insert(
                    ContextFlag("hidden", .warning, why: why, next: "give one of them another name with R"), at: 0)
            }
            return ListedContext(context: context, summary: summary, hiddenBy: hiddenBy)
        }
        let behind = hidden.compactMap { entry in
            entry.context.map { listed($0, entry.place, hiddenBy: contextPlaces[$0.name]?.file ?? "") }
        }
        return contexts.map { listed($0, contextPlaces[$0.name], hiddenBy: nil) } + behind
    }

    /// What can be said of a context without connecting or running a program.
    public func summary(of context: Context) -> Summary { summary(of: context, now: .now) }

    func summary(of context: Context, now: Timestamp) -> Summary {
        summary(of: context, now: now, place: contextPlaces[context.name])
    }

    private func summary(of context: Context, now: Timestamp, place: Place?) -> Summary {
        var summary = Summary()
        summary.file = place?.file ?? ""
        summary.place = place?.text ?? ""
        var cluster: Cluster?
        if let entry = clusters.first(where: { $0.name == context.cluster }) {
            summary.clusterPlace = entry.place.text
            summary.clusterFile = entry.place.file
            cluster = try? entry.value.get()
        }
        summary.server = cluster.flatMap { Self.address(of: $0)?.description } ?? ""
        if let entry = users.first(where: { $0.name == context.user }) {
            summary.userPlace = entry.place.text
            summary.userFile = entry.place.file
            summary.kind = (try? entry.value.get())?.kind ?? ""
        }
        if context.user.isEmpty { summary.kind = "none" }
        if place?.line == nil, context.user == "service account" { summary.kind = "in-cluster" }
        do throws(KubeconfigFailure) {
            let access = try access(for: context, overrides: AccessOverrides(), now: now)
            let credential = access.credential
            summary.credential = credential.words
            summary.expiry = credential.expiry
            if case .certificate = credential.kind { summary.kind = "certificate" }
            if case .token(nil) = credential.kind, summary.kind == "token", credential.expiry == nil {
                summary.kind = "opaque token"
            }
            if let plugin = access.execPlugin { summary.credential = "what `\(plugin.shownCommand)` gives" }
            let keyFailure = access.keyFailure(credential)
            summary.problem = access.expired(credential, now: now)?.description
            if summary.problem == nil { summary.problem = keyFailure?.description }
            summary.add(access, credential)
            summary.flags =
                ContextFlags(
                    context: context, access: access, credential: credential, keyFailure: keyFailure,
                    problem: summary.problem, now: now, searchPath: searchPath
                ).all
        } catch {
            summary.problem = error.description
            summary.flags = [
                ContextFlag("broken", .grave, why: error.description, next: "")
            ]
        }
        addOrigins(context, place, &summary)
        summary.flags.sort { $0.weight > $1.weight }
        return summary
    }

    /// Adds where parts of it come from, when that is not where one would think.
    private func addOrigins(_ context: Context, _ place: Place?, _ summary: inout Summary) {
        guard let place, place.line != nil else { return }
        func note(_ what: String, _ name: String, _ actual: Place?) {
            guard let actual, actual.file != place.file,
                let own = hidden.first(where: { $0.what == what && $0.name == name && $0.place.file == place.file }),
                !own.isSame
            else { return }
            let result = what == "user" ? "shows the server another credential" : "goes to another server"
            summary.flags.append(
                ContextFlag(
                    "other's \(what)", .warning,
                    why: "\(place.file) has a \(what) \"\(name)\" too, but that of \(actual.text) comes first: "
                        + "this context \(result) than its file says",
                    next: "give one of them another name, and the contexts that mean it"))
        }
        note("cluster", context.cluster, self.place(ofCluster: context.cluster))
        note("user", context.user, self.place(ofUser: context.user))
    }

    private func place(ofCluster name: String) -> Place? { clusters.first { $0.name == name }?.place }
    private func place(ofUser name: String) -> Place? { users.first { $0.name == name }?.place }
}

extension Kubeconfig.Place {
    /// Such as `/home/me/.kube/config:12`.
    var text: String { KubeconfigFailure.oneLine(line.map { "\(file):\($0)" } ?? file) }
}

extension Kubeconfig.User {
    /// What is shown to the server, in a word or two.
    fileprivate var kind: String {
        if tokenFile != nil { return "token file" }
        if token != nil { return "token" }
        if username != nil { return "password" }
        if clientCertificate != nil || clientCertificateData != nil { return "certificate" }
        if let exec { return (try? exec.get())?.name ?? "program" }
        if let authProvider { return authProvider.name == "oidc" ? "OIDC" : authProvider.name }
        return "none"
    }
}

extension Kubeconfig.Summary {
    /// Adds what there is to say of the way to the server and of the credential.
    fileprivate mutating func add(_ access: ClusterAccess, _ credential: CredentialFacts) {
        func add(_ label: String, _ text: String) {
            facts.append(Fact(label: label, text: KubeconfigFailure.oneLine(text)))
        }
        if case .certificate(let certificate?) = credential.kind {
            let issuer = certificate.issuer.commonName
            add("Issued by", issuer.isEmpty ? "an authority without a name" : issuer)
            add("Valid from", certificate.notBefore.rfc3339)
        }
        if case .token(let token?) = credential.kind {
            if !token.issuer.isEmpty { add("Issued by", token.issuer) }
            if !token.email.isEmpty { add("Email", token.email) }
            if !token.groups.isEmpty { add("Groups", token.groups.joined(separator: ", ")) }
        }
        for other in credential.beside {
            let end = other.expiry.map { ", until \($0.rfc3339)" } ?? ""
            add("Also", "a \(other.words)\(end): servers look at the certificate first")
        }
        if let file = credential.file, file != self.file { add("Credential in", file) }
        if let plugin = access.execPlugin, !plugin.installHint.isEmpty {
            add("Install", plugin.installHint)
        }
        if access.server.usesTLS {
            switch access.certificateAuthority {
            case .data(let secret)?: addAuthority(secret.bytes)
            case .file(let path)?:
                add("Authority in", path)
                if let bytes = try? LocalFile.read(path) { addAuthority(bytes) }
            case nil: if !access.insecureSkipTLSVerify { add("Authority", "those that this system trusts") }
            }
        }
        if let name = access.tlsServerName { add("TLS name", name) }
        if let proxy = access.proxy { add("Proxy", "\(proxy)") }
        if let other = access.impersonation {
            let groups = other.groups.isEmpty ? "" : " in the groups \(other.groups.joined(separator: ", "))"
            add("Acts as", other.user + groups)
        }
    }

    private mutating func addAuthority(_ pem: [UInt8]) {
        guard let authority = CertificateFacts.read(pem: pem)?.max(by: { $0.notAfter < $1.notAfter }) else { return }
        let name = authority.subject.commonName
        facts.append(
            Fact(
                label: "Authority",
                text: KubeconfigFailure.oneLine("\(name.isEmpty ? "" : "\(name), ")until \(authority.notAfter.rfc3339)")
            ))
    }
}

extension ClusterAccess {
    /// The token or client certificate that is no longer valid.
    ///
    /// One in a file of its own may be renewed in place at any time, and says so when it is used.
    fileprivate func expired(_ credential: CredentialFacts, now: Timestamp) -> KubeconfigFailure? {
        switch (bearerToken, clientCertificate) {
        case (.value?, _), (nil, .data?): break
        default: return nil
        }
        let isOver = { (facts: CredentialFacts) in facts.expiry.map { $0 < now } ?? false }
        // Servers go on to the token where they do not take the certificate.
        guard let expiry = credential.expiry, isOver(credential), credential.beside.allSatisfy(isOver) else {
            return nil
        }
        let what = if case .certificate = credential.kind { "client certificate" } else { "token" }
        return KubeconfigFailure(
            file: file, entry: "user \"\(userName)\"", problem: "its \(what) expired on \(expiry.rfc3339)",
            remedy: "get a new one")
    }

    /// Why the client key cannot be used; of a certificate that cannot be read nothing more is said.
    fileprivate func keyFailure(_ credential: CredentialFacts) -> KubeconfigFailure? {
        guard let clientKey, let clientCertificate else { return nil }
        if case .certificate(nil) = credential.kind { return nil }
        do throws(KubeconfigFailure) {
            try TLSSetup.check(key: clientKey, ofCertificate: clientCertificate)
            return nil
        } catch {
            var failure = error
            (failure.file, failure.entry) = (file, "user \"\(userName)\"")
            return failure
        }
    }
}

extension ExecPlugin {
    /// Words that programs take as subcommands, and options whose values are no secrets.
    private static let plainWords: Set<String> = [
        "eks", "get-token", "token", "oidc-login", "kubernetes", "cluster", "kubeconfig", "exec-credential", "kube",
        "credentials", "ce", "generate-token", "container", "print-access-token", "json",
    ]
    private static let plainOptions: Set<String> = [
        "--region", "--cluster-name", "--cluster-id", "--output", "--server-id", "--login",
        "--environment", "--oidc-issuer-url", "--version", "--kube-cluster", "--profile",
    ]

    /// The command with what is known to be no secret of its arguments; `…` stands for the rest.
    public var shownCommand: String {
        /// What comes after an option without a value of its own.
        enum Next { case anything, plainValue, hidden }
        var words = [name]
        var next = Next.anything
        for argument in arguments.prefix(24).map(\.text) {
            let wanted = next
            next = .anything
            let option = String(argument.prefix { $0 != "=" })
            let value = argument.utf8.count > option.utf8.count ? argument.dropFirst(option.count + 1) : nil
            let isPlain = Self.plainOptions.contains(option)
            if wanted == .hidden {
                words.append("…")
            } else if argument.hasPrefix("-") {
                let shown = Self.isOptionName(option) ? option : "…"
                if let value {
                    words.append(shown == "…" ? shown : "\(shown)=\(isPlain && Self.isPlainValue(value) ? value : "…")")
                } else {
                    words.append(shown)
                    next = isPlain ? .plainValue : .hidden
                }
            } else {
                let isShown =
                    wanted == .plainValue ? Self.isPlainValue(argument[...]) : Self.plainWords.contains(argument)
                words.append(isShown ? argument : "…")
            }
        }
        return KubeconfigFailure.oneLine(words.joined(separator: " "))
    }

    /// Whether it is written as long options are: a short one may have its value in the same word.
    private static func isOptionName(_ text: String) -> Bool {
        let name = text.utf8.dropFirst(2)
        return text.hasPrefix("--") && name.count <= 32 && name.first != UInt8(ascii: "-") && !name.isEmpty
            && name.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "-") }
    }

    /// Whether it is a name, or an address without user and query.
    private static func isPlainValue(_ text: Substring) -> Bool {
        text.utf8.count <= 128
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._:/-".contains($0)) }
    }
}
