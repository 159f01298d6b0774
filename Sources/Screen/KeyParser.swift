/// Turns the bytes of a terminal into keys, mouse actions and pastes.
///
/// Pure; the caller owns the time.
///
/// A lone ESC cannot be told from the start of a sequence: while `isAwaitingMore` is true the caller waits a few
/// milliseconds for more bytes, then calls `flush()`.
package struct KeyParser: Sendable {
    private enum State: Sendable {
        case ground
        case escape
        /// After `ESC [`: the parameters so far.
        case csi([UInt8])
        /// After `ESC O`.
        case ss3
        /// Inside a string that nobody asked for (OSC, DCS), until BEL or ESC \.
        case string(sawEscape: Bool)
        /// Inside a bracketed paste.
        case paste([UInt8])
        /// Inside a UTF-8 character, with Alt or not: the bytes so far and how many there will be.
        case utf8([UInt8], length: Int, alt: Bool)
    }

    /// The longest paste that is taken, in bytes; what is beyond is left out.
    private static let pasteLimit = 1 << 20
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private var state = State.ground

    package init() {}

    /// Whether the bytes so far may be the beginning of something longer.
    package var isAwaitingMore: Bool {
        if case .ground = state { return false }
        if case .paste = state { return false }
        return true
    }

    /// Takes bytes and returns what they complete.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes { take(byte, &events) }
        return events
    }

    /// No more bytes came: what was begun is all there is.
    package mutating func flush() -> [InputEvent] {
        defer { if case .paste = state {} else { state = .ground } }
        switch state {
        case .escape: return [.key(.escape)]
        case .ss3: return [.key(.alt("O"))]
        case .csi(let parameters) where parameters.isEmpty: return [.key(.alt("["))]
        case .utf8: return [.key(.character("\u{FFFD}"))]
        default: return []
        }
    }

    private mutating func take(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch state {
        case .ground: takeGround(byte, alt: false, &events)
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .csi([])
            case UInt8(ascii: "O"): state = .ss3
            case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
                state = .string(sawEscape: false)
            case 0x1B: events.append(.key(.escape))
            default:
                state = .ground
                let isText = byte >= 0x20
                if !isText { events.append(.key(.escape)) }
                takeGround(byte, alt: isText, &events)
            }
        case .csi(var parameters):
            switch byte {
            case 0x40...0x7E:
                state = .ground
                finish(csi: parameters, final: byte, &events)
            case 0x20...0x3F:
                parameters.append(byte)
                state = parameters.count > 64 ? .string(sawEscape: false) : .csi(parameters)
            case 0x1B: state = .escape
            default: state = .ground
            }
        case .ss3:
            state = .ground
            if let key = Self.letterKeys[byte] {
                events.append(.key(key))
            } else if byte >= UInt8(ascii: "P"), byte <= UInt8(ascii: "S") {
                events.append(.key(.function(Int(byte - UInt8(ascii: "P")) + 1)))
            } else if byte == UInt8(ascii: "M") {
                events.append(.key(.enter))
            }
        case .string(let sawEscape):
            if byte == 0x07 || (sawEscape && byte == UInt8(ascii: "\\")) {
                state = .ground
            } else {
                state = .string(sawEscape: byte == 0x1B)
            }
        case .paste(var text):
            text.append(byte)
            if byte == UInt8(ascii: "~"), text.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
                text.removeLast(Self.pasteEnd.count)
                state = .ground
                events.append(.paste(String(decoding: text, as: UTF8.self)))
            } else {
                if text.count > Self.pasteLimit {
                    // Only the end mark is still looked for.
                    text.remove(at: Self.pasteLimit - Self.pasteEnd.count)
                }
                state = .paste(text)
            }
        case .utf8(var bytes, let length, let alt):
            guard byte & 0xC0 == 0x80 else {
                state = .ground
                events.append(.key(.character("\u{FFFD}")))
                take(byte, &events)
                return
            }
            bytes.append(byte)
            if bytes.count == length {
                state = .ground
                let character = String(decoding: bytes, as: UTF8.self).first ?? "\u{FFFD}"
                events.append(.key(alt ? .alt(character) : .character(character)))
            } else {
                state = .utf8(bytes, length: length, alt: alt)
            }
        }
    }

    private mutating func takeGround(_ byte: UInt8, alt: Bool, _ events: inout [InputEvent]) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D: events.append(.key(.enter))
        case 0x0A: events.append(.key(.control("j")))
        case 0x09: events.append(.key(.tab))
        case 0x7F, 0x08: events.append(.key(alt ? .alt("\u{7F}") : .backspace))
        case 0x00: events.append(.key(.control(" ")))
        case 0x01...0x1A: events.append(.key(.control(Character(Unicode.Scalar(byte + 0x60)))))
        case 0x1C...0x1F: events.append(.key(.control(Character(Unicode.Scalar(byte + 0x40)))))
        case 0x20...0x7E:
            let character = Character(Unicode.Scalar(byte))
            events.append(.key(alt ? .alt(character) : .character(character)))
        case 0xC2...0xDF: state = .utf8([byte], length: 2, alt: alt)
        case 0xE0...0xEF: state = .utf8([byte], length: 3, alt: alt)
        case 0xF0...0xF4: state = .utf8([byte], length: 4, alt: alt)
        default: events.append(.key(.character("\u{FFFD}")))
        }
    }

    private static let letterKeys: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    ]

    private static let tildeKeys: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end, 11: .function(1),
        12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6), 18: .function(7),
        19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]

    private mutating func finish(csi parameters: [UInt8], final: UInt8, _ events: inout [InputEvent]) {
        if parameters.first == UInt8(ascii: "<") {
            if let event = mouse(parameters.dropFirst(), isPress: final == UInt8(ascii: "M")) { events.append(event) }
            return
        }
        let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            Int(String(decoding: $0, as: UTF8.self)) ?? 0
        }
        let isShifted = numbers.count > 1 && (numbers[1] - 1) & 1 == 1
        switch final {
        case UInt8(ascii: "~"):
            if numbers.first == 200 {
                state = .paste([])
            } else if let key = Self.tildeKeys[numbers.first ?? 0] {
                events.append(.key(key))
            }
        case UInt8(ascii: "Z"): events.append(.key(.backTab))
        case UInt8(ascii: "P")...UInt8(ascii: "S"):
            events.append(.key(.function(Int(final - UInt8(ascii: "P")) + 1)))
        default:
            guard let key = Self.letterKeys[final] else { return }
            events.append(.key(isShifted ? shifted(key) : key))
        }
    }

    private func shifted(_ key: Key) -> Key {
        switch key {
        case .up: .shiftUp
        case .down: .shiftDown
        case .left: .shiftLeft
        case .right: .shiftRight
        default: key
        }
    }

    /// SGR mouse reports: `button;column;row`, 1-based.
    private func mouse(_ parameters: ArraySlice<UInt8>, isPress: Bool) -> InputEvent? {
        let numbers = parameters.split(separator: UInt8(ascii: ";")).compactMap {
            Int(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count == 3, numbers[1] >= 1, numbers[2] >= 1, numbers[1] < 10_000, numbers[2] < 10_000
        else { return nil }
        let position = Position(column: numbers[1] - 1, row: numbers[2] - 1)
        switch numbers[0] & ~0b11100 {
        case 64: return .mouse(MouseEvent(.wheelUp, at: position))
        case 65: return .mouse(MouseEvent(.wheelDown, at: position))
        case 0: return .mouse(MouseEvent(isPress ? .press : .release, at: position))
        default: return nil
        }
    }
}
