import Synchronization

/// Whoever writes finds that nobody reads any more.
struct BrokenPipe: Error {}

/// Bytes on their way from one task to another, never more than a few at a time: who writes faster than the other reads
/// has to wait.
final class BytePipe: Sendable {
    private struct State {
        var chunks: [[UInt8]] = []
        var count = 0
        var hasEnded = false
        var isBroken = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters.removeAll() }
            return Array(waiters.values)
        }
    }

    /// More bytes than these wait only when they came in one piece.
    static let capacity = 64 << 10

    private let state = Mutex(State())

    /// Sends bytes once there is room.
    /// - Throws: `BrokenPipe` when nobody reads, `CancellationError`.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        while true {
            try Task.checkCancellation()
            if try offer(bytes) { return }
            await wait { $0.count < Self.capacity || $0.hasEnded || $0.isBroken }
        }
    }

    /// Sends bytes if there is room.
    /// - Returns: whether there was.
    /// - Throws: `BrokenPipe` when nobody reads.
    func offer(_ bytes: [UInt8]) throws -> Bool {
        let (isDone, waiters) = try state.withLock { state throws -> (Bool, [CheckedContinuation<Void, Never>]) in
            if state.isBroken || state.hasEnded { throw BrokenPipe() }
            guard state.count < Self.capacity else { return (false, []) }
            state.chunks.append(bytes)
            state.count += bytes.count
            return (true, state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        return isDone
    }

    /// The next bytes; `nil` at the end, and once for an empty piece that was offered.
    /// - Throws: `CancellationError`.
    func read() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            var waiters: [CheckedContinuation<Void, Never>] = []
            let (isDone, bytes) = state.withLock { state -> (Bool, [UInt8]?) in
                guard !state.chunks.isEmpty else { return (state.hasEnded, nil) }
                let chunk = state.chunks.removeFirst()
                state.count -= chunk.count
                waiters = state.takeWaiters()
                return (true, chunk.isEmpty ? nil : chunk)
            }
            for waiter in waiters { waiter.resume() }
            if isDone { return bytes }
            await wait { !$0.chunks.isEmpty || $0.hasEnded }
        }
    }

    /// Nothing is written any more.
    func end() { change { $0.hasEnded = true } }

    /// Nothing is read any more.
    func abandon() {
        change { state in
            state.isBroken = true
            state.chunks = []
            state.count = 0
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until something changes, unless it is as wanted already.
    private func wait(until isWanted: @Sendable (State) -> Bool) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if isWanted(state) || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}

/// Where a program reads: bytes as they come, or line by line.
final class ByteInput: Sendable {
    private struct Buffer {
        var bytes: [UInt8] = []
        var start = 0
        var left: ArraySlice<UInt8> { bytes[start...] }
    }

    private let next: @Sendable () async throws -> [UInt8]?
    private let buffer = Mutex(Buffer())

    /// Reads what a closure gives until it gives `nil`.
    init(_ next: @escaping @Sendable () async throws -> [UInt8]?) { self.next = next }

    /// Reads these bytes.
    convenience init(_ bytes: [UInt8] = []) {
        let left = Mutex<[UInt8]?>(bytes.isEmpty ? nil : bytes)
        self.init {
            left.withLock { bytes in
                defer { bytes = nil }
                return bytes
            }
        }
    }

    /// The next bytes; `nil` at the end.
    func read() async throws -> [UInt8]? {
        let left = buffer.withLock { buffer -> [UInt8] in
            defer { buffer = Buffer() }
            return Array(buffer.left)
        }
        return left.isEmpty ? try await next() : left
    }

    /// Gives bytes back that were read too many.
    func unread(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        buffer.withLock { buffer in buffer = Buffer(bytes: bytes + buffer.left) }
    }

    /// The next line without its end; `nil` at the end, also when `limit` bytes came without one.
    func readLine(limit: Int = 16 << 20) async throws -> [UInt8]? {
        while true {
            let (line, count) = buffer.withLock { buffer -> ([UInt8]?, Int) in
                guard let end = buffer.left.firstIndex(of: UInt8(ascii: "\n")) else { return (nil, buffer.left.count) }
                let line = Array(buffer.bytes[buffer.start..<end])
                buffer.start = end + 1
                return (line, 0)
            }
            if let line { return line }
            guard count < limit, let more = try await next() else {
                return buffer.withLock { buffer in
                    defer { buffer = Buffer() }
                    return buffer.left.isEmpty ? nil : Array(buffer.left)
                }
            }
            buffer.withLock { buffer in buffer = Buffer(bytes: buffer.left + more) }
        }
    }

    /// At most so many bytes: fewer only at the end.
    func read(exactly count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let more = try await read() {
            let taken = more.prefix(count - bytes.count)
            bytes += taken
            if taken.count < more.count {
                buffer.withLock { buffer in buffer = Buffer(bytes: Array(more.dropFirst(taken.count)) + buffer.left) }
            }
        }
        return bytes
    }

    /// Everything up to the end, or the first `limit` bytes.
    func readAll(limit: Int = 64 << 20) async throws -> [UInt8] { try await read(exactly: limit) }
}

/// Where a program writes.
struct ByteOutput: Sendable {
    /// Whether a person sees it, and not a file or another program.
    let isTerminal: Bool
    let write: @Sendable ([UInt8]) async throws -> Void

    init(isTerminal: Bool = false, _ write: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// Writes text.
    func print(_ text: String) async throws { try await write(Array(text.utf8)) }

    /// What takes everything and keeps nothing.
    static let nothing = ByteOutput { _ in }
}

/// Keeps what is written, up to a limit.
final class ByteCollector: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var output: ByteOutput {
        ByteOutput { more in self.bytes.withLock { if $0.count < 16 << 20 { $0 += more } } }
    }

    var collected: [UInt8] { bytes.withLock { $0 } }
}
