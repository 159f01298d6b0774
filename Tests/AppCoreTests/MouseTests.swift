import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// The mouse does what keys do.
///
/// Rows of a table begin below header, title line and column titles.
struct MouseTests {
    private static let firstRow = 3

    private static func app(_ count: Int = 60) -> App {
        var app = App(size: Size(columns: 100, rows: 14))
        app.cluster.set((0..<count).map { pod("p\($0 + 10)", restarts: Int32($0 % 7)) })
        app.publish()
        return app
    }

    private static func cell(of title: String, in app: App) -> Int? {
        guard let view = app.state.table, let index = ResourceTable.pods.index(ofColumn: title) else { return nil }
        let layout = TableLayout(view, table: .pods, columns: app.state.size.columns)
        return (0..<100).first { layout.column(at: $0) == index }
    }

    @Test func aClickSelectsTheRowUnderIt() {
        var app = Self.app()
        app.mouse(.press, column: 8, row: Self.firstRow + 4)
        #expect(app.selected == "p14")
        #expect(app.state.table?.top == 0)
        app.press(.end)
        app.mouse(.press, column: 8, row: Self.firstRow)
        #expect(app.selected == "p60")
    }

    @Test(arguments: [0, 1, 13, 14, 99, -1])
    func aClickBesideTheRowsSelectsNothing(row: Int) {
        var app = Self.app()
        app.press(.down)
        app.mouse(.press, column: 8, row: row)
        #expect(app.selected == "p11")
    }

    @Test func aClickBelowTheLastRowSelectsNothing() {
        var app = Self.app(2)
        app.mouse(.doublePress, column: 8, row: Self.firstRow + 2)
        #expect(app.selected == "p10")
        #expect(app.effects == [])
    }

    @Test func twoClicksOpen() {
        var app = Self.app()
        app.mouse(.press, column: 8, row: Self.firstRow + 1)
        app.mouse(.doublePress, column: 8, row: Self.firstRow + 1)
        #expect(app.state.crumbs == ["pods", "containers of pods/p11"])
    }

    @Test func aClickOnATitleSortsAndAnotherTurnsTheOrderRound() throws {
        var app = Self.app()
        let cell = try #require(Self.cell(of: "RESTARTS", in: app))
        app.mouse(.press, column: cell, row: Self.firstRow - 1)
        #expect(app.state.table?.sort == TableSort(column: "RESTARTS", descending: true))
        #expect(app.names.first == "p16")
        app.mouse(.press, column: cell, row: Self.firstRow - 1)
        #expect(app.state.table?.sort == TableSort(column: "RESTARTS", descending: false))
        app.mouse(.press, column: 99, row: Self.firstRow - 1)
        app.mouse(.press, column: -1, row: Self.firstRow - 1)
        #expect(app.state.table?.sort.column == "RESTARTS")
    }

    @Test func theWheelScrollsAndTheSelectionStaysOnTheScreen() {
        var app = Self.app()
        app.mouse(.wheelDown, column: 8, row: 5)
        #expect(app.state.table?.top == 3)
        #expect(app.selected == "p13")
        for _ in 0..<40 { app.mouse(.wheelDown, column: 8, row: 5) }
        #expect(app.state.table?.top == 50)
        app.mouse(.wheelUp, column: 8, row: 5)
        #expect(app.state.table?.top == 47)
        for _ in 0..<40 { app.mouse(.wheelUp, column: 8, row: 5) }
        #expect(app.state.table?.top == 0)
    }

    @Test func theWheelScrollsAShortTableNot() {
        var app = Self.app(3)
        app.press(.down)
        app.mouse(.wheelDown, column: 8, row: 5)
        #expect(app.state.table?.top == 0)
        #expect(app.selected == "p11")
    }

    @Test func whileAPromptIsOpenClicksDoNothing() {
        var app = Self.app()
        app.type("/")
        app.mouse(.press, column: 8, row: Self.firstRow + 4)
        #expect(app.selected == "p10")
        app.press(.escape)
        app.type("?")
        app.mouse(.press, column: 8, row: Self.firstRow + 4)
        app.press(.escape)
        #expect(app.selected == "p10")
    }

    @Test func contextsAreClickedToo() {
        var app = Self.app()
        app.type(":ctx\n")
        app.mouse(.press, column: 8, row: Self.firstRow + 1)
        #expect(app.effects == [])
        app.mouse(.doublePress, column: 8, row: Self.firstRow + 1)
        #expect(app.effects == [.switchContext("staging")])
        app.mouse(.press, column: 8, row: Self.firstRow + 5)
        #expect(app.effects == [])
    }
}
