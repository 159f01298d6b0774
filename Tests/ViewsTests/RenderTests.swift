import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

@Suite struct RenderTests {
    /// States that draw every kind of screen.
    private var states: [AppState] {
        let opened = state().typing("y")
        var all = [
            state(), state(pods: []), state(pods: nil), state().typing("?"), state().typing(":po"),
            state().typing("/restarts>many"), state().typing(":ctx\n"), state().typing(.control("w"), .right, .right),
            state(load: .stale(since: ago(30), reason: "cut off", retryAt: ago(-5))),
            state(pods: [], load: .forbidden(reason: "no")), opened,
        ]
        if case .document(let view) = opened.place {
            let loaded = opened.receiving(.document(.loaded(view.address, sampleDocument)))
            all += [loaded, loaded.typing("w"), loaded.typing("/web\n")]
        }
        return all
    }

    @Test(arguments: [1, 2, 15, 16, 17, 23, 40], [1, 3, 4, 5, 9])
    func everyScreenFitsEverySize(columns: Int, rows: Int) {
        for state in states {
            let frame = render(state.receiving(.resized(Size(columns: columns, rows: rows))))
            #expect(frame.grid.size == Size(columns: columns, rows: rows))
            for row in 0..<rows {
                let cells = frame.grid.row(row)
                #expect(cells.reduce(0) { $0 + Int($1.width) } == columns)
            }
            if let cursor = frame.cursor { #expect(cursor.column < columns && cursor.row < rows) }
        }
    }

    @Test func aScreenIsTheSameEachTime() {
        for state in states { #expect(render(state) == render(state)) }
    }

    @Test func withoutUnicodeEveryScreenIsASCII() {
        let pods = [pod("日本語のポッド"), pod("emoji-👩‍👩‍👧-🇩🇪-❤️"), pod("rtl-\u{202E}gnp")]
        for state in states + [state(pods: pods)] {
            let text = render(state).grid.ascii.text
            #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
        }
    }

    @Test func healthIsSaidWithoutColours() {
        let lines = render(state(columns: 120)).grid.ascii.text.split(separator: "\n")
        #expect(lines.first { $0.contains("cart-5f5f97998c") }?.hasPrefix(">X ") == true)
        #expect(lines.first { $0.contains("m4t8z") }?.hasPrefix(" ! ") == true)
        #expect(lines.first { $0.contains("web-66b5d4f6c7-aaaaa") }?.hasPrefix("   ") == true)
    }

    @Test func nothingHostileReachesTheTerminal() {
        let pods = [pod("esc-\u{1B}]0;title\u{7}\u{9B}31m", node: "n\u{0}\u{8}\u{202E}x")]
        let screens = [
            state(pods: pods), state(pods: pods).typing("/esc\n"), state(pods: pods).typing("y"),
            state(pods: pods).receiving(.notice(Notice(.error, "bad \u{1B}[2J words\r\nand more"))),
            state(pods: [], load: .forbidden(reason: "no\u{1B}[31m\u{7}")),
        ]
        for screen in screens {
            for cell in render(screen).grid.cells {
                for scalar in cell.character.unicodeScalars {
                    #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && scalar != "\u{202E}")
                }
            }
        }
    }

    @Test func coloursComeAndGoAsSequences() {
        var grid = CellGrid(size: Size(columns: 5, rows: 2))
        grid.write("a", column: 0, row: 0)
        grid.write("b日", column: 1, row: 0, style: Style(.broken))
        grid.write("c", column: 0, row: 1)
        #expect(
            ansiText(grid, theme: Theme(depth: .sixteen)) == "a\u{1B}[0;1;31mb日\u{1B}[0m \nc    \n")
        #expect(
            ansiText(grid, theme: Theme(depth: .none)) == "a\u{1B}[0;1mb日\u{1B}[0m \nc    \n")
    }
}
