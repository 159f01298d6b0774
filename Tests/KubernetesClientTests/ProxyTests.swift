import Testing

@testable import KubernetesClient

struct ProxyTests {
    @Test func urlsAreRead() throws {
        let proxy = try #require(ProxyAddress(url: "http://me:p%40w@proxy:3128/"))
        #expect(proxy.description == "http://proxy:3128")
        #expect(proxy.credential == .init(username: "me", password: Secret("p@w")))
        #expect(ProxyAddress(url: "socks5h://[::1]")?.description == "socks5://[::1]:1080")
        #expect(ProxyAddress(url: "https://proxy")?.description == "https://proxy:443")
        #expect(ProxyAddress(url: "proxy")?.description == "http://proxy:80")
    }

    @Test(arguments: ["", "ftp://proxy:21", "http://", "http://proxy:99999", "http://a b"])
    func whatIsNoProxyIsRefused(url: String) {
        #expect(ProxyAddress(url: url) == nil)
    }

    /// The proxy for a server under an environment.
    private func proxy(_ server: String, _ environment: [String: String]) throws -> String? {
        ProxyEnvironment(environment).proxyURL(for: try #require(ServerAddress(url: server)))
    }

    /// Each line was tried with kubectl 1.32: whether it went through the proxy.
    @Test(arguments: [
        // Names.
        ("https://api.corp.example:6443", "api.corp.example", false),
        ("https://api.corp.example:6443", "corp.example", false),
        ("https://api.corp.example:6443", ".corp.example", false),
        ("https://api.corp.example:6443", "*.corp.example", false),
        ("https://corp.example:6443", "corp.example", false),
        ("https://corp.example:6443", ".corp.example", true),
        ("https://corp.example:6443", "*.corp.example", true),
        ("https://api.corp.example:6443", "pi.corp.example", true),
        ("https://API.Corp.example:6443", "api.CORP.example", false),
        ("https://api.corp.example:6443", " x , corp.example ,", false),
        ("https://api.corp.example:6443", "*", false),
        ("https://api.corp.example:6443", "x,*,y", false),
        ("https://api.corp.example:6443", "*corp.example", true),
        ("https://api.corp.example:6443", "", true),
        // Ports.
        ("https://api.corp.example:6443", "corp.example:6443", false),
        ("https://api.corp.example:6443", "corp.example:443", true),
        ("https://api.corp.example", "corp.example:443", false),
        ("https://api.corp.example:6443", "corp.example:", false),
        ("https://api.corp.example:6443", ":6443", true),
        // IPv4.
        ("https://10.0.0.7:6443", "10.0.0.7", false),
        ("https://10.0.0.7:6443", "10.0.0.7:6443", false),
        ("https://10.0.0.7:6443", "10.0.0.7:443", true),
        ("https://10.0.0.7:6443", "10.0.0.0/8", false),
        ("https://10.0.0.7:6443", "10.1.0.0/16", true),
        ("https://10.0.0.7:6443", "0.0.0.0/0", false),
        ("https://10.0.0.7:6443", "10.0.0.0/33", true),
        ("https://10.0.0.7:6443", "10.0.0.0/x", true),
        ("https://10.0.0.7:6443", "10.0.0", true),
        ("https://10.0.0.7:6443", "0.0.7", true),
        ("https://10.0.0.7:6443", "::ffff:10.0.0.7", false),
        ("https://10.0.0.7:6443", "::ffff:10.0.0.0/104", false),
        ("https://10.0.0.7:6443", "::/0", true),
        // IPv6.
        ("https://[fd00::7]:6443", "fd00::7", false),
        ("https://[fd00::7]:6443", "[fd00::7]:6443", false),
        ("https://[fd00::7]:6443", "[fd00::7]:443", true),
        ("https://[fd00::7]:6443", "[fd00::7]", true),
        ("https://[fd00::7]:6443", "fd00:0::0:7", false),
        ("https://[fd00::7]:6443", "fd00::/8", false),
        ("https://[fd00::7]:6443", "fe80::/10", true),
        ("https://[fd00::7]:6443", "0.0.0.0/0", true),
        // This machine never needs a proxy.
        ("https://localhost:6443", "", false),
        ("https://127.0.0.1:6443", "", false),
        ("https://127.9.9.9:6443", "", false),
        ("https://[::1]:6443", "", false),
        ("https://[::ffff:127.0.0.1]:6443", "", false),
        ("https://127.corp.example:6443", "", true),
        ("https://localhost.corp.example:6443", "", true),
    ])
    func exceptionsAreThoseOfGo(server: String, exceptions: String, isProxied: Bool) throws {
        let expected = isProxied ? "http://proxy:3128" : nil
        #expect(try proxy(server, ["HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": exceptions]) == expected)
    }

    @Test func theSchemeAndTheCaseChooseTheVariable() throws {
        #expect(try proxy("https://h", ["HTTP_PROXY": "a"]) == nil)
        #expect(try proxy("http://h", ["HTTP_PROXY": "a", "HTTPS_PROXY": "b"]) == "a")
        #expect(try proxy("https://h", ["HTTP_PROXY": "a", "HTTPS_PROXY": "b"]) == "b")
        #expect(try proxy("https://h", ["https_proxy": "a"]) == "a")
        #expect(try proxy("https://h", ["https_proxy": "a", "HTTPS_PROXY": "b"]) == "b")
        #expect(try proxy("https://h", ["https_proxy": "a", "HTTPS_PROXY": ""]) == "a")
        #expect(try proxy("https://h", ["https_proxy": "a", "no_proxy": "h"]) == nil)
        #expect(try proxy("https://h", ["https_proxy": "a", "no_proxy": "h", "NO_PROXY": "g"]) == "a")
        #expect(try proxy("https://h", ["ALL_PROXY": "a"]) == nil)
    }
}
