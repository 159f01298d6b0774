import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Deleting, scaling and restarting, from the key to what is sent.
struct ActionTests {
    /// A pod of a Deployment `web`, unless `owner` is nil.
    private func webPod(
        _ name: String, ready: Bool = true, owner: String? = "web-5f5f97998c", labels: Labels = ["app": "web"],
        version: Int = 1
    ) -> any StoredObject {
        var all = labels
        all["pod-template-hash"] = "5f5f97998c"
        guard let stored = pod(name, version: version, isReady: ready, labels: all) as? Stored<Pod> else {
            return pod(name)
        }
        var value = stored.value
        if let owner {
            var reference = OwnerReference()
            (reference.apiVersion, reference.kind, reference.name) = ("apps/v1", "ReplicaSet", owner)
            (reference.uid, reference.controller) = ("uid-\(owner)", true)
            value.metadata.ownerReferences = [reference]
        }
        return Stored(value)
    }

    /// Pods `web-1` and `web-2` behind a Service, a budget for one of them, and a pod of nobody.
    private func app(_ options: LaunchOptions = LaunchOptions(), allowed: Int32 = 0) -> App {
        var app = App(options)
        app.cluster.set([
            webPod("web-1"), webPod("web-2"), webPod("alone", owner: nil, labels: ["app": "alone"]),
        ])
        app.cluster.set(
            [object(Service.self, "web") { $0.spec.selector = ["app": "web"] }], of: Service.kind)
        app.cluster.set(
            [
                object(PodDisruptionBudget.self, "web") { budget in
                    budget.selector = LabelSelector()
                    budget.selector?.matchLabels = ["app": "web"]
                    budget.disruptionsAllowed = allowed
                }
            ], of: PodDisruptionBudget.kind)
        app.cluster.set([], of: HorizontalPodAutoscaler.kind)
        app.publish()
        return app
    }

    private func deployments(_ change: (inout Deployment) -> Void = { _ in }) -> App {
        var app = app()
        app.cluster.set(
            ["cart", "web"].map { name in
                object(Deployment.self, name) { deployment in
                    deployment.replicas = 2
                    deployment.readyReplicas = 2
                    deployment.selector.matchLabels = ["app": name]
                    if name == "web" { change(&deployment) }
                }
            }, of: Deployment.kind)
        app.type(":deploy\n")
        app.publish()
        app.press(.down)
        return app
    }

    private func facts(_ app: App) -> [String] { app.state.dialog?.facts.lines.map(\.text) ?? [] }

    private func order(_ effects: [Effect]) -> ActionOrder? {
        effects.lazy.compactMap { if case .act(let order) = $0 { order } else { nil } }.first
    }

    /// But for what is watched.
    private func asked(_ effects: [Effect]) -> [Effect] {
        effects.filter { if case .watch = $0 { false } else { true } }
    }

    // MARK: - Deleting one

