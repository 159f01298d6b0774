import KubernetesModel
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import KubernetesClient

/// Requests that go through proxies of every kind.
struct ProxiedRequestTests {
    private static let version: [(target: String, reply: Reply)] = [("/version", .json(#"{"gitVersion":"v1.36.2"}"#))]

    private static func tls(_ name: String) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/\(name).crt"))
        let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/\(name).key"), format: .pem)
        return .makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }

    /// Reads the version of a server behind a proxy.
    ///
    /// - Parameters:
    ///   - url: The proxy's URL, with PORT for its port.
    ///   - answers: What the proxy says in turn; then it connects to the server.
    ///   - proxyTLS: The certificate of a proxy that speaks TLS.
    ///   - usesTLS: Whether the server speaks TLS.
    /// - Returns: What the client sent to the proxy, and how it failed.
    /// - Throws: When a server cannot be started.
    private func connect(
        _ url: String, answers: [String], proxyTLS: String? = nil, usesTLS: Bool = true
    ) async throws -> (sent: [String], failure: APIFailure?) {
        try await ScriptedServer.run(Self.version, tls: usesTLS ? try Self.tls("server") : nil) { server in
            let proxy = try await TestProxy(
                answers: answers.map { Array($0.utf8) }, target: server.port, tls: try proxyTLS.map(Self.tls))
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: usesTLS))
            access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
            access.proxy = ProxyAddress(url: url.replacing("PORT", with: "\(proxy.port)"))
            var failure: APIFailure?
            do {
                let version = try await withClient(access) { client in try await client.serverVersion() }
                #expect(version.gitVersion == "v1.36.2")
            } catch let error as APIFailure {
                failure = error
                failure?.detail = error.detail.replacing("\(proxy.port)", with: "PORT")
            }
            await proxy.close()
            return (proxy.sent.map { $0.replacing("\(server.port)", with: "TARGET") }, failure)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:PORT", "CONNECT 127.0.0.1:TARGET HTTP/1.1\r\nHost: 127.0.0.1:TARGET\r\n\r\n"),
        (
            "http://me:pw@127.0.0.1:PORT",
            "CONNECT 127.0.0.1:TARGET HTTP/1.1\r\nHost: 127.0.0.1:TARGET\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n"
        ),
    ])
    func anHTTPProxyLetsThrough(url: String, request: String) async throws {
        let end = try await connect(url, answers: ["HTTP/1.1 200 OK\r\n\r\n"])
        #expect(end.failure == nil)
        #expect(end.sent == [request])
    }

    @Test func aProxyThatSpeaksTLSLetsThrough() async throws {
        let end = try await connect(
            "https://127.0.0.1:PORT", answers: ["HTTP/1.1 200 OK\r\n\r\n"], proxyTLS: "server")
        #expect(end.failure == nil)
    }

    @Test func aSOCKSProxyLetsThrough() async throws {
        let end = try await connect(
            "socks5://me:pw@127.0.0.1:PORT", answers: ["\u{5}\u{2}", "\u{1}\0", "\u{5}\0\0\u{1}\0\0\0\0\0\0"])
        #expect(end.failure == nil)
        #expect(end.sent.prefix(2) == ["\u{5}\u{2}\0\u{2}", "\u{1}\u{2}me\u{2}pw"])
    }

    @Test func aServerWithoutTLSIsReachedTheSameWay() async throws {
        let end = try await connect(
            "http://127.0.0.1:PORT", answers: ["HTTP/1.1 200 OK\r\n\r\n"], usesTLS: false)
        #expect(end.failure == nil)
    }

    @Test(arguments: [
        (
            "http://me:pw@127.0.0.1:PORT", ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"],
            "the proxy http://127.0.0.1:PORT answered 407 Proxy Authentication Required; give user and password in the proxy's URL, or correct them"
        ),
        ("http://127.0.0.1:PORT", [""], "the proxy http://127.0.0.1:PORT closed the connection"),
        (
            "http://127.0.0.1:PORT", ["220 smtp ready\r\n"],
            "the proxy http://127.0.0.1:PORT gave an answer that is none of an HTTP proxy"
        ),
        (
            "socks5://127.0.0.1:PORT", ["\u{5}\0", "\u{5}\u{5}\0\u{1}\0\0\0\0\0\0"],
            "the proxy socks5://127.0.0.1:PORT was refused by the server: is it running, and the port right?"
        ),
    ])
    func aProxyThatRefusesIsNamedInItsWords(url: String, answers: [String], words: String) async throws {
        let failure = try #require(try await connect(url, answers: answers).failure)
        #expect(failure.reason == .transport)
        #expect(failure.detail == words)
    }

