import FoundationEssentials
import KubernetesModel

@testable import KubernetesClient

extension FuzzedParser {
    /// What credential programs print, and the tokens in it.
    static let execCredential = FuzzedParser(
        name: "exec-credential",
        tokens: [
            "{", "}", "[", "]", ",", ":", "\"", "null", "{}", "\\n", "\\u0000", #""kind":"ExecCredential""#,
            #""status":{"#,
            #""apiVersion":"client.authentication.k8s.io/v1beta1""#, #""token":"t""#, #""token":"""#,
            #""clientCertificateData":"c""#, #""clientKeyData":"k""#, #""expirationTimestamp":"2026-11-21T12:00:00Z""#,
            "eyJleHAiOjE3OTUyNjI2MjR9", ".", "=", "-", "_", "exp", "1e308",
        ]
    ) { bytes in
        for version in ExecPlugin.APIVersion.allCases {
            let answer = Result { () throws(ExecCredential.Failure) in
                try ExecCredential(answer: bytes, apiVersion: version)
            }
            switch answer {
            case .failure(let failure): try checkWords(failure.words, bytes)
            case .success(let credential):
                let token = credential.token?.bytes ?? []
                try require(token.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a token that is no header")
                try require((credential.certificate == nil) == (credential.key == nil), "half a pair")
                try require(credential.token != nil || credential.key != nil, "no credential")
            }
        }
        _ = JSONWebToken(Secret(bytes))?.expiry
        _ = JSONWebToken(Secret("e30.\(Data(bytes).base64EncodedString()).e30"))?.expiry
    }

    /// Answers of proxies; the first byte says of which kind.
    static let proxyHandshake = FuzzedParser(
        name: "proxy-handshake",
        tokens: [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.0 407 Proxy Authentication Required\r\n", "\r\n\r\n", "\n\n", "HTTP/1.",
            "200", "-1",
            "\u{5}\0", "\u{5}\u{2}", "\u{1}\0", "\u{5}\0\0\u{1}\u{A}\0\0\u{1}\0\u{50}", "\u{5}\0\0\u{3}\u{1}h\0\u{50}",
            "\u{7F}",
        ], sizeLimit: 128, hugeSize: 2048
    ) { input in
        let urls = ["http://proxy", "http://u:p@proxy", "socks5://proxy", "socks5://u:p@proxy"]
        guard let proxy = ProxyAddress(url: urls[Int(input.first ?? 0) % urls.count]) else {
            throw Finding("no proxy")
        }
        let answer = Array(input.dropFirst())
        let whole = try steps(proxy, [answer])
        try requireEqual(try steps(proxy, answer.map { [$0] }), whole, "byte by byte")
    }

    /// What a handshake does, and with how many bytes left; ends when nothing more follows.
    private static func steps(_ proxy: ProxyAddress, _ pieces: [[UInt8]]) throws -> [String] {
        var handshake = ProxyHandshake(proxy, host: "api.example.com", port: 6443)
        var steps = ["\(handshake.begin())"]
        var left = pieces.reduce(0) { $0 + $1.count }
        for piece in pieces {
            left -= piece.count
            var outcome = handshake.receive(piece)
            while case .send(let bytes) = outcome {
                try require(steps.count <= 4, "\(steps)")
                steps.append("\(bytes)")
                outcome = handshake.receive([])
            }
            switch outcome {
            case .wait, .send: continue
            case .established(let rest): return steps + ["\(left + rest.count) bytes follow"]
            case .refused(let words):
                try checkWords(words, piece)
                return steps + [words]
            }
        }
        return steps
    }

    static let logLines = FuzzedParser(
        name: "log-lines",
        tokens: ["\n", "\r\n", "\r", "\u{301}", "\u{85}", "\u{2028}", "\u{1B}[2K", "{\"level\":\"info\"}", "\u{0}"],
        sizeLimit: 300
    ) { bytes in
        let lines = KubernetesClient.logLines(bytes)
        let breaks = bytes.count { $0 == 0x0A }
        try requireEqual(lines.count, breaks + (bytes.last.map { $0 == 0x0A } ?? true ? 0 : 1), "lines")
        try require(lines.allSatisfy { !$0.utf8.contains(0x0A) }, "a line of several")
        try require(lines.reduce(0) { $0 + $1.utf8.count } <= 3 * bytes.count, "more text than bytes")
    }
}
