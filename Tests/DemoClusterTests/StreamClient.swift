import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

@testable import DemoCluster
@testable import KubernetesClient

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
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port).get()
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: target,
            headers: ["Host": "127.0.0.1", "Sec-WebSocket-Protocol": subprotocol])
        // Not NIO's own: it loses what comes in the same breath as the agreement.
        let answer = try await channel.eventLoop.flatSubmit {
            let answer = channel.eventLoop.makePromise(of: UpgradeHandler<Stream>.Answer.self)
            let handler = UpgradeHandler<Stream>(head, answer) { channel, _ in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(WebSocketFrameEncoder())
                try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)))
                return try Stream(wrappingChannelSynchronously: channel)
            }
            do {
                try channel.pipeline.syncOperations.addHandler(handler)
            } catch {
                answer.fail(error)
            }
            return answer.futureResult
        }.get()
        guard case .success(let stream) = answer else {
            try await channel.close()
            throw Refused()
        }
        return try await stream.executeThenClose { inbound, outbound in
            var client = StreamClient(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&client)
        }
    }
}
