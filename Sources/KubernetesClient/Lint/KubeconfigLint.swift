import Glibc
import KubernetesModel

/// Looks through kubeconfig files for what does not work, and for what their owner should know.
///
/// Reads files only: no server is asked, no program is run.
public struct KubeconfigLint {
    let now: Timestamp
    let environment: [String: String]
    private var report = KubeconfigReport()
    /// The files that are kubeconfigs, first wins.
    private var files: [KubeconfigFile] = []
    /// What the files are together.
    private var merged: Kubeconfig
    /// Certificates that were read: many clusters may have one authority.
    private var knownCertificates: [[UInt8]: [CertificateFacts]?] = [:]

    private init(now: Timestamp, environment: [String: String]) {
        self.now = now
        self.environment = environment
        merged = Kubeconfig(proxies: ProxyEnvironment(environment))
    }

    /// Looks through files.
    ///
    /// - Parameters:
    ///   - paths: The files, as in `KUBECONFIG`; with none those of the environment.
    ///   - environment: The process environment.
    ///   - homeDirectory: The user's home directory.
    ///   - now: What time it is.
    /// - Returns: What was found.
    /// - Throws: When there is no file to look at, or one that was named does not exist.
    public static func report(
        on paths: [String], environment: [String: String], homeDirectory: String?, now: Timestamp
    ) throws(KubeconfigFailure) -> KubeconfigReport {
        var lint = KubeconfigLint(now: now, environment: environment)
        let inEnvironment = (environment["KUBECONFIG"] ?? "").split(separator: ":").map { path in
            path.hasPrefix("~/") ? (homeDirectory ?? "~") + path.dropFirst() : String(path)
        }
        let standard = homeDirectory.map { ["\($0)/.kube/config"] } ?? []
        let chosen = !paths.isEmpty ? paths : !inEnvironment.isEmpty ? inEnvironment : standard
        var seen: Set<String> = []
        for path in chosen where seen.insert(path).inserted {
            try lint.add(path, mayBeMissing: paths.isEmpty && !inEnvironment.isEmpty)
        }
        guard !lint.report.files.isEmpty else {
            throw KubeconfigFailure(
                problem: "there is no kubeconfig to look at",
                remedy: "name a FILE, or set KUBECONFIG to files that exist")
        }
        lint.look()
        return lint.report
    }

    private mutating func add(_ path: String, mayBeMissing: Bool) throws(KubeconfigFailure) {
        let bytes: [UInt8]
        do throws(LocalFile.Failure) {
            bytes = try LocalFile.read(path, limit: KubeconfigDocument.maximumBytes)
        } catch {
            let failure = KubeconfigFailure(
                file: path, problem: "cannot be read: \(error.words)", remedy: error.kubeconfigRemedy)
            guard error.isMissing else {
                report.files.append(path)
                note(.unreadable, .broken, path, title: failure.problem, failure.remedy)
                return
            }
            guard mayBeMissing else { throw failure }
            note(
                .notFound, .degraded, path, title: "KUBECONFIG names it, but it does not exist; kubectl passes over it",
                "correct KUBECONFIG")
            return
        }
        add(path, bytes)
    }

    /// What is found in the bytes of one file.
    static func report(on bytes: [UInt8], at path: String, now: Timestamp) -> KubeconfigReport {
        var lint = KubeconfigLint(now: now, environment: [:])
        lint.add(path, bytes)
        lint.look()
        return lint.report
    }

    private mutating func add(_ path: String, _ bytes: [UInt8]) {
        report.files.append(path)
        do throws(KubeconfigFailure) {
            let file = try KubeconfigFile(path: path, bytes: bytes)
            try merged.merge(file: path, document: file.document)
            files.append(file)
            for problem in file.config.problems {
                note(.unreadable, .broken, path, problem.line, title: problem.problem, problem.remedy)
            }
            for problem in file.nameless {
                note(.badEntry, .degraded, path, problem.line, title: problem.problem, problem.remedy)
            }
            for problem in file.document.passedOver {
                // What stands there for a remedy says what counts instead.
                let words = problem.remedy.isEmpty ? "" : "; \(problem.remedy)"
                note(
                    .badEntry, .degraded, path, problem.line, title: problem.problem + words,
                    problem.remedy.isEmpty ? "move the others to files of their own" : "remove one of them")
            }
        } catch {
            note(.unreadable, .broken, path, error.line, title: error.problem, error.remedy)
        }
    }

    // MARK: - Looking

