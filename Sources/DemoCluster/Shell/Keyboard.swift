/// What somebody does at a raw terminal.
enum TypedKey: Equatable, Sendable {
    case text(Character)
    /// Control and a letter, as its code: ^A is 1.
    case control(UInt8)
    case escape, up, down, left, right, home, end, pageUp, pageDown, delete
    /// A press of the first button, or a turn of the wheel; counted from 0.
    case click(column: Int, row: Int)
    case wheel(up: Bool)
    case pasteBegins, pasteEnds
    /// The terminal has another size.
    case resized
    /// It is time to draw again.
    case ticked
}

/// Reads the keys of a raw terminal.
struct Keyboard {
    let input: ByteInput
    private var pending: [UInt8] = []

    init(_ input: ByteInput) { self.input = input }

    /// Whether another key is there already.
    var hasMore: Bool { !pending.isEmpty }

    /// The next key; `nil` when the person is gone.
    mutating func next() async throws -> TypedKey? {
        while true {
            if pending.isEmpty {
                guard let bytes = try await input.read() else { return nil }
                pending = bytes
            }
            let (key, count) = Self.decode(pending)
            if count == 0 {
                guard let bytes = try await input.read() else { return nil }
                pending += bytes
                continue
            }
            pending.removeFirst(count)
            if let key { return key }
        }
    }

    /// Leaves what was not used to the next program.
    mutating func end() {
        input.unread(pending)
        pending = []
    }

    /// - Returns: the first key and its bytes: `nil` for what no program here knows, 0 where it is not complete.
    private static func decode(_ bytes: [UInt8]) -> (TypedKey?, Int) {
        switch bytes[0] {
        case PseudoTerminal.resized: return (.resized, 1)
        case PseudoTerminal.ticked: return (.ticked, 1)
        case 0x1b: return bytes.count == 1 ? (.escape, 1) : sequence(bytes)
        case 0x0a, 0x0d: return (.control(0x0d), 1)
        case 0x00..<0x20, 0x7f: return (.control(bytes[0]), 1)
        default:
            let length = bytes[0] < 0xc0 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4
            guard bytes.count >= length else { return (nil, 0) }
            return (String(decoding: bytes.prefix(length), as: UTF8.self).first.map { .text($0) }, length)
        }
    }

    private static func sequence(_ bytes: [UInt8]) -> (TypedKey?, Int) {
        guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7e).contains($0) }) else {
            return bytes.count < 32 ? (nil, 0) : (nil, bytes.count)
        }
        let body = String(decoding: bytes[2..<end], as: UTF8.self)
        let count = end + 1
        switch (bytes[end], body) {
        case (UInt8(ascii: "A"), _): return (.up, count)
        case (UInt8(ascii: "B"), _): return (.down, count)
        case (UInt8(ascii: "C"), _): return (.right, count)
        case (UInt8(ascii: "D"), _): return (.left, count)
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): return (.home, count)
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): return (.end, count)
        case (UInt8(ascii: "~"), "3"): return (.delete, count)
        case (UInt8(ascii: "~"), "5"): return (.pageUp, count)
        case (UInt8(ascii: "~"), "6"): return (.pageDown, count)
        case (UInt8(ascii: "~"), "200"): return (.pasteBegins, count)
        case (UInt8(ascii: "~"), "201"): return (.pasteEnds, count)
        case (UInt8(ascii: "M"), _) where body.hasPrefix("<"):
            let numbers = body.dropFirst().split(separator: ";").compactMap { Int($0) }
            guard numbers.count == 3 else { return (nil, count) }
            switch numbers[0] {
            case 0: return (.click(column: max(0, numbers[1] - 1), row: max(0, numbers[2] - 1)), count)
            case 64, 65: return (.wheel(up: numbers[0] == 64), count)
            default: return (nil, count)
            }
        default: return (nil, count)
        }
    }
}
