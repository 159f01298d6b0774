/// A key as the user means it.
package enum Key: Sendable, Hashable {
    /// A printable character, shift already applied (`G`, `?`, `é`, space).
    case character(Character)
    /// Control and a lower-case letter or one of `\ ] ^ _ space`.
    case control(Character)
    /// Alt (ESC prefix) and a character.
    case alt(Character)
    /// F1 is 1; with shift 12 more.
    case function(Int)
    case up, down, left, right, home, end, pageUp, pageDown, insert, delete
    case shiftUp, shiftDown, shiftLeft, shiftRight
    case enter, escape, tab, backTab, backspace
    /// A special key together with keys that no command asks for; never one of the cases above.
    case modified(SpecialKey, KeyModifiers)
}

/// A key that is no character.
package enum SpecialKey: Sendable, Hashable {
    case up, down, left, right, home, end, pageUp, pageDown, insert, delete
    case enter, escape, tab, backspace
    /// F1 is 1, up to 12.
    case function(Int)
}

/// What is held together with a key or a button.
package struct KeyModifiers: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let shift = KeyModifiers(rawValue: 1)
    package static let alt = KeyModifiers(rawValue: 2)
    package static let control = KeyModifiers(rawValue: 4)
}

extension Key {
    /// A special key with whatever is held: one of the plain cases where there is one.
    package init(_ key: SpecialKey, _ modifiers: KeyModifiers) {
        switch (key, modifiers) {
        case (.up, .shift): self = .shiftUp
        case (.down, .shift): self = .shiftDown
        case (.left, .shift): self = .shiftLeft
        case (.right, .shift): self = .shiftRight
        case (.tab, .shift): self = .backTab
        case (.backspace, .alt): self = .alt("\u{7F}")
        case (.function(let number), .shift): self = .function(number + 12)
        case (_, []): self = key.alone
        default: self = .modified(key, modifiers)
        }
    }

    /// The key that commands know: without the modifiers that no command asks for.
    package var simplified: Key {
        guard case .modified(let key, let modifiers) = self else { return self }
        return Key(key, modifiers.intersection(.shift)).withoutModifiers
    }

    private var withoutModifiers: Key {
        guard case .modified(let key, _) = self else { return self }
        return key.alone
    }
}

extension SpecialKey {
    fileprivate var alone: Key {
        switch self {
        case .up: .up
        case .down: .down
        case .left: .left
        case .right: .right
        case .home: .home
        case .end: .end
        case .pageUp: .pageUp
        case .pageDown: .pageDown
        case .insert: .insert
        case .delete: .delete
        case .enter: .enter
        case .escape: .escape
        case .tab: .tab
        case .backspace: .backspace
        case .function(let number): .function(number)
        }
    }
}

/// A button of the mouse.
package enum MouseButton: Sendable, Hashable {
    case left, middle, right
}

/// A mouse action, in cells.
package struct MouseEvent: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case press, release, doublePress, wheelUp, wheelDown
        /// The mouse has moved to another cell while a button is held.
        case drag
    }

    package var kind: Kind
    package var position: Position
    /// Which button it is about; of no meaning for the wheel.
    package var button: MouseButton
    package var modifiers: KeyModifiers

    package init(
        _ kind: Kind, at position: Position, button: MouseButton = .left, modifiers: KeyModifiers = []
    ) {
        self.kind = kind
        self.position = position
        self.button = button
        self.modifiers = modifiers
    }
}

/// What comes in from a terminal.
package enum InputEvent: Sendable, Hashable {
    case key(Key)
    case mouse(MouseEvent)
    /// Bracketed paste; may hold line breaks and control characters.
    case paste(String)
    /// A paste longer than `KeyParser.pasteLimit`, none of which is kept: half a script must not run.
    case pasteTooLong
}
