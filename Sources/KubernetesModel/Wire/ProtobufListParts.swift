/// Cuts a protobuf list into its items: the envelope's head, then the list message field by field.
struct ProtobufListParts: ListParts {
    private enum State {
        /// So many bytes of the magic were seen.
        case magic(Int)
        /// Reading a field's number and wire type.
        case tag
        /// Skipping a varint.
        case varint
        /// Reading the length of a field.
        case length(field: UInt64)
        /// Skipping so many bytes.
        case skip(Int)
        /// Collecting so many bytes of a field.
        case body(field: UInt64, Int)
    }

    private var state = State.magic(0)
    /// Bytes of the body consumed so far.
    private var offset = 0
    /// The number being read, and how many of its bits are there.
    private var number: UInt64 = 0
    private var bits: UInt64 = 0
    /// Where the list message ends, while inside it.
    private var listEnd: Int?
    private var sawList = false
    /// The part in progress.
    private var partial: [UInt8] = []

    mutating func append(_ chunk: UnsafeBufferPointer<UInt8>, _ items: inout ListItems) throws(WireFailure) {
        var at = 0
        while at < chunk.count {
            switch state {
            case .skip(let count):
                let step = min(count, chunk.count - at)
                at += step
                offset += step
                state = step == count ? .tag : .skip(count - step)
            case .body(let field, let count):
                let step = min(count - partial.count, chunk.count - at)
                let slice = UnsafeBufferPointer(rebasing: chunk[at..<at + step])
                at += step
                offset += step
                if step == count {
                    try part(field, slice, &items)
                } else {
                    partial.append(contentsOf: slice)
                    guard partial.count == count else { continue }
                    let whole = partial
                    partial.removeAll(keepingCapacity: whole.count < 1 << 20)
                    try whole.withUnsafeBufferPointer { (bytes) throws(WireFailure) in try part(field, bytes, &items) }
                }
                state = .tag
            default:
                try head(chunk[at], &items)
                at += 1
            }
            if case .tag = state, bits == 0, let end = listEnd, offset >= end { listEnd = nil }
        }
    }

    func finish() throws(WireFailure) {
        guard case .tag = state, bits == 0, listEnd == nil, sawList else { throw WireFailure(.truncated, at: offset) }
    }

    /// Takes one byte of a field's head.
    private mutating func head(_ byte: UInt8, _ items: inout ListItems) throws(WireFailure) {
        if case .magic(let seen) = state {
            guard byte == ProtobufEnvelope.magic[seen] else { throw WireFailure(.malformed, at: offset) }
            offset += 1
            state = seen + 1 == ProtobufEnvelope.magic.count ? .tag : .magic(seen + 1)
            return
        }
        offset += 1
        if let end = listEnd, offset > end { throw WireFailure(.malformed, at: offset) }
        number |= UInt64(byte & 0x7F) &<< bits
        bits += 7
        guard byte < 0x80 else {
            if bits > 63 { throw WireFailure(.malformed, at: offset) }
            return
        }
        let value = number
        number = 0
        bits = 0
        if case .length(let field) = state { return try begin(field, length: value, &items) }
        if case .varint = state {
            state = .tag
            return
        }
        switch value & 7 {
        case 0: state = .varint
        case 1: try skip(8)
        case 2: state = .length(field: value >> 3)
        case 5: try skip(4)
        default: throw WireFailure(.malformed, at: offset)
        }
    }

    /// A field of `length` bytes follows.
    private mutating func begin(
        _ field: UInt64, length: UInt64, _ items: inout ListItems
    ) throws(WireFailure) {
        guard let count = Int(exactly: length), count <= Int.max / 2 else { throw WireFailure(.tooLarge, at: offset) }
        if listEnd == nil, field == 2, !sawList {
            sawList = true
            listEnd = offset + count
            state = .tag
            return
        }
        guard field == 1 || field == 2 && listEnd != nil else { return try skip(count) }
        guard count <= WireLimits.objectBytes else { throw WireFailure(.tooLarge, at: offset) }
        if let end = listEnd, count > end - offset { throw WireFailure(.malformed, at: offset) }
        if count == 0 {
            try part(field, UnsafeBufferPointer(start: nil, count: 0), &items)
            state = .tag
        } else {
            state = .body(field: field, count)
        }
    }

    /// `count` bytes follow that are not kept.
    private mutating func skip(_ count: Int) throws(WireFailure) {
        if let end = listEnd, count > end - offset { throw WireFailure(.malformed, at: offset) }
        state = count == 0 ? .tag : .skip(count)
    }

    /// A field is complete.
    private mutating func part(
        _ field: UInt64, _ bytes: UnsafeBufferPointer<UInt8>, _ items: inout ListItems
    ) throws(WireFailure) {
        let start = offset - bytes.count
        guard sawList else {
            guard items.expects(listKind: items.kind(ofTypeMeta: bytes)) else {
                throw WireFailure(.unexpectedKind, at: start)
            }
            return
        }
        guard listEnd != nil else { return }
        if field == 2 { try items.item(bytes, at: start) } else { try items.metadata(bytes, at: start) }
    }
}
