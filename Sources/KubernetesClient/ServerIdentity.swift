import KubernetesModel
import NIOCore
import NIOSSL

/// Whether a certificate is that of the server which was meant, by the rules of Go: only alternative names count.
///
/// NIO compares with the address of its connection too, which behind a proxy is not the server's.
enum ServerIdentity {
    /// The certificate is for others.
    struct Mismatch: Error {
        /// Such as `localhost, 10.0.0.1`.
        var names: String
    }

    /// Checks the certificate that the other end of a connection showed.
    ///
    /// - Throws: `Mismatch`, after it closed the connection.
    static func check(_ channel: any Channel, isFor name: String) throws {
        guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate(),
            matches(certificate, name: name)
        else {
            let names = try channel.pipeline.syncOperations.nioSSL_peerCertificate().map(names) ?? ""
            channel.close(promise: nil)
            throw Mismatch(names: names)
        }
    }

    /// Whether one of the certificate's alternative names is this name or address.
    static func matches(_ certificate: NIOSSLCertificate, name: String) -> Bool {
        let address = IPAddress(name)?.bytes
        let labels = Self.labels(name)
        return certificate._subjectAlternativeNames().contains { alternative in
            let contents = Array(alternative.contents)
            if let address { return alternative.nameType == .ipAddress && contents == address }
            return alternative.nameType == .dnsName
                && covers(Self.labels(String(decoding: contents, as: UTF8.self)), labels)
        }
    }

    /// Whether a name is that of a certificate, whose first label may be `*`.
    private static func covers(_ pattern: [Substring], _ name: [Substring]) -> Bool {
        guard pattern.count == name.count, !name.contains("") else { return false }
        return pattern == name || (pattern.first == "*" && name.count > 1 && pattern.dropFirst() == name.dropFirst())
    }

    private static func labels(_ name: String) -> [Substring] {
        let name = name.lowercased()
        return (name.hasSuffix(".") ? name.dropLast() : name[...]).split(
            separator: ".", omittingEmptySubsequences: false)
    }

    /// The names and addresses of a certificate, the first few.
    private static func names(_ certificate: NIOSSLCertificate) -> String {
        let names = certificate._subjectAlternativeNames().compactMap { name -> String? in
            let contents = Array(name.contents)
            switch name.nameType {
            case .dnsName: return KubeconfigFailure.oneLine(String(decoding: contents.prefix(253), as: UTF8.self))
            case .ipAddress:
                return try? SocketAddress(packedIPAddress: ByteBuffer(bytes: contents), port: 0).ipAddress
            default: return nil
            }
        }
        return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
}

extension ClusterAccess {
    /// The name that the server's certificate must be for.
    var certifiedName: String { tlsServerName ?? server.host }
}
