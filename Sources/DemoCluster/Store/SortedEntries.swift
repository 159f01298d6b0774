/// The objects of one resource, ascending by key.
///
/// They are kept in chunks, so that a change copies no more than a chunk however many there are and whoever else holds
/// the state before it; a namespace and a place in a list are found by halving.
struct SortedEntries: Sendable {
    typealias Key = DemoObjectStore.Key
    typealias Entry = DemoObjectStore.Entry

    /// An object and where it is.
    struct Item: Sendable {
        var key: Key
        var entry: Entry
    }

    /// A place among them.
    private struct Position {
        var chunk: Int
        var index: Int
    }

    private static let largestChunk = 256

    /// None is empty.
    private var chunks: [[Item]] = []
    /// How many there are.
    private(set) var count = 0

    /// The object under a key.
    subscript(key: Key) -> Entry? {
        get {
            let position = position { $0 < key }
            guard let item = item(at: position), item.key == key else { return nil }
            return item.entry
        }
        set {
            let position = position { $0 < key }
            let isThere = item(at: position)?.key == key
            switch (newValue, isThere) {
            case (let entry?, true): chunks[position.chunk][position.index].entry = entry
            case (let entry?, false): insert(Item(key: key, entry: entry), at: position)
            case (nil, true):
                chunks[position.chunk].remove(at: position.index)
                if chunks[position.chunk].isEmpty { chunks.remove(at: position.chunk) }
                count -= 1
            case (nil, false): break
            }
        }
    }

    /// Those of a namespace, all when it is empty, that come after a key.
    func slice(namespace: String = "", after key: Key? = nil) -> Slice {
        let start = start(namespace: namespace, after: key)
        return Slice(chunks: chunks, chunk: start.chunk, index: start.index, namespace: namespace)
    }

    /// How many a slice has.
    func count(namespace: String = "", after key: Key? = nil) -> Int {
        let start = start(namespace: namespace, after: key)
        let end =
            namespace.isEmpty ? Position(chunk: chunks.count, index: 0) : position { $0.namespace <= namespace }
        guard start.chunk < end.chunk else { return max(0, end.index - start.index) }
        let between = chunks[start.chunk..<end.chunk].reduce(0) { $0 + $1.count }
        return between - start.index + end.index
    }

    private func start(namespace: String, after key: Key?) -> Position {
        let first = Key(namespace: namespace, name: "")
        guard let key, first <= key else { return position { $0 < first } }
        return position { $0 <= key }
    }

    /// The first place whose key is not before what is looked for.
    private func position(isBefore: (Key) -> Bool) -> Position {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if let last = chunks[middle].last, isBefore(last.key) { low = middle + 1 } else { high = middle }
        }
        let chunk = low
        guard chunk < chunks.count else { return Position(chunk: chunk, index: 0) }
        (low, high) = (0, chunks[chunk].count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(chunks[chunk][middle].key) { low = middle + 1 } else { high = middle }
        }
        return Position(chunk: chunk, index: low)
    }

    private func item(at position: Position) -> Item? {
        position.chunk < chunks.count ? chunks[position.chunk][position.index] : nil
    }

    private mutating func insert(_ item: Item, at position: Position) {
        count += 1
        guard position.chunk < chunks.count else {
            // Behind all others: the last chunk takes it while it has room, so that keys in order fill them.
            if let last = chunks.indices.last, chunks[last].count < Self.largestChunk {
                chunks[last].append(item)
            } else {
                chunks.append([item])
            }
            return
        }
        chunks[position.chunk].insert(item, at: position.index)
        guard chunks[position.chunk].count > Self.largestChunk else { return }
        let half = Self.largestChunk / 2
        let rest = Array(chunks[position.chunk][half...])
        chunks[position.chunk].removeSubrange(half...)
        chunks.insert(rest, at: position.chunk + 1)
    }

    /// Some of the objects in their order.
    struct Slice: Sequence, IteratorProtocol {
        fileprivate let chunks: [[Item]]
        fileprivate var chunk: Int
        fileprivate var index: Int
        fileprivate let namespace: String

        mutating func next() -> Item? {
            while chunk < chunks.count, index >= chunks[chunk].count {
                chunk += 1
                index = 0
            }
            guard chunk < chunks.count else { return nil }
            let item = chunks[chunk][index]
            guard namespace.isEmpty || item.key.namespace == namespace else { return nil }
            index += 1
            return item
        }
    }
}
