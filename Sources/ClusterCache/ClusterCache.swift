import ClusterState
import KubernetesModel
import Logging

/// Keeps the wanted kinds of one cluster current and publishes what it knows.
///
/// `run()` owns all work; cancelling its task ends every list, watch and timer. At rest no timer runs but those of kinds
/// that cannot be watched.
package actor ClusterCache {
    /// A kind and scope with the task that keeps it current.
    private final class Watched {
        var store: KindStore
        let alarm = Alarm()
        /// Stops the reflector once nobody has wanted the scope for a while.
        var cooling: Task<Void, Never>?
        /// Grows with each scope that is not wanted any more.
        var coolingNumber: UInt64 = 0

        init(storeID: UInt64) {
            store = KindStore(storeID: storeID)
        }

        /// Whether the server answers with objects, or may still do so.
        var isServing: Bool {
            switch store.state {
            case .loading, .ready, .stale: true
            case .forbidden, .unavailable, .failed: false
            }
        }

        var isLoading: Bool {
            if case .loading = store.state { true } else { false }
        }
    }

    /// At most one publication in this time, but for the first rows and the end of a first list.
    package static let publicationInterval = Duration.milliseconds(100)
    /// How long a scope that nobody wants any more stays current.
    package static let warmTime = Duration.seconds(120)
    /// Scopes that stay current though nobody wants them; each holds a watch open.
    package static let mostCooling = 24

    /// What is known of the cluster, whenever it has changed.
    ///
    /// A slow reader gets the newest and skips the others.
    package nonisolated let snapshots: AsyncStream<ClusterSnapshot>
    private let publications: AsyncStream<ClusterSnapshot>.Continuation
    /// Says that something is to be published; one pending signal is enough.
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private let source: any ClusterSource
    private let epoch: UInt64
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let sleep: @Sendable (Duration) async throws -> Void
    private var random: SplitMix64

    private var isRunning = false
    private var demand: Set<KindScope> = []
    private var watched: [KindScope: Watched] = [:]
    /// Running reflectors by store, also those that are being stopped.
    private var tasks: [UInt64: Task<Void, Never>] = [:]
    private var storeCount: UInt64 = 0
    private var coolingCount: UInt64 = 0
    private var version: UInt64 = 0
    private var isDirty = false
    /// The pause between two publications.
    private let pause = Alarm()

    /// A cache that reads nothing before `run()`.
    ///
    /// - Parameters:
    ///   - source: what to read from.
    ///   - epoch: unique for each cache of the process; snapshots carry it.
    ///   - logger: gets failures.
    ///   - now: the clock that `LoadState` is told in.
    ///   - sleep: waits, and throws when cancelled.
    ///   - seed: for the jitter of waits.
    package init(
        source: any ClusterSource, epoch: UInt64, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.source = source
        self.epoch = epoch
        self.logger = logger
        self.now = now
        self.sleep = sleep
        random = SplitMix64(seed: seed)
        (snapshots, publications) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads and publishes until its task is cancelled, then ends `snapshots`.
    ///
    /// To be called once.
    package func run() async {
        isRunning = true
        reconcile()
        for await _ in signals {
            if Task.isCancelled { break }
            guard publish() else { continue }
            _ = await pause.wait(Self.publicationInterval, sleep: sleep)
        }
        isRunning = false
        for entry in watched.values { entry.cooling?.cancel() }
        for task in tasks.values { task.cancel() }
        for task in tasks.values { await task.value }
        watched = [:]
        publications.finish()
    }

    /// Keeps exactly these scopes current.
    ///
    /// Others stay so for `warmTime`, in case they are wanted again.
    ///
    /// One namespace of a kind that is read in all namespaces anyway is served by that: see
    /// `ClusterSnapshot.resolve(_:)`.
    package func setDemand(_ scopes: Set<KindScope>) {
        demand = scopes
        reconcile()
    }

    /// Tries again at once what waits after a failure.
    package func retryNow() {
        for entry in watched.values { entry.alarm.ring(.now) }
    }

    /// Tries again at once to read these kinds, which the server may have by now.
    package func retry(_ kinds: Set<GroupResource>) {
        for (scope, entry) in watched where kinds.contains(scope.kind) { entry.alarm.ring(.now) }
    }

    /// One kind has reached the server again: those that wait for it need not wait any longer.
    private func serverIsBack() {
        for entry in watched.values { entry.alarm.ring(.serverIsBack) }
    }

    // MARK: Scopes

    /// Starts what is wanted and missing; lets cool down what is not wanted.
    private func reconcile() {
        guard isRunning else { return }
        let needed = Set(demand.map(servingScope))
        for scope in needed {
            if let entry = watched[scope] {
                entry.cooling?.cancel()
                entry.cooling = nil
            } else {
                start(scope)
            }
        }
        for (scope, entry) in watched where !needed.contains(scope) && entry.cooling == nil {
            if entry.isServing { cool(scope, entry) } else { stop(scope) }
        }
    }

    /// The scope to read for a wanted one: itself, or all namespaces when those are read.
    private func servingScope(_ scope: KindScope) -> KindScope {
        guard scope.namespace != nil, watched[scope] == nil else { return scope }
        let all = KindScope(scope.kind, namespace: nil)
        if let entry = watched[all] { return entry.isServing ? all : scope }
        return demand.contains(all) ? all : scope
    }

    private func start(_ scope: KindScope) {
        storeCount += 1
        let storeID = epoch << 32 | storeCount
        let entry = Watched(storeID: storeID)
        watched[scope] = entry
        let reflector = Reflector(
            scope: scope, source: source, alarm: entry.alarm, now: now, sleep: sleep, seed: random.next(),
            logger: logger
        ) { [weak self] commands in
            await self?.perform(commands, on: storeID, of: scope)
        } serverIsBack: { [weak self] in
            await self?.serverIsBack()
        }
        tasks[storeID] = Task { [weak self] in
            await reflector.run()
            await self?.finished(storeID)
        }
        markDirty()
    }

    private func finished(_ storeID: UInt64) {
        tasks[storeID] = nil
    }

    private func cool(_ scope: KindScope, _ entry: Watched) {
        let storeID = entry.store.storeID
        coolingCount += 1
        entry.coolingNumber = coolingCount
        let others = watched.filter { $0.value.cooling != nil }
        if others.count >= Self.mostCooling,
            let oldest = others.min(by: { $0.value.coolingNumber < $1.value.coolingNumber })?.key
        {
            stop(oldest)
        }
        entry.cooling = Task { [weak self, sleep] in
            guard (try? await sleep(Self.warmTime)) != nil else { return }
            await self?.cooled(storeID, of: scope)
        }
    }

    private func cooled(_ storeID: UInt64, of scope: KindScope) {
        guard let entry = watched[scope], entry.store.storeID == storeID, entry.cooling != nil else { return }
        stop(scope)
    }

    private func stop(_ scope: KindScope) {
        guard let entry = watched.removeValue(forKey: scope) else { return }
        entry.cooling?.cancel()
        tasks[entry.store.storeID]?.cancel()
        markDirty()
    }

    // MARK: Changing

    private func perform(_ commands: [StoreCommand], on storeID: UInt64, of scope: KindScope) {
        guard let entry = watched[scope], entry.store.storeID == storeID else { return }
        let version = entry.store.version
        let count = entry.store.count
        let wasLoading = entry.isLoading
        let wasServing = entry.isServing
        for command in commands { apply(command, to: entry) }
        guard entry.store.version != version else { return }
        if wasLoading && (!entry.isLoading || count == 0) { hurry() }
        markDirty()
        if entry.isServing != wasServing { reconcile() }
    }

    private func apply(_ command: StoreCommand, to entry: Watched) {
        switch command {
        case .beginList(let isNewHistory): entry.store.beginList(isNewHistory: isNewHistory)
        case .listed(let objects): entry.store.receive(objects)
        case .endList: entry.store.endList()
        case .show(let state): entry.store.setState(state)
        case .watched(let messages):
            for message in messages {
                switch message {
                case .upserted(let object): entry.store.upsert(object)
                case .deleted(let object): entry.store.remove(object)
                case .opened, .bookmark: break
                }
            }
        }
    }

    // MARK: Publishing

    private func markDirty() {
        isDirty = true
        signal.yield()
    }

    /// Publishes without waiting for the interval to pass.
    private func hurry() {
        pause.ring(.now)
    }

    /// Publishes what changed.
    ///
    /// - Returns: whether a pause is due.
    private func publish() -> Bool {
        guard isDirty else { return false }
        isDirty = false
        version += 1
        let kinds = watched.mapValues { $0.store.snapshot() }
        publications.yield(ClusterSnapshot(epoch: epoch, version: version, kinds: kinds))
        return true
    }
}
