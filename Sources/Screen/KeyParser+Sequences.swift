/// A control sequence, `ESC [ parameters final`, and what it means as input.
struct ControlSequence {
    let parameters: [UInt8]
    let final: UInt8

    /// Whether a bracketed paste follows.
    var startsPaste: Bool { final == UInt8(ascii: "~") && numbers(parameters[...]).first == 200 }

    /// The key or mouse action; `nil` when it is neither or unknown to us.
    var event: InputEvent? {
        if parameters.first == UInt8(ascii: "<") { return sgrMouse }
        if let first = parameters.first, (0x3C...0x3F).contains(first) { return nil }
        return key.map { .key($0) }
    }

    private var sgrMouse: InputEvent? {
        let values = numbers(parameters.dropFirst())
        guard values.count == 3, final == UInt8(ascii: "M") || final == UInt8(ascii: "m") else { return nil }
        return ControlSequence.mouseEvent(
            button: values[0], column: values[1], row: values[2], isRelease: final == UInt8(ascii: "m"))
    }

    /// An action of a button or the wheel; `nil` for other buttons, and motion without a button.
    ///
    /// The first column and row are 1.
    static func mouseEvent(button: Int, column: Int, row: Int, isRelease: Bool) -> InputEvent? {
        guard column >= 1, row >= 1 else { return nil }
        let position = Position(column: column - 1, row: row - 1)
        let modifiers = KeyModifiers(rawValue: UInt8(button >> 2 & 0b111))
        let isMotion = button & 0x20 != 0
        let number = button & 0b1100_0011
        if !isRelease, !isMotion, number == 0x40 || number == 0x41 {
            return .mouse(MouseEvent(number == 0x40 ? .wheelUp : .wheelDown, at: position, modifiers: modifiers))
        }
        guard (0...2).contains(number), !(isRelease && isMotion) else { return nil }
        let which: MouseButton = number == 0 ? .left : number == 1 ? .middle : .right
        let kind: MouseEvent.Kind = isMotion ? .drag : isRelease ? .release : .press
        return .mouse(MouseEvent(kind, at: position, button: which, modifiers: modifiers))
    }

