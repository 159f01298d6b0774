import KubernetesModel
import NIOCore
import NIOWebSocket
import Synchronization

/// Forwarded connections as kubectl carries them since 1.31: SPDY/3.1 in the messages of a WebSocket, two streams for each
/// connection, of which one is for words when it fails.
struct SpdySession: Sendable {
    /// The subprotocol that is spoken.
    static let subprotocol = "SPDY/3.1+portforward.k8s.io"
    private static let largestFrame = 1 << 20

    private struct Stream {
        var id: UInt32
        var pipe = BytePipe()
    }

    private struct Pair {
        var data: Stream?
        var errors: Stream?
        var port = 0
    }

    private struct State {
        var pairs: [String: Pair] = [:]
        var pipes: [UInt32: BytePipe] = [:]
        var hasReplied = false
    }

    let forward: PortForwardSession

    /// Carries connections until the client has enough.
    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>) async throws {
        try await channel.executeThenClose { inbound, _ in
            let writer = ChannelWriter(channel: channel.channel)
            let incoming = BytePipe()
            let output = ByteOutput { bytes in
                try await writer.write(.binary, ByteBuffer(bytes: bytes))
            }
            try await writer.run(inbound, ofChannels: false) { _, bytes in
                try await incoming.write(bytes)
            } _: {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await read(ByteInput { try await incoming.read() }, output, &group)
                    group.cancelAll()
                }
            }
        }
    }

    private func read(
        _ input: ByteInput, _ output: ByteOutput, _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        var state = State()
        var inflater = Inflater(dictionary: SpdyDictionary.bytes)
        var isFirst = true
        while true {
            let head = try await input.read(exactly: 8)
            guard head.count == 8 else { return }
            let length = Int(head[5]) << 16 | Int(head[6]) << 8 | Int(head[7])
            guard length < Self.largestFrame else { return }
            let body = try await input.read(exactly: length)
            guard body.count == length else { return }
            guard head[0] & 0x80 != 0 else {
                let pipe = state.pipes[Self.number(head)]
                // What nobody reads any more is dropped.
                do {
                    try await pipe?.write(body)
                } catch is BrokenPipe {}
                if head[4] & 1 != 0 { pipe?.end() }
                continue
            }
            switch head[3] {
            case 1 where body.count > 10:
                var block = Array(body[10...])
                // The header of zlib, with the checksum of the dictionary.
                if isFirst { block.removeFirst(min(6, block.count)) }
                isFirst = false
                let headers = Self.headers(try inflater.inflate(block))
                let id = Self.number(body)
                try await output.write(Self.reply(id, isFirst: !state.hasReplied))
                state.hasReplied = true
                open(id, headers, &state, output, &group)
            case 3 where body.count >= 4:
                let pipe = state.pipes.removeValue(forKey: Self.number(body))
                pipe?.end()
                pipe?.abandon()
            case 6: try await output.write(head + body)
            case 7: return
            default: continue
            }
        }
    }

    private func open(
        _ id: UInt32, _ headers: [String: String], _ state: inout State, _ output: ByteOutput,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        let request = headers["requestid"] ?? ""
        let stream = Stream(id: id)
        state.pipes[id] = stream.pipe
        var pair = state.pairs.removeValue(forKey: request) ?? Pair()
        if headers["streamtype"] == "error" { pair.errors = stream } else { pair.data = stream }
        pair.port = Int(headers["port"] ?? "") ?? pair.port
        guard let data = pair.data, let errors = pair.errors else {
            state.pairs[request] = pair
            return
        }
        let port = pair.port
        group.addTask {
            func end(_ stream: Stream) async throws { try await output.write(Self.data(stream.id, [], isLast: true)) }
            do {
                try await forward.serve(
                    port, ByteInput { try await data.pipe.read() },
                    ByteOutput { bytes in
                        var rest = bytes[...]
                        while !rest.isEmpty {
                            let part = rest.prefix(32 << 10)
                            rest = rest.dropFirst(part.count)
                            try await output.write(Self.data(data.id, Array(part)))
                        }
                    },
                    errors: ByteOutput { try await output.write(Self.data(errors.id, $0)) })
            } catch is BrokenPipe {}
            data.pipe.abandon()
            try await end(errors)
            try await end(data)
        }
    }

    // MARK: Frames

    /// The 31 bits of a stream's number, at the beginning of some bytes.
    private static func number(_ bytes: [UInt8]) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [UInt8(number >> 24 & 255), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }

    private static func data(_ id: UInt32, _ body: [UInt8], isLast: Bool = false) -> [UInt8] {
        var head = bytes(id) + bytes(UInt32(body.count))
        head[4] = isLast ? 1 : 0
        return head + body
    }

    /// Says that a stream is open, with no headers: stored without compression, and flushed.
    private static func reply(_ id: UInt32, isFirst: Bool) -> [UInt8] {
        let block: [UInt8] = (isFirst ? [0x78, 0x01] : []) + [0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        return [0x80, 3, 0, 2] + bytes(UInt32(4 + block.count)) + bytes(id) + block
    }

    /// The names and values of a header block.
    private static func headers(_ block: [UInt8]) -> [String: String] {
        var rest = block[...]
        func size() -> Int {
            let size = Int(rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(4)
            return size
        }
        func text() -> String {
            let length = min(size(), rest.count)
            defer { rest = rest.dropFirst(length) }
            return String(decoding: rest.prefix(length), as: UTF8.self)
        }
        var headers: [String: String] = [:]
        for _ in 0..<min(size(), 100) {
            let name = text()
            headers[name.lowercased()] = text()
        }
        return headers
    }
}
