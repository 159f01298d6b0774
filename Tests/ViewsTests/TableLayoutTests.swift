import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

@Suite struct TableLayoutTests {
    private func titles(_ state: AppState) -> [String] {
        guard case .table(let view) = state.place, let table = ResourceTable.named(view.kind) else { return [] }
        return TableLayout(view, table: table, columns: state.size.columns).columns.map {
            table.columns[$0.column].title
        }
    }

    @Test func columnsStandInOrderApartAndInside() {
        for base in [state(), state().typing(.control("w")), state().typing(.right, .right)] {
            for columns in 4...200 {
                let sized = base.receiving(.resized(Size(columns: columns, rows: 24)))
                guard case .table(let view) = sized.place, let table = ResourceTable.named(view.kind) else { continue }
                let layout = TableLayout(view, table: table, columns: columns)
                #expect(layout.columns.first?.start == TableLayout.margin)
                var end = 0
                for placed in layout.columns {
                    #expect(placed.width > 0 && placed.start >= end && placed.start + placed.width <= columns)
                    end = placed.start + placed.width + TableLayout.gap
                }
                #expect(layout.columns.map(\.column) == layout.columns.map(\.column).sorted())
            }
        }
    }

    @Test(arguments: [
        (120, ["NAME", "READY", "STATUS", "RESTARTS", "IP", "NODE", "AGE"]),
        (90, ["NAME", "READY", "STATUS", "RESTARTS", "IP", "NODE", "AGE"]),
        (80, ["NAME", "READY", "STATUS", "RESTARTS", "NODE", "AGE"]),
        (70, ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]),
        (40, ["NAME", "STATUS"]),
        (10, ["NAME"]),
    ])
    func theLeastImportantColumnsGoFirst(columns: Int, shown: [String]) {
        #expect(titles(state(columns: columns)) == shown)
    }

    @Test func aCellBelongsToTheColumnThatStandsThere() {
        guard case .table(let view) = state().place, let table = ResourceTable.named(view.kind) else { return }
        let layout = TableLayout(view, table: table, columns: 100)
        for placed in layout.columns {
            #expect(layout.column(at: placed.start) == placed.column)
            #expect(layout.column(at: placed.start + placed.width + TableLayout.gap - 1) == placed.column)
        }
        #expect(layout.column(at: 0) == nil)
        #expect(layout.column(at: 99) == nil)
    }
}
