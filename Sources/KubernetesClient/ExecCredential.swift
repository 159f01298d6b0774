import FoundationEssentials
import KubernetesModel

/// What a credential program answers.
///
/// Source: ExecCredential of client.authentication.k8s.io.
struct ExecCredential: Sendable, Equatable {
    /// The bearer token.
    var token: Secret?
    /// A client certificate with its chain, in PEM.
    var certificate: Secret?
    /// The certificate's key, in PEM.
    var key: Secret?
    /// When the credential ends; `nil` when the program does not say.
    var expiration: Timestamp?

    /// Why an answer is of no use, in words that follow the program's name.
    struct Failure: Error, Equatable {
        var words: String
    }

    /// Reads an answer.
    init(answer bytes: [UInt8], apiVersion: ExecPlugin.APIVersion) throws(Failure) {
        guard bytes.contains(where: { $0 > 0x20 }) else { throw Failure(words: "printed nothing") }
        guard let document = try? bytes.withUnsafeBytes({ try JSONValue(parsing: $0) }) else {
            throw Failure(words: "printed something that is not JSON")
        }
        guard document.text("kind") == "ExecCredential" else {
            throw Failure(words: "printed JSON that is no ExecCredential")
        }
        let version = document.text("apiVersion") ?? ""
        guard version == apiVersion.rawValue else {
            throw Failure(
                words: "speaks \(version.isEmpty ? "no apiVersion" : KubeconfigFailure.oneLine(version)), "
                    + "but the kubeconfig says \(apiVersion.rawValue)")
        }
        guard let status = document["status"], case .object = status else {
            throw Failure(words: "gave no status, and so no credential")
        }
        if let text = status.text("token"), !text.isEmpty {
            guard let clean = Secret(header: Secret(text)) else {
                throw Failure(words: "gave a token with characters that no token has")
            }
            token = clean
        }
        certificate = status.text("clientCertificateData").flatMap { $0.isEmpty ? nil : Secret($0) }
        key = status.text("clientKeyData").flatMap { $0.isEmpty ? nil : Secret($0) }
        guard (certificate == nil) == (key == nil) else {
            throw Failure(
                words: "gave a client \(key == nil ? "certificate without its key" : "key without a certificate")")
        }
        guard token != nil || certificate != nil else { throw Failure(words: "gave neither token nor certificate") }
        if let text = status.text("expirationTimestamp"), !text.isEmpty {
            guard let time = Timestamp(text) else {
                throw Failure(words: "gave an expirationTimestamp that is no RFC 3339 time")
            }
            expiration = time
        }
    }
}

extension JSONValue {
    /// The text of a string member; `nil` for anything else.
    func text(_ key: String) -> String? {
        if case .string(let text)? = self[key] { text } else { nil }
    }
}
