extension LogView {
    /// Carries out a movement of the cursor.
    mutating func move(_ command: Command, _ space: LogSpace) {
        guard shownCount > 0 else { return }
        switch command {
        case .moveToBottom: follow()
        case .moveToTop:
            pause(space)
            cursor = number(at: 0)
            (top, topRow) = (number(at: 0), 0)
        case .pageUp, .pageDown:
            if follows, command == .pageDown { break }
            pause(space)
            scroll(by: command == .pageUp ? -space.rows : space.rows, space)
            keepCursorOnScreen(space)
            if command == .pageUp {
                cursor = top
            } else if isAtEnd(space) {
                // Who goes to the end wants to see what comes.
                follow()
            }
        case .moveDown: if !follows { moveDown(space) }
        case .moveUp:
            pause(space)
            moveUp(space)
        default: break
        }
        settle(space)
    }

    private mutating func moveDown(_ space: LogSpace) {
        guard let cursor else { return }
        let place = place(of: cursor)
        // The rest of a line that is higher than the screen comes before the next line.
        if !isEndOnScreen(ofLineAt: place, space) { return scroll(by: 1, space) }
        guard place + 1 < shownCount else { return follow() }
        self.cursor = number(at: place + 1)
        show(lineAt: place + 1, space)
    }

    private mutating func moveUp(_ space: LogSpace) {
        guard let cursor else { return }
        let place = place(of: cursor)
        if cursor == top, topRow > 0 { return scroll(by: -1, space) }
        guard place > 0 else { return }
        self.cursor = number(at: place - 1)
        show(lineAt: place - 1, space)
    }

    /// Scrolls by rows, as the wheel does; the cursor stays on the screen.
    mutating func wheel(by rows: Int, _ space: LogSpace) {
        guard shownCount > 0, !(follows && rows > 0) else { return }
        pause(space)
        scroll(by: rows, space)
        keepCursorOnScreen(space)
        if rows > 0, isAtEnd(space) { follow() }
        settle(space)
    }

    /// Moves the beginning of the screen, never beyond the end.
    mutating func scroll(by rows: Int, _ space: LogSpace) {
        guard shownCount > 0 else { return }
        var place = min(place(of: top), shownCount - 1)
        var row = topRow + rows
        while row < 0, place > 0 {
            place -= 1
            row += height(of: number(at: place), space)
        }
        while place + 1 < shownCount {
            let height = height(of: number(at: place), space)
            guard row >= height else { break }
            row -= height
            place += 1
        }
        (top, topRow) = (number(at: place), max(0, row))
        let last = endPlace(space)
        if (place, topRow) > last { (top, topRow) = (number(at: last.place), last.row) }
    }

    /// Scrolls as little as brings a line onto the screen.
    private mutating func show(lineAt place: Int, _ space: LogSpace) {
        let number = number(at: place)
        if place <= self.place(of: top) {
            (top, topRow) = (number, 0)
            return
        }
        var rows = -topRow
        for other in self.place(of: top)...place { rows += height(of: self.number(at: other), space) }
        // The beginning of a line that is higher than the screen comes first.
        let excess = min(rows - space.rows, rows - height(of: number, space))
        if excess > 0 { scroll(by: excess, space) }
    }

    private mutating func keepCursorOnScreen(_ space: LogSpace) {
        guard let cursor else { return }
        self.cursor = number(
            at: max(min(place(of: cursor), lastPlace(space)), min(place(of: top), shownCount - 1)))
    }

    /// Keeps the screen within what is shown, or at the end.
    mutating func settle(_ space: LogSpace) {
        leftColumn = wraps ? 0 : leftColumn
        guard shownCount > 0 else {
            (top, topRow, cursor) = (text.first, 0, nil)
            return
        }
        widenFields(space)
        let last = endPlace(space)
        if follows {
            (top, topRow, cursor) = (number(at: last.place), last.row, nil)
            return
        }
        let place = place(of: top)
        if place >= shownCount || number(at: place) != top { topRow = 0 }
        if (place, topRow) > last {
            (top, topRow) = (number(at: last.place), last.row)
        } else {
            top = number(at: place)
            topRow = min(topRow, height(of: top, space) - 1)
        }
        let cursorPlace = self.place(of: cursor ?? top)
        cursor = number(at: min(cursorPlace, shownCount - 1))
    }

    /// Whether the last line is on the screen.
    func isAtEnd(_ space: LogSpace) -> Bool {
        let place = place(of: top)
        return place >= shownCount || (place, topRow) >= endPlace(space)
    }

    /// The place of the last line on the screen, at least in part.
    package func lastPlace(_ space: LogSpace) -> Int {
        var room = space.rows + topRow
        var place = place(of: top)
        while place < shownCount {
            room -= height(of: number(at: place), space)
            if room <= 0 { break }
            place += 1
        }
        return max(0, min(place, shownCount - 1))
    }

    private func isEndOnScreen(ofLineAt place: Int, _ space: LogSpace) -> Bool {
        var rows = -topRow
        let first = self.place(of: top)
        guard first <= place else { return true }
        for other in first...place {
            rows += height(of: number(at: other), space)
            if rows > space.rows { return false }
        }
        return true
    }

    /// Where the screen begins when the last line ends it.
    private func endPlace(_ space: LogSpace) -> (place: Int, row: Int) {
        var room = space.rows
        var place = shownCount
        while place > 0 {
            place -= 1
            let height = height(of: number(at: place), space)
            if height >= room { return (place, height - room) }
            room -= height
        }
        return (0, 0)
    }

    /// Puts the cursor on the line at a row of the screen.
    mutating func select(row: Int, _ space: LogSpace) {
        guard row >= 0, row < space.rows, shownCount > 0 else { return }
        var rest = row + topRow
        for place in place(of: top)..<shownCount {
            let number = number(at: place)
            rest -= height(of: number, space)
            guard rest < 0 else { continue }
            pause(space)
            cursor = number
            return
        }
    }
}
