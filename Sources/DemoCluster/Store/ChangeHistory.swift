/// The changes that are remembered, oldest first, with ascending versions.
///
/// They are kept in chunks, so that one more costs the same however many there are and whoever else holds them.
struct ChangeHistory: Sendable {
    typealias Change = DemoObjectStore.Change

    private static let chunkSize = 128

    /// None is empty.
    private var chunks: [[Change]] = []
    /// How many there are.
    private(set) var count = 0
    /// About how many bytes their documents take.
    private(set) var weight = 0

    /// The version of the oldest; `nil` when there is none.
    var oldestVersion: UInt64? { chunks.first?.first?.entry.version }

    mutating func append(_ change: Change) {
        count += 1
        weight += change.entry.content.weight
        if let last = chunks.indices.last, chunks[last].count < Self.chunkSize {
            chunks[last].append(change)
        } else {
            chunks.append([change])
        }
    }

    /// The first of those after a version, oldest first.
    func after(_ version: UInt64, most: Int) -> [Change] {
        var changes: [Change] = []
        for chunk in chunks[firstChunk(after: version)...] {
            changes += chunk.drop { $0.entry.version <= version }.prefix(most - changes.count)
            if changes.count >= most { break }
        }
        return changes
    }

    /// Those after a version, oldest first.
    func after(_ version: UInt64) -> [Change] {
        let first = firstChunk(after: version)
        guard first < chunks.count else { return [] }
        let tail = chunks[first].drop { $0.entry.version <= version }
        guard first + 1 < chunks.count else { return Array(tail) }
        return Array(tail) + chunks[(first + 1)...].joined()
    }

    /// The first chunk that has one after a version; most who ask have missed little.
    private func firstChunk(after version: UInt64) -> Int {
        var first = chunks.count
        while first > 0, (chunks[first - 1].last?.entry.version ?? 0) > version { first -= 1 }
        return first
    }

    /// Forgets the oldest.
    /// - Returns: the version of the last that is forgotten; `nil` when there was none.
    mutating func removeFirst(_ wanted: Int) -> UInt64? {
        var left = min(wanted, count)
        var version: UInt64?
        var whole = 0
        while left > 0, whole < chunks.count {
            let gone = chunks[whole].prefix(left)
            version = gone.last?.entry.version
            weight -= gone.reduce(0) { $0 + $1.entry.content.weight }
            count -= gone.count
            left -= gone.count
            if gone.count == chunks[whole].count { whole += 1 } else { chunks[whole].removeFirst(gone.count) }
        }
        chunks.removeFirst(whole)
        return version
    }

    /// Forgets all.
    mutating func removeAll() { self = ChangeHistory() }
}
