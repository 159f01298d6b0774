import KubernetesModel

/// What is done to the answer of one request.
enum Fault: Sendable, Equatable {
    /// The connection is reset (RST).
    case reset
    /// So many bytes of the answer, its head included, come through; then the connection is closed.
    case cut(afterBytes: Int)
    /// So many bytes come through; then nothing more, and nobody says why: the peer has vanished.
    case stall(afterBytes: Int)
    /// The answer comes whole, a byte at a time.
    case drip
    /// Something else than the answer: these bytes; then the connection is closed.
    case bytes([UInt8])
    /// Lines that come before the events of a watch.
    case inject([String])
    /// Every event of a watch comes twice.
    case twice
    /// A watch that is accepted and never says anything.
    case silentWatch

    /// Accepts the request and never answers.
    static let silence = Fault.stall(afterBytes: 0)

    /// An answer of HTTP.
    static func answer(
        _ status: Int, type: String = "application/json", headers: [String] = [], _ body: String
    ) -> Fault {
        let head =
            ["HTTP/1.1 \(status) Whatever", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + headers
            + ["Connection: close"]
        return .bytes(Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    }

    /// A failure in the words of an API server.
    static func status(_ code: Int, _ reason: String, _ message: String, headers: [String] = []) -> Fault {
        answer(code, headers: headers, statusText(code, reason, message))
    }

    /// A page for people, of a proxy or a captive portal.
    static func page(_ status: Int) -> Fault {
        answer(
            status, type: "text/html",
            "<html><head><title>Sign in</title><script>var x = 1</script></head><body>Please sign in to the network</body></html>"
        )
    }

    /// An event that says that the version is too old.
    static let goneEvent = Fault.inject([
        #"{"type":"ERROR","object":\#(statusText(410, "Expired", "too old resource version: 1 (9)"))}"#
    ])

    /// A watch that ends as soon as it is accepted.
    static let endedWatch = Fault.bytes(
        Array(
            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n0\r\n\r\n").utf8))

    private static func statusText(_ code: Int, _ reason: String, _ message: String) -> String {
        #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\#(message)","#
            + #""reason":"\#(reason)","code":\#(code)}"#
    }
}

/// A request as the faulty server sees it.
struct ServedRequest: Sendable, Equatable {
    /// Path and query.
    var target: String

    var path: Substring { target.prefix { $0 != "?" } }
    /// Plural name of the kind; `api` and `apis` for discovery.
    var kind: String { path.split(separator: "/").last.map(String.init) ?? "" }
    var isWatch: Bool { target.contains("watch=1") }
    /// Whether it only asks for the newest version.
    var isCheck: Bool { parameter("limit") == "1" }
    var isDiscovery: Bool { kind == "api" || kind == "apis" }
    /// A part of a list.
    var isList: Bool { !isWatch && !isCheck && !isDiscovery }

    func parameter(_ name: String) -> String? {
        guard let query = target.split(separator: "?").dropFirst().first else { return nil }
        for pair in query.split(separator: "&") where pair.hasPrefix(name + "=") {
            return String(pair.dropFirst(name.count + 1))
        }
        return nil
    }
}