    private var key: Key? {
        let values = numbers(parameters[...])
        var modifiers = KeyModifiers(parameter: values.count > 1 ? values[1] : 1)
        if final == UInt8(ascii: "$") || final == UInt8(ascii: "@") { modifiers.insert(.shift) }
        if final == UInt8(ascii: "^") || final == UInt8(ascii: "@") { modifiers.insert(.control) }
        switch final {
        case UInt8(ascii: "A"): return Key(.up, modifiers)
        case UInt8(ascii: "B"): return Key(.down, modifiers)
        case UInt8(ascii: "C"): return Key(.right, modifiers)
        case UInt8(ascii: "D"): return Key(.left, modifiers)
        case UInt8(ascii: "a"): return .shiftUp
        case UInt8(ascii: "b"): return .shiftDown
        case UInt8(ascii: "c") where values.isEmpty: return .shiftRight
        case UInt8(ascii: "d"): return .shiftLeft
        case UInt8(ascii: "H"): return Key(.home, modifiers)
        case UInt8(ascii: "F"): return Key(.end, modifiers)
        case UInt8(ascii: "Z"): return .backTab
        case UInt8(ascii: "P")...UInt8(ascii: "S"):
            // `R` with numbers is also the answer to a question about the cursor, which we do not ask.
            return Key(.function(Int(final) - 0x4F), modifiers)
        case UInt8(ascii: "u"):
            return values.first.flatMap { ControlSequence.key(codePoint: $0, modifiers) }
        case UInt8(ascii: "~") where values.first == 27 && values.count >= 3:
            return ControlSequence.key(codePoint: values[2], modifiers)
        case UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "^"), UInt8(ascii: "@"):
            return values.first.flatMap { ControlSequence.key(number: $0, modifiers) }
        default: return nil
        }
    }

    /// The key of `ESC [ number ~`.
    private static func key(number: Int, _ modifiers: KeyModifiers) -> Key? {
        switch number {
        case 1, 7: return Key(.home, modifiers)
        case 2: return Key(.insert, modifiers)
        case 3: return Key(.delete, modifiers)
        case 4, 8: return Key(.end, modifiers)
        case 5: return Key(.pageUp, modifiers)
        case 6: return Key(.pageDown, modifiers)
        default: break
        }
        let function: Int
        switch number {
        case 11...15: function = number - 10
        case 17...21: function = number - 11
        case 23...26: function = number - 12
        case 28, 29: function = number - 13
        case 31...34: function = number - 14
        default: return nil
        }
        // F13 and on, as those terminals send them that do not say shift.
        return function > 12 ? .function(function) : Key(.function(function), modifiers)
    }

    /// The key of a code point with modifiers, as terminals that spell keys out send it.
    private static func key(codePoint: Int, _ modifiers: KeyModifiers) -> Key? {
        switch codePoint {
        case 9: return Key(.tab, modifiers)
        case 13: return Key(.enter, modifiers)
        case 27: return Key(.escape, modifiers)
        case 8, 127: return Key(.backspace, modifiers)
        default: break
        }
        guard codePoint >= 0x20, !(0x80...0x9F).contains(codePoint), let value = UInt32(exactly: codePoint),
            !(0xE000...0xF8FF).contains(value), let scalar = Unicode.Scalar(value)
        else { return nil }
        let character = Character(scalar)
        if modifiers.contains(.control) {
            let lower = Character(scalar.properties.lowercaseMapping)
            return lower.isASCII ? .control(lower) : nil
        }
        if modifiers.contains(.alt) { return .alt(character) }
        guard modifiers.contains(.shift), scalar.properties.uppercaseMapping.count == 1 else {
            return .character(character)
        }
        return .character(Character(scalar.properties.uppercaseMapping))
    }

    /// The key of `ESC O final`: arrows and F1 to F4 of a terminal in application mode, and its keypad.
    static func singleShiftKey(_ final: UInt8) -> Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "M"): .enter
        case UInt8(ascii: "I"): .tab
        case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(final) - 0x4F)
        case UInt8(ascii: "X"): .character("=")
        case UInt8(ascii: "j")...UInt8(ascii: "y"): .character(Character(Unicode.Scalar(final - 0x40)))
        case UInt8(ascii: "a"): .up
        case UInt8(ascii: "b"): .down
        case UInt8(ascii: "c"): .right
        case UInt8(ascii: "d"): .left
        default: nil
        }
    }

    /// The numbers between semicolons, each up to 9,999,999; what follows a colon is a detail that we do not need.
    private func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
        guard !bytes.isEmpty else { return [] }
        return bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
            var value = 0
            for byte in part {
                guard (0x30...0x39).contains(byte) else { break }
                value = min(value * 10 + Int(byte) - 0x30, 9_999_999)
            }
            return value
        }
    }
}

extension KeyModifiers {
    /// Shift, Alt and Control as a parameter says them: 1 and the sum of 1, 2 and 4.
    fileprivate init(parameter: Int) {
        self.init(rawValue: UInt8(max(0, parameter - 1) & 0b111))
    }
}

/// Decodes UTF-8 byte by byte; what is not UTF-8 becomes U+FFFD.
struct UTF8Decoder: Sendable {
    private var value: UInt32 = 0
    private var remaining = 0
    /// The range that the next continuation byte has to be in: tells overlong forms and surrogates.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// The scalars that this byte ends: none, one, or U+FFFD for what it cut short and one.
    mutating func take(_ byte: UInt8) -> [Unicode.Scalar] {
        if remaining > 0 {
            guard allowed.contains(byte) else {
                remaining = 0
                return ["\u{FFFD}"] + take(byte)
            }
            allowed = 0x80...0xBF
            value = value << 6 | UInt32(byte & 0x3F)
            remaining -= 1
            return remaining == 0 ? [Unicode.Scalar(value) ?? "\u{FFFD}"] : []
        }
        switch byte {
        case 0x00..<0x80: return [Unicode.Scalar(byte)]
        case 0xC2...0xDF: start(byte & 0x1F, remaining: 1)
        case 0xE0: start(byte & 0x0F, remaining: 2, allowed: 0xA0...0xBF)
        case 0xED: start(byte & 0x0F, remaining: 2, allowed: 0x80...0x9F)
        case 0xE1...0xEF: start(byte & 0x0F, remaining: 2)
        case 0xF0: start(byte & 0x07, remaining: 3, allowed: 0x90...0xBF)
        case 0xF1...0xF3: start(byte & 0x07, remaining: 3)
        case 0xF4: start(byte & 0x07, remaining: 3, allowed: 0x80...0x8F)
        default: return ["\u{FFFD}"]
        }
        return []
    }

    private mutating func start(_ bits: UInt8, remaining: Int, allowed: ClosedRange<UInt8> = 0x80...0xBF) {
        value = UInt32(bits)
        self.remaining = remaining
        self.allowed = allowed
    }
}
