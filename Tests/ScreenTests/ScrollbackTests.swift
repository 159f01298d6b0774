import Testing

@testable import Screen

extension Scrollback {
    /// Adds a line as the emulator does.
    fileprivate mutating func append(_ cells: [Cell], isContinued: Bool = false) {
        var line = CompactLine()
        for cell in cells where cell.width > 0 {
            line.text += String(cell.character).utf8
            line.count(
                cell.style.paint ?? .plain, width: cell.width, scalars: UInt8(cell.character.unicodeScalars.count))
        }
        line.isContinued = isContinued
        append(line)
    }
}

@Suite struct ScrollbackTests {
    /// A row as the emulator makes it.
    private static func cells(_ text: String, _ paint: Paint? = nil) -> [Cell] {
        var cells: [Cell] = []
        forEachCell(of: text) { character, width in
            cells.append(Cell(character, style: Style(paint: paint), width: UInt8(width)))
            if width == 2 { cells.append(Cell(" ", style: Style(paint: paint), width: 0)) }
            return true
        }
        return cells
    }

    @Test func theNewestLineSaysWhetherItGoesOn() {
        var scrollback = Scrollback()
        #expect(!scrollback.lastIsContinued)
        // More than a block of them.
        for number in 0..<300 {
            scrollback.append(Self.cells("\(number)"), isContinued: number % 3 == 0)
            #expect(scrollback.lastIsContinued == (number % 3 == 0))
        }
        for number in (0..<300).reversed() {
            #expect(scrollback.lastIsContinued == (number % 3 == 0))
            _ = scrollback.removeLast()
        }
        #expect(!scrollback.lastIsContinued)
    }

    @Test func linesComeBackAsTheyWere() {
        var scrollback = Scrollback()
        let lines = [
            Self.cells("plain"), Self.cells("日本 e\u{301}x", Paint(foreground: 2)), [],
            Self.cells("a", Paint(bold: true)),
            Self.cells("  ", Paint(background: 4)), Self.cells("ab", Paint(foreground: 1)) + Self.cells("🚀 c"),
        ]
        for (index, line) in lines.enumerated() { scrollback.append(line, isContinued: index == 1) }
        #expect(lines.indices.map { scrollback[$0].cells } == lines)
        #expect(lines.indices.map { scrollback[$0].isContinued } == [false, true, false, false, false, false])
        #expect(scrollback.text(1) == "日本 e\u{301}x")
    }

    @Test func theOldestAreDroppedBeyondALimit() {
        var scrollback = Scrollback(lineLimit: 1000)
        for number in 0..<5000 { scrollback.append(Self.cells("\(number)")) }
        #expect(scrollback.count >= 1000 && scrollback.count <= 1256)
        #expect(scrollback.dropped + scrollback.count == 5000)
        for index in 0..<scrollback.count { #expect(scrollback.text(index) == "\(scrollback.dropped + index)") }
        #expect(scrollback.text(-1) == "" && scrollback.text(scrollback.count) == "")
    }

    @Test func bytesAreBounded() {
        var scrollback = Scrollback(byteLimit: 1 << 20)
        let long = Self.cells(String(repeating: "x", count: 500))
        for _ in 0..<10_000 { scrollback.append(long) }
        #expect(scrollback.byteCount <= 1 << 20)
        #expect(scrollback.count > 1500)
    }

    @Test func linesAreTakenBackFromTheBottom() {
        var scrollback = Scrollback()
        for number in 0..<300 { scrollback.append(Self.cells("\(number)")) }
        let before = scrollback
        for number in (100..<300).reversed() { #expect(scrollback.removeLast()?.cells == Self.cells("\(number)")) }
        for number in 100..<400 { scrollback.append(Self.cells("again \(number)")) }
        #expect(scrollback.count == 400)
        #expect(
            scrollback.text(99) == "99" && scrollback.text(100) == "again 100" && scrollback.text(399) == "again 399")
        #expect(before.count == 300 && before.text(299) == "299")
        scrollback.removeAll()
        #expect(scrollback.removeLast() == nil)
        #expect(scrollback.dropped == 400)
    }
}
