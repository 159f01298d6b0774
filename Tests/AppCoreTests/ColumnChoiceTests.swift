import AppCore
import KubernetesModel
import Screen
import Testing

/// Columns that were chosen: how they are told, kept and shown.
@Suite struct ColumnChoiceTests {
    private func titles(_ choice: ColumnChoice) -> [String] {
        let table = ResourceTable.pods
        return choice.order(of: table).map { table.columns[$0].title }
    }

    private func shown(_ state: AppState) -> [String] {
        guard let view = state.table else { return [] }
        return view.visibleColumns(of: view.table).map { view.table.columns[$0].title }
    }

    @Test func columnsThatAreNotNamedFollowTheOneBeforeThemInTheTable() {
        let table = ResourceTable.pods
        let all = table.columns.map(\.title)
        let order = titles(ColumnChoice(order: ["AGE", "NAME", "NO SUCH COLUMN", "NAMESPACE"]))
        #expect(Set(order) == Set(all) && order.count == all.count)
        #expect(order.first == "NAMESPACE")
        #expect(order.firstIndex(of: "AGE") ?? 9 < order.firstIndex(of: "NAME") ?? 0)
        #expect(order.firstIndex(of: "READY") == order.firstIndex(of: "NAME").map { $0 + 1 })
    }

    @Test func aColumnIsHiddenMovedAndShownAgain() {
        var app = App(pods: "web-1")
        let before = shown(app.state)
        #expect(before.prefix(3) == ["NAME", "READY", "STATUS"])
        app.press(.character("|"), .down, .character(" "), .down, .shiftUp)
        app.press(.escape)
        #expect(shown(app.state).prefix(2) == ["NAME", "STATUS"])
        #expect(!shown(app.state).contains("READY"))
        app.press(.character("|"), .character("r"), .escape)
        #expect(shown(app.state) == before)
    }

    @Test func whatWasChosenIsKeptAndHoldsForEveryTableOfTheKind() {
        var app = App(pods: "web-1")
        app.press(.character("|"), .down, .character(" "))
        let kept = ColumnChoice(hidden: ["READY"])
        #expect(app.effects == [.saveColumns(["pods": kept])])
        app.press(.escape, .character("0"))
        #expect(!shown(app.state).contains("READY"))
        app.press(.control("w"))
        #expect(!shown(app.state).contains("READY"), "hidden in wide mode too")
    }

    @Test func whatEarlierSessionsChoseIsShown() {
        var options = LaunchOptions()
        options.columnChoices = [
            "pods": ColumnChoice(order: ["AGE", "NAME"], hidden: ["IP", "NO SUCH"], shown: ["QOS"])
        ]
        var app = App(options)
        app.cluster.set([pod("web-1")])
        app.publish()
        let titles = shown(app.state)
        #expect(titles.prefix(3) == ["AGE", "QOS", "NAME"])
        #expect(titles.contains("QOS") && !titles.contains("IP") && !titles.contains("IMAGES"))
    }

    @Test func theNameCannotBeHidden() {
        var app = App(pods: "web-1")
        app.press(.character("|"), .character(" "))
        #expect(app.state.columnChoices.isEmpty)
        #expect(app.state.notice?.notice.text == "The name is what rows are known by.")
        var options = LaunchOptions()
        options.columnChoices = ["pods": ColumnChoice(hidden: ["NAME"])]
        var hidden = App(options)
        hidden.cluster.set([pod("web-1")])
        hidden.publish()
        #expect(shown(hidden.state).contains("NAME"))
    }

    @Test func aWideColumnIsShownAlwaysNeverOrInWideMode() {
        var view = ColumnsView(.pods, choice: nil)
        let index = view.columns.firstIndex { view.table.columns[$0].title == "QOS" } ?? 0
        view.select(index, visibleRows: 40)
        let column = view.table.columns[view.columns[index]]
        var marks: [ColumnsView.Mark] = []
        for _ in 0..<4 {
            marks.append(view.mark(of: column))
            view.toggle()
        }
        #expect(marks == [.wide, .always, .never, .wide])
    }

    // MARK: - Saving

    private func savedTable() -> SavedTable {
        SavedTable(
            view: "events", titles: ["NAME", "MESSAGE"],
            rows: [["web", "=HYPERLINK(\"http://x\")"], ["db,0", "line 1\nline 2"], ["数", "-5"], ["a", "+x"]])
    }

    @Test func textIsAlignedWithoutLineBreaks() {
        #expect(
            savedTable().content(.text) == """
                NAME   MESSAGE
                web    =HYPERLINK("http://x")
                db,0   line 1 line 2
                数     -5
                a      +x

                """)
    }

    @Test func csvIsQuotedAndRunsNoFormula() {
        #expect(
            savedTable().content(.csv)
                == "NAME,MESSAGE\r\nweb,\"'=HYPERLINK(\"\"http://x\"\")\"\r\n\"db,0\",\"line 1\nline 2\"\r\n数,-5\r\na,'+x\r\n"
        )
    }

    @Test func jsonIsThatOfSnapshots() {
        #expect(
            SavedTable(view: "pods", titles: ["NAME"], rows: [["web"]]).content(.json)
                == #"{"view":"pods","columns":["NAME"],"rows":[{"NAME":"web"}]}"# + "\n")
    }

    @Test func theFileAsksForItsFormatAndIsNotWrittenOverUnasked() {
        var app = App(pods: "web-1", "db-0")
        app.press(.control("s"))
        #expect(app.state.prompt?.editor.text == "pods-shop-20261121120344.txt")
        app.press(.control("u"))
        app.type("pods.doc\n")
        #expect(app.state.prompt?.error == "The name ends in .txt, .csv or .json.")
        app.press(.control("u"))
        app.type("a.csv\n")
        guard case .save("a.csv", let content, false)? = app.effects.first else {
            Issue.record("no file: \(app.effects)")
            return
        }
        #expect(content.hasPrefix("NAME,READY,STATUS,RESTARTS,IP,NODE,AGE\r\ndb-0,"))
        app.send(.saved(path: "a.csv", .exists))
        #expect(app.state.prompt?.error == "It exists: enter writes over it.")
        app.press(.enter)
        #expect(app.effects == [.save(path: "a.csv", content: content, overwrites: true)])
        app.send(.saved(path: "a.csv", .written(path: "/tmp/a.csv", bytes: 12)))
        #expect(app.state.notice?.notice == Notice(.info, "Saved /tmp/a.csv (12 bytes)."))
    }

    @Test func anotherNameIsNotMeantByWritingOver() {
        var app = App(pods: "web-1")
        app.press(.control("s"))
        app.send(.input(.key(.escape)))
        app.send(.saved(path: "a.csv", .exists))
        app.press(.control("u"))
        app.type("b.csv\n")
        guard case .save("b.csv", _, false)? = app.effects.first else {
            Issue.record("written over: \(app.effects)")
            return
        }
    }
}
