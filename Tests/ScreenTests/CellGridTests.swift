import Screen
import Testing

@Suite struct CellGridTests {
    private func line(_ text: String, width: Int, alignment: Alignment = .left, columns: Int = 12) -> String {
        var grid = CellGrid(size: Size(columns: columns, rows: 1))
        grid.write(text, column: 1, row: 0, width: width, alignment: alignment)
        return String(grid.text.dropLast())
    }

    @Test func textThatFitsStandsLeftOrRight() {
        #expect(line("abc", width: 6) == " abc")
        #expect(line("abc", width: 6, alignment: .right) == "    abc")
    }

    @Test func textThatDoesNotFitEndsInAnEllipsis() {
        #expect(line("abcdefgh", width: 5) == " abcd…")
        #expect(line("abcdefgh", width: 1) == " …")
        #expect(line("abcde", width: 5) == " abcde")
    }

    @Test func aWideCharacterIsNeverSplit() {
        #expect(line("日本語", width: 5) == " 日本…")
        #expect(line("日本語", width: 4) == " 日…")
        #expect(line("日本語", width: 6) == " 日本語")
    }

    @Test func whatLiesOutsideIsLeftOut() {
        var grid = CellGrid(size: Size(columns: 4, rows: 2))
        grid.write("abcdef", column: 2, row: 1)
        grid.write("never", column: 0, row: 7)
        grid.write("never", column: 9, row: 0)
        #expect(grid.text == "\n  a…\n")
    }

    @Test func matchesAreHighlightedWithoutCase() {
        var grid = CellGrid(size: Size(columns: 12, rows: 1))
        grid.write("Web web", column: 0, row: 0)
        grid.highlight("WEB", row: 0, columns: 0..<12)
        #expect(
            grid.row(0).map(\.style.isMatch) == [true, true, true, false, true, true, true]
                + Array(repeating: false, count: 5))
    }

    @Test func matchesOfWideCharactersAreHighlightedWhole() {
        var grid = CellGrid(size: Size(columns: 10, rows: 1))
        grid.write("x日本語É", column: 0, row: 0)
        grid.highlight("本語é", row: 0, columns: 0..<10)
        #expect(
            grid.row(0).map(\.style.isMatch) == [
                false, false, false, true, true, true, true, true, false, false,
            ])
    }

    @Test func aWideCharacterThatIsNotWhollyInsideIsLeftOut() {
        var grid = CellGrid(size: Size(columns: 3, rows: 1))
        grid.put("日", width: 2, column: 2, row: 0, style: .plain)
        grid.put("x", width: 1, column: -1, row: 0, style: .plain)
        grid.put("y", width: 1, column: 0, row: 1, style: .plain)
        #expect(grid == CellGrid(size: Size(columns: 3, rows: 1)))
    }

    @Test func signsBecomeLettersWhereOnlyASCIIIsShown() {
        var grid = CellGrid(size: Size(columns: 12, rows: 1))
        grid.write("●▲▸…日x", column: 0, row: 0)
        #expect(grid.ascii.text == "X!>~? x\n")
    }

    @Test func aGridHasAtLeastOneCell() {
        #expect(CellGrid(size: Size(columns: 0, rows: -3)).size == Size(columns: 1, rows: 1))
    }
}
