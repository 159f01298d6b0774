import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// The rows of a table while its objects change.
struct TableRowsTests {
    private struct Random {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    /// Rows that followed every change are those of a table that saw only the last state.
    @Test(arguments: [
        ("", "N"), ("a1", "A"), ("!a", "N"), ("restarts>2", "S"), ("-f b2", "O"), ("[ab][12]", "N"), ("ready=1/1", "N"),
    ])
    func followEveryChange(filter: String, sort: Character) {
        for seed in 1...8 {
            var random = Random(state: UInt64(seed))
            var app = App()
            app.cluster.set([])
            app.publish()
            app.press(.shiftRight, .shiftRight, .shiftRight, .character(sort), .character("/"))
            app.type(filter + "\n")
            if seed % 3 == 0 { app.press(.control("z")) }
            var alive: [String: any StoredObject] = [:]
            var version = 0
            for _ in 0..<40 {
                app.change { store in
                    for _ in 0..<(1 + random.below(12)) {
                        let name = ["a", "b", "c"][random.below(3)] + "\(random.below(30))"
                        version += 1
                        if random.below(4) == 0, let old = alive.removeValue(forKey: name) {
                            store.remove(old)
                        } else {
                            let made = pod(
                                name, uid: "\(name)-\(random.below(2))", version: version,
                                restarts: Int32(random.below(5)), isReady: random.below(3) > 0,
                                age: Int64(random.below(1000)))
                            alive[name] = made
                            store.upsert(made)
                        }
                    }
                }
                if random.below(3) == 0 { app.press(random.below(2) == 0 ? .down : .up) }
            }
            var fresh = App()
            fresh.cluster.set(Array(alive.values))
            fresh.publish()
            fresh.press(.shiftRight, .shiftRight, .shiftRight, .character(sort), .character("/"))
            fresh.type(filter + "\n")
            if seed % 3 == 0 { fresh.press(.control("z")) }
            #expect(app.names == fresh.names)
            #expect(app.state.table?.total == alive.count)
            #expect(app.state.table?.brokenCount == fresh.state.table?.brokenCount)
        }
    }

    @Test func aListInSeveralPartsGivesTheSameRowsAsOneList() {
        var app = App()
        let pods = (0..<3000).map { pod("p\($0)") }
        app.change { $0.beginList() }
        for start in stride(from: 0, to: 3000, by: 1000) {
            app.change { $0.receive(Array(pods[start..<(start + 1000)])) }
            #expect(app.state.table?.loadState == .loading(count: start + 1000))
        }
        app.change { store in
            store.endList()
            store.setState(.ready)
        }
        #expect(app.names == pods.map(\.metadata.name).sorted())
    }

    @Test func namesOfOneNamespaceStayTogetherInAllNamespaces() {
        var app = App(LaunchOptions(allNamespaces: true))
        app.cluster.set([pod("a", in: "z"), pod("b", in: "c"), pod("a", in: "c")], in: nil)
        app.publish()
        let rows: [String]? = app.state.table?.rows.objects.map { "\($0.metadata.namespace)/\($0.metadata.name)" }
        #expect(rows == ["c/a", "c/b", "z/a"])
    }

    @Test func missingValuesComeLastInEitherDirection() {
        var app = App()
        app.cluster.set([
            object(Pod.self, "no-age"), pod("young", age: 5), pod("old", age: 500),
        ])
        app.publish()
        app.type("A")
        #expect(app.names == ["young", "old", "no-age"])
        app.type("A")
        #expect(app.names == ["old", "young", "no-age"])
    }

    @Test func aRowTheFilterHidesDoesNotWidenItsColumn() {
        var app = App(pods: "web-1")
        app.type("/web\n")
        let before = app.state.table?.widths
        app.change { $0.upsert(pod("a-name-that-is-much-longer")) }
        #expect(app.state.table?.widths == before)
        app.press(.escape)
        #expect(app.state.table?.widths[1] == "a-name-that-is-much-longer".count)
    }

    @Test func columnsNeverBecomeNarrower() {
        var app = App(pods: "a-name-that-is-much-longer", "b")
        let before = app.state.table?.widths
        app.change { $0.remove(pod("a-name-that-is-much-longer")) }
        #expect(app.names == ["b"])
        #expect(app.state.table?.widths == before)
    }

    @Test func theAgeColumnWidensAsTimePasses() throws {
        var app = App()
        app.cluster.set([pod("a", age: 5)])
        app.publish()
        let index = try #require(ResourceTable.pods.index(ofColumn: "AGE"))
        #expect(app.state.table?.widths[index] == 3)
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 150)))
        #expect(app.state.table?.widths[index] == 5)
    }

    @Test func rowsStayWhileAKindIsReadAnew() {
        var app = App(pods: "a", "b")
        app.cluster.drop()
        app.cluster.change { $0.beginList() }
        app.publish()
        #expect(app.names == ["a", "b"])
        app.cluster.change { $0.setState(.failed(reason: "connection refused", retryAt: nil)) }
        app.publish()
        #expect(app.names == ["a", "b"])
        #expect(app.state.table?.loadState == .stale(since: noon, reason: "connection refused", retryAt: nil))
        app.cluster.set([pod("c")])
        app.publish()
        #expect(app.names == ["c"])
        #expect(app.state.table?.loadState == .ready)
    }

    @Test func onlyFaultsShowsWhatIsNotWell() {
        var app = App()
        app.cluster.set([pod("fine"), pod("broken", isReady: false)])
        app.publish()
        app.press(.control("z"))
        #expect(app.names == ["broken"])
        app.change { $0.upsert(pod("broken", version: 2)) }
        #expect(app.names == [])
        #expect(app.state.table?.total == 2)
        app.press(.escape)
        #expect(app.names == ["broken", "fine"])
    }

    @Test func theTextOfWideColumnsIsSearchedOnlyWhenTheyAreShown() {
        var app = App()
        app.cluster.set([
            object(Pod.self, "a") { $0.spec.serviceAccountName = "robot" }, object(Pod.self, "b"),
        ])
        app.publish()
        app.type("/robot\n")
        #expect(app.names == [])
        app.press(.control("w"))
        #expect(app.names == ["a"])
        app.press(.control("w"))
        #expect(app.names == [])
    }

    @Test func equalTablesAreEqualAndChangedOnesAreNot() {
        var app = App(pods: "a", "b")
        let before = app.state
        app.publish()
        #expect(app.state.table == before.table)
        app.change { $0.upsert(pod("c")) }
        #expect(app.state.table != before.table)
    }

    @Test func theJSONTableHoldsEveryColumnAndNamespaceAlways() throws {
        var app = App()
        app.cluster.set([object(Node.self, "n1")], of: Node.kind, in: nil)
        app.cluster.set([pod("a")])
        app.publish()
        let table = try #require(app.state.tableDocument())
        #expect(table["view"] == .string("pods"))
        #expect(
            table["columns"] == .array(ResourceTable.pods.columns.filter { $0.needs == nil }.map { .string($0.title) }))
        guard case .array(let rows) = table["rows"] else { throw Missing() }
        #expect(rows.count == 1)
        #expect(rows[0]["NAMESPACE"] == .string("shop"))
        #expect(rows[0]["SERVICE ACCOUNT"] == .string("<none>"))
        app.type(":nodes\n")
        let nodes = try #require(app.state.tableDocument())
        guard case .array(let nodeRows) = nodes["rows"] else { throw Missing() }
        #expect(nodeRows.map { $0["NAMESPACE"] } == [.string("")])
    }

    private struct Missing: Error {}
}
