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
    /// What is shown too, and looked at only where this is not taken: the token beside a client certificate.
    public var beside: [CredentialFacts] = []
    /// When a token of EKS ends, which is no JSON web token; `nil` for any other.
    var endOfPresigned: Timestamp?

    /// When it ends; `nil` when that cannot be seen.
    public var expiry: Timestamp? {
        switch kind {
        case .certificate(let facts): facts?.notAfter
        case .token(let token): token?.expiry ?? endOfPresigned
        case .program, .password, .nothing: nil
        }
    }

    /// From when it is valid, where that is still to come; `nil` when it is, or does not say.
    ///
    /// - Parameter now: What time it is.
    /// - Returns: For a token as servers see it, which let clocks differ by a minute.
    public func beginning(after now: Timestamp) -> Timestamp? {
        switch kind {
        case .certificate(let facts): facts.map(\.notBefore).flatMap { $0 > now ? $0 : nil }
        case .token(let token): token?.notBefore.flatMap { $0.seconds &- now.seconds > 60 ? $0 : nil }
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
        endOfPresigned = Self.endOfPresigned(text)
    }

    /// When a token of EKS ends: a signed request for STS, which counts for 15 minutes, whatever `X-Amz-Expires` says.
    ///
    /// Source: aws-iam-authenticator, `pkg/token`.
    private static func endOfPresigned(_ text: String) -> Timestamp? {
        let (prefix, key) = ("k8s-aws-v1.", "X-Amz-Date=")
        guard text.hasPrefix(prefix), text.utf8.count <= 64 << 10,
            let url = JSONWebToken.decoded(text.dropFirst(prefix.count)).map({ String(decoding: $0, as: UTF8.self) }),
            let start = url.firstRange(of: key)?.upperBound
        else { return nil }
        // Such as 20261121T120000Z.
        let digits = Array(url[start...].utf8.prefix(16).map { Character(Unicode.Scalar($0)) })
        guard digits.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        let made = Timestamp(
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
        return made.map { Timestamp(seconds: $0.seconds + 15 * 60) }
    }

    /// A client certificate and what comes with it; `nil` for one that cannot be read.
    init(certificates: [CertificateFacts]?, file: String? = nil, beside: [CredentialFacts] = []) {
        self.init(kind: .certificate(certificates?.first), file: file)
        chain = Array(certificates?.dropFirst() ?? [])
        self.beside = beside
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
                CredentialFacts(
                    certificates: CertificateFacts.read(pem: certificate.chain.bytes),
                    beside: held.token.map { [CredentialFacts(token: $0)] } ?? [])
            } else {
                CredentialFacts(token: held.token)
            }
        return (facts, held.expiration ?? facts.expiry)
    }
}

extension ClusterAccess {
    /// What is shown to the server, as far as it can be seen without running a program; files are read.
    ///
    /// Beside a client certificate a token counts only where the server does not take the certificate: it looks at that
    /// first.
    public var credential: CredentialFacts {
        let token = bearerToken.map { facts(of: $0) }
        if let certificate = clientCertificate.map({ facts(of: $0, beside: token) }) {
            if token == nil || certificate.kind != .certificate(nil) { return certificate }
        }
        if let token { return token }
        if let basicCredential {
            return CredentialFacts(kind: .password(username: basicCredential.username), file: file)
        }
        if let execPlugin { return CredentialFacts(kind: .program(execPlugin.name), file: file) }
        return CredentialFacts(kind: .nothing)
    }

    private func facts(of token: BearerToken) -> CredentialFacts {
        switch token {
        case .value(let value): return CredentialFacts(token: value, file: file)
        case .file(let path):
            let secret = (try? LocalFile.read(path)).flatMap { Secret(header: Secret($0)) }
            return CredentialFacts(token: secret, file: path)
        }
    }

    private func facts(of certificate: Material, beside token: CredentialFacts?) -> CredentialFacts {
        let beside = token.map { [$0] } ?? []
        switch certificate {
        case .data(let secret):
            return CredentialFacts(certificates: CertificateFacts.read(pem: secret.bytes), file: file, beside: beside)
        case .file(let path):
            let certificates = (try? LocalFile.read(path)).flatMap { CertificateFacts.read(pem: $0) }
            return CredentialFacts(certificates: certificates, file: path, beside: beside)
        }
    }
}
