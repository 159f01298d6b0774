import AppCore
import KubernetesModel
import Screen
import Testing
import Views

/// `:pf` and the dialog of `Shift-F`.
@Suite struct ForwardsGoldenTests {
    private static let forwards: [ForwardInfo] = {
        func request(_ kind: String, _ name: String, _ remote: String, _ local: Int) -> ForwardRequest {
            ForwardRequest(kind: kind, namespace: "shop", name: name, remote: remote, local: local)
        }
        var web = ForwardInfo(request("service", "web", "http", 8080), .serving)
        (web.localPort, web.pod, web.openConnections, web.allConnections) = (8080, "web-6d4cf56db6-x2x7k", 2, 1041)
        (web.bytesIn, web.bytesOut, web.since) = (48_234_496, 91_234, ago(5400))
        var db = ForwardInfo(request("pod", "db-0", "5432", 5432), .waiting("pod/db-0 is gone, but will be made again"))
        (db.localPort, db.allConnections, db.failedConnections, db.since) = (5432, 3, 1, ago(60))
        var gone = ForwardInfo(request("pod", "web-1", "80", 0), .failed("pod/web-1 is gone"))
        gone.since = ago(10)
        return [web, db, gone]
    }()

    private func listed(_ columns: Int) -> AppState {
        let saved = ForwardRequest(kind: "deployment", namespace: "shop", name: "api", remote: "9000", local: 9000)
        return state(columns: columns, rows: 12)
            .receiving(.forwards(.saved([saved, Self.forwards[0].request])), .forwards(.running(Self.forwards)))
            .typing(":pf\n")
    }

    @Test func list() throws {
        try expectScreen("forwards", listed(140))
        try expectScreen("forwards-80", listed(80).typing("j"))
        try expectScreen("forwards-none", state(columns: 80, rows: 10).typing(":pf\n"))
    }

    @Test func dialog() throws {
        try expectScreen("forward-dialog", state(columns: 80, rows: 14).typing("F"))
        let error = state(columns: 80, rows: 14).typing("F99999\n")
        try expectScreen("forward-dialog-error", error)
    }

    @Test func aForwardedPodHasASign() throws {
        var info = ForwardInfo(
            ForwardRequest(kind: "pod", namespace: "shop", name: "api", remote: "80", local: 8080), .serving)
        info.pod = shopPods[0].metadata.name
        try expectScreen(
            "forwarded-pod", state(columns: 80, rows: 10).receiving(.forwards(.running([info]))))
    }
}
