import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// The YAML of an object on the screen.
struct DocumentViewTests {
    private static let address = ObjectAddress(
        resource: APIResource(
            groupResource: Pod.kind.groupResource, version: "v1", kind: Pod.kind.kind, isNamespaced: true),
        namespace: "shop", name: "a")

    /// A document of 100 lines: `data:`, then `k10: v10` to `k98: v98`, then more.
    private static func document(_ count: Int = 99, value: String = "v") throws -> JSONValue {
        let members = (0..<count).map { "\"k\($0 + 100)\":\"\(value)\($0 + 100)\"" }.joined(separator: ",")
        return try json("{\"data\":{\(members)}}")
    }

    private static func opened(_ document: JSONValue? = nil) throws -> App {
        var app = App(pods: "a", "b", size: Size(columns: 100, rows: 25))
        app.type("y")
        app.send(.document(.loaded(address, try document ?? Self.document())))
        return app
    }

    private func view(_ app: App) throws -> DocumentView {
        guard case .document(let view) = app.state.place else { throw NoDocument() }
        return view
    }

    private struct NoDocument: Error {}

    @Test func opensClosesAndOpensAgain() throws {
        var app = App(pods: "a", "b", size: Size(columns: 100, rows: 25))
        app.type("y")
        #expect(app.works == [.document(Self.address)])
        #expect(try view(app).content == .loading(since: noon))
        app.press(.escape)
        #expect(app.endsWork)
        #expect(app.selected == "a")
        app.type("]")
        #expect(app.works == [.document(Self.address)])
        #expect(app.state.crumbs == ["pods", "a"])
    }

    @Test func usesTheVersionTheServerOffers() throws {
        var app = App(pods: "a", size: Size(columns: 100, rows: 25))
        let offered = APIResource(
            groupResource: Pod.kind.groupResource, version: "v2", kind: "Pod", isNamespaced: true)
        app.send(.discovered([offered], failures: []))
        app.press(.character("y"))
        #expect(app.works == [.document(ObjectAddress(resource: offered, namespace: "shop", name: "a"))])
    }

    @Test func yOpensTheYAML() throws {
        var app = App(pods: "a", size: Size(columns: 100, rows: 25))
        app.press(.character("y"))
        #expect(app.works == [.document(Self.address)])
    }

    @Test func aFailureIsToldAndOldContentStays() throws {
        let failure = APIFailure(.forbidden, attempt: "get pod a", detail: "it is forbidden")
        var app = App(pods: "a", size: Size(columns: 100, rows: 25))
        app.type("y")
        app.send(.document(.failed(Self.address, failure)))
        #expect(try view(app).content == .failed(failure))
        app.send(.document(.loaded(Self.address, try Self.document())))
        app.send(.document(.failed(Self.address, failure)))
        #expect(try view(app).failure == failure)
        #expect(try view(app).lines.count == 100)
        app.send(.document(.loaded(Self.address, try Self.document())))
        #expect(try view(app).failure == nil)
    }

    @Test func newsOfAnotherObjectChangesNothing() throws {
        var app = try Self.opened()
        let before = app.state
        var other = Self.address
        other.name = "b"
        app.send(.document(.deleted(other)))
        app.send(.document(.loaded(other, .null)))
        #expect(app.state == before)
    }

    @Test func aDeletedObjectStaysAndOneOfItsNameTakesItsPlace() throws {
        var app = try Self.opened()
        app.send(.document(.deleted(Self.address)))
        #expect(try view(app).isDeleted)
        #expect(try view(app).lines.count == 100)
        app.send(.document(.loaded(Self.address, try Self.document())))
        #expect(try view(app).isDeleted == false)
    }

    @Test func liveChangesKeepThePlace() throws {
        var app = try Self.opened()
        app.press(.pageDown, .down)
        #expect(try view(app).top == 22)
        app.send(.document(.loaded(Self.address, try Self.document(value: "w"))))
        #expect(try view(app).top == 22)
        #expect(try view(app).lines[22].text == "  k121: w121")
        app.send(.document(.loaded(Self.address, try Self.document(24))))
        #expect(try view(app).top == 4)
        app.send(.document(.loaded(Self.address, try json("{}"))))
        #expect(try view(app).top == 0)
    }

    @Test func scrollsToItsEndsAndNoFurther() throws {
        var app = try Self.opened()
        app.type("G")
        #expect(try view(app).top == 79)
        app.press(.down, .pageDown)
        #expect(try view(app).top == 79)
        app.type("gk")
        #expect(try view(app).top == 0)
        app.press(.end)
        app.send(.resized(Size(columns: 80, rows: 54)))
        #expect(try view(app).top == 50)
        for size in [Size(columns: 1, rows: 1), Size(columns: 0, rows: 0), Size(columns: 300, rows: 300)] {
            app.send(.resized(size))
            app.press(.pageUp, .pageDown, .end)
        }
        #expect(try view(app).top == 0)
        app.mouse(.wheelDown, column: 1, row: 5)
        #expect(try view(app).top == 0)
    }

