import Testing

@testable import KubernetesClient

/// What is said to proxies, byte by byte.
struct ProxyHandshakeTests {
    private func handshake(_ url: String, host: String = "k8s.example", port: Int = 6443) throws -> ProxyHandshake {
        ProxyHandshake(try #require(ProxyAddress(url: url)), host: host, port: port)
    }

    /// The outcome of an answer that comes in one piece, and byte by byte.
    private func outcome(_ handshake: ProxyHandshake, _ answer: [UInt8]) -> ProxyHandshake.Outcome {
        var whole = handshake
        let outcome = whole.receive(answer)
        var slow = handshake
        var slowly = ProxyHandshake.Outcome.wait
        for byte in answer where slowly == .wait { slowly = slow.receive([byte]) }
        if case .established = outcome {
            #expect(slowly == .established(rest: []))
        } else {
            #expect(slowly == outcome)
        }
        return outcome
    }

    @Test(arguments: [
        ("http://p:3128", "k8s.example", "CONNECT k8s.example:6443 HTTP/1.1\r\nHost: k8s.example:6443\r\n\r\n"),
        ("https://p", "fd00::1", "CONNECT [fd00::1]:6443 HTTP/1.1\r\nHost: [fd00::1]:6443\r\n\r\n"),
        (
            "http://me:p%40w@p:3128", "10.0.0.1",
            "CONNECT 10.0.0.1:6443 HTTP/1.1\r\nHost: 10.0.0.1:6443\r\nProxy-Authorization: Basic bWU6cEB3\r\n\r\n"
        ),
    ])
    func anHTTPProxyIsAskedToConnect(url: String, host: String, request: String) throws {
        var handshake = try handshake(url, host: host)
        #expect(String(decoding: handshake.begin(), as: UTF8.self) == request)
    }

    @Test func bytesAfterTheAnswerOfAnHTTPProxyAreTheServers() throws {
        var handshake = try handshake("http://p")
        _ = handshake.begin()
        let answer = "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nrest"
        #expect(outcome(handshake, Array(answer.utf8)) == .established(rest: Array("rest".utf8)))
    }

    @Test(arguments: [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "answered 407 Proxy Authentication Required; give user and password in the proxy's URL, or correct them"
        ),
        (
            "HTTP/1.0 403 Filtered\r\nContent-Length: 0\r\n\r\n",
            "answered 403 Filtered; it may not let connections through to that host and port"
        ),
        ("HTTP/1.1 502\r\n\r\n", "answered 502"),
        ("HTTP/1.1 99 x\r\n\r\n", "gave an answer that is none of an HTTP proxy"),
        ("SSH-2.0-OpenSSH", "gave an answer that is none of an HTTP proxy"),
        ("HTTP/1.1 500 \u{1B}[31m\r\n\r\n", "answered 500 \u{FFFD}[31m"),
    ])
    func whatAnHTTPProxyRefusesIsSaid(answer: String, words: String) throws {
        var handshake = try handshake("http://p")
        _ = handshake.begin()
        #expect(outcome(handshake, Array(answer.utf8)) == .refused(words))
    }

    @Test func anAnswerWithoutEndIsGivenUp() throws {
        var handshake = try handshake("http://p")
        _ = handshake.begin()
        let endless = Array("HTTP/1.1 200 ".utf8) + [UInt8](repeating: 0x61, count: 70_000)
        #expect(handshake.receive(endless) == .refused("gave an answer that is none of a proxy"))
    }

    @Test func aSOCKSProxyIsAskedByName() throws {
        var handshake = try handshake("socks5://p")
        #expect(handshake.begin() == [5, 1, 0])
        #expect(handshake.receive([5, 0]) == .send([5, 1, 0, 3, 11] + Array("k8s.example".utf8) + [0x19, 0x2B]))
        #expect(
            outcome(handshake, [5, 0, 0, 1, 10, 0, 0, 1, 0, 80, 9, 9]) == .established(rest: [9, 9]))
    }

    @Test(arguments: [
        ("10.0.0.1", [UInt8]([1, 10, 0, 0, 1])), ("::1", [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ])
    func aSOCKSProxyIsAskedByAddress(host: String, address: [UInt8]) throws {
        var handshake = try handshake("socks5://p", host: host, port: 443)
        _ = handshake.begin()
        #expect(handshake.receive([5, 0]) == .send([5, 1, 0] + address + [1, 187]))
    }

    @Test(arguments: [[UInt8]([5, 0, 0, 3, 2, 97, 98, 0, 80]), [5, 0, 0, 4] + [UInt8](repeating: 1, count: 18)])
    func everyFormOfASOCKSAnswerIsRead(answer: [UInt8]) throws {
        var handshake = try handshake("socks5://p")
        _ = handshake.begin()
        _ = handshake.receive([5, 0])
        #expect(outcome(handshake, answer) == .established(rest: []))
    }

    @Test func nameAndPasswordAreGivenToASOCKSProxyThatWantsThem() throws {
        var handshake = try handshake("socks5://me:pw@p", host: "10.0.0.1")
        #expect(handshake.begin() == [5, 2, 0, 2])
        #expect(handshake.receive([5, 2]) == .send([1, 2, 109, 101, 2, 112, 119]))
        #expect(handshake.receive([1, 0]) == .send([5, 1, 0, 1, 10, 0, 0, 1, 0x19, 0x2B]))
    }

    @Test(arguments: [
        ("socks5://p", [UInt8]([5, 255]), "wants name and password; give them in the proxy's URL"),
        ("socks5://me:pw@p", [5, 255], "takes neither no authentication nor name and password"),
        ("socks5://p", [72, 84, 84, 80], "does not speak SOCKS5"),
    ])
    func aSOCKSProxyThatRefusesTheGreetingIsNamed(url: String, answer: [UInt8], words: String) throws {
        var handshake = try handshake(url)
        _ = handshake.begin()
        #expect(handshake.receive(answer) == .refused(words))
    }

    @Test func aWrongPasswordIsSaid() throws {
        var handshake = try handshake("socks5://me:pw@p")
        _ = handshake.begin()
        _ = handshake.receive([5, 2])
        #expect(handshake.receive([1, 1]) == .refused("does not accept the name and password of its URL"))
    }

    @Test(arguments: [
        (UInt8(1), "could not connect (SOCKS reply 1)"), (2, "does not allow connections to that host and port"),
        (3, "found no route to the network"), (4, "found no route to the host"),
        (5, "was refused by the server: is it running, and the port right?"), (6, "got no answer of the server"),
        (200, "could not connect (SOCKS reply 200)"),
    ])
    func whatASOCKSProxyCannotDoIsSaid(code: UInt8, words: String) throws {
        var handshake = try handshake("socks5://p")
        _ = handshake.begin()
        _ = handshake.receive([5, 0])
        #expect(outcome(handshake, [5, code, 0, 1, 0, 0, 0, 0, 0, 0]) == .refused(words))
    }
}
