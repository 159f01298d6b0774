import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// What is typed after `:`.
struct CommandLineTests {
    @Test(arguments: [
        "po", "pod", "pods", "Pods", "svc", "service", "services", "ing", "ingress", "ingresses",
        "ingresses.networking.k8s.io",
        "ev", "event", "events", "ns", "namespaces", "no", "node", "nodes", "deploy", "deployment", "deployments",
        "deployments.apps", "endpointslice", "endpointslices", "endpointslices.discovery.k8s.io",
    ])
    func everyNameOfAKindOpensItsTable(name: String) throws {
        var app = App()
        app.type(":\(name)\n")
        #expect(app.notice == nil)
        let view = try #require(app.state.table)
        let stem = String(name.lowercased().prefix(2))
        let expected = ["de": "deployments", "in": "ingresses", "ev": "events", "en": "endpointslices", "po": "pods"]
        if let resource = expected[stem] { #expect(view.kind.resource == resource) }
    }

    @Test func aShortNameThatOnlyTheServerKnowsWorks() {
        var app = App()
        app.send(
            .discovered(
                [
                    APIResource(
                        groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod", singularName: "pod",
                        shortNames: ["pp"], isNamespaced: true)
                ], failures: []))
        app.type(":svc\n")
        app.type(":pp\n")
        #expect(app.shown == "pods in shop")
    }

    @Test(arguments: [
        (":po kube-system\n", "pods in kube-system"), (":po -n kube-system\n", "pods in kube-system"),
        (":po -A\n", "pods"), (":po all\n", "pods"), (":po *\n", "pods"), (":no kube-system\n", "nodes"),
        (":ns kube-system\n", "pods in kube-system"), (":ns all\n", "pods"), (":  svc  \n", "services in shop"),
    ])
    func aNamespaceMayFollow(typed: String, shown: String) {
        var app = App()
        app.type(typed)
        #expect(app.notice == nil)
        #expect(app.shown == shown)
    }

    @Test(arguments: [
        (":po /crash\n", "crash"), (":po/crash\n", "crash"), (":po shop /a b\n", "a b"),
        (":po app=web\n", "-l 'app=web'"),
        (":po -l app=web /crash\n", "-l 'app=web' crash"), (":po 'app in (web,cart)'\n", "-l 'app in (web,cart)'"),
        (":po -f chk kube-system\n", "-f 'chk'"), (":ns /kube\n", "kube"),
    ])
    func aFilterMayFollow(typed: String, filter: String) {
        var app = App()
        app.type(typed)
        #expect(app.notice == nil)
        #expect(app.state.table?.filterText == filter)
        #expect(app.state.table?.filterError == nil)
    }

    @Test(arguments: [
        (":depoly\n", "depoly is no command and no kind. Did you mean deploy?"),
        (":servces\n", "servces is no command and no kind. Did you mean services?"),
        (":xyzzy\n", "xyzzy is no command and no kind. ? lists the commands."),
        (":po a b\n", "Two namespaces are named: a and b. / begins a filter."),
        (":po -n\n", "-n needs a namespace."), (":po -l\n", "-l needs a value."),
        (":po @staging\n", "Go to the context first: ctx staging."),
        (":ctx stagin\n", "There is no context stagin in the kubeconfig. Did you mean staging?"),
    ])
    func whatItDoesNotUnderstandItSays(typed: String, answer: String) {
        var app = App()
        app.send(.discovered([], failures: []))
        app.type(typed)
        #expect(app.notice == answer)
        #expect(app.shown == "pods in shop")
    }

    private func appWithKinds() -> App {
        func offered(_ resource: String, _ group: String, _ kind: String, short: [String], verbs: [String])
            -> APIResource
        {
            APIResource(
                groupResource: GroupResource(group: group, resource: resource), version: "v1", kind: kind,
                singularName: kind.lowercased(), shortNames: short, isNamespaced: true, verbs: verbs)
        }
        var app = App()
        app.send(
            .discovered(
                [
                    offered("rockets", "space.example.com", "Rocket", short: ["rk"], verbs: ["list", "watch"]),
                    offered("tokenreviews", "authentication.k8s.io", "TokenReview", short: [], verbs: ["create"]),
                    offered("pods", "metrics.k8s.io", "PodMetrics", short: [], verbs: ["get", "list"]),
                ], failures: []))
        return app
    }

    @Test(arguments: [
        "rockets", "rocket", "Rocket", "rk", "rockets.space.example.com", "rockets.space", "rk.space.example.com",
        "rockets.v1.space.example.com", "rocket.v1.space", "rockets.v1",
    ])
    func aKindThatOnlyTheServerKnowsOpensByAnyOfItsNames(name: String) {
        var app = appWithKinds()
        app.type(":\(name)\n")
        #expect(app.notice == nil)
        #expect(app.shown == "rockets in shop")
        #expect(app.state.table?.table.title == "Rockets")
        #expect(app.state.table?.table.columns.map(\.title) == ["NAMESPACE", "NAME", "AGE"])
    }

    @Test func aKindWithATypeOfItsOwnComesFirst() {
        var app = appWithKinds()
        app.type(":rk\n")
        app.type(":pods\n")
        #expect(app.state.table?.kind == Pod.kind.groupResource)
        app.type(":pods.metrics.k8s.io\n")
        #expect(app.state.table?.kind == GroupResource(group: "metrics.k8s.io", resource: "pods"))
    }

    @Test func aKindThatCannotBeListedSaysSo() {
        var app = appWithKinds()
        app.type(":tokenreviews\n")
        #expect(
            app.notice
                == "tokenreviews.authentication.k8s.io cannot be listed: the server offers no list of them (only: create)."
        )
    }

    @Test func contextsMayHaveSlashesInTheirNames() {
        let name = "arn:aws:eks:eu-west-1:1234:cluster/prod east"
        var app = App()
        app.send(.connection(.contexts([context("prod"), context(name)], warnings: [])))
        app.type(":ctx \(name) \n")
        #expect(app.effects.last == .switchContext(name))
    }

    @Test func wordsThatAreNoKindsDoWhatTheySay() {
        for word in ["q", "q!", "quit"] {
            var app = App()
            app.type(":\(word)\n")
            #expect(app.effects.contains(.quit))
        }
        var app = App()
        app.type(":suspend\n")
        #expect(app.effects.contains(.suspend))
        app.type(":help\n")
        #expect(app.state.helpTop == 0)
        app.press(.escape)
        app.type(":ctx\n")
        #expect(app.state.keyContext == .contexts)
    }

    @Test func anEmptyLineDoesNothing() {
        var app = App()
        app.type(":\n")
        app.type(":  \n")
        #expect(app.shown == "pods in shop")
        #expect(app.state.history == [])
        #expect(app.notice == nil)
    }
}
