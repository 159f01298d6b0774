/// Turns a terminal's bytes into keys, mouse actions and pastes, however they are split.
///
/// What is not understood is swallowed whole; no byte of a sequence ever becomes a key. Only the caller knows the time: when
/// `isAwaitingMore` stays true for a moment without new bytes, it calls `flush`.
package struct KeyParser: Sendable {
    /// Bytes of one paste; a longer one is dropped whole.
    package static let pasteLimit = 1 << 20
    /// Bytes of a control sequence; a longer one is swallowed.
    private static let sequenceLimit = 64

    private enum State: Sendable {
        case ground
        case escape
        /// After `ESC [`, with what followed so far.
        case control([UInt8])
        /// After `ESC O`, with digits of a modifier.
        case singleShift([UInt8])
        /// After `ESC [ [`, as the Linux console sends F1 to F5.
        case linuxFunction
        /// After `ESC [ M`, the old mouse protocol, with its bytes so far.
        case oldMouse([UInt8])
        /// After `ESC ]`, `ESC P` and the like: a string for us that ends with BEL or `ESC \`.
        case string(opener: UInt8, isEmpty: Bool, sawEscape: Bool)
    }

    private var state = State.ground
    private var decoder = UTF8Decoder()
    /// Whether the character being decoded had an ESC before it.
    private var isAlt = false
    private var paste: PasteBuffer?

    package init() {}

    /// Whether bytes are held that may be a key of their own, such as a lone ESC: `flush` decides.
    package var isAwaitingMore: Bool {
        switch state {
        case .escape, .string: true
        case .control(let bytes), .singleShift(let bytes): bytes.isEmpty
        case .ground, .linuxFunction, .oldMouse: false
        }
    }

    /// Takes bytes as they arrived.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes { take(byte, &events) }
        return events
    }

    /// Nothing more came: what is held is what it looks like.
    package mutating func flush() -> [InputEvent] {
        guard isAwaitingMore else { return [] }
        defer { state = .ground }
        switch state {
        case .escape: return [.key(.escape)]
        case .control: return [.key(.alt("["))]
        case .singleShift: return [.key(.alt("O"))]
        case .string(let opener, isEmpty: true, _): return [.key(.alt(Character(Unicode.Scalar(opener))))]
        case .string, .ground, .linuxFunction, .oldMouse: return []
        }
    }

    private mutating func take(_ byte: UInt8, _ events: inout [InputEvent]) {
        if paste != nil {
            takePasted(byte, &events)
            return
        }
        switch state {
        case .ground: takeText(byte, &events)
        case .escape: takeAfterEscape(byte, &events)
        case .control(let bytes): takeControl(byte, bytes, &events)
        case .singleShift(let bytes): takeSingleShift(byte, bytes, &events)
        case .linuxFunction:
            state = .ground
            if (0x41...0x45).contains(byte) { events.append(.key(.function(Int(byte) - 0x40))) }
        case .oldMouse(let bytes): takeOldMouse(byte, bytes, &events)
        case .string(let opener, _, let sawEscape): takeString(byte, opener, sawEscape, &events)
        }
    }

    private mutating func takePasted(_ byte: UInt8, _ events: inout [InputEvent]) {
        guard let event = paste?.take(byte, limit: KeyParser.pasteLimit) else { return }
        paste = nil
        events.append(event)
    }

    // MARK: Characters

    private mutating func takeText(_ byte: UInt8, _ events: inout [InputEvent]) {
        for scalar in decoder.take(byte) { takeScalar(scalar, &events) }
    }

    private mutating func takeScalar(_ scalar: Unicode.Scalar, _ events: inout [InputEvent]) {
        let hadEscape = isAlt
        isAlt = false
        if scalar == "\u{1B}" {
            state = .escape
        } else if let key = KeyParser.controlKey(scalar.value) {
            events.append(.key(key))
        } else if !(0x80...0x9F).contains(scalar.value) {
            events.append(.key(hadEscape ? .alt(Character(scalar)) : .character(Character(scalar))))
        }
    }

    /// The key of a C0 control or DEL; `nil` for anything else.
    private static func controlKey(_ value: UInt32) -> Key? {
        switch value {
        case 0x00: .control(" ")
        case 0x08: .modified(.backspace, .control)
        case 0x7F: .backspace
        case 0x09: .tab
        case 0x0A: .modified(.enter, .control)
        case 0x0D: .enter
        case 0x01...0x1A, 0x1C...0x1F:
            Unicode.Scalar(value < 0x1B ? value + 0x60 : value + 0x40).map { .control(Character($0)) }
        default: nil
        }
    }

    private mutating func takeAfterEscape(_ byte: UInt8, _ events: inout [InputEvent]) {
        state = .ground
        switch byte {
        case 0x1B:
            events.append(.key(.escape))
            state = .escape
        case UInt8(ascii: "["): state = .control([])
        case UInt8(ascii: "O"): state = .singleShift([])
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            state = .string(opener: byte, isEmpty: true, sawEscape: false)
        case 0x7F: events.append(.key(.alt("\u{7F}")))
        case 0x00..<0x20:
            // Esc and then a control key, typed faster than the timer: two keys.
            events.append(.key(.escape))
            takeText(byte, &events)
        default:
            isAlt = true
            takeText(byte, &events)
        }
    }

    // MARK: Sequences

    private mutating func takeControl(_ byte: UInt8, _ bytes: [UInt8], _ events: inout [InputEvent]) {
        switch byte {
        case UInt8(ascii: "[") where bytes.isEmpty:
            state = .linuxFunction
        case UInt8(ascii: "M") where bytes.isEmpty:
            state = .oldMouse([])
        case UInt8(ascii: "$") where bytes.first.map({ (0x30...0x39).contains($0) }) ?? false:
            // Shift in rxvt, which ends its keys so.
            finishControl(bytes, final: byte, &events)
        case 0x20...0x3F:
            state = .control(bytes.count < KeyParser.sequenceLimit ? bytes + [byte] : bytes)
        case 0x40...0x7E:
            finishControl(bytes, final: byte, &events)
        default:
            state = .ground
            takeText(byte, &events)
        }
    }

    private mutating func finishControl(_ bytes: [UInt8], final: UInt8, _ events: inout [InputEvent]) {
        state = .ground
        let sequence = ControlSequence(parameters: bytes, final: final)
        if sequence.startsPaste {
            paste = PasteBuffer()
        } else if let event = sequence.event {
            events.append(event)
        }
    }

    private mutating func takeSingleShift(_ byte: UInt8, _ bytes: [UInt8], _ events: inout [InputEvent]) {
        switch byte {
        case 0x30...0x3B:
            state = .singleShift(bytes.count < KeyParser.sequenceLimit ? bytes + [byte] : bytes)
        case 0x20...0x7E:
            state = .ground
            if let key = ControlSequence.singleShiftKey(byte) { events.append(.key(key)) }
        default:
            state = .ground
            takeText(byte, &events)
        }
    }

    private mutating func takeOldMouse(_ byte: UInt8, _ bytes: [UInt8], _ events: inout [InputEvent]) {
        guard bytes.count == 2 else {
            state = .oldMouse(bytes + [byte])
            return
        }
        state = .ground
        let button = Int(bytes[0]) - 32
        let isRelease = button & 0b11 == 3 && button & 0x40 == 0
        let event = ControlSequence.mouseEvent(
            button: isRelease ? button & ~0b11 : button, column: Int(bytes[1]) - 32, row: Int(byte) - 32,
            isRelease: isRelease)
        if let event { events.append(event) }
    }

    private mutating func takeString(
        _ byte: UInt8, _ opener: UInt8, _ sawEscape: Bool, _ events: inout [InputEvent]
    ) {
        switch (byte, sawEscape) {
        case (UInt8(ascii: "\\"), true), (0x07, _), (0x18, _), (0x1A, _):
            state = .ground
        case (_, true):
            // Cut short by another sequence.
            state = .escape
            take(byte, &events)
        default:
            state = .string(opener: opener, isEmpty: false, sawEscape: byte == 0x1B)
        }
    }
}

/// The bytes of a bracketed paste up to `ESC [ 201 ~`.
private struct PasteBuffer: Sendable {
    private static let end = Array("\u{1B}[201~".utf8)

    private var bytes: [UInt8] = []
    private var isTooLong = false
    /// How much of the end has been seen.
    private var matched = 0

    /// The whole paste when the byte was the last of it.
    mutating func take(_ byte: UInt8, limit: Int) -> InputEvent? {
        if byte == PasteBuffer.end[matched] {
            matched += 1
            guard matched == PasteBuffer.end.count else { return nil }
            return isTooLong ? .pasteTooLong : .paste(String(decoding: bytes, as: UTF8.self))
        }
        // ESC is only at the start of the end, so what was matched is text, and this byte may start it anew.
        for held in PasteBuffer.end[..<matched] { append(held, limit) }
        matched = 0
        if byte == PasteBuffer.end[0] {
            matched = 1
        } else {
            append(byte, limit)
        }
        return nil
    }

    private mutating func append(_ byte: UInt8, _ limit: Int) {
        if isTooLong { return }
        if bytes.count < limit {
            bytes.append(byte)
        } else {
            isTooLong = true
            bytes = []
        }
    }
}
