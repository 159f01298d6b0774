import FoundationEssentials

/// What is said to a proxy until it passes bytes on: a value that takes what came and says what to send.
///
/// Source: RFC 9110 section 9.3.6 (CONNECT), RFC 1928 (SOCKS5), RFC 1929 (name and password).
struct ProxyHandshake: Sendable {
    /// What is to be done.
    enum Outcome: Equatable {
        /// More has to come first.
        case wait
        /// Send this.
        case send([UInt8])
        /// Bytes pass from now on; these came already.
        case established(rest: [UInt8])
        /// The proxy refuses, in words that follow its name.
        case refused(String)
    }

    private enum State {
        case idle, connecting, greeting, authenticating, requesting, done
    }

    /// More than any proxy answers before it passes bytes on.
    private static let answerLimit = 64 << 10

    private let proxy: ProxyAddress
    private let host: String
    private let port: Int
    private var state = State.idle
    private var received: [UInt8] = []

    /// A handshake for a connection to a server.
    init(_ proxy: ProxyAddress, host: String, port: Int) {
        self.proxy = proxy
        self.host = host
        self.port = port
    }

    /// The first bytes to send.
    mutating func begin() -> [UInt8] {
        guard proxy.scheme == .socks5 else {
            state = .connecting
            return connectRequest
        }
        state = .greeting
        // Version 5; without authentication, or by name and password.
        return proxy.credential == nil ? [5, 1, 0] : [5, 2, 0, 2]
    }

    /// Takes what the proxy sent.
    mutating func receive(_ bytes: some Sequence<UInt8>) -> Outcome {
        received += bytes
        guard received.count <= Self.answerLimit else { return .refused("gave an answer that is none of a proxy") }
        switch state {
        case .idle, .done: return .wait
        case .connecting: return connectAnswer()
        case .greeting: return greetingAnswer()
        case .authenticating: return authenticationAnswer()
        case .requesting: return requestAnswer()
        }
    }

    // MARK: HTTP

    private var connectRequest: [UInt8] {
        let target = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        var lines = ["CONNECT \(target) HTTP/1.1", "Host: \(target)"]
        if let credential = proxy.credential {
            let pair = Array("\(credential.username):".utf8) + credential.password.bytes
            lines.append("Proxy-Authorization: Basic \(Data(pair).base64EncodedString())")
        }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
    }

    private mutating func connectAnswer() -> Outcome {
        let line = received.prefix { $0 != 0x0A }
        let start = Array("HTTP/1.".utf8)
        guard received.starts(with: start.prefix(received.count)) else {
            return .refused("gave an answer that is none of an HTTP proxy")
        }
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return .wait }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else {
            return .refused("gave an answer that is none of an HTTP proxy")
        }
        guard (200...299).contains(status) else {
            let reason = KubeconfigFailure.oneLine(words.dropFirst(2).joined(separator: " ")).prefix(100)
            let remedy =
                switch status {
                case 401, 407: "; give user and password in the proxy's URL, or correct them"
                case 403, 405: "; it may not let connections through to that host and port"
                default: ""
                }
            return .refused("answered \(status)\(reason.isEmpty ? "" : " \(reason)")\(remedy)")
        }
        return established(after: end)
    }

    private mutating func established(after end: Int) -> Outcome {
        state = .done
        let rest = Array(received[end...])
        received = []
        return .established(rest: rest)
    }

    // MARK: SOCKS

    private mutating func greetingAnswer() -> Outcome {
        guard received.first ?? 5 == 5 else { return .refused("does not speak SOCKS5") }
        guard received.count >= 2 else { return .wait }
        let method = received[1]
        received.removeFirst(2)
        switch (method, proxy.credential) {
        case (0, _): return request()
        case (2, let credential?):
            state = .authenticating
            let name = Array(credential.username.utf8.prefix(255))
            let password = credential.password.bytes.prefix(255)
            return .send([1, UInt8(name.count)] + name + [UInt8(password.count)] + password)
        case (_, nil): return .refused("wants name and password; give them in the proxy's URL")
        default: return .refused("takes neither no authentication nor name and password")
        }
    }

    private mutating func authenticationAnswer() -> Outcome {
        guard received.count >= 2 else { return .wait }
        guard received[1] == 0 else { return .refused("does not accept the name and password of its URL") }
        received.removeFirst(2)
        return request()
    }

    private mutating func request() -> Outcome {
        state = .requesting
        var address: [UInt8]
        if let bytes = IPAddress(host)?.bytes {
            address = [bytes.count == 4 ? 1 : 4] + bytes
        } else {
            // The proxy resolves names: it may know some that are not known here.
            let name = Array(host.utf8.prefix(255))
            address = [3, UInt8(name.count)] + name
        }
        address += [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        return .send([5, 1, 0] + address)
    }

    private mutating func requestAnswer() -> Outcome {
        guard received.count >= 5 else { return .wait }
        guard received[0] == 5 else { return .refused("does not speak SOCKS5") }
        guard received[1] == 0 else { return .refused(Self.words(forReply: received[1])) }
        let addressLength: Int
        switch received[3] {
        case 1: addressLength = 4
        case 4: addressLength = 16
        case 3: addressLength = 1 + Int(received[4])
        default: return .refused("does not speak SOCKS5")
        }
        let end = 4 + addressLength + 2
        return received.count >= end ? established(after: end) : .wait
    }

    /// Source: RFC 1928 section 6.
    private static func words(forReply code: UInt8) -> String {
        switch code {
        case 2: "does not allow connections to that host and port"
        case 3: "found no route to the network"
        case 4: "found no route to the host"
        case 5: "was refused by the server: is it running, and the port right?"
        case 6: "got no answer of the server"
        default: "could not connect (SOCKS reply \(code))"
        }
    }
}
