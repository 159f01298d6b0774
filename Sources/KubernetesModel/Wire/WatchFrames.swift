/// Cuts the body of a watch into events: length-prefixed in protobuf, one JSON value after the other otherwise.
struct WatchFrames {
    /// Takes one whole event and where it begins in the body.
    typealias Handler = (UnsafeRawBufferPointer, Int) throws(WireFailure) -> Void

    private let format: WireFormat
    /// The event in progress; in protobuf with its length.
    private var partial: [UInt8] = []
    private var scanner = JSONScanner()
    private var isInValue = false
    /// Bytes of the body consumed so far, before the chunk.
    private var offset = 0

    init(format: WireFormat) { self.format = format }

    mutating func append(
        _ chunk: UnsafeBufferPointer<UInt8>, _ handle: Handler
    ) throws(WireFailure) {
        switch format {
        case .protobuf: try protobuf(chunk, handle)
        case .json: try json(chunk, handle)
        }
        offset += chunk.count
    }

    func finish() throws(WireFailure) {
        guard partial.isEmpty, !isInValue else { throw WireFailure(.truncated, at: offset) }
    }

    private mutating func protobuf(
        _ chunk: UnsafeBufferPointer<UInt8>, _ handle: Handler
    ) throws(WireFailure) {
        var at = 0
        while at < chunk.count {
            if partial.isEmpty, let size = try Self.size(chunk[at...], offset + at), size <= chunk.count - at - 4 {
                let event = UnsafeBufferPointer(rebasing: chunk[at + 4..<at + 4 + size])
                try handle(UnsafeRawBufferPointer(event), offset + at + 4)
                at += 4 + size
                continue
            }
            let size = try Self.size(partial[...], offset + at)
            let step = min((size ?? 0) + 4 - partial.count, chunk.count - at)
            partial.append(contentsOf: chunk[at..<at + step])
            at += step
            guard let size = try Self.size(partial[...], offset + at), partial.count == size + 4 else { continue }
            let whole = partial
            partial.removeAll(keepingCapacity: whole.count < 1 << 20)
            let start = offset + at - size
            try whole.withUnsafeBufferPointer { (bytes) throws(WireFailure) in
                try handle(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[4...])), start)
            }
        }
    }

    /// The length that the first four bytes give, in network order; `nil` with fewer bytes.
    private static func size(
        _ bytes: some RandomAccessCollection<UInt8>, _ offset: Int
    ) throws(WireFailure) -> Int? {
        guard bytes.count >= 4 else { return nil }
        let size = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard size <= WireLimits.objectBytes else { throw WireFailure(.tooLarge, at: offset) }
        return size
    }

    private mutating func json(
        _ chunk: UnsafeBufferPointer<UInt8>, _ handle: Handler
    ) throws(WireFailure) {
        guard let base = chunk.baseAddress else { return }
        let end = base + chunk.count
        var at = base
        while at < end {
            if !isInValue {
                guard !isJSONWhitespace(at.pointee) else {
                    at += 1
                    continue
                }
                guard at.pointee == UInt8(ascii: "{") else { throw WireFailure(.malformed, at: offset + (at - base)) }
                isInValue = true
                scanner = JSONScanner()
            }
            let start = at
            switch scanner.scan(at, end) {
            case .tooDeep: throw WireFailure(.tooDeep, at: offset + (at - base))
            case .needsMore:
                at = end
                guard partial.count + (end - start) <= WireLimits.objectBytes else {
                    throw WireFailure(.tooLarge, at: offset)
                }
                partial.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
            case .ends(let next):
                at = next
                isInValue = false
                let tail = UnsafeBufferPointer(start: start, count: next - start)
                let place = offset + (start - base) - partial.count
                guard !partial.isEmpty else {
                    try handle(UnsafeRawBufferPointer(tail), place)
                    continue
                }
                partial.append(contentsOf: tail)
                let whole = partial
                partial.removeAll(keepingCapacity: whole.count < 1 << 20)
                try whole.withUnsafeBufferPointer { (bytes) throws(WireFailure) in
                    try handle(UnsafeRawBufferPointer(bytes), place)
                }
            }
        }
    }
}
