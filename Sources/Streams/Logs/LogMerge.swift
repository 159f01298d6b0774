/// Lines of one source, in the order of its log.
package struct LogRun: Sendable {
    /// The number of the source.
    package var source: Int
    package var chunk: LogChunk
    /// Which lines of the chunk.
    package var lines: Range<Int>
    /// How many chunks of the source have been given to their ends.
    package var chunksGiven = 0

    package init(source: Int, chunk: LogChunk, lines: Range<Int>, chunksGiven: Int = 0) {
        self.source = source
        self.chunk = chunk
        self.lines = lines
        self.chunksGiven = chunksGiven
    }
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
        let id: Int
        /// Chunks with the time at which they came.
        var queue: [(chunk: LogChunk, arrived: Duration)] = []
        /// The next line of the first chunk.
        var line = 0
        /// Its stamp; only of a queue that is not empty.
        var head = Int64.min
        var size = 0
        var isReading = false
        /// The stamp of the last line that came.
        var newest = Int64.min
        var began = Duration.zero
        /// How many chunks came, and how many were given to their ends.
        var added = 0
        var given = 0

        init(_ id: Int) { self.id = id }

        mutating func noteHead() {
            if let first = queue.first { head = first.chunk.lines[line].stamp }
        }
    }

    /// Whether lines wait for other logs only a little.
    private let isLive: Bool
    private var sources: [Source] = []
    /// Where each source is, by its number.
    private var places: [Int: Int] = [:]

    package init(isLive: Bool) {
        self.isLive = isLive
    }

    /// Whether nothing is held.
    package var isEmpty: Bool { sources.allSatisfy(\.queue.isEmpty) }

    private mutating func place(of id: Int) -> Int {
        if let place = places[id] { return place }
        places[id] = sources.count
        sources.append(Source(id))
        return sources.count - 1
    }

    /// Says that a source is being read: it may have lines earlier than those of others.
    package mutating func begin(_ id: Int, now: Duration) {
        let place = place(of: id)
        sources[place].isReading = true
        sources[place].began = now
    }

    /// Says that a source is not read for now, or never again.
    package mutating func pause(_ id: Int) {
        guard let place = places[id] else { return }
        sources[place].isReading = false
        if sources[place].queue.isEmpty, sources[place].newest == .min { forget(id) }
    }

    /// Takes lines of a source.
    ///
    /// - Returns: whether there is room for more.
    package mutating func add(_ chunk: LogChunk, of id: Int, now: Duration) -> Bool {
        guard let last = chunk.lines.last else { return true }
        let place = place(of: id)
        sources[place].queue.append((chunk, now))
        sources[place].size += chunk.size
        sources[place].added += 1
        sources[place].newest = max(sources[place].newest, last.stamp)
        if sources[place].queue.count == 1 { sources[place].noteHead() }
        return sources[place].size < Self.capacity
    }

    /// Whether there is room for more lines of a source.
    package func hasRoom(for id: Int) -> Bool { places[id].map { sources[$0].size < Self.capacity } ?? true }

    /// How many chunks of a source came.
    package func added(of id: Int) -> Int { places[id].map { sources[$0].added } ?? 0 }

    /// How many chunks of a source were given to their ends.
    package func given(of id: Int) -> Int { places[id].map { sources[$0].given } ?? 0 }

    /// Says that a source ended, and that all its lines were given.
    package mutating func forget(_ id: Int) {
        guard let place = places.removeValue(forKey: id) else { return }
        let last = sources.removeLast()
        guard place < sources.count else { return }
        sources[place] = last
        places[last.id] = place
    }

    /// The next lines whose turn it is; call it again until it gives none.
    package mutating func take(now: Duration) -> [LogRun] {
        var runs: [LogRun] = []
        var count = 0
        while count < Self.batch, let (place, limit) = turn(now: now), let chunk = sources[place].queue.first?.chunk {
            let start = sources[place].line
            var end = start + 1
            while end < chunk.lines.count, chunk.lines[end].stamp <= limit || chunk.lines[end].continues { end += 1 }
            count += end - start
            if end == chunk.lines.count {
                sources[place].given += 1
                sources[place].size -= chunk.size
                sources[place].queue.removeFirst()
                sources[place].line = 0
            } else {
                sources[place].line = end
            }
            sources[place].noteHead()
            runs.append(
                LogRun(
                    source: sources[place].id, chunk: chunk, lines: start..<end, chunksGiven: sources[place].given))
        }
        return runs
    }

    /// When lines that are held may be given, at the latest; `nil` when that needs something to happen.
    package func nextTime() -> Duration? {
        guard isLive else { return nil }
        var silent: Duration?
        for source in sources where source.isReading && source.queue.isEmpty && source.newest == .min {
            silent = max(silent ?? source.began, source.began)
        }
        var time: Duration?
        for source in sources {
            guard let first = source.queue.first else { continue }
            var own = first.arrived + Self.window
            if let silent { own = max(own, silent + Self.startWindow) }
            time = min(time ?? own, own)
        }
        return time
    }

    /// The place of the source whose line is next, and up to which stamp its lines are; `nil` when all have to wait.
    private func turn(now: Duration) -> (Int, Int64)? {
        var best = -1
        var second = Int64.max
        for place in sources.indices where !sources[place].queue.isEmpty {
            let stamp = sources[place].head
            if best < 0 {
                best = place
            } else if (sources[best].head, sources[best].id) < (stamp, sources[place].id) {
                second = min(second, stamp)
            } else {
                second = min(second, sources[best].head)
                best = place
            }
        }
        guard best >= 0, let first = sources[best].queue.first else { return nil }
        let stamp = sources[best].head
        let isFull = sources[best].size >= Self.capacity
        var limit = second
        for place in sources.indices
        where place != best && sources[place].isReading && sources[place].queue.isEmpty {
            let newest = sources[place].newest
            if stamp <= newest {
                limit = min(limit, newest)
                continue
            }
            guard isLive else { return nil }
            if newest == .min {
                if now - sources[place].began < Self.startWindow { return nil }
            } else if !isFull, now - first.arrived < Self.window {
                return nil
            }
        }
        return (best, limit)
    }
}
