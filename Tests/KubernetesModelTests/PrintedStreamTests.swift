import Testing

@testable import KubernetesModel

struct PrintedStreamTests {
    private let rocket = APIResource(
        groupResource: GroupResource(group: "space.example.com", resource: "rockets"), version: "v1", kind: "Rocket")
    private let noon = Timestamp(seconds: 1_795_262_624)

    /// What a list holds, however it is cut.
    private func list(
        _ text: String, columns: PrintedColumns = .none, chunk: Int = .max
    ) throws -> (objects: [PrintedObject], meta: ListMeta, columns: PrintedColumns) {
        var stream = PrintedListStream(rocket, columns: columns, printedAt: noon)
        var objects: [any StoredObject] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + min(chunk, bytes.count))
            objects += try bytes[at..<end].withUnsafeBytes { (raw) throws(WireFailure) in try stream.append(raw) }
            at = end
        }
        let meta = try stream.finish()
        return (objects.compactMap { $0 as? PrintedObject }, meta, stream.columns)
    }

    private func watch(_ text: String, columns: PrintedColumns = .none) throws -> (
        events: [WatchEvent], columns: PrintedColumns
    ) {
        var stream = PrintedWatchStream(rocket, columns: columns)
        let events = try Array(text.utf8).withUnsafeBytes { (raw) throws(WireFailure) in
            try stream.append(raw, printedAt: noon)
        }
        try stream.finish()
        return (events, stream.columns)
    }

    private let definitions = #"""
        [{"name":"Name","type":"string","format":"name","description":"Its name.","priority":0},\#
        {"name":"Fuel","type":"number","format":"","description":"","priority":1}]
        """#

    private func table(_ rows: String) -> String {
        #"""
        {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7","continue":"abc"},\#
        "columnDefinitions":\#(definitions),"rows":[\#(rows)]}
        """#
    }

    @Test(arguments: [1, 3, 17, Int.max])
    func aTableGivesItsRowsHoweverItIsCut(chunk: Int) throws {
        let rows = #"""
            {"cells":["falcon",87.5],"object":{"kind":"PartialObjectMetadata","metadata":{"name":"falcon",\#
            "namespace":"demo","uid":"u1","resourceVersion":"5","labels":{"a":"b"}}}},\#
            {"cells":["sat\u0075rn",null],"object":{"metadata":{"name":"saturn","namespace":"demo"}}}
            """#
        let (objects, meta, columns) = try list(table(rows), chunk: chunk)
        #expect(objects.map(\.metadata.name) == ["falcon", "saturn"])
        #expect(objects.map(\.cells) == [[.text("falcon"), .number("87.5")], [.text("saturn"), .none]])
        #expect(objects[0].metadata.labels["a"] == "b")
        #expect(objects.allSatisfy { $0.columns === columns && $0.printedAt == noon })
        #expect(columns.columns.map(\.name) == ["Name", "Fuel"])
        #expect(columns.columns.map(\.priority) == [0, 1])
        #expect(meta.resourceVersion == "7" && meta.continueToken == "abc")
    }

    @Test func equalColumnsStayTheSame() throws {
        let first = try list(table(""))
        let second = try list(table(#"{"cells":["x"]}"#), columns: first.columns)
        #expect(second.columns === first.columns)
        #expect(second.objects.map(\.metadata.name) == ["x"], "without metadata the name is in its cell")
    }

    @Test func aPlainListGivesNamesAndAges() throws {
        let (objects, meta, columns) = try list(
            #"""
            {"kind":"RocketList","metadata":{"resourceVersion":"9"},"items":[{"kind":"Rocket","metadata":\#
            {"name":"falcon","creationTimestamp":"2026-11-21T02:20:26Z"},"spec":{"engines":9}}]}
            """#)
        #expect(objects.map(\.metadata.name) == ["falcon"])
        #expect(objects[0].metadata.creationTimestamp == Timestamp("2026-11-21T02:20:26Z"))
        #expect(objects[0].cells.isEmpty && objects[0].columns == .none && columns == .none)
        #expect(meta.resourceVersion == "9")
    }

    @Test func cellsMayBeOfAnyType() throws {
        let rows = #"{"cells":["a",true,-3,1e3,[1,"x"],{"k":null},null,""],"object":null}"#
        let (objects, _, _) = try list(table(rows))
        #expect(
            objects[0].cells == [
                .text("a"), .text("true"), .number("-3"), .number("1e3"), .text(#"[1,"x"]"#), .text(#"{"k":null}"#),
                .none, .text(""),
            ])
    }

    @Test(arguments: [#"{"cells":null}"#, #"{"cells":7,"object":[]}"#, #"{}"#])
    func aRowWithoutCellsIsAnObjectWithoutAName(row: String) throws {
        let (objects, _, _) = try list(table(row))
        #expect(objects.map(\.cells) == [[]])
    }

    @Test(arguments: [
        #"{"kind":"Status","status":"Failure"}"#, #"{"kind":"Table","metadata":{}}"#, "[]", "",
        #"{"kind":"Table","rows":[{"cells":["a"]}"#, #"{"kind":"Table","rows":[7]}"#,
    ])
    func whatIsNoListFails(text: String) {
        #expect(throws: WireFailure.self) { try list(text) }
    }

    @Test func aHugeCellIsCut() throws {
        let (objects, _, _) = try list(table(#"{"cells":["\#(String(repeating: "x", count: 1 << 20))"]}"#))
        #expect(objects[0].cells[0].text.utf8.count == 64 << 10)
    }

    @Test func aWatchNamesItsColumnsOnce() throws {
        let first = #"{"type":"ADDED","object":\#(table(#"{"cells":["a",1],"object":{"metadata":{"name":"a"}}}"#))}"#
        let second = #"""
            {"type":"MODIFIED","object":{"kind":"Table","metadata":{"resourceVersion":"8"},"columnDefinitions":null,\#
            "rows":[{"cells":["a",2],"object":{"metadata":{"name":"a","resourceVersion":"8"}}}]}}
            """#
        let third = #"""
            {"type":"BOOKMARK","object":{"kind":"Table","metadata":{"resourceVersion":"12"},"columnDefinitions":[],\#
            "rows":[{"cells":[],"object":{"kind":"Rocket","metadata":{"resourceVersion":"12"}}}]}}
            """#
        let (events, columns) = try watch(first + "\n" + second + "\n" + third + "\n")
        #expect(events.count == 3)
        guard case .added(let added) = events[0], case .modified(let modified) = events[1],
            case .bookmark(let version, _) = events[2]
        else {
            Issue.record("not the events that were sent")
            return
        }
        #expect((added as? PrintedObject)?.cells == [.text("a"), .number("1")])
        #expect((modified as? PrintedObject)?.cells == [.text("a"), .number("2")])
        #expect((modified as? PrintedObject)?.columns === columns)
        #expect(version == "12")
    }

    @Test func aWatchOfPlainObjectsAndErrors() throws {
        let text =
            #"{"type":"DELETED","object":{"kind":"Rocket","metadata":{"name":"a"}}}"#
            + #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#
        let (events, _) = try watch(text)
        guard case .deleted(let gone) = events[0], case .error(let status) = events[1] else {
            Issue.record("not the events that were sent")
            return
        }
        #expect(gone.metadata.name == "a")
        #expect(status.code == 410)
    }

    @Test(arguments: [
        ("45s", 45), ("3m5s", 185), ("5h10m", 18_600), ("2d4h", 187_200), ("5y313d", 184_723_200), ("0s", 0),
    ])
    func agesAreRead(text: String, seconds: Int64) {
        #expect(microseconds(inAge: text) == seconds * 1_000_000)
    }

    @Test(arguments: ["", "5", "d", "<invalid>", "-3s", "5 d", "99999999999999999999d", "9999999999y"])
    func whatIsNoAgeIsNone(text: String) {
        #expect(microseconds(inAge: text) == nil)
    }
}
