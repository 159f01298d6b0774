import Access
import KubernetesClient
import KubernetesModel

extension ClusterAccess {
    /// What may be said of it on a screen.
    package var subject: AccessSubject { subject(given: nil) }

    /// What may be said of it on a screen, with what the program of an exec plugin gave it.
    package func subject(given: (facts: CredentialFacts, expiry: Timestamp?)?) -> AccessSubject {
        let credential = self.credential
        var isFromProgram = false
        if case .program = credential.kind { isFromProgram = true }
        var words = credential.words
        if isFromProgram, let given { words += ": \(given.facts.words)" }
        var subject = AccessSubject(
            context: contextName, server: server.description, credential: words,
            identity: credential.identity ?? (isFromProgram ? given?.facts.identity : nil),
            expiry: credential.expiry ?? (isFromProgram ? given?.expiry : nil), isFromProgram: isFromProgram,
            file: credential.file, actsAs: impersonation?.user)
        subject.hasCredential = credential.kind != .nothing
        let facts = isFromProgram ? given?.facts : credential
        subject.details = (facts?.details ?? []) + (facts?.also ?? []) + renewal + warnings
        return subject
    }

    /// How the credential is renewed.
    private var renewal: [AccessSubject.Detail] {
        if case .file(let path)? = bearerToken {
            return [.init("Renewed", "\(path) is read again every minute")]
        }
        if bearerToken == nil, clientCertificate == nil, let execPlugin {
            // Its arguments may hold a secret.
            return [.init("Renewed", "by the program \(execPlugin.name), before it ends")]
        }
        return []
    }

    /// What weakens the connection, and whom one acts as.
    private var warnings: [AccessSubject.Detail] {
        var details: [AccessSubject.Detail] = []
        if !server.usesTLS {
            details.append(
                .init(
                    "Connection", "http: whoever is on the way reads and changes what is sent; no credential is sent",
                    isWarning: true))
        } else if insecureSkipTLSVerify {
            details.append(
                .init(
                    "Connection", "the server's certificate is not verified (insecure-skip-tls-verify)",
                    isWarning: true))
        }
        if let groups = impersonation?.groups, !groups.isEmpty {
            details.append(.init("As groups", groups.joined(separator: ", "), isWarning: true))
        }
        return details
    }
}

extension CredentialFacts {
    /// What is shown beside it.
    fileprivate var also: [AccessSubject.Detail] {
        beside.map { other in
            let end = other.expiry.map { ", until \($0.rfc3339)" } ?? ""
            return .init("Also", "a \(other.words)\(end): servers look at the certificate first")
        }
    }

    /// Who made it, for how long, and what it is bound to.
    fileprivate var details: [AccessSubject.Detail] {
        switch kind {
        case .certificate(let facts?):
            var details: [AccessSubject.Detail] = [
                .init("Issued by", facts.issuer.words),
                .init("Valid", "from \(facts.notBefore.rfc3339) to \(facts.notAfter.rfc3339)"),
            ]
            if !chain.isEmpty {
                details.append(.init("Chain", chain.map(\.subject.words).joined(separator: " < ")))
            }
            details.append(
                .init(
                    "Revoked", "never: Kubernetes has no list of revoked certificates; it counts until it ends",
                    isWarning: facts.subject.organizations.contains("system:masters")))
            return details
        case .token(let token?):
            var details: [AccessSubject.Detail] = []
            if !token.issuer.isEmpty { details.append(.init("Issued by", token.issuer)) }
            if !token.audiences.isEmpty {
                details.append(.init("Accepted by", token.audiences.joined(separator: ", ")))
            }
            if !token.email.isEmpty { details.append(.init("Email", token.email)) }
            if let made = token.issuedAt { details.append(.init("Made", made.rfc3339)) }
            if !token.pod.isEmpty {
                let node = token.node.isEmpty ? "" : " on node \(token.node)"
                details.append(.init("Bound to", "pod \(token.pod)\(node): it ends with the pod"))
            }
            if token.isFromSecret || token.expiry == nil {
                details.append(
                    .init(
                        "Ends",
                        "never, until its Secret or account is deleted: kubectl create token makes one that ends",
                        isWarning: true))
            }
            return details
        case .token(nil) where expiry != nil:
            return [
                .init("Token", "a signed request of AWS: only the server learns who one is; it ends after 15 minutes")
            ]
        case .token(nil): return [.init("Token", "not readable: it does not say who one is, or until when")]
        case .password: return [.init("Ends", "never: a password lasts until it is changed", isWarning: true)]
        case .certificate(nil), .program, .nothing: return []
        }
    }
}

extension CertificateFacts.Name {
    /// Such as `CN=kubernetes, O=ops`.
    fileprivate var words: String {
        ([commonName.isEmpty ? nil : "CN=\(commonName)"] + organizations.map { "O=\($0)" }).compactMap(\.self)
            .joined(separator: ", ")
    }
}

extension Kubeconfig {
    /// Other contexts for the same server, whose credential is not obviously that of an administrator.
    package func alternatives(to access: ClusterAccess, now: Timestamp) -> [AccessSubject.Alternative] {
        contexts.compactMap { context in
            guard context.name != access.contextName, let other = try? resolve(context: context.name),
                other.server == access.server
            else { return nil }
            let credential = other.credential
            guard credential.kind != .nothing, credential.kind != access.credential.kind,
                credential.identity?.isSuperUser != true,
                credential.identity?.groups.contains("kubeadm:cluster-admins") != true
            else { return nil }
            if let expiry = credential.expiry, expiry < now { return nil }
            return AccessSubject.Alternative(context: context.name, credential: credential.words)
        }
    }
}
