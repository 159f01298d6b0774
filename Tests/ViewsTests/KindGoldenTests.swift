import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// The tables beside pods, and the ways between them.
@Suite struct KindGoldenTests {
    /// A state after `:command`, with that kind's objects.
    private func table(
        _ command: String, _ kind: ResourceKind, _ objects: [any StoredObject], columns: Int = 100, rows: Int = 12
    ) -> AppState {
        let scope: String? = kind.isNamespaced ? "shop" : nil
        return state(columns: columns, rows: rows).typing(":\(command)\n")
            .receiving(.snapshot(snapshot(kind.groupResource, namespace: scope, objects, version: 2)))
    }

    @Test(arguments: [80, 140])
    func events(columns: Int) throws {
        try expectScreen("events-\(columns)", table("ev", Event.kind, shopEvents, columns: columns))
    }

    @Test(arguments: [80, 140])
    func services(columns: Int) throws {
        try expectScreen("services-\(columns)", table("svc", Service.kind, shopServices, columns: columns))
    }

    @Test(arguments: [80, 140])
    func ingresses(columns: Int) throws {
        try expectScreen("ingresses-\(columns)", table("ing", Ingress.kind, shopIngresses, columns: columns))
    }

    @Test func nodesTable() throws {
        try expectScreen("nodes", table("no", Node.kind, nodes))
    }

    @Test func namespacesTable() throws {
        try expectScreen("namespaces", table("ns", Namespace.kind, namespaces))
    }

    @Test func endpointSlices() throws {
        try expectScreen("endpointslices", table("eps", EndpointSlice.kind, shopSlices))
    }

    @Test func deploymentsAndTheirPods() throws {
        let deployments = table("deploy", Deployment.kind, shopDeployments)
        try expectScreen("deployments", deployments)
        let chosen = deployments.typing("/web\n").typing(.enter)
            .receiving(.snapshot(snapshot(Pod.kind.groupResource, shopPods, version: 3)))
        try expectScreen("deployment-pods", chosen)
    }

    @Test func aTableThatLoadsAboveAnotherCanBeCancelled() throws {
        let loading = table("deploy", Deployment.kind, []).typing(":svc\n")
            .receiving(.tick(now: Timestamp(microseconds: noon.microseconds + 1_200_000)))
        try expectScreen("loading-cancel", loading)
    }
}
