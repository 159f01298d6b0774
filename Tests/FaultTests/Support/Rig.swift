import AppCore
import ClusterCache
import ClusterState
import ConcurrencyTestSupport
import DemoCluster
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Synchronization
import Testing

/// A cache that reads a cluster through a server with faults, in time that the test moves.
struct Rig: Sendable {
    /// The server behind, which always says the truth.
    final class Truth: Sendable {
        private let current: Mutex<DemoServer>

        init(_ server: DemoServer) { current = Mutex(server) }

        var server: DemoServer { current.withLock { $0 } }

        fileprivate func replace(_ server: DemoServer) -> DemoServer {
            current.withLock { current in
                defer { current = server }
                return current
            }
        }
    }

    let truth: Truth
    let faulty: FaultyServer
    let cache: ClusterCache
    let time: FaultTime
    let steps: StepLog.Steps
    let tables: Tables
    let kinds: [ResourceKind]

    /// Kinds that the small cluster has objects of, and some of which it has none.
    static let fewKinds: [ResourceKind] = [
        Pod.kind, Service.kind, Ingress.kind, Event.kind, Namespace.kind, Node.kind, Deployment.kind, StatefulSet.kind,
        DaemonSet.kind, ReplicaSet.kind, EndpointSlice.kind,
    ]

    /// Timeouts for faults that only time can find; where there are none, a slow machine must not invent them.
    static let patient = ClientTimeouts(connect: .seconds(3600), answer: .seconds(3600), silence: .seconds(3600))
    /// For faults of all kinds, where it does not matter whether some are invented.
    static let wary = ClientTimeouts(connect: .seconds(30), answer: .seconds(30), silence: .seconds(30))
    static let impatient = ClientTimeouts(
        connect: .seconds(3600), answer: .seconds(1), silence: .seconds(1))

    /// Runs everything around `body`, and ends it; `before` orders faults for the first requests.
    ///
    /// A test that does not end by itself is broken: after a quarter of an hour it says so.
    static func run(
        _ kinds: [ResourceKind] = fewKinds, store: DemoObjectStore,
        timeouts: ClientTimeouts = patient,
        seed: UInt64 = 1, before: (FaultyServer) -> Void = { _ in },
        _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        let server = DemoServer(store: store, clock: { .systemNow })
        try await server.start()
        let faulty = FaultyServer(upstream: server.port)
        try await faulty.start()
        before(faulty)
        let steps = StepLog.Steps()
        let client = try client(port: faulty.port, timeouts: timeouts)
        let time = FaultTime()
        let cache = ClusterCache(
            source: KubernetesClientSource(client, now: { time.now }), epoch: 1, logger: steps.logger,
            now: { time.now },
            sleep: { try await time.sleep($0) }, seed: seed)
        let rig = Rig(
            truth: Truth(server), faulty: faulty, cache: cache, time: time, steps: steps,
            tables: Tables(kinds, cache.snapshots), kinds: kinds)
        await cache.setDemand(Set(kinds.map { KindScope($0.groupResource, namespace: nil) }))
        let result: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { await cache.run() }
                group.addTask { try await body(rig) }
                group.addTask {
                    try await Task.sleep(for: .seconds(900))
                    throw Stuck(description: "nothing more happens; the tables: \(await rig.tables.summary)")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await faulty.kill()
        await client.shutdown()
        await rig.truth.server.shutdown()
        try result.get()
    }

    struct Stuck: Error, CustomStringConvertible { let description: String }

    static func client(port: Int, timeouts: ClientTimeouts) throws -> KubernetesClient {
        let access = ClusterAccess(
            contextName: "faulty", clusterName: "faulty", userName: "",
            server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: port))
        return try KubernetesClient(
            access, logger: Logger(label: "client") { _ in SwiftLogNoOpLogHandler() }, timeouts: timeouts,
            retryPolicy: RetryPolicy(maximumAttempts: 1))
    }

    /// Puts another server behind, with a history of its own; who is connected is cut off.
    func restart(with store: DemoObjectStore) async throws {
        let next = DemoServer(store: store, clock: { .systemNow })
        try await next.start()
        faulty.replaceUpstream(next.port)
        let last = truth.replace(next)
        faulty.breakConnections()
        await last.shutdown()
    }

    /// Waits until every kind is watched on the server that is behind now.
    func untilWatched() async {
        // Ends with the test's time.
        try? await until { truth.server.openWatchCount >= kinds.count }
    }