    private mutating func look() {
        for file in files {
            for entry in file.config.clusters { look(at: entry, in: file) }
            for entry in file.config.users { look(at: entry, in: file) }
            for context in file.config.contexts { look(at: context, in: file) }
            lookAtProtection(of: file)
        }
        lookForTwins()
        lookAtCurrentContext()
        lookAtServers()
        for rule in KubeconfigRule.allCases where rule.needsServer {
            report.notEvaluated[rule] = "only the server can tell, and lint asks none"
        }
        let order = Dictionary(report.files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        report.findings.sort { left, right in
            let places = (order[left.file] ?? .max, order[right.file] ?? .max)
            if places.0 != places.1 { return places.0 < places.1 }
            if left.line != right.line { return left.line ?? 0 < right.line ?? 0 }
            if left.severity != right.severity { return left.severity > right.severity }
            return left.rule.rawValue < right.rule.rawValue
        }
    }

    mutating func note(
        _ rule: KubeconfigRule, _ severity: KubeconfigFinding.Severity, _ file: String, _ line: Int? = nil,
        entry: String = "", title: String, _ nextStep: String
    ) {
        report.findings.append(
            KubeconfigFinding(
                rule: rule, severity: severity, file: file, line: line, entry: KubeconfigFailure.oneLine(entry),
                title: KubeconfigFailure.oneLine(title), nextStep: KubeconfigFailure.oneLine(nextStep)))
    }

    /// An entry that is being looked at.
    struct Subject {
        var file: KubeconfigFile
        var what: String
        var name: String

        var entry: String { "\(what) \"\(name)\"" }
    }

    mutating func note(
        _ rule: KubeconfigRule, _ severity: KubeconfigFinding.Severity, _ subject: Subject, _ field: String? = nil,
        title: String, _ nextStep: String
    ) {
        let line = field.map { subject.file.line(subject.what, subject.name, $0) } ?? nil
        note(
            rule, severity, subject.file.path, line ?? subject.file.line(subject.what, subject.name),
            entry: subject.entry, title: title, nextStep)
    }

    /// The value of an entry; what stands in the way of it is noted.
    mutating func value<Value>(of entry: Kubeconfig.Entry<Value>, _ subject: Subject) -> Value? {
        switch entry.value {
        case .success(let value): return value
        case .failure(let failure):
            // Twins are noted by themselves.
            if subject.file.lines(subject.what, subject.name).count < 2 {
                note(
                    .badEntry, .broken, subject.file.path, failure.line, entry: subject.entry, title: failure.problem,
                    failure.remedy)
            }
            return nil
        }
    }

    // MARK: - Clusters

    private mutating func look(at entry: Kubeconfig.Entry<Kubeconfig.Cluster>, in file: KubeconfigFile) {
        let subject = Subject(file: file, what: "cluster", name: entry.name)
        guard let cluster = value(of: entry, subject) else { return }
        let server = Kubeconfig.address(of: cluster)
        if cluster.server.isEmpty {
            note(.noServer, .broken, subject, title: "has no server", "set `server`, such as https://10.0.0.1:6443")
        } else if server == nil {
            note(
                .noServer, .broken, subject, "server", title: "its server is not an http or https URL",
                "write it as https://HOST:PORT")
        }
        if let text = cluster.proxyURL {
            if let proxy = ProxyAddress(url: text) {
                note(
                    .proxy, .hygiene, subject, "proxy-url", title: "is reached through the proxy \(proxy)",
                    "nothing, if that proxy is meant; it counts before HTTPS_PROXY")
            } else {
                note(
                    .badProxyURL, .broken, subject, "proxy-url",
                    title: "its proxy-url is no http, https or socks5 URL", "use http://HOST:PORT or socks5://HOST:PORT"
                )
            }
        }
        if let server, !server.usesTLS, !Self.isThisMachine(server.host) {
            note(
                .plainServer, .degraded, subject, "server",
                title: "its server is reached without TLS: everybody on the way reads and changes what is sent",
                "use the https address of the server; credentials are not sent without TLS")
        }
        if cluster.insecureSkipTLSVerify {
            if cluster.certificateAuthority != nil || cluster.certificateAuthorityData != nil {
                note(
                    .insecureWithAuthority, .broken, subject, "insecure-skip-tls-verify",
                    title: "has both insecure-skip-tls-verify and a certificate authority, which kubectl refuses",
                    "remove insecure-skip-tls-verify")
            } else {
                note(
                    .insecure, .degraded, subject, "insecure-skip-tls-verify",
                    title: "the server's certificate is not verified: whoever is on the way can take the credential",
                    "set certificate-authority-data, and tls-server-name where the server's name differs")
            }
        }
        if let pem = material(
            "certificate-authority", data: cluster.certificateAuthorityData, file: cluster.certificateAuthority, subject
        ) {
            lookAtAuthority(pem, subject, cluster.certificateAuthorityData == nil ? "" : "-data")
        }
    }

    private static func isThisMachine(_ host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }

    /// The certificates of a PEM text, each text read once.
    mutating func certificates(in pem: [UInt8]) -> [CertificateFacts]? {
        if let known = knownCertificates[pem] { return known }
        let facts = CertificateFacts.read(pem: pem)
        knownCertificates[pem] = .some(facts)
        return facts
    }

    private mutating func lookAtAuthority(_ pem: [UInt8], _ subject: Subject, _ suffix: String) {
        let field = "certificate-authority\(suffix)"
        guard let certificates = certificates(in: pem) else {
            note(.badCertificate, .broken, subject, field, title: "its \(field) holds no certificate", "copy it again")
            return
        }
        let expired = certificates.filter { $0.notAfter < now }
        if let last = expired.map(\.notAfter).max(), expired.count == certificates.count {
            note(
                .certificateExpiry, .broken, subject, field,
                title: "its certificate authority expired on \(last.rfc3339)",
                "get the cluster's new authority; its administrator has it")
        } else if let first = certificates.map(\.notBefore).min(), first > now {
            note(
                .certificateExpiry, .broken, subject, field,
                title: "its certificate authority is valid only from \(first.rfc3339)",
                "check the clock of this machine, which says \(now.rfc3339)")
        } else if let soon = certificates.map(\.notAfter).max(), soon < now.adding(days: 30) {
            note(
                .certificateExpiry, .degraded, subject, field,
                title: "its certificate authority expires on \(soon.rfc3339)", "plan for the cluster's new authority")
        }
    }

    // MARK: - Contexts

    private mutating func look(at context: Kubeconfig.Context, in file: KubeconfigFile) {
        let subject = Subject(file: file, what: "context", name: context.name)
        if let failure = file.config.contextFailures[context.name] {
            if file.lines("context", context.name).count < 2 {
                note(
                    .badEntry, .broken, file.path, failure.line, entry: subject.entry, title: failure.problem,
                    failure.remedy)
            }
            return
        }
        // What cannot be read may have it.
        let isComplete = report.findings.allSatisfy { $0.rule != .unreadable }
        if isComplete, !merged.clusters.contains(where: { $0.name == context.cluster }) {
            note(
                .danglingCluster, .broken, subject, "cluster",
                title: context.cluster.isEmpty
                    ? "names no cluster" : "names the cluster \"\(context.cluster)\", which does not exist",
                Self.suggestion(for: context.cluster, merged.clusters.map(\.name), "cluster"))
        }
        if isComplete, !context.user.isEmpty, !merged.users.contains(where: { $0.name == context.user }) {
            note(
                .danglingUser, .broken, subject, "user",
                title: "names the user \"\(context.user)\", which does not exist",
                Self.suggestion(for: context.user, merged.users.map(\.name), "user"))
        }
        if let namespace = context.namespace, !Self.isLabel(namespace) {
            note(
                .badNamespace, .broken, subject, "namespace",
                title: "its namespace \"\(namespace)\" is no DNS label, so that no namespace has that name",
                "use small letters, digits and `-`, at most 63")
        }
    }

    private static func suggestion(for name: String, _ names: [String], _ what: String) -> String {
        // Of a name of two letters every other would be near.
        let nearest = name.count > 2 ? nearestName(to: name, among: names) : nil
        return (nearest.map { "did you mean \"\($0)\"? " } ?? "") + "correct the context, or add that \(what)"
    }

    /// Whether a text is a name by RFC 1123.
    static func isLabel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let isAlphanumeric = { (byte: UInt8) in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private mutating func lookAtCurrentContext() {
        guard let name = merged.currentContext,
            let file = files.first(where: { $0.config.currentContext == name })
        else { return }
        let line = file.line(of: "current-context")
        guard let context = merged.contexts.first(where: { $0.name == name }) else {
            guard report.findings.allSatisfy({ $0.rule != .unreadable }) else { return }
            note(
                .contextMissing, .broken, file.path, line,
                title: "the current-context \"\(name)\" does not exist",
                Self.suggestion(for: name, merged.contexts.map(\.name), "context")
                    .replacing("correct the context", with: "choose another with kubectl config use-context"))
            return
        }
        if [context.name, context.cluster].contains(where: looksLikeProduction) {
            note(
                .production, .hygiene, file.path, line,
                title: "the current-context \"\(name)\" looks like production: a command without --context goes there",
                "choose another as the usual one with kubectl config use-context")
        }
    }

    // MARK: - Across entries

    private mutating func lookForTwins() {
        for what in ["cluster", "user", "context"] {
            var first: [String: KubeconfigFile] = [:]
            for file in files {
                for name in file.names(what) {
                    let lines = file.lines(what, name)
                    if lines.count > 1 {
                        note(
                            .duplicateName, .degraded, file.path, lines[1], entry: "\(what) \"\(name)\"",
                            title: "is there twice, in lines \(lines.map(String.init).joined(separator: " and "))",
                            "rename or remove one of them")
                    }
                    guard let other = first[name] else {
                        first[name] = file
                        continue
                    }
                    note(
                        .duplicateName, .degraded, file.path, lines.first, entry: "\(what) \"\(name)\"",
                        title: "is hidden: \(other.path) has one of this name, and comes first",
                        "rename or remove one of them")
                }
            }
        }
    }

    private mutating func lookAtServers() {
        var names: [ServerAddress: String] = [:]
        var behindProxy: [String: [(file: String, line: Int?, name: String)]] = [:]
        for entry in merged.clusters {
            guard case .success(let cluster) = entry.value, let server = Kubeconfig.address(of: cluster),
                let file = files.first(where: { $0.path == entry.place.file })
            else { continue }
            let line = file.line("cluster", entry.name, "server")
            if let other = names[server] {
                note(
                    .sameServer, .hygiene, file.path, line, entry: "cluster \"\(entry.name)\"",
                    title: "has the same server as the cluster \"\(other)\": \(server)",
                    "nothing, if both names are meant")
            } else {
                names[server] = entry.name
            }
            if cluster.proxyURL == nil, let text = merged.proxies.proxyURL(for: server) {
                behindProxy[text, default: []].append((file.path, line, entry.name))
            }
        }
        for (text, clusters) in behindProxy.sorted(by: { $0.key < $1.key }) {
            guard let first = clusters.first else { continue }
            // The text may hold a password; the address does not.
            let proxy = ProxyAddress(url: text).map { "the proxy \($0)" } ?? "a proxy that is no URL"
            let others = clusters.count > 1 ? ", and \(clusters.count - 1) more clusters" : ""
            note(
                .proxy, .hygiene, first.file, first.line, entry: "cluster \"\(first.name)\"",
                title: "is reached through \(proxy) of the environment\(others)",
                "nothing, if that proxy is meant; otherwise add the server to NO_PROXY")
        }
    }

    // MARK: - Who else can read it

    private mutating func lookAtProtection(of file: KubeconfigFile) {
        let isSecret = file.config.users.contains { entry in
            guard case .success(let user) = entry.value else { return true }
            return user.holdsSecret
        }
        let hasProxyPassword = file.config.clusters.contains { entry in
            guard case .success(let cluster) = entry.value else { return false }
            return cluster.proxyURL.flatMap { ProxyAddress(url: $0) }?.credential?.password.bytes.isEmpty == false
        }
        guard isSecret || hasProxyPassword || file.mayHideSecrets else { return }
        lookAtProtection(of: file.path, nil, "")
        let directory = LocalFile.directory(of: file.path)
        if let folder = FileProtection(directory), folder.isWritableByOthers {
            note(
                .permissions, .degraded, file.path,
                title: "others can replace it: its folder \(directory) has the mode \(folder.mode)",
                "run chmod go-w \(directory)")
        }
    }

    /// Notes a file with secrets that others can read, or a link that is another's.
    mutating func lookAtProtection(of path: String, _ subject: Subject?, _ field: String) {
        guard let protection = FileProtection(path) else { return }
        func add(_ title: String, _ nextStep: String) {
            if let subject {
                note(.permissions, .degraded, subject, field, title: "its \(field) \(path): \(title)", nextStep)
            } else {
                note(.permissions, .degraded, path, title: title, nextStep)
            }
        }
        if protection.isReadableByOthers {
            add("it holds secrets, and others can open it: its mode is \(protection.mode)", "run chmod 600 \(path)")
        }
        if let owner = protection.linkOwner, owner != geteuid(), owner != 0 {
            add(
                "it is a symbolic link that belongs to user \(owner), who can make it point elsewhere",
                "replace the link by one of your own, or by the file")
        }
    }
}

/// Whether a name of a context or cluster says that it is for production.
///
/// - Parameter name: Such as `eu-prod-1`.
/// - Returns: Whether it does; `nonprod`, `pre-prod` and `prod-copy` do not.
public func looksLikeProduction(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    let others: Set<Substring> = [
        "like", "copy", "clone", "staging", "stage", "dev", "development", "test", "testing", "qa", "sandbox", "demo",
    ]
    guard others.isDisjoint(with: words) else { return false }
    return words.enumerated().contains { index, word in
        // What is before it in a word, such as `eu` in `euprod`.
        guard let end = ["prod", "production", "prd"].first(where: word.hasSuffix) ?? (word == "live" ? "live" : nil)
        else { return false }
        let beginning = word.dropLast(end.count)
        if beginning.hasSuffix("non") || beginning.hasSuffix("pre") || others.contains(beginning) { return false }
        if ["not", "no", "re", "un"].contains(beginning) { return false }
        return index == 0 || !["non", "pre", "not", "no"].contains(words[index - 1])
    }
}

extension Timestamp {
    func adding(days: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds &+ days * 86_400 * 1_000_000)
    }
}
