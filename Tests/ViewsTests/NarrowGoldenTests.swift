import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// What gives way on small screens, and what never does.
@Suite struct NarrowGoldenTests {
    private func longNames(columns: Int, rows: Int = 8) -> AppState {
        let session = SessionInfo(
            context: "arn:aws:eks:eu-west-1:123456789012:cluster/prod-east", cluster: "east", user: "alice",
            namespace: "shop", hasOwnNamespace: true, server: "https://east.example.com")
        let pods = [
            pod("recommendation-engine-canary-7d9f8b6c5d-x2x7k", waiting: "CreateContainerConfigError", ready: 0),
            pod("web-66b5d4f6c7-aaaaa", node: "ip-10-0-112-203.eu-west-1.compute.internal"),
        ]
        return state(columns: columns, rows: rows, pods: nil).receiving(
            .connection(.connecting(session)), .connection(.connected(serverVersion: "v1.36.2")),
            .snapshot(snapshot(Pod.kind.groupResource, pods, epoch: 2)))
    }

    @Test(arguments: [60, 80, 120])
    func longNamesGiveWayLast(columns: Int) throws {
        try expectScreen("long-names-\(columns)", longNames(columns: columns))
    }

    @Test func scrolledColumns() throws {
        try expectScreen("scrolled", state(columns: 80, rows: 12).typing(.right, .right))
    }

    @Test func helpAt40() throws {
        try expectScreen("help-40x10", state(columns: 40, rows: 10).typing("?"))
    }

    @Test func forbiddenAt40() throws {
        let reason = #"pods is forbidden: User "alice" cannot list resource "pods" in API group """#
        try expectScreen(
            "forbidden-40x10", state(columns: 40, rows: 10, pods: [], load: .forbidden(reason: reason)))
    }

    @Test func staleAt80() throws {
        let stale = LoadState.stale(
            since: ago(30), reason: "watch pods in shop: connection reset by peer while reading the answer",
            retryAt: ago(-5))
        try expectScreen("stale-80", state(columns: 80, rows: 8, load: stale))
    }

    @Test func tooSmall() throws {
        try expectScreen("too-small", state(columns: 30, rows: 3))
    }
}
