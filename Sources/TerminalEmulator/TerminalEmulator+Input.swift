import CVTerm
import Screen

extension TerminalEmulator {
    /// The bytes that a terminal sends for a key, in the mode that the program has asked for.
    package func encode(_ key: Key) -> [UInt8] {
        switch key {
        case .character(let character): Array(String(character).utf8)
        case .control(let character): Self.control(character)
        case .alt(let character): [0x1B] + String(character).utf8
        case .enter: encode(VTERM_KEY_ENTER)
        case .escape: [0x1B]
        case .tab: [0x09]
        case .backTab: [0x1B, UInt8(ascii: "["), UInt8(ascii: "Z")]
        case .backspace: [0x7F]
        case .up: encode(VTERM_KEY_UP)
        case .down: encode(VTERM_KEY_DOWN)
        case .left: encode(VTERM_KEY_LEFT)
        case .right: encode(VTERM_KEY_RIGHT)
        case .home: encode(VTERM_KEY_HOME)
        case .end: encode(VTERM_KEY_END)
        case .pageUp: encode(VTERM_KEY_PAGEUP)
        case .pageDown: encode(VTERM_KEY_PAGEDOWN)
        case .insert: encode(VTERM_KEY_INS)
        case .delete: encode(VTERM_KEY_DEL)
        case .shiftUp: encode(VTERM_KEY_UP, .shift)
        case .shiftDown: encode(VTERM_KEY_DOWN, .shift)
        case .shiftLeft: encode(VTERM_KEY_LEFT, .shift)
        case .shiftRight: encode(VTERM_KEY_RIGHT, .shift)
        case .function(let number) where number > 12: encode(.function(number - 12), .shift)
        case .function(let number): encode(.function(number), [])
        case .modified(let key, let modifiers): encode(key, modifiers)
        }
    }

    private func encode(_ key: SpecialKey, _ modifiers: KeyModifiers) -> [UInt8] {
        let escape: [UInt8] = modifiers.contains(.alt) ? [0x1B] : []
        switch key {
        case .enter: return escape + (modifiers.contains(.control) ? [0x0A] : [0x0D])
        case .escape: return escape + [0x1B]
        case .tab: return escape + (modifiers.contains(.shift) ? encode(.backTab) : [0x09])
        case .backspace: return escape + (modifiers.contains(.control) ? [0x08] : [0x7F])
        case .up: return encode(VTERM_KEY_UP, modifiers)
        case .down: return encode(VTERM_KEY_DOWN, modifiers)
        case .left: return encode(VTERM_KEY_LEFT, modifiers)
        case .right: return encode(VTERM_KEY_RIGHT, modifiers)
        case .home: return encode(VTERM_KEY_HOME, modifiers)
        case .end: return encode(VTERM_KEY_END, modifiers)
        case .pageUp: return encode(VTERM_KEY_PAGEUP, modifiers)
        case .pageDown: return encode(VTERM_KEY_PAGEDOWN, modifiers)
        case .insert: return encode(VTERM_KEY_INS, modifiers)
        case .delete: return encode(VTERM_KEY_DEL, modifiers)
        case .function(let number):
            guard (1...12).contains(number) else { return [] }
            return encode(VTermKey(VTERM_KEY_FUNCTION_0.rawValue + UInt32(number)), modifiers)
        }
    }

    private func encode(_ key: VTermKey, _ modifiers: KeyModifiers = []) -> [UInt8] {
        sink.collectOutput { vterm_keyboard_key(terminal, key, Self.modifiers(modifiers)) }
    }

    private static func modifiers(_ modifiers: KeyModifiers) -> VTermModifier {
        VTermModifier(UInt32(modifiers.rawValue))
    }

    private static func control(_ character: Character) -> [UInt8] {
        switch character {
        case " ", "@": [0]
        case "?": [0x7F]
        default: character.asciiValue.map { [$0 & 0x1F] } ?? []
        }
    }

    /// The bytes for a mouse action, of a place in the screen; none when the program did not ask for it.
    package func encode(_ event: MouseEvent) -> [UInt8] {
        guard sink.mouse != .none else { return [] }
        let column = Int32(min(max(0, event.position.column), size.columns - 1))
        let row = Int32(min(max(0, event.position.row), size.rows - 1))
        let modifiers = Self.modifiers(event.modifiers)
        let button: Int32 =
            switch event.button {
            case .left: 1
            case .middle: 2
            case .right: 3
            }
        return sink.collectOutput {
            vterm_mouse_move(terminal, row, column, modifiers)
            switch event.kind {
            case .press, .doublePress: vterm_mouse_button(terminal, button, true, modifiers)
            case .release: vterm_mouse_button(terminal, button, false, modifiers)
            case .wheelUp: vterm_mouse_button(terminal, 4, true, modifiers)
            case .wheelDown: vterm_mouse_button(terminal, 5, true, modifiers)
            case .drag: break
            }
        }
    }

    /// The bytes for a paste: with its beginning and end where the program asked for them, else as if typed.
    ///
    /// Lines end with a return, as typed ones do. Control characters other than tabs are left out: none may end the paste early.
    package func encodePaste(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar.value {
            case 0x0A: if previous != "\r" { bytes.append(0x0D) }
            case 0x09, 0x0D: bytes.append(UInt8(scalar.value))
            // The last are sequences begun by one character.
            case 0x00..<0x20, 0x7F...0x9F: continue
            default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return sink.collectOutput { vterm_keyboard_start_paste(terminal) } + bytes
            + sink.collectOutput { vterm_keyboard_end_paste(terminal) }
    }
}
