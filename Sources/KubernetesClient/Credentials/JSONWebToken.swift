import FoundationEssentials
import KubernetesModel

/// What can be read in a JSON web token without knowing who signed it (RFC 7519).
public struct JSONWebToken: Sendable, Hashable {
    /// Who made it (`iss`); empty when it does not say.
    public let issuer: String
    /// Whom it is for (`sub`), such as `system:serviceaccount:shop:viewer`; empty when it does not say.
    public let subject: String
    /// The address of whom it is for (`email`), as OpenID Connect has it; empty when it does not say.
    public let email: String
    /// The groups that it claims (`groups`).
    public let groups: [String]
    /// For whom it is to be accepted (`aud`).
    public let audiences: [String]
    /// The pod that the token of a ServiceAccount ends with, such as `shop/web-0`; empty for none.
    public let pod: String
    /// The node of that pod; empty when it does not say.
    public let node: String
    /// Whether it is a token from a Secret of a ServiceAccount, which never ends.
    public let isFromSecret: Bool
    /// When it was made (`iat`).
    public let issuedAt: Timestamp?
    /// From when it is valid (`nbf`); `nil` when it does not say.
    public let notBefore: Timestamp?
    /// When it stops being valid (`exp`); `nil` when it does not say.
    public let expiry: Timestamp?

    /// Reads a token; `nil` for one of another form.
    init?(_ token: Secret) {
        let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count <= 64 << 10 else { return nil }
        guard let payload = Self.decoded(parts[1]),
            let claims = payload.withUnsafeBytes({ try? JSONValue(parsing: $0) }), case .object = claims
        else { return nil }
        func text(_ key: String) -> String {
            if case .string(let text)? = claims[key] { text } else { "" }
        }
        func time(_ key: String) -> Timestamp? {
            guard case .number(let text)? = claims[key], let seconds = Double(text), abs(seconds) < 1e12 else {
                return nil
            }
            return Timestamp(seconds: Int64(seconds))
        }
        issuer = text("iss")
        subject = text("sub")
        email = text("email")
        switch claims["aud"] {
        case .string(let text)?: audiences = [text]
        case .array(let elements)?:
            audiences = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        default: audiences = []
        }
        let binding = claims["kubernetes.io"]
        func bound(_ keys: String...) -> String {
            if case .string(let text)? = keys.reduce(binding, { $0?[$1] }) { text } else { "" }
        }
        let name = bound("pod", "name")
        pod = name.isEmpty ? "" : "\(bound("namespace"))/\(name)"
        node = bound("node", "name")
        isFromSecret = text("iss") == "kubernetes/serviceaccount"
        issuedAt = time("iat")
        notBefore = time("nbf")
        expiry = time("exp")
        if case .array(let elements)? = claims["groups"] {
            groups = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        } else {
            groups = []
        }
    }

    /// The bytes of a text in base64url without padding (RFC 4648, section 5); `nil` for any other.
    static func decoded(_ text: Substring) -> [UInt8]? {
        var base64 = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64).map { Array($0) }
    }
}