    @Test func sidewaysItStopsAtTheLongestLine() throws {
        var app = try Self.opened(json(#"{"a":"0123456789012345678901234567890123456789"}"#))
        for _ in 0..<20 { app.press(.right) }
        #expect(try view(app).leftColumn == 37)
        for _ in 0..<20 { app.press(.left) }
        #expect(try view(app).leftColumn == 0)
        app.press(.right, .character("w"))
        #expect(try view(app).wraps)
        #expect(try view(app).leftColumn == 0)
    }

    @Test func searchGoesFromMatchToMatchAndRoundAgain() throws {
        var app = try Self.opened()
        app.type("n")
        #expect(app.notice == "Nothing matches.")
        app.type("/K1\n")
        #expect(try view(app).matches.count == 99)
        app.press(.character("/"), .control("u"))
        app.type("V150\n")
        #expect(try view(app).matches == [51])
        app.press(.character("/"), .control("u"))
        app.type("5\n")
        let matches = try view(app).matches
        #expect(matches.count == 19)
        app.type("gn")
        let first = try #require(try view(app).matchIndex)
        app.type("n")
        #expect(try view(app).matchIndex == (first + 1) % 19)
        app.type("NN")
        #expect(try view(app).matchIndex == (first + 18) % 19)
        for _ in 0..<19 { app.type("n") }
        #expect(try view(app).matchIndex == (first + 18) % 19)
        let shown = try view(app)
        let index = try #require(shown.matchIndex)
        #expect((shown.top..<(shown.top + 21)).contains(shown.matches[index]))
    }

    @Test func aSearchWithoutMatchSaysSo() throws {
        var app = try Self.opened()
        app.type("/nowhere")
        #expect(app.state.prompt?.error == "Nothing matches.")
        app.press(.escape)
        #expect(try view(app).search == "")
        app.type("/k1\n")
        app.press(.escape)
        #expect(try view(app).search == "")
        #expect(app.state.keyContext == .document)
        app.press(.escape)
        #expect(app.shown == "pods in shop")
    }

    @Test func theMatchesFollowLiveChanges() throws {
        var app = try Self.opened()
        app.type("/v19\n")
        #expect(try view(app).matches.count == 9)
        app.send(.document(.loaded(Self.address, try Self.document(92))))
        #expect(try view(app).matches.count == 2)
        app.send(.document(.loaded(Self.address, try Self.document(5))))
        #expect(try view(app).matches == [])
        app.type("n")
        #expect(app.notice == "Nothing matches.")
    }

    @Test func whatIsFoldedUnfoldsAndStaysOnTheScreen() throws {
        let fields = (0..<90).map { _ in "{}" }.joined(separator: ",")
        var app = try Self.opened(json("{\"metadata\":{\"managedFields\":[\(fields)],\"name\":\"a\"}}"))
        #expect(try view(app).lines.count == 3)
        app.type("mG")
        #expect(try view(app).lines.count == 93)
        #expect(try view(app).top == 72)
        app.type("m")
        #expect(try view(app).top == 0)
    }

    @Test func secretsAreShownOnlyWhenAsked() throws {
        var app = try Self.opened(json(#"{"kind":"Secret","data":{"a":"aGVsbG8="}}"#))
        #expect(try view(app).lines[1].text == "  a: •••••• (5 bytes, x shows it)")
        app.type("x")
        #expect(try view(app).lines[1].text == "  a: aGVsbG8=")
        app.type("x")
        #expect(try view(app).lines[1].text == "  a: •••••• (5 bytes, x shows it)")
    }

    @Test func whatHasNothingToMaskSaysSo() throws {
        var app = try Self.opened()
        app.type("x")
        #expect(app.notice == "Only a Secret has values that are masked.")
        #expect(try view(app).masksSecrets)
    }

    @Test func linesThatComeAboveDoNotMoveWhatIsOnTheScreen() throws {
        let keys = (100..<160).map { "\"k\($0)\":1" }.joined(separator: ",")
        var app = try Self.opened(json("{\"metadata\":{\"managedFields\":[{\"a\":1},{\"b\":2}]},\"spec\":{\(keys)}}"))
        app.press(.pageDown)
        let first = try view(app).lines[view(app).top].text
        app.type("m")
        #expect(try view(app).lines[view(app).top].text == first)
        app.type("m")
        #expect(try view(app).lines[view(app).top].text == first)
        app.send(.document(.loaded(Self.address, try json("{\"a\":1,\"metadata\":{},\"spec\":{\(keys)}}"))))
        #expect(try view(app).lines[view(app).top].text == first)
    }

    @Test func theCopyIsYAMLWithoutWhatIsFolded() throws {
        var app = try Self.opened(json(#"{"metadata":{"managedFields":[{}],"name":"a"}}"#))
        app.type("c")
        #expect(app.effects == [.copy("metadata:\n  name: a\n", what: "a")])
        app.type("mc")
        #expect(app.effects == [.copy("metadata:\n  managedFields:\n  - {}\n  name: a\n", what: "a")])
    }
}
