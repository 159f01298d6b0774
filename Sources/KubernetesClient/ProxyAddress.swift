/// A proxy between us and the API server.
public struct ProxyAddress: Sendable, Hashable, CustomStringConvertible {
    /// How to speak to the proxy.
    public enum Scheme: String, Sendable, Hashable {
        /// HTTP with CONNECT.
        case http
        /// The same over TLS.
        case https
        /// SOCKS version 5.
        case socks5
    }

    /// How to speak to the proxy.
    public var scheme: Scheme
    /// A name or an IP address.
    public var host: String
    /// The port.
    public var port: Int
    /// Name and password, which the proxy may want.
    public var credential: ClusterAccess.BasicCredential?

    /// Reads a URL such as `http://proxy:3128` or `socks5://localhost:1080`; `nil` for anything else.
    public init?(url: String) {
        let text = url.contains("://") ? url.trimmed : "http://\(url.trimmed)"
        guard let mark = text.firstRange(of: "://") else { return nil }
        switch text[..<mark.lowerBound].lowercased() {
        case "http": scheme = .http
        case "https": scheme = .https
        case "socks5", "socks5h": scheme = .socks5
        default: return nil
        }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard let authority = HostPort(rest[..<end]) else { return nil }
        host = authority.host
        port = authority.port ?? scheme.standardPort
        if let information = authority.userInformation {
            let colon = information.firstIndex(of: ":") ?? information.endIndex
            credential = ClusterAccess.BasicCredential(
                username: Self.decoded(information[..<colon]),
                password: Secret(Self.decoded(information[colon...].dropFirst())))
        }
    }

    /// Such as `http://proxy:3128`; without name and password.
    public var description: String { "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension ProxyAddress.Scheme {
    fileprivate var standardPort: Int {
        switch self {
        case .http: 80
        case .https: 443
        case .socks5: 1080
        }
    }
}
