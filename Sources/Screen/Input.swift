/// A key as the user means it.
package enum Key: Sendable, Hashable {
    /// A printable character, shift already applied (`G`, `?`, `é`, space).
    case character(Character)
    /// Control and a lower-case letter or one of `\ ] ^ _ space`.
    case control(Character)
    /// Alt (ESC prefix) and a character.
    case alt(Character)
    /// F1 is 1.
    case function(Int)
    case up, down, left, right, home, end, pageUp, pageDown, insert, delete
    case shiftUp, shiftDown, shiftLeft, shiftRight
    case enter, escape, tab, backTab, backspace
}

/// A mouse action, in cells.
package struct MouseEvent: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case press, release, doublePress, wheelUp, wheelDown
    }

    package var kind: Kind
    package var position: Position

    package init(_ kind: Kind, at position: Position) {
        self.kind = kind
        self.position = position
    }
}

/// What comes in from a terminal.
package enum InputEvent: Sendable, Hashable {
    case key(Key)
    case mouse(MouseEvent)
    /// Bracketed paste; may hold line breaks and control characters.
    case paste(String)
}
