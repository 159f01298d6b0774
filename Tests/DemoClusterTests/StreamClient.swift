import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

@testable import DemoCluster

/// The client's end of a stream to a container.
struct StreamClient {
    /// The server did not agree.
    struct Refused: Error {}

    private var inbound: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    func send(_ channel: UInt8, _ bytes: [UInt8]) async throws {
        try await outbound.write(Self.frame(channel, bytes))
    }

    static func frame(_ channel: UInt8, _ bytes: [UInt8]) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: ByteBuffer(bytes: [channel] + bytes))
    }

    func type(_ text: String) async throws { try await send(0, Array(text.utf8)) }

    /// The next message; `nil` at the end.
    mutating func next() async throws -> (channel: UInt8, bytes: [UInt8])? {
        while let frame = try await inbound.next() {
            if frame.opcode == .connectionClose { return nil }
            guard frame.opcode == .binary, let first = frame.data.readableBytesView.first else { continue }
            return (first, Array(frame.data.readableBytesView.dropFirst()))
        }
        return nil
    }

    /// What comes on each channel until the end.
    mutating func rest() async throws -> [UInt8: [UInt8]] {
        var all: [UInt8: [UInt8]] = [:]
        while let (channel, bytes) = try await next() { all[channel, default: []] += bytes }
        return all
    }

    /// Reads the first channel of output until a text was seen.
    mutating func read(until text: String) async throws -> String {
        var seen = ""
        while !seen.contains(text), let message = try await next() {
            if message.channel == 1 { seen += String(decoding: message.bytes, as: UTF8.self) }
        }
        return seen
    }

    /// Opens a stream while the body runs.
    static func open<Result: Sendable>(
        _ server: DemoServer, _ target: String, _ subprotocol: String = "v5.channel.k8s.io",
        _ body: @escaping @Sendable (inout StreamClient) async throws -> Result
    ) async throws -> Result {
        typealias Stream = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
        let upgrade: EventLoopFuture<Stream?> = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOTypedWebSocketClientUpgrader<Stream?>(maxFrameSize: 1 << 20) { channel, _ in
                        channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
                    }
                    let head = HTTPRequestHead(
                        version: .http1_1, method: .GET, uri: target,
                        headers: ["Host": "127.0.0.1", "Sec-WebSocket-Protocol": subprotocol])
                    let configuration = NIOTypedHTTPClientUpgradeConfiguration<Stream?>(
                        upgradeRequestHead: head, upgraders: [upgrader]
                    ) { channel in
                        channel.close(promise: nil)
                        return channel.eventLoop.makeSucceededFuture(nil)
                    }
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: .init(upgradeConfiguration: configuration))
                }
            }
        guard let stream = try await upgrade.get() else { throw Refused() }
        return try await stream.executeThenClose { inbound, outbound in
            var client = StreamClient(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&client)
        }
    }
}