    /// What the server really has, read without faults.
    func actual() async throws -> ClusterSnapshot {
        let client = try Self.client(port: truth.server.port, timeouts: Self.patient)
        let result: Result<ClusterSnapshot, any Error>
        do {
            result = .success(try await read(KubernetesClientSource(client, now: { Timestamp(microseconds: 0) })))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    private func read(_ source: KubernetesClientSource) async throws -> ClusterSnapshot {
        var kinds: [KindScope: KindSnapshot] = [:]
        for (index, kind) in self.kinds.enumerated() {
            let scope = KindScope(kind.groupResource, namespace: nil)
            var objects: [any StoredObject] = []
            _ = try await source.list(scope, .allCached) { objects += $0 }
            kinds[scope] = KindSnapshot(storeID: 1000 + UInt64(index), version: 1, state: .ready, objects: objects)
        }
        return ClusterSnapshot(epoch: 1, version: 1, kinds: kinds)
    }

    /// Waits until every kind is ready and every table has exactly the rows of the server.
    func untilRight() async throws {
        try await tables.untilEqual(to: try await actual())
    }
}

/// The tables of a program that gets the snapshots of a cache one after the other.
actor Tables {
    private let snapshots: AsyncStream<ClusterSnapshot>
    private var states: [(kind: ResourceKind, state: AppState)]
    private(set) var snapshot = ClusterSnapshot()
    /// Kinds that have had rows; in these tests the server never loses all of a kind, so neither may they.
    private var filled: Set<GroupResource> = []
    private var expected: ClusterSnapshot?

    init(_ kinds: [ResourceKind], _ snapshots: AsyncStream<ClusterSnapshot>) {
        self.snapshots = snapshots
        states = kinds.map { ($0, Self.state(showing: $0)) }
    }

    /// A program that shows a kind of all namespaces.
    private static func state(showing kind: ResourceKind) -> AppState {
        var state = AppState(
            size: Size(columns: 200, rows: 50), now: .systemNow,
            options: LaunchOptions(command: kind.groupResource.resource, allNamespaces: true))
        let session = SessionInfo(
            context: "faulty", cluster: "faulty", user: "", namespace: "shop", hasOwnNamespace: true, server: "")
        _ = update(&state, .connection(.connecting(session)))
        return state
    }

    /// How many rows the tables have.
    var rowCount: Int { states.reduce(0) { $0 + ($1.state.table?.rows.count ?? 0) } }

    /// The next snapshot, put into every table.
    func next() async throws -> ClusterSnapshot {
        for await snapshot in snapshots {
            take(snapshot)
            return snapshot
        }
        throw CancellationError()
    }

    private func take(_ snapshot: ClusterSnapshot) {
        self.snapshot = snapshot
        for index in states.indices {
            _ = update(&states[index].state, .snapshot(snapshot))
            let kind = states[index].kind.groupResource
            guard let read = snapshot[KindScope(kind, namespace: nil)] else { continue }
            let rows = states[index].state.table?.rows.count ?? 0
            #expect(rows == read.count, "\(kind.resource) has \(rows) rows of \(read.count) objects")
            if read.count > 0 { filled.insert(kind) }
            #expect(read.count > 0 || !filled.contains(kind), "\(kind.resource) blinked empty")
        }
    }

    /// Takes snapshots until the tables are as meant, beginning with those there are.
    @discardableResult
    func next(where isMeant: @Sendable (isolated Tables) -> Bool) async throws -> ClusterSnapshot {
        while !isMeant(self) { _ = try await next() }
        return snapshot
    }

    /// Takes snapshots until every kind is ready and has what the server has.
    func untilEqual(to actual: ClusterSnapshot) async throws {
        expected = actual
        try await next { $0.firstDifference(from: actual) == nil }
    }

    /// Takes snapshots until a kind's state is as meant.
    func state(of kind: ResourceKind = Pod.kind, where isMeant: @Sendable (LoadState) -> Bool) async throws -> LoadState
    {
        while true {
            if let read = snapshot[KindScope(kind.groupResource, namespace: nil)], isMeant(read.state) {
                return read.state
            }
            _ = try await next()
        }
    }

    /// What is otherwise than in a snapshot of the server itself, in objects or in cells; the first that is found.
    func firstDifference(from actual: ClusterSnapshot) -> String? {
        for (kind, state) in states {
            let scope = KindScope(kind.groupResource, namespace: nil)
            let name = kind.groupResource.resource
            guard let ours = snapshot[scope], let theirs = actual[scope] else { return "\(name) is not read" }
            guard ours.state == .ready else { return "\(name) is \(ours.state)" }
            guard ours.count == theirs.count else { return "\(name) has \(ours.count) of \(theirs.count)" }
            for object in theirs.objects {
                guard let own = ours[ObjectKey(object.metadata)], isEqual(own, object) else {
                    return "\(name)/\(object.metadata.name) differs"
                }
            }
            var fresh = Self.state(showing: kind)
            _ = update(&fresh, .tick(now: state.now))
            _ = update(&fresh, .snapshot(actual))
            guard fresh.table?.rows.count == theirs.count, state.tableDocument() == fresh.tableDocument() else {
                return "the cells of \(name) differ"
            }
        }
        return nil
    }

    var summary: String {
        states.map { kind, state in
            let read = snapshot[KindScope(kind.groupResource, namespace: nil)]
            return "\(kind.groupResource.resource): \(read?.count ?? 0) \(read.map { "\($0.state)" } ?? "not read")"
        }.joined(separator: "; ") + (expected.flatMap { firstDifference(from: $0) }.map { "; \($0)" } ?? "")
    }
}

private protocol ComparableObject {
    func equals(_ other: any StoredObject) -> Bool
}

extension Stored: ComparableObject {
    fileprivate func equals(_ other: any StoredObject) -> Bool { (other as? Stored<Value>)?.value == value }
}

private func isEqual(_ left: any StoredObject, _ right: any StoredObject) -> Bool {
    (left as? any ComparableObject)?.equals(right) ?? false
}
