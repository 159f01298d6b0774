import ClusterState
import Describe
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Descriptions on the screen.
struct DescriptionTests {
    private static let address = ObjectAddress(
        resource: APIResource(
            groupResource: Pod.kind.groupResource, version: "v1", kind: Pod.kind.kind, isNamespaced: true),
        namespace: "shop", name: "a")

    private static func document(node: String = "node-1") throws -> JSONValue {
        try json(
            #"{"kind":"Pod","metadata":{"name":"a","namespace":"shop","uid":"uid-shop-a","creationTimestamp":"2026-11-21T11:00:00Z","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","controller":true}]},"spec":{"nodeName":"\#(node)","serviceAccountName":"robot","containers":[{"name":"app","image":"app:1"}]},"status":{"phase":"Running"}}"#
        )
    }

    private static func event(_ name: String, _ message: String) -> any StoredObject {
        object(Event.self, name) {
            $0.involvedObject.uid = "uid-shop-a"
            $0.reason = "BackOff"
            $0.message = message
            $0.lastTimestamp = ago(60)
        }
    }

    private static func opened() throws -> App {
        var app = App(pods: "a", "b", size: Size(columns: 100, rows: 40))
        app.type("d")
        app.send(.document(.loaded(address, try document())))
        return app
    }

    private func view(_ app: App) throws -> DocumentView { try #require(app.state.shownDocument) }

    private func text(_ app: App) throws -> String { try view(app).lines.map(\.text).joined(separator: "\n") }

    @Test func opensAndWatchesWhatItReads() throws {
        var app = App(pods: "a", "b")
        app.type("d")
        #expect(
            app.effects == [
                .run(app.state.focus, .document(Self.address)),
                .watch([
                    KindScope(Namespace.kind.groupResource, namespace: nil),
                    KindScope(Pod.kind.groupResource, namespace: "shop"),
                    KindScope(Event.kind.groupResource, namespace: "shop"),
                ]),
            ])
        app.press(.escape)
        #expect(app.endsWork)
        #expect(app.selected == "a")
    }

    @Test func eventsComeAsTheyHappen() throws {
        var app = try Self.opened()
        #expect(try text(app).contains("Events:"))
        #expect(try text(app).contains("loading …"))
        app.cluster.set([Self.event("a.1", "first words")], of: Event.kind)
        app.publish()
        #expect(try text(app).contains("first words"))
        app.cluster.set([Self.event("a.1", "first words"), Self.event("a.2", "second words")], of: Event.kind)
        app.publish()
        #expect(try text(app).contains("second words"))
    }

    @Test func whyEventsAreMissingIsSaid() throws {
        var app = try Self.opened()
        app.cluster.change(Event.kind) { $0.setState(.forbidden(reason: "may not list events")) }
        app.publish()
        #expect(try text(app).contains("may not list events"))
    }

    @Test func agesPass() throws {
        var app = try Self.opened()
        #expect(try !text(app).contains("3d ago"))
        app.send(.tick(now: Timestamp(seconds: (Timestamp("2026-11-24T12:00:00Z") ?? noon).seconds)))
        #expect(try text(app).contains("3d1h ago"))
    }

    @Test func aDeletedObjectStays() throws {
        var app = try Self.opened()
        app.send(.document(.deleted(Self.address)))
        #expect(try view(app).isDeleted)
        #expect(try text(app).contains("app:1"))
    }

    @Test func linksLeadToTheirObjects() throws {
        var app = try Self.opened()
        app.press(.character("J"))
        #expect(try view(app).selectedLink?.link == DescribedLink(kind: "Namespace", name: "shop"))
        app.press(.character("J"))
        #expect(
            try view(app).selectedLink?.link == DescribedLink(kind: "ServiceAccount", namespace: "shop", name: "robot"))
        app.press(.character("J"))
        #expect(try view(app).selectedLink?.link == DescribedLink(kind: "Node", name: "node-1"))
        app.press(.character("K"))
        app.press(.character("J"), .enter)
        #expect(app.shown == "nodes")
        #expect(app.state.table?.wanted == ObjectKey(namespace: "", name: "node-1"))
        app.press(.escape)
        #expect(try view(app).selectedLink?.link == DescribedLink(kind: "Node", name: "node-1"))
    }

    @Test func theChosenLinkStaysWhenLinesCome() throws {
        var app = try Self.opened()
        app.press(.character("J"), .character("J"), .character("J"))
        let before = try #require(try view(app).selectedLink)
        var document = try Self.document()
        if case .object(let members) = document {
            document = .object(
                members.map { member in
                    member.key == "spec"
                        ? JSONValue.Member(
                            "spec",
                            .object([.init("priority", .number("7"))] + Optional(member.value).objectMembers))
                        : member
                })
        }
        app.send(.document(.loaded(Self.address, document)))
        let after = try #require(try view(app).selectedLink)
        #expect(after.link == before.link)
        #expect(after.line == before.line + 1)
    }

    @Test func oneKeyGoesToYAMLAndBack() throws {
        var app = try Self.opened()
        app.type("y")
        #expect(try view(app).form == .yaml)
        #expect(try view(app).lines.first?.text == "kind: Pod")
        app.type("m")
        app.press(.character("J"))
        #expect(app.notice == "Only descriptions name other objects: d.")
        app.type("d")
        #expect(try view(app).lines.first?.text.hasPrefix("Name:") == true)
        app.type("m")
        #expect(app.notice == "Only YAML shows managed fields: y.")
    }

    @Test func secretsAreMaskedUntilAskedFor() throws {
        var app = App()
        app.type(":secrets\n")
        app.cluster.set([object(SecretObject.self, "s")], of: SecretObject.kind)
        app.publish()
        app.type("d")
        let address = try #require(app.state.shownDocument).address
        app.send(
            .document(
                .loaded(
                    address,
                    try json(
                        #"{"kind":"Secret","metadata":{"name":"s","namespace":"shop"},"data":{"password":"aHVudGVyMg=="}}"#
                    ))))
        #expect(try text(app).contains("password:  7 bytes"))
        #expect(try !text(app).contains("hunter2"))
        app.type("x")
        #expect(try text(app).contains("hunter2"))
    }
}

extension Optional where Wrapped == JSONValue {
    fileprivate var objectMembers: [JSONValue.Member] {
        if case .object(let members)? = self { members } else { [] }
    }
}
