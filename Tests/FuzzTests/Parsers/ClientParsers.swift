import KubernetesModel
import ModelTestSupport

@testable import KubernetesClient

extension FuzzedParser {
    /// What reads the user's files and environment, and what servers say of themselves.
    static let clientParsers = [
        kubeconfig, contextRules, certificates, address, httpDate, discovery, execCredential, proxyHandshake,
        streamFrames, logLines,
        logStream,
    ]

    /// Two files merged, and every context of them resolved; a form feed parts the two.
    private static let kubeconfig = FuzzedParser(
        name: "kubeconfig",
        tokens: [
            "\u{C}", "clusters:\n", "users:\n", "contexts:\n", "- name: c\n", "  cluster: {", "  user: {",
            "  context: {",
            "server: https://h\n", "current-context: dev\n", "exec:", "auth-provider:", "token: t", "as-groups: [a]",
            "certificate-authority-data: Q0E=", "proxy-url: http://p:1", "insecure-skip-tls-verify: true", "null", "~",
            "&a ",
            "*a", "<<: *a", "!!binary ", "!!str ", "? ", ": ", "- ", "{", "}", "[", "]", "|\n", ">-\n", "---\n",
            "...\n",
            "%YAML 1.2\n", "\t", "\"\\e\"", "\"\\x", "'", "#", "\u{FEFF}", "\u{0}", "\u{85}",
        ], sizeLimit: 500, hugeSize: 8 << 10
    ) { bytes in
        var config = Kubeconfig(proxies: ProxyEnvironment(["HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "10.0.0.0/8"]))
        for (index, file) in bytes.split(separator: 0x0C, maxSplits: 1).enumerated() {
            do throws(KubeconfigFailure) {
                try config.merge(file: "/k/\(index)", bytes: Array(file))
            } catch { try checkWords(error.description, bytes) }
        }
        try require(config.contexts.count <= bytes.count, "more contexts than bytes")
        for warning in config.warnings { try checkWords(warning, bytes) }
        for context in config.contexts.prefix(20) {
            let access = Result(catching: { () throws(KubeconfigFailure) in try config.resolve(context: context.name) })
            switch access {
            case .success(let access): try checkServer(access.server)
            case .failure(let failure): try checkWords(failure.description, bytes)
            }
            let first = config.contexts.first { $0.name == context.name } ?? context
            try requireEqual(
                config.summary(of: first).problem, access.problem, "the problem of \(context.name.debugDescription)")
        }
        if let problem = Result(catching: { () throws(KubeconfigFailure) in try config.resolve(context: nil) }).problem
        {
            try checkWords(problem, bytes)
        }
        for finding in KubeconfigLint.report(on: bytes, at: "/k/0", now: Timestamp(seconds: 1_795_262_624)).findings {
            try checkWords("\(finding.entry)\(finding.title)\(finding.nextStep)", bytes)
        }
    }

    /// The rules of a configuration file: whatever it says, it either counts whole or forbids everything.
    private static let contextRules = FuzzedParser(
        name: "context-rules",
        tokens: [
            "contexts:\n", "- match: ", "  match: ", "  cluster: ", "  server: ", "  readOnly: true\n",
            "  readOnly: false\n", "  confirm: name\n", "rules:\n", "x-a: &a ", "*a", "<<: *a", "!!str ", "? ", ": ",
            "- ",
            "{", "}", "[", "]", "~", "\"*prod*\"", "---\n", "...\n", "%YAML 1.2\n", "\t", "\"\\e\"", "'", "#",
            "\u{FEFF}",
            "\u{0}", "\u{85}",
        ], sizeLimit: 300, hugeSize: 8 << 10
    ) { bytes in
        let rules = ContextRules(file: "/c", bytes: bytes)
        try checkWords(rules.summary, bytes)
        try require(rules.rules.count <= bytes.count, "more rules than bytes")
        guard let server = ServerAddress(url: "https://h:6443", assumesTLS: false) else { return }
        let access = ClusterAccess(contextName: "prod", clusterName: "c", userName: "u", server: server)
        try requireEqual(rules.firstWarning == nil, rules.problem == nil, "a warning for a problem")
        if rules.problem != nil {
            try require(rules.rules.isEmpty, "rules of a file that is wrong")
            try require(rules.readOnlyReason(for: access) != nil, "a file that is wrong forbids nothing")
        } else if !rules.rules.isEmpty {
            // A second document would be passed over.
            let again = ContextRules(file: "/c", bytes: bytes + Array("\n---\ncontexts: []\n".utf8))
            try require(again.problem != nil, "a second document is passed over")
        }
    }

    /// Whether words are fit for one line on a screen.
    static func checkWords(_ words: String, _ bytes: [UInt8]) throws {
        try require(
            words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, words.debugDescription)
        try require(words.utf8.count <= 6 * bytes.count + 400, "\(words.utf8.count) bytes of words")
    }

    private static func checkServer(_ server: ServerAddress) throws {
        try requireEqual(ServerAddress(url: server.description), server, "\(server) read again")
    }

    /// Certificates and keys of a file that may hold both.
    private static let certificates = FuzzedParser(
        name: "certificates",
        tokens: [
            "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n",
            "-----END PRIVATE KEY-----\n", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN EC PRIVATE KEY-----\n",
            "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-128-CBC,00\n", "=", "AAAA", "MIIB", "\r\n", "-----",
        ], sizeLimit: 2048
    ) { bytes in
        var access = ClusterAccess(
            contextName: "dev", clusterName: "c", userName: "u", server: ServerAddress(host: "h", port: 443))
        access.certificateAuthority = .data(Secret(bytes))
        if (try? TLSSetup(access, now: Timestamp(seconds: 1_795_262_624))) == nil { access.certificateAuthority = nil }
        access.clientCertificate = .data(Secret(bytes))
        access.clientKey = .data(Secret(bytes))
        let setup = Result { () throws(KubeconfigFailure) in
            try TLSSetup(access, now: Timestamp(seconds: 1_795_262_624))
        }
        switch setup {
        case .success(let setup): try require(setup.warnings.count <= 2, "\(setup.warnings)")
        case .failure(let failure): try checkWords(failure.description, bytes)
        }
        _ = CertificateFacts.read(pem: bytes)
        _ = CertificateFacts(der: bytes)
    }

    /// URLs of servers and proxies, and entries of NO_PROXY.
    private static let address = FuzzedParser(
        name: "address",
        tokens: [
            "http://", "https://", "socks5://", "://", "//", ":", "@", "[", "]", "::1", "%", "%41", "%zz", "/", "?",
            "#", ".",
            "*.", "*", "/8", "/33", "/-1", "127.", "0.0.0.0", "256.1.1.1", ":0", ":65536", ":+1", "\u{301}", "İ",
            "\u{0}", " ",
            "\t", "\r\n", "é", "xn--",
        ], sizeLimit: 120, hugeSize: 4096, seedsAreLines: true
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let server = ServerAddress(url: text) {
            try checkServer(server)
            try require((1...65535).contains(server.port), "the port \(server.port)")
            try require(server.description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(server)")
        }
        if let proxy = ProxyAddress(url: text) {
            var plain = proxy
            plain.credential = nil
            try requireEqual(ProxyAddress(url: proxy.description), plain, "\(proxy) read again")
        }
        let environment = ProxyEnvironment(["HTTPS_PROXY": text, "http_proxy": text, "NO_PROXY": text])
        for host in ["10.1.2.3", "a.example.com", "fd00::1"] {
            _ = environment.proxyURL(for: ServerAddress(host: host, port: 6443))
        }
    }

    private static let httpDate = FuzzedParser(
        name: "http-date",
        tokens: [
            "Sun,", "Jan", "Feb", "Dec", "GMT", "UTC", " ", "  ", "29", "31", "+1", "-1", "0", "24:00:00", "23:59:60",
            ".5",
            "1994", "9999", "0000", "+994", "\u{301}",
        ], sizeLimit: 64, hugeSize: 2048, seedsAreLines: true
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let moment = HTTPDate.parse(text) else { return }
        let words = moment.rfc3339.split { "-T:Z".contains($0) }.map(String.init)
        try require(words.count == 6 && words[5].count == 2, "\(text.debugDescription) is \(moment.rfc3339)")
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][(Int(words[1]) ?? 1) - 1]
        let again = "Sun, \(words[2]) \(month) \(words[0]) \(words[3]):\(words[4]):\(words[5]) GMT"
        try requireEqual(HTTPDate.parse(again), moment, "\(text.debugDescription) written as \(again)")
    }

    /// What a server offers, and its version.
    private static let discovery = FuzzedParser(
        name: "discovery",
        tokens: [
            "{", "}", "[", "]", ",", ":", "\"", "null", "{}", "[]", #""kind":"APIGroupDiscoveryList""#, #""items":["#,
            #""groups":["#, #""resources":["#, #""versions":[{"version":"v1"}]"#, #""name":"pods/log""#,
            #""verbs":["list"]"#,
            #""shortNames":["po"]"#, #""freshness":"Stale""#, #""gitVersion":"v1.36.2""#, #""minor":"36+""#,
        ]
    ) { bytes in
        guard let answer = bytes.withBytes({ raw in try? JSONValue(parsing: raw) }) else { return }
        _ = ServerVersion(answer)
        let aggregated = Discovery.aggregated(answer)
        let versions = Discovery.versions(answer)
        let listed = Discovery.resources(answer, of: GroupVersion(group: "apps", version: "v1"))
        try require(versions.count <= bytes.count, "more versions than bytes")
        let all = (aggregated?.resources ?? []) + listed
        try require(all.count <= bytes.count, "more resources than bytes")
        let discovery = Discovery(all, failures: aggregated?.failures ?? [])
        try requireEqual(Set(discovery.resources.map(\.groupResource)).count, discovery.resources.count, "each once")
        for decoder in KindDecoder.all {
            guard let resource = discovery.resource(for: decoder.kind) else { continue }
            try requireEqual(resource.groupResource, decoder.kind.groupResource, "the resource of a kind")
        }
    }
}

extension Result where Failure == KubeconfigFailure {
    /// Why there is no value, in words.
    fileprivate var problem: String? {
        if case .failure(let failure) = self { failure.description } else { nil }
    }
}
