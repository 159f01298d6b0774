/// The last changes of a store, oldest first, in chunks that snapshots share.
struct ChangeLog: Sendable {
    private struct Entry: Sendable {
        var version: UInt64
        var change: ObjectChange
    }

    private static let chunkSize = 128

    /// How many changes are kept at least, once there were as many; at most a chunk more.
    private let limit: Int
    /// Full chunks, oldest first.
    private var chunks: [[Entry]] = []
    private var tail: [Entry] = []
    /// Readers that know this version, or a later one, can be told what changed since.
    private var reachesBackTo: UInt64

    init(limit: Int, version: UInt64) {
        self.limit = limit
        reachesBackTo = version
    }

    /// Adds a change that brought the store to `version`.
    mutating func append(_ change: ObjectChange, version: UInt64) {
        tail.append(Entry(version: version, change: change))
        guard tail.count >= Self.chunkSize else { return }
        chunks.append(tail)
        tail = []
        while (chunks.count - 1) * Self.chunkSize >= limit, let last = chunks.removeFirst().last {
            reachesBackTo = last.version
        }
    }

    /// The changes after `version`, oldest first; `nil` when the log does not reach back that far.
    func changes(since version: UInt64) -> [ObjectChange]? {
        guard version >= reachesBackTo else { return nil }
        var found: [ObjectChange] = []
        var first = chunks.count
        while first > 0, let last = chunks[first - 1].last, last.version > version { first -= 1 }
        for chunk in chunks[first...] {
            for entry in chunk where entry.version > version { found.append(entry.change) }
        }
        for entry in tail where entry.version > version { found.append(entry.change) }
        return found
    }
}
