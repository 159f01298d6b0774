import KubernetesModel
import NIOSSL

extension Kubeconfig {
    /// What can be said of a context without connecting or running a program.
    public func summary(of context: Context) -> Summary { summary(of: context, now: .now) }

    func summary(of context: Context, now: Timestamp) -> Summary {
        var summary = Summary(server: "", problem: nil)
        if case .success(let cluster)? = clusters.first(where: { $0.name == context.cluster })?.value {
            summary.server = Self.address(of: cluster)?.description ?? ""
        }
        do throws(KubeconfigFailure) {
            let access = try access(for: context, overrides: AccessOverrides(), now: now)
            summary.problem = access.expiredCredential(now: now)?.description
        } catch {
            summary.problem = error.description
        }
        return summary
    }
}

extension ClusterAccess {
    /// The token or client certificate in the kubeconfig itself that is no longer valid.
    fileprivate func expiredCredential(now: Timestamp) -> KubeconfigFailure? {
        func failure(_ what: String, _ expiry: Timestamp) -> KubeconfigFailure {
            KubeconfigFailure(
                file: file, entry: "user \"\(userName)\"", problem: "its \(what) expired on \(expiry.rfc3339)",
                remedy: "get a new one")
        }
        if case .value(let token)? = bearerToken, let expiry = JSONWebToken(token)?.expiry, expiry < now {
            return failure("token", expiry)
        }
        if case .data(let certificate)? = clientCertificate,
            let expiry = try? NIOSSLCertificate.fromPEMBytes(certificate.bytes).first?.expiry, expiry < now
        {
            return failure("client certificate", expiry)
        }
        return nil
    }
}
