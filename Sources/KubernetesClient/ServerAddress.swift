/// Where an API server listens: scheme, host, port and path prefix, without any credential.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection uses TLS.
    public var usesTLS: Bool
    /// A name or an IP address; IPv6 without brackets.
    public var host: String
    /// The port.
    public var port: Int
    /// The path in front of every request path: empty, or such as `/k8s/clusters/c-1`, without a `/` at the end.
    public var pathPrefix: String

    /// An address of its parts.
    public init(usesTLS: Bool = true, host: String, port: Int, pathPrefix: String = "") {
        self.usesTLS = usesTLS
        self.host = host
        self.port = port
        self.pathPrefix = pathPrefix
    }

    /// Reads a URL; `nil` when it is no `http` or `https` URL with a host.
    ///
    /// User, password, query and fragment in it are left out.
    ///
    /// - Parameters:
    ///   - url: Such as `https://10.0.0.1:6443/prefix`.
    ///   - assumesTLS: The scheme to assume where the text has none.
    public init?(url: String, assumesTLS: Bool = true) {
        var rest = Substring(url.trimmed)
        usesTLS = assumesTLS
        if let mark = rest.firstRange(of: "://") {
            switch rest[..<mark.lowerBound].lowercased() {
            case "https": usesTLS = true
            case "http": usesTLS = false
            default: return nil
            }
            rest = rest[mark.upperBound...]
        }
        if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
        let authorityEnd = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[authorityEnd...]
        while path.last == "/" { path.removeLast() }
        guard let authority = HostPort(rest[..<authorityEnd]), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        host = authority.host
        port = authority.port ?? (usesTLS ? 443 : 80)
        pathPrefix = String(path)
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var hostAndPort: String { "\(hostInURL):\(port)" }

    /// The host as a URL has it.
    var hostInURL: String { host.contains(":") ? "[\(host)]" : host }

    /// The URL, such as `https://10.0.0.1:6443/prefix`.
    public var description: String { "\(usesTLS ? "https" : "http")://\(hostAndPort)\(pathPrefix)" }
}

/// The authority part of a URL without its user information.
struct HostPort {
    var host: String
    var port: Int?
    /// `user:password`, still percent-encoded.
    var userInformation: String?

    /// Reads `[user@]host[:port]`; `nil` when it is none.
    init?(_ text: Substring) {
        var rest = text
        if let at = rest.lastIndex(of: "@") {
            userInformation = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var portText: Substring?
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = rest.firstIndex(of: ":") {
            host = String(rest[..<colon])
            portText = rest[rest.index(after: colon)...]
        } else {
            host = String(rest)
        }
        if let portText, !portText.isEmpty {
            guard let number = UInt16(portText), number > 0 else { return nil }
            port = Int(number)
        }
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard !host.isEmpty, allowed else { return nil }
    }
}

extension StringProtocol {
    /// The text without white space around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
