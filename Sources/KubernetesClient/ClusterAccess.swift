/// Everything that is needed to connect to one cluster as one user.
///
/// Descriptions hide every secret.
public struct ClusterAccess: Sendable, Hashable {
    /// Bytes of a certificate or key: from the kubeconfig itself, or in a file of their own.
    public enum Material: Sendable, Hashable {
        /// The bytes, already decoded from base64.
        case data(Secret)
        /// The absolute path of a file.
        case file(String)
    }

    /// A bearer token.
    public enum BearerToken: Sendable, Hashable {
        /// The token itself.
        case value(Secret)
        /// The absolute path of a file, which is read again every minute because such tokens are renewed in place.
        case file(String)
    }

    /// User name and password of HTTP basic authentication.
    public struct BasicCredential: Sendable, Hashable {
        /// The user name.
        public var username: String
        /// The password.
        public var password: Secret

        /// A name with its password.
        public init(username: String, password: Secret) {
            self.username = username
            self.password = password
        }
    }

    /// The user to act as.
    ///
    /// Source: `as`, `as-uid`, `as-groups`, `as-user-extra`.
    public struct Impersonation: Sendable, Hashable {
        /// The user name.
        public var user: String
        /// The user's UID; `nil` when not set.
        public var uid: String?
        /// The groups.
        public var groups: [String]
        /// Further values by key.
        public var extra: [String: [String]]

        /// A user to act as.
        public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
            self.user = user
            self.uid = uid
            self.groups = groups
            self.extra = extra
        }
    }

    /// The name of the context.
    public var contextName: String
    /// The name of the cluster entry.
    public var clusterName: String
    /// The name of the user entry; empty for none.
    public var userName: String
    /// The context's namespace; `nil` when it names none.
    public var namespace: String?
    /// The address of the API server.
    public var server: ServerAddress
    /// The authorities that may sign the server's certificate; `nil` for those of the system.
    public var certificateAuthority: Material?
    /// The client certificate with its chain.
    public var clientCertificate: Material?
    /// The key of the client certificate.
    public var clientKey: Material?
    /// The bearer token.
    public var bearerToken: BearerToken?
    /// User name and password.
    public var basicCredential: BasicCredential?
    /// The program that gets the credential, where none of the above is there.
    public var execPlugin: ExecPlugin?
    /// Whether the server's certificate is not verified.
    public var insecureSkipTLSVerify = false
    /// The name that the server's certificate must carry, where it is not the host of the address.
    public var tlsServerName: String?
    /// The user to act as.
    public var impersonation: Impersonation?
    /// The proxy to connect through.
    public var proxy: ProxyAddress?
    /// Whether to ask the server not to compress.
    public var disableCompression = false
    /// Why nothing may be changed, such as `--read-only` or the line of a rule; `nil` when changes are allowed.
    ///
    /// A client that is made with it refuses every change before anything is sent.
    public var readOnlyReason: String?
    /// The rule that would forbid changes if `--allow-changes` did not lift it; `nil` for none.
    public var liftedRule: String?
    /// Whether whoever changes something types the context's name first.
    public var confirmsByName = false
    /// The file in which the user entry is; `nil` in a cluster or when made by hand.
    public var file: String?

    /// Anonymous access to a server.
    public init(
        contextName: String, clusterName: String, userName: String, namespace: String? = nil, server: ServerAddress
    ) {
        self.contextName = contextName
        self.clusterName = clusterName
        self.userName = userName
        self.namespace = namespace
        self.server = server
    }
}

extension ClusterAccess: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Such as `dev: https://10.0.0.1:6443 as dev-user`.
    public var description: String {
        "\(contextName): \(server)" + (userName.isEmpty ? "" : " as \(userName)")
    }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// A mirror with the description alone.
    public var customMirror: Mirror { Mirror(self, children: ["access": description]) }
}
