import ClusterCache
import ClusterState
import KubernetesModel
import Logging

/// A running cache between a scripted server and a reader, in time that a test moves.
struct Harness {
    let cache: ClusterCache
    let server: ScriptedSource
    let time: ManualTime
    let reader: SnapshotReader

    /// Runs a cache around `body`, then cancels it.
    ///
    /// The pauses between publications end at once until the test holds them.
    static func run(_ body: @escaping @Sendable (Harness) async throws -> Void) async throws {
        let server = ScriptedSource()
        let time = ManualTime(instant: ClusterCache.publicationInterval)
        let cache = cache(server, time)
        let harness = Harness(cache: cache, server: server, time: time, reader: SnapshotReader(cache.snapshots))
        try await withThrowingTaskGroup { group in
            group.addTask { await cache.run() }
            group.addTask { try await body(harness) }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// A cache that is not running yet.
    static func cache(_ server: ScriptedSource, _ time: ManualTime) -> ClusterCache {
        let now = time.now
        return ClusterCache(
            source: server, epoch: 3, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: { now }, sleep: { try await time.sleep($0) }, seed: 1)
    }

    /// From now on the pause after a publication waits for the test; those after the publications so far have passed.
    func holdPauses() async {
        await time.passed(Int(await reader.seen.last?.version ?? 0))
        time.hold()
    }

    /// Wants pods of all namespaces and answers their first list; the watch is open.
    func listPods(_ pods: [any StoredObject], version: String) async throws -> ScriptedSource.Call {
        await cache.setDemand([allPods])
        return try await answerList(pods, version: version)
    }

    /// Answers a list of one page.
    ///
    /// - Returns: the watch that follows, opened.
    func answerList(_ pods: [any StoredObject], version: String) async throws -> ScriptedSource.Call {
        let list = try await server.next()
        await list.answer(pods: pods)
        await list.answer(lastPage: version)
        let watch = try await server.next()
        await watch.answer(.messages([.opened]))
        return watch
    }
}

/// Reads snapshots one after the other and remembers them.
actor SnapshotReader {
    private let snapshots: AsyncStream<ClusterSnapshot>
    private(set) var seen: [ClusterSnapshot] = []

    init(_ snapshots: AsyncStream<ClusterSnapshot>) {
        self.snapshots = snapshots
    }

    /// The next snapshot; `nil` after the last.
    func next() async -> ClusterSnapshot? {
        for await snapshot in snapshots {
            seen.append(snapshot)
            return snapshot
        }
        return nil
    }

    /// Reads until the scope is known and as meant.
    func next(_ scope: KindScope, where isMeant: (KindSnapshot) -> Bool) async throws -> KindSnapshot {
        while let snapshot = await next() {
            if let kind = snapshot[scope], isMeant(kind) { return kind }
        }
        throw CancellationError()
    }
}

let allPods = KindScope(Pod.kind.groupResource, namespace: nil)
let demoPods = KindScope(Pod.kind.groupResource, namespace: "demo")

func pod(_ name: String, _ version: Int, in namespace: String = "demo") -> any StoredObject {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = namespace
    pod.metadata.uid = "uid-\(name)"
    pod.metadata.resourceVersion = "\(version)"
    return Stored(pod)
}

/// `name@version`, ascending.
func rows(_ snapshot: KindSnapshot?) -> [String] {
    (snapshot?.objects.map { "\($0.metadata.name)@\($0.metadata.resourceVersion)" } ?? []).sorted()
}