    @Test func deletingAPodOfADeploymentTakesAKeyAndNamesThePodByItsUID() throws {
        var app = app(allowed: 1)
        app.press(.down, .control("d"))
        let dialog = try #require(app.state.dialog)
        #expect(dialog.title == "Delete pod web-1 in shop on prod")
        #expect(dialog.confirmation == .key)
        #expect(facts(app) == ["deploy/web makes a new one (1 of its 2)."])
        #expect(
            dialog.commands == ["kubectl --context prod -n shop delete pods web-1 --wait=false"])
        let check = AccessCheck(
            verb: "delete", resource: Pod.kind.groupResource, subresource: "", namespace: "shop", name: "web-1")
        #expect(asked(app.effects) == [.reviewAccess(dialog.id, [check])])
        app.press(.character("y"))
        let sent = try #require(order(app.effects))
        #expect(sent.action == .delete(Action.Deletion()))
        #expect(sent.targets.map(\.uid) == ["uid-shop-web-1"])
        app.send(.action(.ended(sent, [.done("ends within 30 s")])))
        #expect(app.state.dialog == nil)
        #expect(app.notice == "Pod web-1 was deleted: ends within 30 s.")
    }

    /// Enter does what is chosen, and what is chosen first is to leave everything as it is.
    @Test(arguments: [Key.escape, .enter, .character("n"), .character("q")])
    func whatIsPressedByHabitDoesNothing(key: Key) {
        var app = app()
        app.press(.down, .control("d"))
        app.press(key)
        #expect(app.state.dialog == nil)
        #expect(asked(app.effects) == [])
        #expect(app.notice == "Nothing was done.")
    }

    @Test func tabAndEnterDoIt() {
        var app = app()
        app.press(.down, .control("d"), .tab, .enter)
        #expect(order(app.effects) != nil)
    }

    @Test func whatNothingBringsBackTakesAWord() {
        var app = app()
        app.press(.control("d"))
        #expect(facts(app) == ["Nothing brings alone back."])
        #expect(app.state.dialog?.confirmation == .word("yes", what: ""))
        app.press(.character("y"), .enter)
        #expect(app.effects == [])
        #expect(app.state.dialog?.problem == "That is not yes.")
        app.type("es\n")
        #expect(order(app.effects)?.targets.map(\.name) == ["alone"])
    }

    @Test func whatAServiceAndABudgetLoseIsSaid() {
        var app = app()
        app.change { $0.upsert(webPod("web-2", ready: false, version: 2)) }
        app.press(.down, .control("d"))
        #expect(
            facts(app) == [
                "deploy/web makes a new one (1 of its 2).", "Service web would lose its last ready endpoint.",
                "PodDisruptionBudget web allows none at a time; delete ignores it. Evict instead: ctrl-e",
            ])
        #expect(app.state.dialog?.confirmation == .word("yes", what: ""))
        app.press(.control("e"))
        #expect(app.state.dialog?.action == .evict)
        #expect(app.state.dialog?.commands.first?.contains("/api/v1/namespaces/shop/pods/web-1/eviction") == true)
    }

    /// What the cluster is now counts, not what it was when the key was pressed.
    @Test func factsFollowTheClusterWhileItIsAsked() {
        var app = app(allowed: 1)
        app.press(.down, .control("d"))
        #expect(app.state.dialog?.facts.endsService == false)
        app.change { $0.upsert(webPod("web-2", ready: false, version: 2)) }
        app.send(.tick(now: noon))
        #expect(app.state.dialog?.facts.endsService == true)
        #expect(app.state.dialog?.confirmation == .word("yes", what: ""))
    }

    @Test func whatMayNotBeReadIsSaidAndAskedFor() {
        var app = App(pods: "web-1")
        app.press(.control("d"))
        let kinds = [Service.kind, PodDisruptionBudget.kind, HorizontalPodAutoscaler.kind].map(\.groupResource)
        for kind in kinds { #expect(app.state.demand.contains(KindScope(kind, namespace: "shop"))) }
        app.cluster.change(Service.kind) { $0.setState(.forbidden(reason: "no")) }
        app.publish()
        #expect(facts(app).contains("You may not list services in shop: they were not looked at."))
        #expect(facts(app).contains("poddisruptionbudgets are not read yet."))
    }

    // MARK: - Several

    @Test func severalTakeTheirNumberOrTheContextsName() {
        var app = app(allowed: 2)
        app.press(.character(" "), .character(" "), .control("d"))
        #expect(app.state.dialog?.title == "Delete 2 pods in shop on prod")
        #expect(app.state.dialog?.confirmation == .word("2", what: "how many"))
        app.press(.escape, .character(" "), .control("d"))
        #expect(
            facts(app) == [
                "deploy/web makes new ones (2 of its 2).", "Nothing brings alone back.",
                "Service web would lose all its 2 ready endpoints.",
            ])
        #expect(app.state.dialog?.confirmation == .word("prod", what: "the context's name"))
        app.type("prod\n")
        #expect(order(app.effects)?.targets.map(\.name) == ["alone", "web-1", "web-2"])
    }

    @Test func ofSeveralNamespacesEachIsNamed() {
        var app = App(LaunchOptions(allNamespaces: true))
        app.cluster.set([pod("a"), pod("b", in: "cart")], in: nil)
        app.cluster.set(
            [object(Service.self, "web", in: "cart") { $0.spec.selector = ["app": "web"] }], of: Service.kind, in: nil)
        app.cluster.set([], of: PodDisruptionBudget.kind, in: nil)
        app.cluster.set([], of: HorizontalPodAutoscaler.kind, in: nil)
        app.publish()
        app.press(.character(" "), .character(" "), .control("d"))
        #expect(app.state.dialog?.title == "Delete 2 pods in 2 namespaces on prod")
        #expect(
            facts(app) == [
                "Nothing brings these back: b, a.", "Service cart/web would lose its last ready endpoint.",
            ])
    }

    @Test func marksThatAFilterHidesAreLeftAlone() {
        var app = app()
        app.press(.character(" "), .character(" "))
        app.type("/web-1\n")
        app.press(.control("d"))
        #expect(app.state.dialog?.targets.map(\.name) == ["web-1"])
        #expect(app.state.dialog?.hiddenMarks == 1)
    }

    @Test func aRangeIsMarkedFromTheLastMarkOn() {
        var app = app()
        app.press(.character(" "), .down, .control(" "))
        #expect(app.state.table?.targets.map(\.metadata.name) == ["alone", "web-1", "web-2"])
        app.press(.control("\\"), .control(" "))
        #expect(app.state.table?.targets.map(\.metadata.name) == ["web-2"])
    }

    @Test func aSuccessorOfTheSameNameIsNotMarked() {
        var app = app()
        app.press(.character(" "))
        let before = app.state.table?.selection
        app.change { store in
            store.beginList()
            store.receive([pod("alone", uid: "new", version: 9), webPod("web-1"), webPod("web-2")])
            store.endList()
        }
        #expect(before != nil)
        #expect(app.state.table?.marks == [])
        app.press(.home, .character(" "))
        app.change { $0.upsert(pod("alone", uid: "newer", version: 10)) }
        #expect(app.state.table?.marks == [])
    }

    @Test func progressIsToldAndEscEndsWhatWasNotSent() throws {
        var app = app(allowed: 2)
        app.press(.character(" "), .character(" "), .character(" "), .control("d"))
        app.type("prod\n")
        let sent = try #require(order(app.effects))
        app.send(.action(.outcome(sent, 1, .done(""))))
        #expect(app.state.dialog?.endedCount == 1)
        #expect(app.state.table?.marks == ["uid-shop-alone", "uid-shop-web-2"])
        app.press(.escape)
        #expect(app.effects == [.stopAction(sent.id)])
        app.send(.action(.ended(sent, [.notSent, .done(""), .failed("pods \"web-2\" is forbidden")])))
        #expect(app.state.dialog?.stage == .ended)
        #expect(app.state.dialog?.tally == "1 of 3 deleted, 1 failed, 1 not sent")
        #expect(app.state.dialog?.troubles.map(\.name) == ["web-2"])
        app.press(.escape)
        #expect(app.state.dialog == nil)
    }

    @Test func aDialogThatWasClosedMeanwhileIsToldOfInTheFooter() throws {
        var app = app(allowed: 2)
        app.press(.character(" "), .character(" "), .control("d"))
        app.type("2\n")
        let sent = try #require(order(app.effects))
        app.press(.escape, .escape)
        #expect(app.state.dialog == nil)
        app.send(.action(.ended(sent, [.done(""), .unknown("no answer")])))
        #expect(app.notice == "Delete: 1 of 2 deleted, 1 not known.")
    }

    // MARK: - Options

    @Test func forceAndOrphansShowInTheCommand() {
        var app = app()
        app.press(.down, .control("d"), .control("x"), .control("o"), .control("o"))
        #expect(
            app.state.dialog?.commands == [
                "kubectl --context prod -n shop delete pods web-1 --cascade=orphan --grace-period=0 --force --wait=false"
            ])
        app.press(.control("y"))
        #expect(
            app.effects == [.copy(app.state.dialog?.commands.joined() ?? "", what: "the command")])
    }

    @Test func namesAreQuotedForTheShell() {
        let target = ActionTarget(
            resource: APIResource(
                groupResource: GroupResource(group: "apps", resource: "deployments"), version: "v1", kind: "Deployment"),
            namespace: "shop", name: "it's", uid: "u", replicas: 1)
        #expect(
            Action.restart.kubectl([target], context: "my ctx") == [
                #"kubectl --context 'my ctx' -n shop rollout restart 'deployments/it'\''s'"#
            ])
        #expect(
            Action.delete(Action.Deletion()).kubectl(
                [target], context: "prod", identity: ["--as", "root", "--as-group", "a b"]) == [
                    #"kubectl --context prod --as root --as-group 'a b' -n shop delete deployments.apps 'it'\''s' --wait=false"#
                ])
        var other = target
        other.namespace = "cart"
        var third = target
        third.replicas = 4
        #expect(
            Action.scale(to: 2).kubectl([target, other, third, target], context: "").map { $0.count > 0 }
                == [true, true, true])
    }

    // MARK: - Scaling and restarting

    @Test func aNumberThatIsTypedIsMeant() throws {
        var app = deployments()
        app.press(.character("s"))
        #expect(app.state.dialog?.stage == .number)
        app.press(.up, .character("x"))
        #expect(app.state.dialog?.problem == "A number of replicas is wanted.")
        app.press(.enter)
        let sent = try #require(order(app.effects))
        #expect(sent.action == .scale(to: 3))
        #expect(sent.targets.map(\.replicas) == [2])
    }

    @Test func scalingToNothingIsAskedAgain() {
        var app = deployments()
        app.type(":scale 0\n")
        app.press(.enter)
        #expect(order(app.effects) == nil)
        #expect(app.state.dialog?.confirmation == .word("yes", what: ""))
        #expect(
            facts(app) == [
                "web: from 2 (wanted, 2 ready) to 0", "No pods stay.",
                "Service web would lose all its 2 ready endpoints.",
            ])
        app.type("yes\n")
        #expect(order(app.effects)?.action == .scale(to: 0))
    }

    @Test func aNumberThatIsNoneOrIsThereAlreadyIsNotSent() {
        var app = deployments()
        for (line, problem) in [
            ("2", "That is how many there are to be already."), ("", "A number from 0 to 100000 is wanted."),
        ] {
            app.press(.character("s"), .control("u"))
            app.type(line + "\n")
            #expect(app.state.dialog?.problem == problem)
            #expect(order(app.effects) == nil)
            app.press(.escape)
        }
        app.type(":scale many\n")
        #expect(app.notice == "scale takes a number of replicas, such as: scale 3")
    }

    @Test func anAutoscalerThatSetsTheNumberIsNamed() {
        var app = deployments()
        app.cluster.set(
            [
                object(HorizontalPodAutoscaler.self, "web") { scaler in
                    (scaler.target.kind, scaler.target.name) = ("Deployment", "web")
                    (scaler.minReplicas, scaler.maxReplicas) = (2, 10)
                }
            ], of: HorizontalPodAutoscaler.kind)
        app.publish()
        app.press(.character("s"))
        #expect(facts(app).contains("HorizontalPodAutoscaler web sets the number itself (2 to 10)."))
    }

    @Test func restartingSaysHow() {
        var app = deployments { $0.strategy = "Recreate" }
        app.press(.character("r"))
        #expect(facts(app) == ["web: all 2 pods end before new ones start (Recreate)."])
        #expect(app.state.dialog?.confirmation == .key)
        app.press(.character("y"))
        #expect(order(app.effects)?.action == .restart)
    }

    @Test func deletingADeploymentCountsItsPods() {
        var app = deployments()
        app.press(.control("d"))
        #expect(facts(app) == ["2 pods of its own go too.", "Service web would lose all its 2 ready endpoints."])
        #expect(app.state.dialog?.confirmation == .word("yes", what: ""))
        app.press(.control("o"), .control("o"))
        #expect(facts(app) == ["What it owns stays, without an owner."])
    }

    @Test func aNamespaceTakesTheContextsName() {
        var app = app()
        app.cluster.set([object(Namespace.self, "shop")], of: Namespace.kind, in: nil)
        app.type(":ns\n")
        app.publish()
        app.press(.control("d"))
        #expect(app.state.dialog?.confirmation == .word("prod", what: "the context's name"))
        #expect(
            facts(app) == ["Everything in it goes too, and nothing brings it back.", "shop has 3 pods."])
    }

    // MARK: - Why not

    @Test func readOnlySaysSoAndOpensNothing() {
        var app = app(LaunchOptions(readOnly: true))
        for key in [Key.control("d"), .character("s"), .character("r")] {
            app.press(key)
            #expect(app.state.dialog == nil)
            #expect(app.notice == "This session is read-only (--read-only).")
        }
    }

    @Test func whatCannotBeDoneSaysWhy() {
        var app = app()
        app.type(":scale 2\n")
        #expect(app.notice == "Pods cannot be scaled; Deployments, StatefulSets and ReplicaSets can.")
        app.press(.character("r"))
        #expect(app.notice == "Pods cannot be restarted; Deployments, StatefulSets and DaemonSets can.")
        var paused = deployments { deployment in
            deployment.paused = true
            deployment.metadata.deletionTimestamp = noon
            deployment.metadata.finalizers = ["example.com/hold"]
        }
        paused.press(.character("r"))
        #expect(paused.notice == "web is paused: resume it first.")
        paused.press(.control("d"))
        #expect(paused.notice == "web is being deleted already; it waits for example.com/hold.")
        var empty = App()
        empty.press(.control("d"))
        #expect(empty.notice == "Nothing is selected.")
    }

    @Test func aUserWhoMayNotIsToldBeforeAnythingIsSent() throws {
        var app = app()
        app.press(.down, .control("d"))
        let dialog = try #require(app.state.dialog)
        app.send(.action(.access(dialog.id, dialog.checks[0], .denied("no role allows it"))))
        #expect(app.state.dialog?.denial == "You may not delete pods in shop: no role allows it")
        app.press(.character("y"))
        #expect(order(app.effects) == nil)
        #expect(app.state.dialog?.problem == "You may not delete pods in shop: no role allows it")
    }

    @Test func anotherContextEndsTheDialog() {
        var app = app()
        app.press(.control("d"))
        app.send(.connection(.connecting(session("staging"))))
        #expect(app.state.dialog == nil)
    }
}
