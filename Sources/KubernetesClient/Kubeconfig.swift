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

    /// The context that is used when none is asked for.
    ///
    /// Source: `current-context` of the first file that sets it.
    public var currentContext: String?
    /// All contexts, in the order of the files.
    public var contexts: [Context]
    /// What was passed over while reading.
    public var warnings: [String]
    /// The files, or parts of files, that could not be read beside those that could.
    public internal(set) var problems: [KubeconfigFailure]
    /// The files that were read, first wins.
    public internal(set) var files: [String]
    /// Whether reading again gives the same: a pipe gives its bytes once.
    public internal(set) var canBeReadAgain: Bool

    var clusters: [Entry<Cluster>]
    var users: [Entry<User>]
    var proxies: ProxyEnvironment
    /// Where contexts stand, by name.
    var contextPlaces: [String: Place]
    /// Why contexts cannot be used, by name.
    var contextFailures: [String: KubeconfigFailure]
    /// A file that cannot be read and that would have been the first to name the current context.
    var unknownCurrentContext: KubeconfigFailure?
    /// Entries that do not count: another file, which comes first, has one of that name.
    var hidden: [HiddenEntry]
    /// The file that `currentContext` is from; `nil` when none sets it.
    var fileOfCurrentContext: String?
    /// The first file after it that sets one too.
    public internal(set) var fileOfNextCurrentContext: String?
    /// Where credential programs are looked for, as in `PATH`; `nil` where nobody looks.
    var searchPath: String?
    /// The namespace of the pod that we run in, for contexts without one.
    var podNamespace: String?

    /// A named entry and where it stands.
    struct Entry<Value: Sendable>: Sendable {
        var name: String
        var place: Place
        /// The entry's value, or why it cannot be used.
        var value: Result<Value, KubeconfigFailure>
    }

    /// An entry that another file's of that name stands before.
    struct HiddenEntry: Sendable {
        /// `cluster`, `user` or `context`.
        var what: String
        var name: String
        var place: Place
        /// Its fields, where it is a context that can be read.
        var context: Context?
        /// Whether it says the same as the one that counts.
        var isSame = false
    }

    /// Where in which file an entry is.
    struct Place: Sendable {
        var file: String
        var line: Int?
    }

    /// A cluster entry as the file has it; paths are absolute.
    struct Cluster: Sendable, Hashable {
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
    struct User: Sendable, Hashable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: Secret?
        var token: Secret?
        var tokenFile: String?
        var username: String?
        var password: Secret?
        var impersonation = Impersonation()
        /// The fields of `exec`, or why they cannot be used.
        var exec: Result<ExecPlugin, ExecProblem>?
        var authProvider: AuthProvider?
    }

    /// The fields `as`, `as-uid`, `as-groups` and `as-user-extra`.
    struct Impersonation: Sendable, Hashable {
        var user: String?
        var uid: String?
        var groups: [String] = []
        var extra: [String: [String]] = [:]
    }

    /// The field `auth-provider`, which came before `exec`.
    struct AuthProvider: Sendable, Hashable {
        var name: String
        /// The ID token of `oidc`.
        var idToken: Secret?
        /// Whether its fields hold something that nobody else should read.
        var holdsSecret = false
    }

    /// What is wrong with `exec`, and what to do.
    struct ExecProblem: Error, Hashable {
        var problem: String
        var remedy: String
    }

    /// A configuration of nothing.
    init(proxies: ProxyEnvironment = ProxyEnvironment([:])) {
        contexts = []
        warnings = []
        problems = []
        files = []
        canBeReadAgain = true
        clusters = []
        users = []
        self.proxies = proxies
        contextPlaces = [:]
        contextFailures = [:]
        hidden = []
    }
}
