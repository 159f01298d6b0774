import AppCore
import KubernetesModel
import Screen
import Testing
import Views

/// A shell in a pane: while it runs, looked back at, and when it has ended.
@Suite struct ShellGoldenTests {
    private static let session = [
        "/ # ls /", "app  bin  dev  etc  proc  root  run  tmp  usr  var", "/ # cat /etc/motd", "Größe: 日本語 ✓", "/ # ",
    ]

    private func row(_ text: String, _ columns: Int, _ paint: Paint = .plain) -> TerminalRow {
        var cells: [Cell] = []
        forEachCell(of: text) { character, width in
            guard cells.count + width <= columns else { return false }
            cells.append(Cell(character, style: Style(.plain, paint: paint), width: UInt8(width)))
            if width == 2 { cells.append(Cell(" ", style: .plain, width: 0)) }
            return true
        }
        return TerminalRow(cells: cells + Array(repeating: .blank, count: max(0, columns - cells.count)))
    }

    private func picture(_ lines: [String], size: Size) -> TerminalPicture {
        var picture = TerminalPicture(size: size, version: 1)
        for (index, line) in lines.suffix(size.rows).enumerated() {
            picture.rows[index] = row(line, size.columns, index == 1 ? Paint(foreground: 4, bold: true) : .plain)
        }
        picture.cursor.position = Position(column: 4, row: min(lines.count, size.rows) - 1)
        return picture
    }

    /// A shell in the first pod.
    private func shell(
        columns: Int, rows: Int, _ status: ShellNews.State, lines: [String] = session, _ keys: Key...
    ) -> AppState {
        var shown = state(columns: columns, rows: rows, pods: [pod("web-66b5d4f6c7-aaaaa")]).typing(.character("s"))
        guard case .shell(let view) = shown.place else { return shown }
        var news = ShellNews(view.order)
        news.state = status
        if !lines.isEmpty { news.picture = picture(lines, size: shown.shellSize) }
        shown = shown.receiving(.shell(shown.focus, news))
        for key in keys { shown = shown.typing(key) }
        return shown
    }

    @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 160, rows: 48), Size(columns: 30, rows: 8)])
    func running(size: Size) throws {
        try expectScreen(
            "shell-\(size.columns)x\(size.rows)", shell(columns: size.columns, rows: size.rows, .running))
    }

    @Test func theCursorIsWhereTheProgramHasIt() {
        let shown = shell(columns: 160, rows: 48, .running)
        let rect = shown.paneRects[shown.focus]
        #expect(render(shown).cursor == rect.map { Position(column: $0.column + 4, row: $0.row + 1 + 4) })
        #expect(render(shown.typing(.control("]"))).cursor == nil)
    }

    @Test func starting() throws {
        try expectScreen(
            "shell-starting",
            shell(columns: 120, rows: 36, .starting("container debugger-x: ContainerCreating"), lines: []))
    }

    @Test func ended() throws {
        try expectScreen("shell-ended", shell(columns: 120, rows: 36, .exited(3)))
    }

    @Test func withoutAShell() throws {
        let state = ShellNews.State.failed("Container c0 has no shell: its image brings none.", .missingShell)
        try expectScreen("shell-missing", shell(columns: 80, rows: 24, state, lines: []))
    }

    @Test func lookedBackAt() throws {
        let lines = (0..<60).map { "line \($0)" }
        try expectScreen(
            "shell-copy-mode",
            shell(
                columns: 120, rows: 36, .running, lines: lines, .modified(.pageUp, .shift), .character("v"),
                .character("k"), .character("k")))
    }

    @Test func theContainerToLookIntoIt() throws {
        try expectScreen(
            "shell-debug",
            state(columns: 80, rows: 24, pods: [pod("web-66b5d4f6c7-aaaaa")]).typing(.character("D")))
    }

    @Test(arguments: [Size(columns: 3, rows: 1), Size(columns: 16, rows: 4), Size(columns: 20, rows: 5)])
    func tinyScreensAreDrawn(size: Size) {
        for status in [ShellNews.State.running, .exited(3), .failed("no", .missingShell)] {
            _ = render(shell(columns: size.columns, rows: size.rows, status))
            _ = render(shell(columns: size.columns, rows: size.rows, status, .modified(.pageUp, .shift)))
        }
    }
}
