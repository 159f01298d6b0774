import NIOCore
import NIOWebSocket

/// Writes the messages of a stream: the number of a channel, then bytes.
struct ChannelWriter: Sendable {
    typealias Inbound = NIOAsyncChannelInboundStream<WebSocketFrame>

    private static let largest = 32 << 10

    let channel: any Channel

    /// Sends a frame, and waits until the client's connection took it: nothing piles up before a slow one.
    func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) async throws {
        try Task.checkCancellation()
        try await channel.writeAndFlush(WebSocketFrame(fin: true, opcode: opcode, data: data)).get()
    }

    /// Sends bytes, as fast as the client reads.
    func send(_ channel: UInt8, _ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(Self.largest)
            rest = rest.dropFirst(part.count)
            var buffer = ByteBuffer()
            buffer.reserveCapacity(part.count + 1)
            buffer.writeInteger(channel)
            buffer.writeBytes(part)
            try await write(.binary, buffer)
        } while !rest.isEmpty
    }

    /// Says that nothing follows.
    func close() async throws {
        var buffer = ByteBuffer()
        buffer.write(webSocketErrorCode: .normalClosure)
        try await write(.connectionClose, buffer)
    }

    /// Gives each message, or each piece of one that comes in pieces, until the client ends the stream.
    ///
    /// Where messages are not of channels, every byte is given, and the channel is 0.
    func forEachMessage(
        _ inbound: Inbound, ofChannels: Bool = true, _ body: (UInt8, [UInt8]) async throws -> Void
    ) async throws {
        var channel: UInt8 = 0
        for try await frame in inbound {
            switch frame.opcode {
            case .binary, .text:
                var data = frame.unmaskedData
                if ofChannels {
                    guard let first = data.readInteger(as: UInt8.self) else { continue }
                    channel = first
                }
                try await body(channel, Array(data.readableBytesView))
            case .continuation: try await body(channel, Array(frame.unmaskedData.readableBytesView))
            case .ping:
                try await write(.pong, frame.unmaskedData)
            case .connectionClose: return
            default: continue
            }
        }
    }

    /// Reads while something is done, and waits a moment for the client to end the stream when that is over.
    ///
    /// - Parameters:
    ///   - inbound: what the client sends.
    ///   - ofChannels: whether its messages begin with the number of a channel.
    ///   - read: takes each message.
    ///   - work: is cancelled when the client goes.
    /// - Throws: what the work or the connection throws.
    func run(
        _ inbound: Inbound, ofChannels: Bool = true,
        reading read: @escaping @Sendable (UInt8, [UInt8]) async throws -> Void,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await forEachMessage(inbound, ofChannels: ofChannels) { channel, bytes in
                    do {
                        try await read(channel, bytes)
                    } catch is BrokenPipe {
                        // The program does not read any more.
                    }
                }
                return false
            }
            group.addTask {
                try await work()
                try await close()
                return true
            }
            if try await group.next() ?? false {
                group.addTask {
                    try await Task.sleep(for: .seconds(2))
                    return true
                }
                _ = try await group.next()
            }
            group.cancelAll()
        }
    }
}
