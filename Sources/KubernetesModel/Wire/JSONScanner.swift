/// Finds the end of one JSON value that comes in pieces; looks at every byte once and keeps none.
struct JSONScanner {
    enum Outcome {
        /// The value ends before this byte.
        case ends(UnsafePointer<UInt8>)
        /// It goes on beyond these bytes; a scalar may also be complete, since only what follows ends it.
        case needsMore
        case tooDeep
    }

    private enum State { case start, inside, string, escape, scalar }

    private var state = State.start
    private var depth = 0

    init() {}

    /// Whether the value is a number, `true`, `false` or `null`.
    var isScalar: Bool { state == .scalar }

    /// Goes on with the bytes that follow those of the last call.
    mutating func scan(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Outcome {
        var at = start
        while at < end {
            switch state {
            case .start:
                state = .scalar
                if at.pointee == UInt8(ascii: "\"") {
                    state = .string
                    at += 1
                } else if at.pointee == UInt8(ascii: "{") || at.pointee == UInt8(ascii: "[") {
                    state = .inside
                }
            case .inside:
                let byte = at.pointee
                at += 1
                if byte == UInt8(ascii: "\"") {
                    state = .string
                } else if byte | 0x20 == UInt8(ascii: "{") {
                    depth += 1
                    if depth > WireLimits.depth { return .tooDeep }
                } else if byte | 0x20 == UInt8(ascii: "}") {
                    depth -= 1
                    if depth <= 0 { return .ends(at) }
                }
            case .string:
                while at < end, at.pointee != UInt8(ascii: "\""), at.pointee != UInt8(ascii: "\\") { at += 1 }
                if at == end { return .needsMore }
                state = at.pointee == UInt8(ascii: "\\") ? .escape : .inside
                at += 1
                if state == .inside, depth == 0 { return .ends(at) }
            case .escape:
                state = .string
                at += 1
            case .scalar:
                while at < end {
                    switch at.pointee {
                    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0A, 0x0D, 0x09:
                        return .ends(at)
                    default: at += 1
                    }
                }
            }
        }
        return .needsMore
    }
}
