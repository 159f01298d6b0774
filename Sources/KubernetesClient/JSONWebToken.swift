import FoundationEssentials
import KubernetesModel

/// What can be read in a JSON web token without knowing who signed it.
struct JSONWebToken {
    /// When it stops being valid; `nil` when it does not say.
    let expiry: Timestamp?

    /// Reads a token; `nil` for one of another form.
    init?(_ token: Secret) {
        let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count <= 64 << 10 else { return nil }
        var base64 = String(parts[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let payload = Data(base64Encoded: base64),
            let claims = Array(payload).withUnsafeBytes({ try? JSONValue(parsing: $0) }), case .object = claims
        else { return nil }
        if case .number(let text)? = claims["exp"], let seconds = Double(text), abs(seconds) < 1e12 {
            expiry = Timestamp(seconds: Int64(seconds))
        } else {
            expiry = nil
        }
    }
}
