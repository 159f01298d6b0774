import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// The selection is of an object, never of a line.
struct SelectionTests {
    @Test func staysWithItsObjectWhenRowsComeAndGo() {
        var app = App(pods: "b", "d", "f")
        app.press(.down)
        #expect(app.selected == "d")
        app.change { store in
            store.upsert(pod("a"))
            store.upsert(pod("c"))
            store.remove(pod("b"))
            store.upsert(pod("d", version: 2))
        }
        #expect(app.names == ["a", "c", "d", "f"])
        #expect(app.selected == "d")
        #expect(app.state.table?.selectedIndex == 2)
    }

    @Test func staysWithItsObjectThroughSortAndFilter() {
        var app = App()
        app.cluster.set([pod("a", restarts: 1), pod("b", restarts: 9), pod("ab", restarts: 5)])
        app.publish()
        app.press(.down, .down)
        #expect(app.selected == "b")
        app.type("N")
        #expect(app.names == ["b", "ab", "a"])
        #expect(app.selected == "b")
        app.type("/b\n")
        #expect(app.names == ["b", "ab"])
        #expect(app.selected == "b")
        app.press(.control("w"))
        #expect(app.selected == "b")
    }

    @Test func staysWithItsObjectThroughARelist() {
        var app = App(pods: "a", "b", "c")
        app.press(.down)
        app.cluster.drop()
        app.cluster.set([pod("0"), pod("a"), pod("b", version: 7), pod("c")])
        app.publish()
        #expect(app.selected == "b")
        #expect(app.state.table?.selectedIndex == 2)
    }

    @Test(arguments: [
        ("b", ["a", "c", "d"], "c"), ("d", ["a", "b", "c"], "c"), ("a", ["b", "c", "d"], "b"),
    ])
    func goesToTheNeighbourWhenItsObjectGoes(name: String, left: [String], neighbour: String) {
        var app = App(pods: "a", "b", "c", "d")
        while app.selected != name { app.press(.down) }
        app.press(.down, .up)
        while app.selected != name { app.press(.down) }
        app.change { $0.remove(pod(name)) }
        #expect(app.names == left)
        #expect(app.selected == neighbour)
    }

    @Test func goesToTheNeighbourThoughOtherRowsComeAtTheSameTime() {
        var app = App(pods: "d", "m", "p")
        app.press(.down)
        app.change { store in
            for name in ["a", "b", "c"] { store.upsert(pod(name)) }
            store.remove(pod("m"))
        }
        #expect(app.selected == "p")
    }

    @Test(arguments: ["a-uid-before", "z-uid-after"])
    func goesToTheSuccessorOfTheSameName(uid: String) {
        var app = App(pods: "a", "b", "c")
        app.press(.down)
        app.change { $0.upsert(pod("b", uid: uid, version: 2)) }
        #expect(app.state.table?.selection?.metadata.uid == uid)
        #expect(app.names == ["a", "b", "c"])
    }

    @Test func keepsItsLineWhenRowsAboveItComeAndTheTableIsScrolled() {
        var app = App(size: Size(columns: 80, rows: 14))
        app.cluster.set((10..<60).map { pod("p\($0)") })
        app.publish()
        for _ in 0..<20 { app.press(.down) }
        let before = app.state.table.map { $0.selectedIndex - $0.top }
        app.change { store in
            for index in 0..<5 { store.upsert(pod("a\(index)")) }
        }
        #expect(app.selected == "p30")
        #expect(app.state.table.map { $0.selectedIndex - $0.top } == before)
    }

    @Test func staysOnTheFirstRowWhileTheFirstListComesIn() {
        var app = App()
        app.change { store in
            store.beginList()
            store.receive([pod("m")])
        }
        #expect(app.selected == "m")
        app.change { $0.receive([pod("a")]) }
        #expect(app.selected == "a")
    }

    @Test func rowsThatComeAfterTheListDoNotTakeTheSelection() {
        var app = App(pods: "m")
        app.change { $0.upsert(pod("a")) }
        #expect(app.names == ["a", "m"])
        #expect(app.selected == "m")
    }

    @Test func comesBackWhenAFilterWithoutMatchIsCleared() {
        var app = App(pods: "a", "b", "c")
        app.press(.down)
        app.type("/zzz")
        #expect(app.names == [])
        #expect(app.state.table?.selection == nil)
        app.press(.escape)
        #expect(app.selected == "b")
    }

    @Test func movesByLinePageAndEnd() {
        var app = App(size: Size(columns: 80, rows: 14))
        app.cluster.set((10..<60).map { pod("p\($0)") })
        app.publish()
        app.press(.character("j"), .down, .character("k"))
        #expect(app.selected == "p11")
        app.press(.pageDown)
        #expect(app.selected == "p21")
        app.press(.control("f"), .control("b"))
        #expect(app.selected == "p21")
        app.press(.character("G"))
        #expect(app.selected == "p59")
        #expect(app.state.table?.top == 40)
        app.press(.pageDown, .down)
        #expect(app.selected == "p59")
        app.press(.home, .up, .pageUp)
        #expect(app.selected == "p10")
        #expect(app.state.table?.top == 0)
    }

    @Test func staysOnTheScreenWhateverItsSize() {
        var app = App()
        app.cluster.set((10..<60).map { pod("p\($0)") })
        app.publish()
        for _ in 0..<30 { app.press(.down) }
        for size in [
            Size(columns: 80, rows: 10), Size(columns: 1, rows: 1), Size(columns: 0, rows: 0),
            Size(columns: 200, rows: 90),
        ] {
            app.send(.resized(size))
            #expect(app.selected == "p40")
            let view = app.state.table
            let isVisible = view.map { $0.top <= $0.selectedIndex && $0.selectedIndex < $0.top + app.state.visibleRows }
            #expect(isVisible == true)
        }
        #expect(app.state.table?.top == 0)
    }

    @Test func marksFollowTheirObjectsAndGoWithThem() {
        var app = App(pods: "a", "b", "c")
        app.press(.character(" "), .character(" "))
        #expect(app.state.table?.marks == ["uid-shop-a", "uid-shop-b"])
        #expect(app.selected == "c")
        app.type("c")
        #expect(app.effects == [.copy("a\nb", what: "2 names")])
        app.change { $0.remove(pod("a")) }
        #expect(app.state.table?.marks == ["uid-shop-b"])
        app.cluster.drop()
        app.cluster.set([pod("c")])
        app.publish()
        #expect(app.state.table?.marks == [])
        app.type("c")
        #expect(app.effects == [.copy("c", what: "c")])
    }

    @Test func marksCanBeTakenAway() {
        var app = App(pods: "a", "b")
        app.press(.character(" "), .up, .character(" "))
        #expect(app.state.table?.marks == [])
        app.press(.control("\\"))
        #expect(app.notice == "Nothing is marked.")
        app.press(.character(" "), .control("\\"))
        #expect(app.state.table?.marks == [])
    }
}
