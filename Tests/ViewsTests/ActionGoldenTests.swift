import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// The dialog of an action, from the question to what became of it.
@Suite struct ActionGoldenTests {
    private func owned(_ object: any StoredObject, by owner: String) -> any StoredObject {
        guard let stored = object as? Stored<Pod> else { return object }
        var pod = stored.value
        var reference = OwnerReference()
        (reference.apiVersion, reference.kind, reference.name) = ("apps/v1", "ReplicaSet", owner)
        (reference.uid, reference.controller) = ("uid-\(owner)", true)
        pod.metadata.ownerReferences = [reference]
        pod.metadata.labels["pod-template-hash"] = owner.split(separator: "-").last.map(String.init)
        return Stored(pod)
    }

    private func shop(columns: Int, rows: Int) -> AppState {
        let pods = [
            owned(pod("cart-5f5f97998c-vbfd9", labels: ["app": "cart"]), by: "cart-5f5f97998c"),
            owned(pod("checkout-7d9f8b6c5d-9qk2p", labels: ["app": "checkout"]), by: "checkout-7d9f8b6c5d"),
            owned(pod("checkout-7d9f8b6c5d-x2x7k", labels: ["app": "checkout"]), by: "checkout-7d9f8b6c5d"),
            pod("migrate-by-hand", labels: ["app": "migrate"]),
        ]
        var service = Service()
        (service.metadata.name, service.metadata.namespace, service.metadata.uid) = ("checkout", "shop", "s")
        service.spec.selector = ["app": "checkout"]
        var budget = PodDisruptionBudget()
        (budget.metadata.name, budget.metadata.namespace, budget.metadata.uid) = ("cart", "shop", "b")
        budget.selector = LabelSelector()
        budget.selector?.matchLabels = ["app": "cart"]
        var deployment = Deployment()
        (deployment.metadata.name, deployment.metadata.namespace, deployment.metadata.uid) = ("checkout", "shop", "d")
        deployment.metadata.creationTimestamp = ago(200_000)
        (deployment.replicas, deployment.readyReplicas, deployment.availableReplicas) = (2, 2, 2)
        deployment.selector.matchLabels = ["app": "checkout"]
        func known(_ kind: ResourceKind, _ id: UInt64, _ objects: [any StoredObject]) -> (KindScope, KindSnapshot) {
            (
                KindScope(kind.groupResource, namespace: "shop"),
                KindSnapshot(storeID: id, version: 1, state: .ready, objects: objects)
            )
        }
        let kinds = [
            known(Pod.kind, 1, pods), known(Service.kind, 2, [Stored(service)]),
            known(PodDisruptionBudget.kind, 3, [Stored(budget)]), known(HorizontalPodAutoscaler.kind, 4, []),
            known(Deployment.kind, 5, [Stored(deployment)]),
        ]
        return state(columns: columns, rows: rows, pods: nil).receiving(
            .snapshot(ClusterSnapshot(epoch: 1, version: 1, kinds: Dictionary(uniqueKeysWithValues: kinds))))
    }

    private func many(columns: Int, rows: Int) -> AppState {
        shop(columns: columns, rows: rows).typing("    ").typing(.control("d"))
    }

    @Test func onePod() throws {
        try expectScreen("action-delete-one", shop(columns: 80, rows: 24).typing("j").typing(.control("d"), .tab))
    }

    @Test func severalPods() throws {
        let asked = many(columns: 100, rows: 24).typing("prod")
        try expectScreen("action-delete-many", asked)
        #expect(render(asked).cursor == Position(column: 53, row: 22))
        try expectScreen("action-delete-many-wrong", asked.typing("\n"))
    }

    @Test func whatDoesNotFitIsCutButNotTheQuestion() throws {
        let narrow = many(columns: 40, rows: 12).typing("prod-west\n")
        try expectScreen("action-delete-40", narrow)
        #expect(render(narrow).cursor == Position(column: 12, row: 10))
        try expectScreen("action-delete-40x8", many(columns: 40, rows: 8).typing("prod"))
        _ = render(many(columns: 16, rows: 4))
        _ = render(many(columns: 20, rows: 6))
    }

    @Test func underWayAndItsEnd() throws {
        let running = many(columns: 100, rows: 20).typing("prod-east\n")
        guard let dialog = running.dialog else { throw CancellationError() }
        let order = ActionOrder(id: dialog.id, action: dialog.action, targets: dialog.targets)
        try expectScreen(
            "action-running",
            running.receiving(
                .action(.outcome(order, 0, .done(""))), .action(.outcome(order, 1, .failed("pods is forbidden"))),
                .tick(now: ago(-2))))
        let ended = running.typing(.escape).receiving(
            .action(
                .ended(
                    order,
                    [
                        .done(""), .failed("pods \"checkout-7d9f8b6c5d-9qk2p\" is forbidden: \u{1B}[31mno\u{7}"),
                        .unknown("no answer within 60 s; not known whether it was done"), .notSent,
                    ])))
        try expectScreen("action-ended", ended)
    }

    @Test func notAllowed() throws {
        let asked = shop(columns: 80, rows: 16).typing("j").typing(.control("d"))
        guard let dialog = asked.dialog else { throw CancellationError() }
        let check = AccessCheck(
            verb: "delete", resource: Pod.kind.groupResource, subresource: "", namespace: "shop",
            name: dialog.targets[0].name)
        try expectScreen(
            "action-denied", asked.receiving(.action(.access(dialog.id, check, .denied("no role allows it")))))
    }

    @Test func scaling() throws {
        let asked = shop(columns: 80, rows: 16).typing(":deploy\n").typing("s")
        try expectScreen("action-scale", asked)
        try expectScreen("action-scale-zero", asked.typing(.control("u")).typing("0\n"))
    }
}
