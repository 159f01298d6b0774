import KubernetesModel
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOWebSocket
import Synchronization
import Testing

@testable import KubernetesClient

/// Commands in containers, against a server that speaks WebSocket.
@Suite(.timeLimit(.minutes(20)))
struct ContainerCallTests {
    private static let call = ContainerCall(
        namespace: "shop", pod: "web-0", container: "app", target: .exec(["sh", "-c", "echo a;b"]), stdin: true)

    /// Runs a call against a server, and collects what it brings.
    private func run(
        _ call: ContainerCall = call, protocols: [String] = ["v5.channel.k8s.io", "v4.channel.k8s.io"],
        refusal: Reply? = nil, tls: TLSConfiguration? = nil,
        serve: @escaping @Sendable (StreamPeer) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (ContainerSession) async throws -> Void = { _ in },
        configure: (inout ClusterAccess) throws -> Void = { _ in }
    ) async throws -> (outputs: [ContainerOutput], seen: [SeenRequest], failure: APIFailure?) {
        try await StreamServer.run(protocols: protocols, refusal: refusal, tls: tls, serve: serve) { server in
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev",
                server: ServerAddress(usesTLS: tls != nil, host: "127.0.0.1", port: server.port))
            try configure(&access)
            return try await withClient(access) { client in
                do {
                    let outputs = try await client.withCall(call) { session in
                        try await body(session)
                        var outputs: [ContainerOutput] = []
                        for try await output in session.output { outputs.append(output) }
                        return outputs
                    }
                    return (outputs, server.seen, nil)
                } catch let failure as APIFailure {
                    return ([], server.seen, failure)
                }
            }
        }
    }

    @Test func stdoutAndStderrComeApartAndTheStatusLast() async throws {
        let end = try await run { peer in
            try await peer.send([1])
            try await peer.send(1, "out\n")
            try await peer.send(2, "err\n")
            try await peer.exit(3)
        }
        #expect(end.outputs == [.stdout(Array("out\n".utf8)), .stderr(Array("err\n".utf8)), .ended(.exited(3))])
        #expect(
            end.seen.map(\.target) == [
                "/api/v1/namespaces/shop/pods/web-0/exec?container=app&command=sh&command=-c&command=echo%20a%3Bb"
                    + "&stdin=true&stdout=true&stderr=true"
            ])
        #expect(end.seen.first?.header("Sec-WebSocket-Protocol") == ["v5.channel.k8s.io, v4.channel.k8s.io"])
    }

    @Test func attachWithATerminalAsksForNoStderr() async throws {
        let call = ContainerCall(namespace: "shop", pod: "web-0", target: .attach, stdin: true, tty: true)
        let end = try await run(call) { peer in try await peer.exit() }
        #expect(
            end.seen.map(\.target) == ["/api/v1/namespaces/shop/pods/web-0/attach?stdin=true&stdout=true&tty=true"])
        #expect(end.outputs == [.ended(.exited(0))])
    }

    @Test func inputReachesTheCommandAndItsEndIsTold() async throws {
        let received = Mutex<[[UInt8]]>([])
        let end = try await run { peer in
            try await peer.forEachFrame { opcode, bytes in
                guard opcode == .binary else { return }
                received.withLock { $0.append(bytes) }
                if bytes == [255, 0] { try await peer.exit() }
            }
        } _: { session in
            #expect(session.canCloseStdin)
            try await session.resize(columns: 80, rows: 24)
            try await session.write(Array("a\n".utf8))
            try await session.closeStdin()
        }
        #expect(end.outputs == [.ended(.exited(0))])
        #expect(received.withLock { $0 } == [[4] + Array(#"{"Width":80,"Height":24}"#.utf8), [0, 97, 10], [255, 0]])
    }

    @Test func overVersion4TheEndOfInputCannotBeTold() async throws {
        let end = try await run(protocols: ["v4.channel.k8s.io"]) { peer in
            try await peer.exit()
        } _: { session in
            #expect(!session.canCloseStdin)
            try await session.closeStdin()
        }
        #expect(end.failure?.reason == .configuration)
        #expect(
            end.failure?.detail
                == "this server speaks v4.channel.k8s.io, which cannot end stdin (Kubernetes can since 1.30)")
    }

    @Test func aMessageInSeveralFramesIsOne() async throws {
        let end = try await run { peer in
            try await peer.send([1, 0xE2], fin: false)
            try await peer.send([0x82], opcode: .continuation, fin: false)
            try await peer.send([0xAC], opcode: .continuation)
            try await peer.send([3] + Array(#"{"status":"Fail"#.utf8), fin: false)
            try await peer.send(Array(#"ure","message":"gone"}"#.utf8), opcode: .continuation)
        }
        #expect(end.outputs == [.stdout([0xE2]), .stdout([0x82]), .stdout([0xAC]), .ended(.failed("gone"))])
    }

    @Test func aStreamThatIsCutInTheMiddleOfAFrameSaysThatTheEndIsUnknown() async throws {
        let end = try await run { peer in
            try await peer.send(1, "whole")
            try await peer.sendRaw([0x82, 10, 1, 104])
        }
        #expect(end.outputs.first == .stdout(Array("whole".utf8)))
        guard case .ended(.failed(let words))? = end.outputs.last else {
            Issue.record("\(end.outputs)")
            return
        }
        #expect(words.hasSuffix("is not known"))
    }

    @Test func framesOutOfOrderEndTheStream() async throws {
        let end = try await run { peer in
            try await peer.send([1, 65], opcode: .continuation)
            try await peer.exit()
        }
        #expect(end.outputs == [.ended(.failed("the connection broke; whether the command still runs is not known"))])
    }

    @Test func theServersWordsAtTheEndAreTold() async throws {
        let end = try await run { peer in
            try await peer.send([0x03, 0xF3] + Array("shutting down".utf8), opcode: .connectionClose)
        }
        #expect(end.outputs == [.ended(.failed("the server ended the stream (code 1011): shutting down"))])
    }

    @Test func pingsAreAnswered() async throws {
        let end = try await run { peer in
            try await peer.send([7], opcode: .ping)
            try await peer.forEachFrame { opcode, bytes in
                if opcode == .pong, bytes == [7] { try await peer.exit(5) }
            }
        }
        #expect(end.outputs == [.ended(.exited(5))])
    }

    @Test(arguments: [
        (
            Reply.json(
                #"{"kind":"Status","status":"Failure","message":"pods \"web-0\" is forbidden","reason":"Forbidden","code":403}"#,
                status: 403),
            APIFailure.Reason.forbidden, #"pods "web-0" is forbidden"#
        ),
        (
            Reply(status: 403), .forbidden,
            "HTTP 403: the server speaks none of v5.channel.k8s.io, v4.channel.k8s.io, or something in between refused the stream"
        ),
        (
            Reply(
                status: 500, headers: [("Content-Type", "text/plain")],
                chunks: [Array(#"container not found ("app")"#.utf8)]),
            .server(500), #"HTTP 500: container not found ("app")"#
        ),
        (
            Reply(status: 200, headers: [("Content-Type", "text/html")], chunks: [Array("<html>Sign in</html>".utf8)]),
            .malformedAnswer,
            "the answer was HTTP 200 and no stream; does a proxy or load balancer in between not pass WebSockets on?"
        ),
    ])
    func aRefusedStreamIsToldInTheServersWords(refusal: Reply, reason: APIFailure.Reason, detail: String) async throws {
        let end = try await run(refusal: refusal)
        #expect(end.failure?.reason == reason)
        #expect(end.failure?.detail == detail)
        #expect(end.failure?.attempt == "exec in web-0/app in shop")
    }

    @Test func credentialsGoAlongAndTLSIsVerified() async throws {
        let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/server.crt"))
        let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/server.key"), format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        let end = try await run(
            tls: tls, serve: { peer in try await peer.exit() },
            configure: { access in
                access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
                access.bearerToken = .value(Secret("token"))
                access.impersonation = ClusterAccess.Impersonation(user: "ann")
            })
        #expect(end.outputs == [.ended(.exited(0))])
        #expect(end.seen.first?.header("Authorization") == ["Bearer token"])
        #expect(end.seen.first?.header("Impersonate-User") == ["ann"])

        let stranger = try await run(
            tls: tls, configure: { $0.certificateAuthority = .file(try Fixture.path("tls/other-ca.crt")) })
        #expect(stranger.failure?.reason == .tls)
        #expect(stranger.seen.isEmpty)
    }

    @Test func twoHundredThousandLinesPassInBothDirections() async throws {
        let lines = (1...200_000).map { "\($0)\n" }.joined()
        let end = try await StreamServer.run(serve: { peer in
            try await peer.forEachFrame { opcode, bytes in
                guard opcode == .binary else { return }
                if bytes == [255, 0] { try await peer.exit() } else { try await peer.send([1] + bytes.dropFirst()) }
            }
        }) { server in
            let access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "",
                server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: server.port))
            return try await withClient(access) { client in
                try await client.withCall(Self.call) { session in
                    async let writing: Void = {
                        try await session.write(Array(lines.utf8))
                        try await session.closeStdin()
                    }()
                    var received: [UInt8] = []
                    for try await case .stdout(let bytes) in session.output { received += bytes }
                    try await writing
                    return received
                }
            }
        }
        #expect(end == Array(lines.utf8))
    }

    @Test func aPeerThatNeverAnswersPingsIsGone() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(WebSocketControl(pingInterval: .seconds(5)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.read()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        var opcodes: [WebSocketOpcode] = []
        while let frame = try channel.readOutbound(as: WebSocketFrame.self) { opcodes.append(frame.opcode) }
        #expect(opcodes == Array(repeating: .ping, count: 12))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(throws: PeerLost.self) { try channel.throwIfErrorCaught() }
        #expect(!channel.isActive)
    }

    @Test func silenceSaysNothingWhileNobodyReads() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(WebSocketControl(pingInterval: .seconds(5)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        try channel.throwIfErrorCaught()
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
