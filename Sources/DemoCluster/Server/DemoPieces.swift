import KubernetesModel

/// A list, or the first events of a watch, written in pieces while they are sent: however many objects there are, no
/// more than a piece of it is in memory.
struct DemoPieces: Sendable {
    private static let pieceBytes = 64 << 10

    /// Writes an object; `nil` when there is nothing to write of it.
    typealias Writer = @Sendable (DemoObjectStore.Entry, inout [UInt8]) -> Void?

    private let entries: [DemoObjectStore.Entry]
    private let write: Writer
    /// Whether objects are separated by commas.
    private let isList: Bool
    /// What comes behind the last object.
    private let tail: [UInt8]
    private var head: [UInt8]
    private var next = 0
    private var hasWritten = false
    private var isDone = false

    /// A list of what is written of objects.
    init(_ entries: [DemoObjectStore.Entry], between ends: (head: [UInt8], tail: [UInt8]), _ write: @escaping Writer) {
        self.entries = entries
        self.write = write
        isList = true
        (head, tail) = ends
    }

    /// A list of objects.
    init(list page: DemoObjectStore.Page, _ renderer: DemoRenderer) {
        self.init(page.entries, between: renderer.listEnds(page)) { renderer.writeItem($0, into: &$1) }
    }

    /// An event for each object there is, and what follows on them.
    init(events entries: [DemoObjectStore.Entry], followedBy tail: [UInt8], _ renderer: DemoRenderer) {
        self.entries = entries
        write = { $1 += renderer.event(.added, $0) }
        isList = false
        head = []
        self.tail = tail
    }

    /// The next piece; `nil` when there is no more.
    mutating func piece() -> [UInt8]? {
        guard !isDone else { return nil }
        var bytes = head
        head = []
        while next < entries.count {
            if bytes.count >= Self.pieceBytes { return bytes }
            let end = bytes.count
            if isList, hasWritten { bytes.append(UInt8(ascii: ",")) }
            if write(entries[next], &bytes) == nil { bytes.removeSubrange(end...) } else { hasWritten = true }
            next += 1
        }
        isDone = true
        return bytes + tail
    }

    /// All of it at once.
    var whole: [UInt8] {
        var copy = self
        var bytes: [UInt8] = []
        while let piece = copy.piece() { bytes += piece }
        return bytes
    }
}
