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

/// The proxies that the environment names.
///
/// Source: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case.
struct ProxyEnvironment: Sendable {
    var forHTTPS: String?
    var forHTTP: String?
    var exceptions: [String]

    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            [environment[name], environment[name.lowercased()]].compactMap(\.self).first { !$0.trimmed.isEmpty }
        }
        forHTTPS = value("HTTPS_PROXY")
        forHTTP = value("HTTP_PROXY")
        exceptions = (value("NO_PROXY") ?? "").split(separator: ",").map { $0.trimmed.lowercased() }
    }

    /// The URL of the proxy for a server; `nil` to connect directly, as always to this machine.
    func proxyURL(for server: ServerAddress) -> String? {
        let host = server.host.lowercased()
        if host == "localhost" || host == "::1" || host.hasPrefix("127.") { return nil }
        if exceptions.contains(where: { Self.matches(host, port: server.port, exception: $0) }) { return nil }
        return server.usesTLS ? forHTTPS : forHTTP
    }

    /// Whether an entry of `NO_PROXY` covers a host: a name, `.suffix`, `*`, an address or an IPv4 range in CIDR form.
    static func matches(_ host: String, port: Int, exception: String) -> Bool {
        guard !exception.isEmpty else { return false }
        if exception == "*" || exception == host { return true }
        if let slash = exception.firstIndex(of: "/") {
            guard let range = IPv4(exception[..<slash]), let address = IPv4(host[...]),
                let length = Int(exception[exception.index(after: slash)...]), (0...32).contains(length)
            else { return false }
            let mask: UInt32 = length == 0 ? 0 : ~0 << UInt32(32 - length)
            return range.bits & mask == address.bits & mask
        }
        if let authority = HostPort(exception[...]), let exceptionPort = authority.port {
            return exceptionPort == port && matches(host, port: port, exception: authority.host)
        }
        let suffix = exception.hasPrefix("*.") ? String(exception.dropFirst()) : exception
        return host.hasSuffix(suffix.hasPrefix(".") ? suffix : ".\(suffix)")
    }

    private struct IPv4 {
        var bits: UInt32 = 0

        init?(_ text: Substring) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 4 else { return nil }
            for part in parts {
                guard let byte = UInt8(part) else { return nil }
                bits = bits << 8 | UInt32(byte)
            }
        }
    }
}
