/// Something in a kubeconfig that does not work, or that its owner should know.
public struct KubeconfigFinding: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Good to know.
        case hygiene
        /// It works, but is dangerous or will not last.
        case degraded
        /// It does not work.
        case broken

        /// The order of the cases.
        public static func < (left: Severity, right: Severity) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What looks for it.
    public var rule: KubeconfigRule
    /// How bad it is.
    public var severity: Severity
    /// Where it is.
    public var file: String
    /// The line in that file, counted from 1; `nil` where it is about the whole file.
    public var line: Int?
    /// The entry it is in, such as `user "dev"`; empty where it is in none.
    public var entry: String
    /// What is wrong, in one line without secrets.
    public var title: String
    /// What to do.
    public var nextStep: String

    /// Such as `config:12: broken: user "dev": ... [kc-exec]`, on one line, and what to do.
    public var text: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = entry.isEmpty ? "" : "\(entry): "
        return "\(place): \(severity.rawValue): \(subject)\(title) [\(rule.rawValue)]\n    \(nextStep)"
    }
}

/// What is looked for in kubeconfigs.
public enum KubeconfigRule: String, Sendable, Hashable, CaseIterable {
    case unreadable = "kc-unreadable"
    case notFound = "kc-not-found"
    case badEntry = "kc-bad-entry"
    case contextMissing = "kc-context-missing"
    case danglingCluster = "kc-dangling-cluster"
    case danglingUser = "kc-dangling-user"
    case noServer = "kc-no-server"
    case badProxyURL = "kc-bad-proxy-url"
    case badNamespace = "kc-bad-namespace"
    case fileMissing = "kc-file-missing"
    case badCertificate = "kc-bad-certificate"
    case bothDataAndFile = "kc-both-data-and-file"
    case keyWithoutCertificate = "kc-key-without-cert"
    case manyCredentials = "kc-many-auth"
    case exec = "kc-exec"
    case impersonatesNobody = "kc-impersonate-no-user"
    case duplicateName = "kc-duplicate-name"
    case permissions = "kc-perms"
    case insecure = "kc-insecure-skip-tls"
    case plainServer = "kc-http-server"
    case insecureWithAuthority = "kc-skip+ca"
    case plaintextPassword = "kc-plaintext-password"
    case staticToken = "kc-static-token"
    case tokenExpiry = "kc-token-expiry"
    case certificateExpiry = "kc-cert-expiry"
    case masters = "kc-masters"
    case sameServer = "kc-same-server-many-names"
    case production = "kc-prod-default"
    case serverName = "kc-tls-name"
    case proxy = "kc-proxy"
    case skew = "kc-skew"

    /// What it looks for, in one line.
    public var title: String {
        switch self {
        case .unreadable: "a file that is no kubeconfig, or cannot be read"
        case .notFound: "a file of KUBECONFIG that does not exist"
        case .badEntry: "an entry whose fields are of another form than they must be"
        case .contextMissing: "a current-context that does not exist"
        case .danglingCluster: "a context whose cluster does not exist"
        case .danglingUser: "a context whose user does not exist"
        case .noServer: "a cluster without a server, or with one that is no URL"
        case .badProxyURL: "a proxy-url that is no http, https or socks5 URL"
        case .badNamespace: "a context whose namespace is no DNS label"
        case .fileMissing: "a certificate, key or token file that cannot be read"
        case .badCertificate: "a certificate that is not one, or a key that is not its own"
        case .bothDataAndFile: "a certificate or key that is given twice, as data and as a file"
        case .keyWithoutCertificate: "a client certificate without its key, or a key without its certificate"
        case .manyCredentials: "a user with several credentials of which one counts or none"
        case .exec: "a credential program that cannot run"
        case .impersonatesNobody: "groups, a UID or extra values to act with, but no user to act as"
        case .duplicateName: "a name that is there twice, so that one entry hides the other"
        case .permissions: "credentials that others on this machine can read or replace"
        case .insecure: "a server whose certificate is not verified"
        case .plainServer: "a server without TLS on another machine"
        case .insecureWithAuthority: "insecure-skip-tls-verify beside a certificate authority"
        case .plaintextPassword: "a password in plain text"
        case .staticToken: "a token that does not end"
        case .tokenExpiry: "a token that has expired, or is not valid yet"
        case .certificateExpiry: "a certificate that has expired, soon will, or is not valid yet"
        case .masters: "a client certificate of system:masters, which no rule can limit or take away"
        case .sameServer: "one server under several names"
        case .production: "a current-context that looks like production"
        case .serverName: "a server whose certificate is for other names"
        case .proxy: "a proxy between here and the server"
        case .skew: "a clock that differs from the server's, or a server past its end of life"
        }
    }

    /// Whether only the server can tell; then it is not looked for.
    public var needsServer: Bool { self == .serverName || self == .skew }
}

/// What was found in kubeconfigs.
public struct KubeconfigReport: Sendable, Hashable {
    /// The files that were looked at, in their order.
    public var files: [String] = []
    /// By file, then by line.
    public var findings: [KubeconfigFinding] = []
    /// What could not be looked for, and why.
    public var notEvaluated: [KubeconfigRule: String] = [:]
}
