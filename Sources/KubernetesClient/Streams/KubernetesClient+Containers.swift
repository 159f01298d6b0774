import KubernetesModel
import NIOCore

extension KubernetesClient {
    /// Runs a command in a container, or attaches to its main process, for as long as `body` runs.
    ///
    /// The command may go on when the stream ends before it does; the API has no way to end it.
    ///
    /// - Parameters:
    ///   - call: What to run, and where.
    ///   - body: Reads `output` until it ends, and writes.
    /// - Returns: What `body` returns.
    /// - Throws: `APIFailure` with the server's words when it refuses, `CancellationError`, what `body` throws.
    public func withCall<Value: Sendable>(
        _ call: ContainerCall, _ body: @Sendable (ContainerSession) async throws -> Value
    ) async throws -> Value {
        let request = call.request
        let (channel, agreed) = try await transport.openWebSocket(
            request, protocols: [StreamChannel.v5, StreamChannel.v4]
        ) { channel, agreed in
            (try NIOAsyncChannel<WebSocketPiece, ByteBuffer>(wrappingChannelSynchronously: channel), agreed)
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(
                ContainerSession(
                    inbound: inbound, outbound: outbound, loop: channel.channel.eventLoop,
                    canCloseStdin: agreed == StreamChannel.v5, attempt: request.attempt))
        }
    }
}

extension ContainerCall {
    var request: APIRequest {
        var query: [(name: String, value: String)] = []
        if let container { query.append(("container", container)) }
        let verb: String
        switch target {
        case .exec(let command):
            verb = "exec"
            query += command.map { ("command", $0) }
        case .attach: verb = "attach"
        }
        for (name, isWanted) in [("stdin", stdin), ("stdout", stdout), ("stderr", stderr && !tty), ("tty", tty)] {
            if isWanted { query.append((name, "true")) }
        }
        let place = container.map { "\(pod)/\($0)" } ?? pod
        return APIRequest(
            attempt: "\(verb == "exec" ? "exec in" : "attach to") \(place) in \(namespace)",
            path: ["api", "v1", "namespaces", namespace, "pods", pod, verb], query: query, accept: .anything,
            allowsCompression: false)
    }
}

/// A command that runs in a container.
public struct ContainerSession: Sendable {
    let inbound: NIOAsyncChannelInboundStream<WebSocketPiece>
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let loop: any EventLoop
    /// Whether the end of stdin can be told: servers before 1.30 cannot be.
    public let canCloseStdin: Bool
    let attempt: String

    /// The most bytes that are put into one frame.
    private static let frameBytes = 32 << 10

    /// What the container sends, until `ended`, which always comes; for one reader.
    public var output: ContainerOutputs { ContainerOutputs(pieces: inbound.makeAsyncIterator()) }

    /// Writes to stdin; waits while the server takes no more.
    ///
    /// - Throws: `APIFailure` when the stream is closed, `CancellationError`.
    public func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try await send(StreamChannel.stdin, rest.prefix(Self.frameBytes))
            rest = rest.dropFirst(Self.frameBytes)
        }
    }

    /// Ends stdin, so that the command reads its end.
    ///
    /// - Throws: `APIFailure` when the server cannot be told (`canCloseStdin`) or the stream is closed.
    public func closeStdin() async throws {
        guard canCloseStdin else {
            throw APIFailure(
                .configuration, attempt: attempt,
                detail: "this server speaks \(StreamChannel.v4), which cannot end stdin (Kubernetes can since 1.30)")
        }
        try await send(StreamChannel.close, CollectionOfOne(StreamChannel.stdin))
    }

    /// Says how large the terminal is, in cells.
    ///
    /// - Throws: `APIFailure` when the stream is closed.
    public func resize(columns: Int, rows: Int) async throws {
        let size = "{\"Width\":\(min(max(columns, 1), 65535)),\"Height\":\(min(max(rows, 1), 65535))}"
        try await send(StreamChannel.resize, size.utf8)
    }

    private func send(_ channel: UInt8, _ bytes: some Collection<UInt8>) async throws {
        // Room for the header of the frame in front, so that it needs no buffer of its own.
        var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 15)
        buffer.moveWriterIndex(to: 14)
        buffer.moveReaderIndex(to: 14)
        buffer.writeInteger(channel)
        buffer.writeBytes(bytes)
        do {
            try await outbound.write(buffer)
            // The writer waits while the connection is full, but not for the loop to encrypt what it was given: a fast
            // reader of a file would fill the memory.
            try await loop.submit {}.get()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw APIFailure(.transport, attempt: attempt, detail: "the stream is closed")
        }
    }
}

/// What a container sends; the last element is `ended`.
public struct ContainerOutputs: AsyncSequence, AsyncIteratorProtocol {
    /// One piece of output, or the end.
    public typealias Element = ContainerOutput

    var pieces: NIOAsyncChannelInboundStream<WebSocketPiece>.AsyncIterator
    private var frames = ContainerFrames()
    private var hasEnded = false

    init(pieces: NIOAsyncChannelInboundStream<WebSocketPiece>.AsyncIterator) { self.pieces = pieces }

    /// Itself; for one reader.
    public func makeAsyncIterator() -> ContainerOutputs { self }

    /// The next output.
    ///
    /// - Returns: `nil` after `ended`.
    /// - Throws: `CancellationError`.
    public mutating func next() async throws -> ContainerOutput? {
        while !hasEnded {
            let piece: WebSocketPiece?
            do {
                piece = try await pieces.next()
            } catch is CancellationError {
                throw CancellationError()
            } catch let lost as PeerLost {
                return end(
                    "the server has not answered for \(lost.seconds) s; whether the command still runs is not known")
            } catch {
                return end("the connection broke; whether the command still runs is not known")
            }
            try Task.checkCancellation()
            switch piece {
            case .data(let isFirst, let isLast, let bytes):
                guard let output = frames.receive(isFirst: isFirst, isLast: isLast, bytes.readableBytesView) else {
                    continue
                }
                if case .ended = output { hasEnded = true }
                return output
            case .closed(let code, let words):
                if code == 1000 && words.isEmpty { continue }
                return end("the server ended the stream (code \(code))\(words.isEmpty ? "" : ": \(words)")")
            case nil: return end("the stream ended before the command did; whether it still runs is not known")
            }
        }
        return nil
    }

    private mutating func end(_ words: String) -> ContainerOutput {
        hasEnded = true
        return .ended(.failed(words))
    }
}
