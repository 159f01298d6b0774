import KubernetesModel

/// A token that a service account got from the server: its claims, and a seal that only this process can make.
struct ServiceAccountToken: Sendable {
    static let audience = "https://kubernetes.default.svc.cluster.local"
    private static let header = Base64.text(
        Array("{\"alg\":\"RS256\",\"kid\":\"ZGVtbw\"}".utf8), isForAddresses: true)

    /// How every token of this server begins.
    static var beginning: String { header + "." }

    var namespace: String
    var account: String
    var uid: String
    var audiences: [String]
    var issued: Timestamp
    var expires: Timestamp
    var id: String

    /// The groups that a service account is in.
    static func groups(namespace: String) -> [String] {
        ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"]
    }

    /// The token as it is sent.
    var text: String {
        let claims = JSONValue.members([
            "aud": .array(audiences.map { .string($0) }), "exp": .integer(Int(expires.seconds)),
            "iat": .integer(Int(issued.seconds)), "iss": .string(Self.audience), "jti": .string(id),
            "kubernetes.io": .members([
                "namespace": .string(namespace),
                "serviceaccount": .members(["name": .string(account), "uid": .string(uid)]),
            ]),
            "nbf": .integer(Int(issued.seconds)),
            "sub": .string("system:serviceaccount:\(namespace):\(account)"),
        ])
        let body = Self.beginning + Base64.text(claims.jsonBytes, isForAddresses: true)
        return body + "." + Self.seal(body)
    }

    /// - Returns: `nil` for a text that this process did not make.
    init?(parsing text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == Self.seal("\(parts[0]).\(parts[1])"), let bytes = Base64.bytes(parts[1]),
            let claims = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) })
        else { return nil }
        let place = claims["kubernetes.io"] ?? .null
        self.init(
            namespace: place.text("namespace"), account: place.text("serviceaccount", "name"),
            uid: place.text("serviceaccount", "uid"),
            audiences: (claims["aud"]?.elements ?? []).compactMap(\.text),
            issued: Timestamp(seconds: Int64(claims.integer("iat"))),
            expires: Timestamp(seconds: Int64(claims.integer("exp"))), id: claims.text("jti"))
    }

    init(
        namespace: String, account: String, uid: String, audiences: [String], issued: Timestamp, expires: Timestamp,
        id: String
    ) {
        self.namespace = namespace
        self.account = account
        self.uid = uid
        self.audiences = audiences
        self.issued = issued
        self.expires = expires
        self.id = id
    }

    /// Who sends it; `nil` when it expired, is for others than the server, or the account is not there any more.
    func user(in store: DemoObjectStore, at now: Timestamp) -> DemoUser? {
        guard now < expires, audiences.contains(Self.audience),
            store.document(of: .serviceAccounts, namespace: namespace, name: account)?.text("metadata", "uid") == uid
        else { return nil }
        var user = DemoUser(
            name: "system:serviceaccount:\(namespace):\(account)", groups: Self.groups(namespace: namespace),
            followsRoles: true)
        user.uid = uid
        user.extra = ["authentication.kubernetes.io/credential-id": ["JTI=\(id)"]]
        return user
    }

    /// A seal as long as that of a real token.
    ///
    /// The standard library keys its hash anew in each process, so that nobody outside can make one.
    private static func seal(_ text: String) -> String {
        var bytes: [UInt8] = []
        for part in 0..<32 {
            var hasher = Hasher()
            hasher.combine(part)
            hasher.combine(text)
            let word = UInt64(bitPattern: Int64(hasher.finalize()))
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return Base64.text(bytes, isForAddresses: true)
    }
}
