import KubernetesModel
import NIOCore
import NIOPosix
import NIOSSL

/// Looks at the certificate of a server whose verification failed, to say why.
enum TLSProbe {
    /// Connects once more, without sending anything, and takes the server's certificate; `nil` when that fails.
    static func certificate(
        of server: ServerAddress, serverName: String?, group: any EventLoopGroup
    ) async -> NIOSSLCertificate? {
        let found = group.any().makePromise(of: NIOSSLCertificate?.self)
        do {
            let context = try NIOSSLContext(configuration: .makeClientConfiguration())
            let name = serverName ?? (server.isIPAddress ? nil : server.host)
            let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(3)).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: context, serverHostname: name,
                        customVerificationCallback: { certificates, verdict in
                            found.succeed(certificates.first)
                            verdict.succeed(.failed)
                        })
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            let channel = try await bootstrap.connect(host: server.host, port: server.port).get()
            let deadline = channel.eventLoop.scheduleTask(in: .seconds(3)) { channel.close(promise: nil) }
            channel.closeFuture.whenComplete { _ in
                deadline.cancel()
                found.succeed(nil)
            }
            let certificate = try await found.futureResult.get()
            channel.close(promise: nil)
            return certificate
        } catch {
            found.succeed(nil)
            return nil
        }
    }

    /// Why a certificate was refused, and what to do.
    static func explanation(_ certificate: NIOSSLCertificate?, now: Timestamp, access: ClusterAccess) -> String {
        if let certificate {
            if certificate.expiry < now {
                return "the server's certificate expired on \(certificate.expiry.rfc3339); renew it on the server"
            }
            let start = Timestamp(seconds: Int64(certificate.notValidBefore))
            if start > now {
                return "the server's certificate is valid only from \(start.rfc3339); check the clock of this machine"
            }
        }
        if access.certificateAuthority != nil {
            return "the server's certificate is not signed by the certificate-authority of cluster "
                + "\"\(access.clusterName)\"; check that the server is the right one and the authority is current"
        }
        return "the server's certificate is not signed by an authority that this system trusts; "
            + "set certificate-authority of cluster \"\(access.clusterName)\""
    }
}

extension ServerAddress {
    /// Whether the host is an address and not a name.
    var isIPAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }
}
