import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// Bad days, prompts and documents.
@Suite struct SituationGoldenTests {
    @Test func notConnected() throws {
        let failure = APIFailure(
            .transport, attempt: "connect to https://east.example.com:6443", detail: "connection refused")
        let failed = state(columns: 80, rows: 10, pods: nil)
            .receiving(.connection(.failed(failure, retryAt: ago(-7))))
        try expectScreen("not-connected", failed)
        let lost = state(columns: 80, rows: 10).receiving(.connection(.failed(failure, retryAt: ago(-7))))
        try expectScreen("connection-failed-with-rows", lost)
    }

    @Test func rowsThatMayNoLongerBeRead() throws {
        let refused = LoadState.forbidden(reason: "pods is forbidden: the role was taken away")
        try expectScreen("refused-with-rows", state(columns: 100, rows: 8, load: refused))
    }

    @Test func onlyOneNamespaceMayBeRead() throws {
        let refused = snapshot(
            Pod.kind.groupResource, namespace: nil,
            state: .forbidden(reason: #"pods is forbidden: User "alice" cannot list pods at the cluster scope"#), [])
        let allowed = snapshot(Pod.kind.groupResource, shopPods, version: 2)
        let fallenBack = state(columns: 100, rows: 10, options: LaunchOptions(allNamespaces: true), pods: nil)
            .receiving(.snapshot(refused), .snapshot(allowed))
        try expectScreen("fallback-notice", fallenBack)
        try expectScreen("fallback", fallenBack.typing("j"))
    }

    @Test func noContexts() throws {
        let empty = AppState(size: Size(columns: 60, rows: 8), now: noon)
        try expectScreen("no-cluster", empty)
    }

    @Test func readOnly() throws {
        try expectScreen("read-only", state(columns: 100, rows: 6, options: LaunchOptions(readOnly: true)))
    }

    @Test func commandPromptWithNothingTyped() throws {
        try expectScreen("prompt-empty", state(columns: 80, rows: 8).typing(":"))
    }

    @Test func longPromptKeepsItsEndInSight() throws {
        let text = "name:checkout restarts>5 age<2h status:crash node:node-1 ready<1"
        let shown = state(columns: 50, rows: 8).typing("/" + text)
        try expectScreen("prompt-long", shown)
        #expect(render(shown).cursor == Position(column: 48, row: 7))
    }

    @Test func emptyFaultsAreGoodNews() throws {
        try expectScreen("faults-none", state(columns: 80, rows: 8, pods: [pod("web")]).typing(.control("z")))
    }

    @Test func helpScrollsToItsEnd() throws {
        try expectScreen("help-end", state(columns: 80, rows: 24).typing("?").typing(.end))
    }

    // MARK: - Documents

    private func document(_ content: JSONValue, columns: Int = 60, rows: Int = 20) throws -> AppState {
        let opened = state(columns: columns, rows: rows).typing("y")
        guard case .document(let view) = opened.place else { throw CancellationError() }
        return opened.receiving(.document(.loaded(view.address, content)))
    }

    private let longLines = JSONValue.object([
        .init("message", .string((1...24).map { "part-\($0)" }.joined(separator: " "))),
        .init("note", .string("日本語のとても長い説明文がここに続きます。" + "日本語のとても長い説明文がここに続きます。")),
        .init("items", .array((1...12).map { .string("item \($0)") })),
    ])

    @Test func longLinesAreCutScrolledOrWrapped() throws {
        let cut = try document(longLines)
        try expectScreen("yaml-cut", cut)
        try expectScreen("yaml-scrolled", cut.typing(.right, .right))
        try expectScreen("yaml-wrapped", cut.typing("w"))
        let low = try document(longLines, rows: 9)
        try expectScreen("yaml-wrapped-end", low.typing("wG"))
    }

    @Test func secretsAreMasked() throws {
        let secret = JSONValue.object([
            .init("apiVersion", .string("v1")), .init("kind", .string("Secret")),
            .init("data", .object([.init("password", .string("aHVudGVyMg=="))])),
            .init("type", .string("Opaque")),
        ])
        try expectScreen("yaml-secret", document(secret))
    }

    @Test func documentsThatCannotBeRead() throws {
        let opened = state(columns: 80, rows: 8).typing("y")
        guard case .document(let view) = opened.place else { throw CancellationError() }
        let later = Timestamp(microseconds: noon.microseconds + 700_000)
        try expectScreen("yaml-loading", opened.receiving(.tick(now: later)))
        let failure = APIFailure(.forbidden, attempt: "get pods cart in shop", detail: "pods \"cart\" is forbidden")
        try expectScreen("yaml-failed", opened.receiving(.document(.failed(view.address, failure))))
    }
}
