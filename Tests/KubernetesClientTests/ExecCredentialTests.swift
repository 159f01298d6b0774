import KubernetesModel
import Testing

@testable import KubernetesClient

/// What credential programs print, and what is said of it.
struct ExecCredentialTests {
    private func read(
        _ text: String, _ version: ExecPlugin.APIVersion = .v1
    ) throws(ExecCredential.Failure) -> ExecCredential {
        try ExecCredential(answer: Array(text.utf8), apiVersion: version)
    }

    private func answer(_ status: String, _ version: String = "client.authentication.k8s.io/v1") -> String {
        #"{"apiVersion":"\#(version)","kind":"ExecCredential","spec":{"interactive":false},"status":\#(status)}"#
    }

    @Test func aTokenWithItsEnd() throws {
        let credential = try read(answer(#"{"token":" abc\n","expirationTimestamp":"2026-11-21T12:03:44Z"}"#))
        #expect(credential.token == Secret("abc"))
        #expect(credential.expiration == Timestamp("2026-11-21T12:03:44Z"))
        #expect(credential.certificate == nil)
    }

    @Test func aCertificateWithItsKey() throws {
        let credential = try read(answer(#"{"clientCertificateData":"C","clientKeyData":"K","token":null}"#))
        #expect(credential.certificate == Secret("C"))
        #expect(credential.key == Secret("K"))
        #expect(credential.token == nil)
    }

    @Test func theOlderVersion() throws {
        let text = answer(#"{"token":"abc"}"#, "client.authentication.k8s.io/v1beta1")
        #expect(try read(text, .v1beta1).token == Secret("abc"))
    }

    @Test(arguments: [
        ("", "printed nothing"), (" \n", "printed nothing"), ("hush-token", "printed something that is not JSON"),
        (#"{"kind":"Status"}"#, "printed JSON that is no ExecCredential"),
        ("[]", "printed JSON that is no ExecCredential"),
        (
            #"{"kind":"ExecCredential"}"#,
            "speaks no apiVersion, but the kubeconfig says client.authentication.k8s.io/v1"
        ),
        (
            #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"hush"}}"#,
            "speaks client.authentication.k8s.io/v1beta1, but the kubeconfig says client.authentication.k8s.io/v1"
        ),
    ])
    func whatIsNoAnswer(text: String, words: String) {
        #expect(throws: ExecCredential.Failure(words: words)) { try read(text) }
    }

    @Test(arguments: [
        ("null", "gave no status, and so no credential"), ("{}", "gave neither token nor certificate"),
        (#"{"token":""}"#, "gave neither token nor certificate"),
        (#"{"token":"hush hush"}"#, "gave a token with characters that no token has"),
        (#"{"token":"hush\u0000"}"#, "gave a token with characters that no token has"),
        (#"{"clientCertificateData":"C"}"#, "gave a client certificate without its key"),
        (#"{"clientKeyData":"hush"}"#, "gave a client key without a certificate"),
        (
            #"{"token":"hush","expirationTimestamp":"soon"}"#,
            "gave an expirationTimestamp that is no RFC 3339 time"
        ),
    ])
    func whatHoldsNoCredential(status: String, words: String) {
        #expect(throws: ExecCredential.Failure(words: words)) { try read(answer(status)) }
        #expect(!words.contains("hush"))
    }
}
