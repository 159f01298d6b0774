import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// `:find`: objects of any kind by their name.
@Suite struct NameSearchTests {
    private func resource(_ group: String, _ plural: String, _ kind: String, verbs: [String] = ["list"]) -> APIResource
    {
        APIResource(
            groupResource: GroupResource(group: group, resource: plural), version: "v1", kind: kind,
            isNamespaced: plural != "nodes", verbs: verbs)
    }

    private func found(_ resource: APIResource, _ name: String, in namespace: String = "shop") -> FoundObject {
        var metadata = ObjectMeta()
        metadata.name = name
        metadata.namespace = namespace
        metadata.uid = "uid-\(resource.kind)-\(name)"
        return FoundObject(resource, metadata)
    }

    private var pods: APIResource { resource("", "pods", "Pod") }
    private var deployments: APIResource { resource("apps", "deployments", "Deployment") }

    private func searching(_ line: String = "find web") -> App {
        var app = App(pods: "web-1")
        app.send(.discovered([pods, deployments], failures: []))
        app.type(":\(line)\n")
        return app
    }

    private func order(_ app: App) -> SearchOrder? {
        for effect in app.effects { if case .search(let order) = effect { return order } }
        return nil
    }

    @Test(arguments: [
        ("web", "web-1", true), ("WEB", "a-web", true), ("web", "we-b", false), ("web*", "a-web", false),
        ("*web", "a-web", true), ("w?b", "web", true), ("w?b", "webb", false), ("*-db-?", "shop-db-0", true),
        ("*a*b*c", "xxaxxbxxc", true), ("*a*b*c", "xxaxxcxxb", false), ("*", "", true), ("?", "", false),
    ])
    func aNameMatches(pattern: String, name: String, isMatch: Bool) {
        #expect(SearchOrder(id: 1, text: pattern, namespace: nil, resources: []).matches(name) == isMatch)
    }

    @Test func kindsThatOnlyRepeatOthersAreLeftOut() {
        let kinds = SearchOrder.kinds(of: [
            pods, deployments, resource("", "events", "Event"), resource("events.k8s.io", "events", "Event"),
            resource("metrics.k8s.io", "pods", "PodMetrics"), resource("", "bindings", "Binding", verbs: ["create"]),
            resource("networking.k8s.io", "ingresses", "Ingress"), resource("extensions", "ingresses", "Ingress"),
        ])
        #expect(kinds.map { "\($0.groupResource)" } == ["pods", "deployments.apps", "ingresses.networking.k8s.io"])
    }

    @Test func resultsComeInAsTheyAreFound() {
        var app = searching()
        #expect(
            order(app)
                == SearchOrder(
                    id: 1, text: "web", namespace: "shop", resources: [pods, deployments], ownNamespace: "shop"))
        app.send(.found(1, .begun(kinds: 2)))
        app.send(.found(1, .found([found(pods, "web-1"), found(pods, "web-2")])))
        app.send(.found(1, .done(pods.groupResource, problem: nil)))
        #expect(app.state.shownSearch?.progress == "kinds 1 of 2")
        app.send(.found(1, .found([found(deployments, "web-1")])))
        app.send(.found(1, .done(deployments.groupResource, problem: nil)))
        app.send(.found(1, .ended))
        #expect(app.state.shownSearch?.progress == "2 kinds")
        #expect(
            app.state.savedTable()?.rows.map { Array($0.prefix(3)) } == [
                ["shop", "deployments.apps", "web-1"], ["shop", "pods", "web-1"], ["shop", "pods", "web-2"],
            ])
    }

    @Test func kindsThatMayNotBeListedAreCountedAndNamed() {
        var app = searching()
        app.send(.found(1, .begun(kinds: 2)))
        app.send(.found(1, .done(pods.groupResource, problem: .forbidden)))
        app.send(.found(1, .done(deployments.groupResource, problem: .failed("list deployments: 503"))))
        app.send(.found(1, .ended))
        #expect(app.state.shownSearch?.progress == "2 kinds, 1 forbidden, 1 failed")
        #expect(app.state.notice?.notice == Notice(.warning, "You may not list pods. list deployments: 503"))
    }

    @Test func escEndsTheSearchAndThenLeaves() {
        var app = searching()
        app.send(.found(1, .begun(kinds: 2)))
        app.send(.found(1, .found([found(pods, "web-1")])))
        app.press(.escape)
        #expect(app.effects == [.endSearch])
        #expect(app.state.shownSearch?.progress == "kinds 0 of 2, stopped")
        app.send(.found(1, .found([found(pods, "web-9")])))
        #expect(app.state.table?.total == 1, "what comes too late is not heard")
        app.press(.escape)
        #expect(app.state.shownSearch == nil)
    }

    @Test func enterGoesToTheObjectInItsTable() {
        var app = searching()
        app.send(.found(1, .begun(kinds: 1)))
        app.send(.found(1, .found([found(pods, "web-1")])))
        app.send(.found(1, .ended))
        app.press(.enter)
        #expect(app.state.table?.kind == Pod.kind.groupResource)
        #expect(app.state.table?.selection?.metadata.name == "web-1")
        app.press(.escape)
        #expect(app.state.shownSearch != nil)
    }

    @Test func yamlAndTreesAreOfTheObject() {
        var app = searching()
        app.send(.found(1, .found([found(deployments, "web")])))
        app.press(.character("y"))
        #expect(app.works == [.document(ObjectAddress(resource: deployments, namespace: "shop", name: "web"))])
        app.press(.escape, .character("U"))
        #expect(
            app.state.shownXray?.order
                == XrayOrder(.object(Deployment.kind, ObjectKey(namespace: "shop", name: "web")), namespace: "shop"))
    }

    @Test func resultsCannotBeDeleted() {
        var app = searching()
        app.send(.found(1, .found([found(pods, "web-1")])))
        app.press(.control("d"))
        #expect(app.state.dialog == nil)
        #expect(app.state.notice?.notice.text == "Go to the object first: enter.")
    }

    @Test func anotherSearchTakesThePlaceOfTheOneBefore() {
        var app = searching()
        app.send(.found(1, .found([found(pods, "web-1")])))
        app.type(":find db all\n")
        #expect(order(app)?.id == 2 && order(app)?.namespace == nil)
        app.send(.found(1, .found([found(pods, "web-2")])))
        #expect(app.state.table?.total == 0)
        #expect(app.state.places.count == 2)
    }
}
