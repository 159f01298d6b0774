/// The clusters, users and contexts of one or more kubeconfig files, merged as kubectl merges them.
public struct Kubeconfig: Sendable {
    /// A pairing of a cluster with a user.
    public struct Context: Sendable, Hashable {
        /// The context's name.
        public var name: String
        /// The name of its cluster entry.
        public var cluster: String
        /// The name of its user entry; empty for anonymous access.
        public var user: String
        /// The namespace to start in; `nil` when not set.
        public var namespace: String?
    }

    /// What can be said of a context without connecting.
    public struct Summary: Sendable, Hashable {
        /// The server's URL without credentials; empty when unknown.
        public var server: String
        /// Why the context cannot be used; `nil` when nothing is seen to be wrong.
        public var problem: String?
    }

    /// The context that is used when none is asked for.
    ///
    /// Source: `current-context`.
    public var currentContext: String?
    /// All contexts, in the order of the files.
    public var contexts: [Context]
    /// What was passed over while reading.
    public var warnings: [String]
    /// The files that were read, first wins.
    public internal(set) var files: [String]

    var clusters: [Entry<Cluster>]
    var users: [Entry<User>]
    var proxies: ProxyEnvironment

    /// A named entry and where it stands.
    struct Entry<Value: Sendable>: Sendable {
        var name: String
        var place: Place
        /// The entry's value, or why it cannot be used.
        var value: Result<Value, KubeconfigFailure>
    }

    /// Where in which file an entry is.
    struct Place: Sendable {
        var file: String
        var line: Int?
    }

    /// A cluster entry as the file has it; paths are absolute.
    struct Cluster: Sendable {
        var server = ""
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var insecureSkipTLSVerify = false
        var tlsServerName: String?
        var proxyURL: String?
        var disableCompression = false
        /// The extension `client.authentication.k8s.io/exec` as JSON.
        var execConfiguration: Secret?
    }

    /// A user entry as the file has it; paths are absolute.
    struct User: Sendable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: Secret?
        var token: Secret?
        var tokenFile: String?
        var username: String?
        var password: Secret?
        var impersonation: ClusterAccess.Impersonation?
        /// The fields of `exec`, or why they cannot be used.
        var exec: Result<ExecPlugin, ExecProblem>?
        /// The name of `auth-provider`.
        var authProvider: String?
    }

    /// What is wrong with `exec`, and what to do.
    struct ExecProblem: Error {
        var problem: String
        var remedy: String
    }

    /// A configuration of nothing.
    init(proxies: ProxyEnvironment = ProxyEnvironment([:])) {
        contexts = []
        warnings = []
        files = []
        clusters = []
        users = []
        self.proxies = proxies
    }
}
