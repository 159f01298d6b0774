import AppCore
import ClusterCache
import ClusterState
import Diagnosis
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Streams
import Synchronization

/// One context in use: its client, its cache, and the tasks that turn their news into events.
package struct Session: Sendable {
    /// Where events go.
    package typealias Send = @MainActor @Sendable (AppEvent) -> Void

    /// The longest wait between two attempts to reach the server, or to follow a document.
    private static let longestWait = Duration.seconds(30)

    package let client: KubernetesClient
    package let forwards: ForwardRunner
    private let cache: ClusterCache
    private let source: KubernetesClientSource
    private let diagnosis: DiagnosisRunner
    let send: Send
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let waits = Waits()

    /// Prepares to use a context; nothing is sent before `run`.
    ///
    /// - Parameters:
    ///   - access: the server and the credential.
    ///   - epoch: tells the snapshots of this session from those of the one before.
    ///   - userAgent: names this program to the server.
    ///   - logger: gets failures.
    ///   - now: the time by this machine's clock.
    ///   - timeouts: how long to wait for what.
    ///   - pluginHost: serves the program that gets the credential.
    ///   - silences: what the rules do not tell.
    ///   - send: takes the events.
    /// - Throws: when a certificate or key cannot be used.
    package init(
        access: ClusterAccess, epoch: UInt64, userAgent: String, logger: Logger,
        now: @escaping @Sendable () -> Timestamp, timeouts: ClientTimeouts, pluginHost: PluginHost,
        silences: [Silence] = [], send: @escaping Send
    ) throws(KubeconfigFailure) {
        client = try KubernetesClient(
            access, logger: logger, userAgent: userAgent, pluginHost: pluginHost, timeouts: timeouts)
        source = KubernetesClientSource(client, now: now)
        cache = ClusterCache(source: source, epoch: epoch, logger: logger, now: now)
        diagnosis = DiagnosisRunner(
            LogReader(client: client),
            now: { [client] in
                Timestamp(microseconds: now().microseconds &+ client.serverClockOffset.microseconds)
            }, silences: silences, send: send)
        forwards = ForwardRunner(
            ClientForwardCluster(client),
            now: { [client] in
                Timestamp(microseconds: now().microseconds &+ client.serverClockOffset.microseconds)
            }, send: send)
        self.send = send
        self.logger = logger
        self.now = now
    }

    /// Ends every wait for another attempt at once.
    package func retryNow() async {
        await client.retryCredential()
        waits.ring(.now)
        await cache.retryNow()
    }

    /// Runs the program that gets the credential again, and then connects with what it gave.
    package func signIn() async {
        do {
            try await client.logIn()
        } catch {
            // The host was told why.
            return
        }
        await retryNow()
    }

    /// Reads logs as they grow, until cancelled.
    package func follow(_ order: LogOrder, for pane: PaneID) async {
        await LogPane(client: client, now: now, pane: pane, send: send).run(order)
    }

    /// A program in a container and its terminal, for a pane.
    func shell(_ order: ShellOrder, size: Size, for pane: PaneID) -> ShellRunner {
        ShellRunner(order, size: size, client: client) { [send] in await send(.shell(pane, $0)) }
    }

    /// Looks for objects by their name, until cancelled.
    package func search(_ order: SearchOrder) async {
        await NameSearcher(client: client, offered: { [source] in try await source.offered() }, send: send).run(order)
    }

    /// Makes the probes of a pod by hand.
    package func testProbes(of pod: Pod) async {
        let id = ObjectID(pod)
        let newest = Mutex<[ProbeTest]>([])
        await ProbeTester(client: client).run(pod) { tests in
            newest.withLock { $0 = tests }
            await send(.probed(id, tests, isDone: false))
        }
        if !Task.isCancelled { await send(.probed(id, newest.withLock { $0 }, isDone: true)) }
    }

    /// Reads and watches what is demanded, and has the rules look where they are told to (`nil` nowhere), until cancelled, then closes the connections.
    package func run(demands: AsyncStream<Set<KindScope>>, orders: AsyncStream<DiagnosisOrder?>) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await cache.run() }
            group.addTask {
                var wasReached = false
                for await snapshot in cache.snapshots {
                    await send(.snapshot(snapshot))
                    if snapshot.isReached, !wasReached { waits.ring(.serverIsBack) }
                    wasReached = snapshot.isReached
                    await diagnosis.take(snapshot)
                }
            }
            group.addTask {
                for await order in orders { await diagnosis.look(order) }
            }
            group.addTask(priority: .utility) { await diagnosis.run() }
            group.addTask {
                for await scopes in demands { await cache.setDemand(scopes) }
            }
            group.addTask { await introduce() }
            group.addTask { await followOffers() }
            group.addTask { await forwards.run() }
        }
        await client.shutdown()
    }

    private func tell(_ discovery: Discovery) async {
        let others = discovery.resources.flatMap { discovery.served[$0.groupResource, default: []].dropFirst() }
        await send(.discovered(discovery.resources, others: others, failures: discovery.failures))
    }

    /// Passes on what the server offers whenever that was asked, and reads at once what it has again.
    private func followOffers() async {
        var before: Set<GroupResource>?
        for await discovery in source.offers {
            await tell(discovery)
            let kinds = Set(discovery.resources.map(\.groupResource))
            if let before { await cache.retry(kinds.subtracting(before)) }
            before = kinds
        }
    }

    /// Asks what the server offers, unless that was a moment ago, and tells it in any case.
    package func discover() async {
        do {
            await tell(try await source.offeredNow())
        } catch let failure as APIFailure {
            await send(.notDiscovered(failure))
        } catch {
            // Cancelled: nobody wants to know.
        }
    }

    /// Asks who is there and what it offers, until it answers.
    private func introduce() async {
        var hasFailed = false
        await untilItWorks { failure, retryAt in
            hasFailed = true
            await send(.connection(.failed(failure, retryAt: retryAt)))
        } attempt: {
            do {
                let version = try await client.serverVersion()
                await send(.connection(.connected(serverVersion: version.gitVersion)))
            } catch let failure as APIFailure where failure.reason == .forbidden {
                await send(.connection(.connected(serverVersion: "")))
            }
            return true
        }
        async let power: Void = askForPower()
        // What the others wait for may be over as well.
        if hasFailed { await cache.retryNow() }
        await untilItWorks { failure, _ in
            await send(.notDiscovered(failure))
        } attempt: {
            await tell(try await source.offered())
            return true
        }
        await power
    }

    /// Gets an object whole and then follows its changes, until cancelled or until it is deleted.
    package func follow(_ address: ObjectAddress) async {
        await untilItWorks { failure, retryAt in
            if failure.reason == .notFound {
                await send(.document(.deleted(address)))
            }
            await send(.document(.failed(address, failure, retryAt: retryAt)))
        } attempt: {
            let document = try await client.get(address.resource, namespace: address.namespace, name: address.name)
            await send(.document(.loaded(address, document)))
            return try await follow(address, from: document)
        }
    }

    /// Watches one object.
    ///
    /// - Returns: whether it was deleted; otherwise the watch ended and is to be begun anew.
    private func follow(_ address: ObjectAddress, from document: JSONValue) async throws -> Bool {
        var version = ""
        if case .string(let text)? = document["metadata"]?["resourceVersion"] { version = text }
        do {
            return try await watch(address, from: version)
        } catch let failure as APIFailure where failure.reason == .gone {
            // An object that has not changed for long has a version that the server forgot: begin with it as it is now.
            return try await watch(address, from: "")
        }
    }

    private func watch(_ address: ObjectAddress, from version: String) async throws -> Bool {
        var isDeleted = false
        try await client.watchDocument(
            address.resource, namespace: address.namespace, name: address.name, resourceVersion: version
        ) { event in
            switch event.type {
            case "ADDED", "MODIFIED": await send(.document(.loaded(address, event.object)))
            case "DELETED":
                isDeleted = true
                await send(.document(.deleted(address)))
            default: break
            }
        }
        return isDeleted
    }

    /// Repeats an attempt with growing pauses, which `waits` can end, until it says that it is done.
    ///
    /// - Parameters:
    ///   - failed: is told of each failure, and when the next attempt comes.
    ///   - attempt: returns whether it is done; false begins it anew after a moment.
    func untilItWorks(
        failed: (APIFailure, Timestamp?) async -> Void, attempt: () async throws -> Bool
    ) async {
        await waits.with { await untilItWorks($0, failed: failed, attempt: attempt) }
    }

    private func untilItWorks(
        _ alarm: Alarm, failed: (APIFailure, Timestamp?) async -> Void, attempt: () async throws -> Bool
    ) async {
        var wait = Duration.milliseconds(500)
        while !Task.isCancelled {
            do {
                alarm.attemptBegins()
                if try await attempt() { return }
                wait = .milliseconds(500)
            } catch let failure as APIFailure {
                logger.info("will try again", metadata: ["failure": "\(failure)", "wait": "\(wait)"])
                let pause = failure.retryAfterSeconds.map { Duration.seconds(max(1, $0)) } ?? wait
                await failed(failure, Timestamp(microseconds: now().microseconds &+ pause.microseconds))
                if failure.reason == .notFound { return }
                wait = min(wait * 2, Self.longestWait)
                _ = await alarm.wait(pause, waitsForServer: true) { try await Task.sleep(for: $0) }
                continue
            } catch {
                return
            }
            _ = await alarm.wait(wait) { try await Task.sleep(for: $0) }
        }
    }
}