    @Test(arguments: ["10.1.2.3", "prod.clusters.example", "127.0.0.1"])
    func theServersCertificateIsForTheServerAndNotForTheWayToIt(host: String) async throws {
        try await ScriptedServer.run(Self.version, tls: try Self.tls("server-elsewhere")) { server in
            let proxy = try await TestProxy(
                answers: [Array("HTTP/1.1 200 OK\r\n\r\n".utf8)], target: server.port, tls: nil)
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: true, host: host))
            access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
            access.proxy = ProxyAddress(url: "http://127.0.0.1:\(proxy.port)")
            let failure: APIFailure? = try await withClient(access) { client in
                do throws(any Error) {
                    _ = try await client.serverVersion()
                    return nil
                } catch {
                    return error as? APIFailure
                }
            }
            #expect((failure == nil) == (host != "127.0.0.1"))
            #expect(failure?.detail.contains("(it is for 10.1.2.3, fd00::1, *.clusters.example)") != false)
            #expect(server.seen.count == (failure == nil ? 1 : 0))
            await proxy.close()
        }
    }

    @Test func aProxyThatIsNotThereIsNamed() async throws {
        var access = ClusterAccess(
            contextName: "test", clusterName: "c", userName: "dev",
            server: ServerAddress(usesTLS: true, host: "k8s.example", port: 6443))
        access.proxy = ProxyAddress(url: "http://127.0.0.1:1")
        let failure = await #expect(throws: APIFailure.self) {
            try await withClient(access) { client in _ = try await client.serverVersion() }
        }
        #expect(
            failure?.detail
                == "connection to proxy http://127.0.0.1:1 refused; is the server running, and the port right?")
    }

    @Test func aProxysCertificateIsVerified() async throws {
        let failure = try #require(
            try await connect(
                "https://127.0.0.1:PORT", answers: ["HTTP/1.1 200 OK\r\n\r\n"], proxyTLS: "server-expired"
            ).failure)
        #expect(failure.reason == .tls)
        #expect(failure.detail.hasPrefix("the proxy https://127.0.0.1:PORT: its certificate "))
    }

    @Test func aDeadLinkToAProxyIsFound() async throws {
        try await ScriptedServer.run(Self.version, tls: try Self.tls("server")) { server in
            let proxy = try await TestProxy(
                answers: [Array("HTTP/1.1 200 OK\r\n\r\n".utf8)], target: server.port, tls: nil)
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: true))
            access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
            access.proxy = ProxyAddress(url: "http://127.0.0.1:\(proxy.port)")
            try await withClient(access) { client in
                _ = try await client.serverVersion()
                // Source: proc(5), the timers of connections: 02 is keepalive.
                let number = String(0x10000 + proxy.port, radix: 16, uppercase: true).dropFirst()
                var timers: [Substring] = []
                for line in String(decoding: try LocalFile.read("/proc/net/tcp"), as: UTF8.self).split(separator: "\n")
                {
                    let fields = line.split(separator: " ")
                    if fields[2] == "0100007F:\(number)", fields[3] == "01" { timers.append(fields[5].prefix(2)) }
                }
                #expect(timers == ["02"])
            }
            await proxy.close()
        }
    }

    @Test func nobodyElseOnTheMachineMayUseTheWayToAProxy() async throws {
        let proxy = try await TestProxy(answers: [Array("HTTP/1.1 200 OK\r\n\r\n".utf8)], target: 1, tls: nil)
        let bridge = try ProxyBridge(
            try #require(ProxyAddress(url: "http://127.0.0.1:\(proxy.port)")), tls: .makeClientConfiguration(),
            timeout: .seconds(5))
        let answered = try await TestProxy.ask(bridge.port, "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n")
        #expect(answered == "")
        #expect(proxy.sent == [])
        await bridge.shutdown()
        await proxy.close()
    }
}

/// A proxy on loopback that answers each piece it gets from a script, and then passes bytes on to a server.
final class TestProxy: Sendable {
    private let channel: any Channel
    private let heard: Heard

    var port: Int { channel.localAddress?.port ?? 0 }
    /// What was sent to it before it passed bytes on.
    var sent: [String] { heard.all }

    final class Heard: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    init(answers: [[UInt8]], target: Int, tls: TLSConfiguration?) async throws {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let heard = Heard()
        self.heard = heard
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(TestProxyHandler(answers[...], target, heard))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async { try? await channel.close() }

    /// Sends a text to a port and reads until the connection is closed.
    static func ask(_ port: Int, _ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            for try await piece in inbound { answer += String(buffer: piece) }
            return answer
        }
    }
}

private final class TestProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var answers: ArraySlice<[UInt8]>
    private let target: Int
    private let heard: TestProxy.Heard

    init(_ answers: ArraySlice<[UInt8]>, _ target: Int, _ heard: TestProxy.Heard) {
        self.answers = answers
        self.target = target
        self.heard = heard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard.add(String(buffer: unwrapInboundIn(data)))
        guard let answer = answers.popFirst(), !answer.isEmpty else { return context.close(promise: nil) }
        guard answers.isEmpty else {
            return context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop).connect(host: "127.0.0.1", port: target).whenComplete { result in
            let (handler, context) = bound.value
            guard case .success(let peer) = result else { return context.close(promise: nil) }
            let channel = context.channel
            do {
                try channel.pipeline.syncOperations.addHandler(RelayHandler(to: peer))
                try peer.pipeline.syncOperations.addHandler(RelayHandler(to: channel))
                channel.pipeline.syncOperations.removeHandler(handler, promise: nil)
                channel.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
            } catch {
                context.close(promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
