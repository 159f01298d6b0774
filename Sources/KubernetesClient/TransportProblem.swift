import AsyncHTTPClient
import Glibc
import KubernetesModel
import NIOCore
import NIOHTTPCompression
import NIOPosix
import NIOSSL

/// Why no answer came, in words that say what to check.
///
/// Never holds anything of the request.
struct TransportProblem {
    var reason: APIFailure.Reason
    var detail: String
    /// The server's certificate was not accepted; why can only be said by looking at it.
    var isUnverifiedCertificate = false

    init(_ error: any Error, access: ClusterAccess, timeouts: ClientTimeouts) {
        let target = access.server.hostAndPort
        self.init(reason: .transport, detail: "the connection to \(target) broke")
        switch error {
        case let error as NIOConnectionError: connection(error, access)
        case let error as HTTPClientError: client(error, target, timeouts)
        case let error as NIOSSLError: tls(error, target)
        case let error as BoringSSLError: handshake(error, target)
        case let error as NIOSSLExtraError:
            if error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch {
                otherName("", access)
            } else {
                reason = .tls
                detail = "\(target): the TLS connection could not be made"
            }
        case let error as ServerIdentity.Mismatch: otherName(error.names, access)
        case let error as ChannelError:
            if case .connectTimeout = error { timedOut("no connection to \(target)", timeouts.connect) }
        case let error as IOError: system(error.errnoCode, target)
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            reason = .malformedAnswer
            detail = "\(target): the compressed answer is damaged"
        default: break
        }
    }

    /// Whether the request may have gone out before the error: false where there was no connection yet.
    static func mayHaveBeenSent(before error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError, is ServerIdentity.Mismatch, is NIOSSLExtraError, is BoringSSLError: return false
        case let error as NIOSSLError: return error == .uncleanShutdown
        case let error as IOError: return ![ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        case let error as ChannelError:
            if case .connectTimeout = error { return false }
            return true
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout,
                .getConnectionFromPoolTimeout, .invalidProxyResponse, .proxyAuthenticationRequired, .alreadyShutdown:
                return false
            default: return true
            }
        default: return true
        }
    }

    /// Why a proxy did not let a connection through.
    init(_ proxy: ProxyAddress, _ error: any Error, access: ClusterAccess, timeouts: ClientTimeouts) {
        switch error {
        case let error as ProxyRefusal: self.init(reason: .transport, detail: "the proxy \(proxy) \(error.words)")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            var words = TransportProblem(reason: .tls, detail: "")
            if let error = error as? NIOSSLError { words.tls(error, "the proxy \(proxy)") }
            if let error = error as? BoringSSLError { words.handshake(error, "the proxy \(proxy)") }
            if words.isUnverifiedCertificate || words.detail.isEmpty {
                words.detail =
                    "the proxy \(proxy): its certificate is not for its name, has expired, or is signed by an authority "
                    + "that neither this system nor cluster \"\(access.clusterName)\" trusts"
            }
            words.isUnverifiedCertificate = false
            self = words
        default: self.init(error, access: access, timeouts: timeouts)
        }
    }

    private init(reason: APIFailure.Reason, detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// What is said of a certificate that is for others.
    static let otherNameWords = "the server's certificate is for another name than"

    private mutating func otherName(_ names: String, _ access: ClusterAccess) {
        reason = .tls
        detail =
            "\(access.server.hostAndPort): \(Self.otherNameWords) "
            + "\"\(access.certifiedName)\"\(names.isEmpty ? "" : " (it is for \(names))")"
            + "; correct the server, or set tls-server-name"
    }

    private mutating func timedOut(_ what: String, _ after: Duration) {
        reason = .timeout
        detail = "\(what) within \(after.components.seconds) s; check the address, the network and any VPN or firewall"
    }

    private mutating func connection(_ error: NIOConnectionError, _ access: ClusterAccess) {
        let target = access.proxy.map { "proxy \($0)" } ?? access.server.hostAndPort
        if let code = error.connectionErrors.lazy.compactMap({ ($0.error as? IOError)?.errnoCode }).first {
            system(code, target)
        } else if error.connectionErrors.contains(where: { $0.error is ChannelError }) {
            reason = .timeout
            detail = "no connection to \(target) in time; check the address, the network and any VPN or firewall"
        } else {
            detail = "the name \"\(error.host)\" cannot be resolved; check the server's name, the network and any VPN"
        }
    }

    private mutating func system(_ code: CInt, _ target: String) {
        switch code {
        case ECONNREFUSED: detail = "connection to \(target) refused; is the server running, and the port right?"
        case EHOSTUNREACH, ENETUNREACH:
            detail = "no route to \(target); check the network and any VPN"
        case ETIMEDOUT:
            reason = .timeout
            detail = "\(target) no longer answers; check the network and any VPN"
        case ECONNRESET, EPIPE: detail = "\(target) closed the connection"
        default:
            let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
            detail = "connection to \(target): \(words)"
        }
    }

    private mutating func client(_ error: HTTPClientError, _ target: String, _ timeouts: ClientTimeouts) {
        switch error {
        case .connectTimeout: timedOut("no connection to \(target)", timeouts.connect)
        case .tlsHandshakeTimeout: timedOut("no TLS handshake with \(target)", timeouts.connect)
        case .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            timedOut("no answer of the proxy for \(target)", timeouts.connect)
        case .deadlineExceeded: timedOut("no answer of \(target)", timeouts.answer)
        case .readTimeout: timedOut("nothing came from \(target)", timeouts.silence)
        case .getConnectionFromPoolTimeout: timedOut("no free connection to \(target)", timeouts.connect)
        case .remoteConnectionClosed: detail = "\(target) closed the connection"
        case .invalidProxyResponse, .proxyAuthenticationRequired:
            detail = "the proxy for \(target) refused: \(error.shortDescription)"
        case .alreadyShutdown: detail = "the client was shut down"
        default: detail = "\(target): \(error.shortDescription)"
        }
    }

    private mutating func tls(_ error: NIOSSLError, _ target: String) {
        reason = .tls
        detail = "\(target): the TLS connection failed"
        switch error {
        case .handshakeFailed(let inner): handshake(inner, target)
        case .unableToValidateCertificate, .noCertificateToValidate: isUnverifiedCertificate = true
        case .uncleanShutdown:
            reason = .transport
            detail = "\(target) closed the connection"
        default: break
        }
    }

    private mutating func handshake(_ error: BoringSSLError, _ target: String) {
        reason = .tls
        let words = String(describing: error)
        func has(_ name: String) -> Bool { words.contains(name) }
        if has("CERTIFICATE_VERIFY_FAILED") {
            isUnverifiedCertificate = true
        } else if has("WRONG_VERSION_NUMBER") || has("HTTP_REQUEST") {
            detail = "\(target) does not speak TLS; write the cluster's server as http:// if that is meant"
        } else if has("CERTIFICATE_REQUIRED") || has("ALERT_HANDSHAKE_FAILURE") {
            detail = "\(target) wants a client certificate; set client-certificate and client-key of the user"
        } else if has("ALERT_BAD_CERTIFICATE") || has("ALERT_UNKNOWN_CA") || has("ALERT_CERTIFICATE") {
            detail = "\(target) refused the client certificate; check that it is current and of this cluster"
        } else if has("PROTOCOL_VERSION") {
            detail = "\(target) and this client have no TLS version in common"
        } else if has("EOF during handshake") || has("syscallError") {
            reason = .transport
            detail = "\(target) closed the connection during the TLS handshake"
        } else {
            detail = "\(target): the TLS handshake failed"
        }
    }
}
