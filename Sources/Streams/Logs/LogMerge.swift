/// Lines of one source, in the order of its log.
package struct LogRun: Sendable {
    /// The number of the source.
    package var source: Int
    package var chunk: LogChunk
    /// Which lines of the chunk.
    package var lines: Range<Int>
}

/// Puts the lines of several logs in the order of their times.
///
/// The logs of a source are in order already, but for a moment. While logs grow, a line waits a little for earlier ones
/// of others; lines that all logs have are sorted fully.
package struct LogMerge: Sendable {
    /// How long a line waits for earlier ones of other logs.
    package static let window = Duration.milliseconds(250)
    /// How long lines wait for a log that has not said anything yet.
    package static let startWindow = Duration.seconds(1)
    /// How much of a log is held, in bytes, before its source has to wait.
    package static let capacity = 512 << 10
    /// How many lines one call gives at most, about.
    private static let batch = 4096

    private struct Source {
        /// Chunks with the time at which they came.
        var queue: [(chunk: LogChunk, arrived: Duration)] = []
        /// The next line of the first chunk.
        var line = 0
        var size = 0
        var isReading = false
        /// The stamp of the last line that came.
        var newest = Int64.min
        var began = Duration.zero

        var head: Int64? { queue.first.map { $0.chunk.lines[line].stamp } }
    }

    /// Whether lines wait for other logs only a little.
    private let isLive: Bool
    private var sources: [Int: Source] = [:]

    package init(isLive: Bool) {
        self.isLive = isLive
    }

    /// Whether nothing is held.
    package var isEmpty: Bool { sources.values.allSatisfy(\.queue.isEmpty) }

    /// Says that a source is being read: it may have lines earlier than those of others.
    package mutating func begin(_ id: Int, now: Duration) {
        if sources[id] == nil { sources[id] = Source() }
        sources[id]?.isReading = true
        sources[id]?.began = now
    }

    /// Says that a source is not read for now, or never again.
    package mutating func pause(_ id: Int) {
        sources[id]?.isReading = false
        if sources[id]?.queue.isEmpty == true, sources[id]?.newest == .min { sources[id] = nil }
    }

    /// Takes lines of a source.
    ///
    /// - Returns: whether there is room for more.
    package mutating func add(_ chunk: LogChunk, of id: Int, now: Duration) -> Bool {
        guard let last = chunk.lines.last else { return true }
        var source = sources.removeValue(forKey: id) ?? Source()
        source.queue.append((chunk, now))
        source.size += chunk.size
        source.newest = max(source.newest, last.stamp)
        let hasRoom = source.size < Self.capacity
        sources[id] = source
        return hasRoom
    }

    /// Whether there is room for more lines of a source.
    package func hasRoom(for id: Int) -> Bool { (sources[id]?.size ?? 0) < Self.capacity }

    /// The next lines whose turn it is; call it again until it gives none.
    package mutating func take(now: Duration) -> [LogRun] {
        var runs: [LogRun] = []
        var count = 0
        while count < Self.batch, let (id, limit) = turn(now: now) {
            // Moved out and in again, so that nothing is copied.
            guard var source = sources.removeValue(forKey: id), let first = source.queue.first else { break }
            let start = source.line
            var end = start + 1
            let lines = first.chunk.lines
            while end < lines.count, lines[end].stamp <= limit || lines[end].continues { end += 1 }
            runs.append(LogRun(source: id, chunk: first.chunk, lines: start..<end))
            count += end - start
            if end == lines.count {
                source.size -= first.chunk.size
                source.queue.removeFirst()
                source.line = 0
            } else {
                source.line = end
            }
            sources[id] = source
        }
        return runs
    }

    /// When lines that are held may be given, at the latest; `nil` when that needs something to happen.
    package func nextTime() -> Duration? {
        guard isLive else { return nil }
        var time: Duration?
        for (id, source) in sources {
            guard let first = source.queue.first else { continue }
            var own = first.arrived + Self.window
            for (other, waiting) in sources where other != id && waiting.isReading && waiting.queue.isEmpty {
                if waiting.newest == .min { own = max(own, waiting.began + Self.startWindow) }
            }
            time = min(time ?? own, own)
        }
        return time
    }

    /// The source whose line is next, and up to which stamp its lines are; `nil` when all have to wait.
    private func turn(now: Duration) -> (Int, Int64)? {
        var best: (id: Int, stamp: Int64)?
        var second = Int64.max
        for (id, source) in sources {
            guard let stamp = source.head else { continue }
            if let known = best, (known.stamp, known.id) < (stamp, id) {
                second = min(second, stamp)
            } else {
                if let best { second = min(second, best.stamp) }
                best = (id, stamp)
            }
        }
        guard let best, let source = sources[best.id], let first = source.queue.first else { return nil }
        let isFull = source.size >= Self.capacity
        var limit = second
        for (id, other) in sources where id != best.id && other.isReading && other.queue.isEmpty {
            if best.stamp <= other.newest {
                limit = min(limit, other.newest)
                continue
            }
            guard isLive else { return nil }
            if other.newest == .min {
                if now - other.began < Self.startWindow { return nil }
            } else if !isFull, now - first.arrived < Self.window {
                return nil
            }
        }
        return (best.id, limit)
    }
}
