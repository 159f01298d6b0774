/// The proxies that the environment names, chosen as Go's `httpproxy` package chooses, and so kubectl.
///
/// Source: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, or the same in small letters where those are empty.
struct ProxyEnvironment: Sendable {
    private let forHTTPS: String?
    private let forHTTP: String?
    private let exceptions: [Exception]

    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            [environment[name], environment[name.lowercased()]].compactMap(\.self).first { !$0.isEmpty }
        }
        forHTTPS = value("HTTPS_PROXY")
        forHTTP = value("HTTP_PROXY")
        exceptions = (value("NO_PROXY") ?? "").split(separator: ",").compactMap { Exception($0) }
    }

    /// The URL of the proxy for a server; `nil` to connect directly, as always to this machine.
    func proxyURL(for server: ServerAddress) -> String? {
        let host = server.host.lowercased()
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return nil }
        if exceptions.contains(where: { $0.covers(host, address: address, port: server.port) }) { return nil }
        return server.usesTLS ? forHTTPS : forHTTP
    }

    /// An entry of `NO_PROXY`.
    private enum Exception {
        /// `*`.
        case everything
        /// `10.0.0.0/8`.
        case range(IPAddress.Range)
        /// `10.0.0.1`, `10.0.0.1:6443`, `[fd00::1]:6443`.
        case address(IPAddress, port: Substring)
        /// `example.com` with its subdomains; `.example.com` and `*.example.com` without the domain itself.
        case domain(suffix: String, isIncluded: Bool, port: Substring)

        /// Reads an entry; `nil` for one that covers nothing.
        init?(_ text: Substring) {
            let text = text.trimmed.lowercased()
            if text == "*" {
                self = .everything
                return
            }
            if let range = IPAddress.Range(text) {
                self = .range(range)
                return
            }
            let (host, port) = Self.split(text[...])
            guard !host.isEmpty else { return nil }
            if let address = IPAddress(host) {
                self = .address(address, port: port)
            } else {
                let name = host.hasPrefix("*.") ? host.dropFirst() : host
                let isIncluded = !name.hasPrefix(".")
                self = .domain(suffix: isIncluded ? ".\(name)" : String(name), isIncluded: isIncluded, port: port)
            }
        }

        /// `host:port` and `[host]:port`; anything else is a host without a port.
        private static func split(_ text: Substring) -> (host: Substring, port: Substring) {
            guard let colon = text.lastIndex(of: ":") else { return (text, "") }
            let port = text[text.index(after: colon)...]
            let host = text[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { return (host.dropFirst().dropLast(), port) }
            return host.contains(where: { ":[]".contains($0) }) ? (text, "") : (host, port)
        }

        func covers(_ host: String, address: IPAddress?, port: Int) -> Bool {
            func isPort(_ wanted: Substring) -> Bool { wanted.isEmpty || wanted == String(port) }
            switch self {
            case .everything: return true
            case .range(let range): return address.map { range.contains($0) } ?? false
            case .address(let wanted, let wantedPort): return address == wanted && isPort(wantedPort)
            case .domain(let suffix, let isIncluded, let wantedPort):
                return address == nil && isPort(wantedPort)
                    && (host.hasSuffix(suffix) || isIncluded && host == suffix.dropFirst())
            }
        }
    }
}
