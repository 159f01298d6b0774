import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// Where keys lead, and the way back.
struct NavigationTests {
    private static func labels(_ pairs: Labels) -> LabelSelector {
        var selector = LabelSelector()
        selector.matchLabels = pairs
        return selector
    }

    private static let namespaces = KindScope(Namespace.kind.groupResource, namespace: nil)

    private static func pods(_ namespace: String?) -> KindScope {
        KindScope(Pod.kind.groupResource, namespace: namespace)
    }

    @Test func enterOnADeploymentShowsItsPods() {
        var app = App()
        app.cluster.set(
            [object(Deployment.self, "web") { $0.selector = Self.labels(["app": "web"]) }], of: Deployment.kind)
        app.cluster.set([pod("web-1"), pod("db-1", labels: ["app": "db"]), pod("web-2")])
        app.publish()
        app.type(":deploy\n\n")
        #expect(app.shown == "pods of deployments/web in shop")
        #expect(app.names == ["web-1", "web-2"])
        #expect(app.state.crumbs == ["pods", "deployments", "pods of deployments/web"])
    }

    @Test func theKindThatIsShownIsNotPutOnTopOfItself() {
        var app = App()
        app.cluster.set([pod("db-1"), pod("web-1"), pod("web-2")])
        app.publish()
        app.press(.down, .character(" "))
        app.type("/web\n")
        app.type(":po\n")
        #expect(app.state.crumbs == ["pods"])
        #expect(app.names == ["db-1", "web-1", "web-2"], "the filter is gone")
        #expect(app.state.table?.selection?.metadata.name == "web-2")
        #expect(app.state.table?.marks.count == 1, "of web-1")
        app.type(":po other\n")
        #expect(app.state.crumbs.count == 2)
    }

    @Test func enterOnAServiceShowsThePodsItSelects() {
        var app = App()
        app.cluster.set(
            [
                object(Service.self, "a-web") { $0.spec.selector = ["app": "web"] }, object(Service.self, "b-external"),
            ], of: Service.kind)
        app.cluster.set([pod("web-1"), pod("db-1", labels: ["app": "db"])])
        app.publish()
        app.type(":svc\n\n")
        #expect(app.shown == "pods of services/a-web in shop")
        #expect(app.names == ["web-1"])
        app.press(.escape, .down, .enter)
        #expect(app.notice == "Service b-external has no selector: nothing says which pods it stands for.")
        #expect(app.shown == "services in shop")
    }

    @Test func enterOnANodeShowsItsPodsInAllNamespaces() {
        var app = App()
        app.cluster.set([object(Node.self, "n1")], of: Node.kind, in: nil)
        app.cluster.set([pod("a", node: "n1"), pod("b", in: "other", node: "n1"), pod("c", node: "n2")], in: nil)
        app.publish()
        app.type(":no\n\n")
        #expect(app.shown == "pods of nodes/n1")
        #expect(Set(app.names) == ["a", "b"])
        #expect(app.effects == [.watch([Self.namespaces, Self.pods(nil)])])
    }

    @Test func enterOnANamespaceShowsItsPods() {
        var app = App()
        app.cluster.set([object(Namespace.self, "kube-system")], of: Namespace.kind, in: nil)
        app.publish()
        app.type(":ns\n")
        app.press(.enter)
        #expect(app.shown == "pods in kube-system")
        #expect(app.state.namespace == "kube-system")
        #expect(app.state.favourites == ["shop", "kube-system"])
        #expect(app.effects == [.watch([Self.namespaces, Self.pods("kube-system")])])
        app.type(":svc\n")
        #expect(app.shown == "services in kube-system")
    }

    @Test func enterOnAnIngressShowsTheServicesItNames() {
        var app = App()
        var rule = IngressRule()
        var path = HTTPIngressPath()
        path.backend.serviceName = "web"
        rule.paths = [path]
        app.cluster.set(
            [object(Ingress.self, "edge") { $0.rules = [rule] }, object(Ingress.self, "none")], of: Ingress.kind)
        app.cluster.set([object(Service.self, "web"), object(Service.self, "db")], of: Service.kind)
        app.publish()
        app.type(":ing\n\n")
        #expect(app.shown == "services of ingresses/edge in shop")
        #expect(app.names == ["web"])
        app.press(.escape, .down, .enter)
        #expect(app.notice == "Ingress none names no Service.")
    }

    @Test func enterOnAnEventSelectsWhatItIsAbout() {
        var app = App()
        app.cluster.set(
            [
                object(Event.self, "e1") {
                    ($0.involvedObject.kind, $0.involvedObject.apiVersion) = ("Pod", "v1")
                    ($0.involvedObject.namespace, $0.involvedObject.name) = ("shop", "b")
                }
            ], of: Event.kind)
        app.cluster.set([pod("a"), pod("b"), pod("c")])
        app.publish()
        app.type(":ev\n\n")
        #expect(app.shown == "pods in shop")
        #expect(app.selected == "b")
    }

