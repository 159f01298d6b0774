import Access
import KubernetesModel

/// What a credential says of itself, without asking anybody and without what is secret of it.
public struct CredentialFacts: Sendable, Hashable {
    /// What is shown to the server.
    public enum Kind: Sendable, Hashable {
        /// A client certificate; `nil` when it cannot be read.
        case certificate(CertificateFacts?)
        /// A token; `nil` when it is no JSON web token, as those of EKS.
        case token(JSONWebToken?)
        /// A program that gets the credential when it is needed.
        case program(String)
        /// A user name and password.
        case password(username: String)
        /// Nothing: the server takes one for `system:anonymous`.
        case nothing
    }

    /// What is shown to the server.
    public var kind: Kind
    /// The last four characters of a token; empty otherwise.
    public var lastFour = ""
    /// The file that it is in; `nil` when it is in none.
    public var file: String?
    /// The certificates that come with a client certificate, which the server is shown too.
    public var chain: [CertificateFacts] = []

    /// When it ends; `nil` when that cannot be seen.
    public var expiry: Timestamp? {
        switch kind {
        case .certificate(let facts): facts?.notAfter
        case .token(let token): token?.expiry
        case .program, .password, .nothing: nil
        }
    }

    /// Who it says one is; `nil` when it does not.
    public var identity: UserIdentity? {
        switch kind {
        case .certificate(let facts?) where !facts.subject.commonName.isEmpty:
            UserIdentity(username: facts.subject.commonName, groups: facts.subject.organizations)
        case .token(let token?) where !token.subject.isEmpty:
            UserIdentity(username: token.subject, groups: token.groups)
        case .password(let username): UserIdentity(username: username)
        default: nil
        }
    }

    /// Such as `client certificate CN=admin, O=system:masters`.
    public var words: String {
        switch kind {
        case .certificate(let facts?):
            let organizations = facts.subject.organizations.map { ", O=\($0)" }.joined()
            return KubeconfigFailure.oneLine("client certificate CN=\(facts.subject.commonName)\(organizations)")
        case .certificate(nil): return "client certificate that cannot be read"
        case .token(let token?):
            let subject = token.subject.isEmpty ? "" : " of \(token.subject)"
            return KubeconfigFailure.oneLine("token …\(lastFour)\(subject)")
        case .token(nil): return "token …\(lastFour)"
        case .program(let command): return KubeconfigFailure.oneLine("what the program \(command) gives")
        case .password(let username): return KubeconfigFailure.oneLine("password of \(username)")
        case .nothing: return "none"
        }
    }
}

extension CredentialFacts {
    /// A token; `nil` for one that cannot be read.
    init(token secret: Secret?, file: String? = nil) {
        let text = secret?.text ?? ""
        // Of a short one four characters would be too much.
        let lastFour = text.utf8.count >= 16 ? String(text.suffix(4)) : ""
        self.init(kind: .token(secret.flatMap { JSONWebToken($0) }), lastFour: lastFour, file: file)
    }

    /// A client certificate and what comes with it; `nil` for one that cannot be read.
    init(certificates: [CertificateFacts]?, file: String? = nil) {
        self.init(kind: .certificate(certificates?.first), file: file)
        chain = Array(certificates?.dropFirst() ?? [])
    }
}

extension KubernetesClient {
    /// What the program of an exec plugin gave last; `nil` when there is none, or it has not been run.
    ///
    /// Its end may be known although the credential does not say it.
    public func programCredential() async -> (facts: CredentialFacts, expiry: Timestamp?)? {
        guard let held = await transport.credentials.held else { return nil }
        let facts =
            if let certificate = held.certificate {
                CredentialFacts(certificates: CertificateFacts.read(pem: certificate.chain.bytes))
            } else {
                CredentialFacts(token: held.token)
            }
        return (facts, held.expiration ?? facts.expiry)
    }
}

extension ClusterAccess {
    /// What is shown to the server, as far as it can be seen without running a program; files are read.
    public var credential: CredentialFacts {
        if let token = bearerToken {
            let secret: Secret?
            var path = file
            switch token {
            case .value(let value): secret = value
            case .file(let file):
                path = file
                secret = (try? LocalFile.read(file)).flatMap { Secret(header: Secret($0)) }
            }
            return CredentialFacts(token: secret, file: path)
        }
        if let certificate = clientCertificate {
            switch certificate {
            case .data(let secret):
                return CredentialFacts(certificates: CertificateFacts.read(pem: secret.bytes), file: file)
            case .file(let path):
                return CredentialFacts(
                    certificates: (try? LocalFile.read(path)).flatMap { CertificateFacts.read(pem: $0) }, file: path)
            }
        }
        if let basicCredential {
            return CredentialFacts(kind: .password(username: basicCredential.username), file: file)
        }
        if let execPlugin { return CredentialFacts(kind: .program(execPlugin.name), file: file) }
        return CredentialFacts(kind: .nothing)
    }
}