    @Test func enterOnAnEventWaitsForRowsAndSaysWhenTheObjectIsGone() {
        var app = App()
        app.cluster.set(
            [
                object(Event.self, "e1") {
                    ($0.involvedObject.kind, $0.involvedObject.namespace, $0.involvedObject.name) = (
                        "Node", "default", "n2"
                    )
                }
            ], of: Event.kind)
        app.publish()
        app.type(":ev\n\n")
        #expect(app.shown == "nodes")
        var later = app
        app.cluster.set([object(Node.self, "n1"), object(Node.self, "n2")], of: Node.kind, in: nil)
        app.publish()
        #expect(app.selected == "n2")
        later.cluster.set([object(Node.self, "n1")], of: Node.kind, in: nil)
        later.publish()
        #expect(later.selected == "n1")
        #expect(later.notice == "n2 is not there any more.")
    }

    @Test func enterOnAnEventOfAKindWithoutTableShowsTheEvent() {
        var app = App()
        app.cluster.set([object(Event.self, "e1") { $0.involvedObject.kind = "Rocket" }], of: Event.kind)
        app.publish()
        app.type(":ev\n\n")
        #expect(app.state.keyContext == .document)
        #expect(app.state.crumbs.last == "e1")
    }

    @Test func nothingOpensFromAnEmptyTable() {
        var app = App()
        app.press(.enter)
        #expect(app.notice == "Nothing is selected.")
        app.type("y")
        #expect(app.notice == "Nothing is selected.")
        app.type("c")
        #expect(app.effects == [])
    }

    @Test func escGoesBackStepByStep() {
        var app = App(pods: "a", "b")
        app.type(":svc kube-system\n")
        app.type("/web\n")
        app.press(.control("z"))
        app.press(.escape)
        #expect(app.state.table?.filterText == "")
        #expect(app.state.table?.faultsOnly == true)
        app.press(.escape)
        #expect(app.state.table?.faultsOnly == false)
        #expect(app.state.namespace == "kube-system")
        app.press(.escape)
        #expect(app.shown == "pods in shop")
        #expect(app.state.namespace == "shop")
        app.press(.escape)
        #expect(app.shown == "pods in shop")
        #expect(app.notice == nil)
        app.type("q")
        #expect(app.notice == "This is the first view; :q or ctrl-c leaves.")
    }

    @Test func historyGoesBackAndForward() {
        var app = App(pods: "a", "b")
        app.press(.down)
        app.type(":svc kube-system\n")
        app.type(":no\n")
        app.type("[[")
        #expect(app.shown == "pods in shop")
        #expect(app.selected == "b")
        app.type("[")
        #expect(app.notice == "This is the first view.")
        app.type("]")
        #expect(app.shown == "services in kube-system")
        #expect(app.state.namespace == "kube-system")
        app.type("]]")
        #expect(app.shown == "nodes")
        #expect(app.notice == "There is nothing to go forward to.")
        app.type("[")
        app.type(":ing\n")
        app.type("]")
        #expect(app.notice == "There is nothing to go forward to.")
    }

    @Test func theLastViewComesBackAndForth() {
        var app = App()
        app.type("-")
        #expect(app.notice == "There is no view before this one.")
        app.type(":svc\n")
        app.type("-")
        #expect(app.shown == "pods in shop")
        app.type("-")
        #expect(app.shown == "services in shop")
        app.press(.escape)
        #expect(app.shown == "pods in shop")
        app.type("-")
        #expect(app.shown == "services in shop")
    }

    @Test func theStackOfViewsIsBounded() {
        var app = App()
        for _ in 0..<30 { app.type(":svc\n:po\n") }
        #expect(app.state.crumbs.count == 50)
    }

    @Test func eachViewWatchesWhatItShows() {
        var app = App()
        #expect(app.effects == [])
        app.type(":svc\n")
        #expect(
            app.effects.last == .watch([Self.namespaces, KindScope(Service.kind.groupResource, namespace: "shop")]))
        app.type("0")
        #expect(app.effects == [.watch([Self.namespaces, KindScope(Service.kind.groupResource, namespace: nil)])])
        app.press(.escape)
        #expect(
            app.effects == [.watch([Self.namespaces, KindScope(Service.kind.groupResource, namespace: "shop")])])
        app.type("/x\n")
        #expect(app.effects == [])
        app.type(":ns\n")
        #expect(app.effects.last == .watch([Self.namespaces]))
    }

    @Test func columnsScrollAndStop() {
        var app = App(pods: "a")
        for _ in 0..<40 { app.press(.right) }
        let columns = app.state.table.map { $0.visibleColumns(of: .pods).count } ?? 0
        #expect(app.state.table?.columnOffset == columns - 2)
        for _ in 0..<40 { app.press(.left) }
        #expect(app.state.table?.columnOffset == 0)
    }

    @Test func columnsAreChosenAndSortedBy() {
        var app = App()
        app.cluster.set([pod("a", restarts: 1), pod("b", restarts: 7)])
        app.publish()
        app.type("O")
        #expect(app.notice == "Choose a column first, with Shift-Left or Shift-Right.")
        app.press(.shiftRight, .shiftRight, .shiftRight)
        #expect(app.state.table?.chosenColumn == "RESTARTS")
        app.type("O")
        #expect(app.state.table?.sort == TableSort(column: "RESTARTS", descending: true))
        #expect(app.names == ["b", "a"])
        app.type("O")
        #expect(app.names == ["a", "b"])
        app.press(.shiftLeft)
        #expect(app.state.table?.chosenColumn == "STATUS")
    }
}
