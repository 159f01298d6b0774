import KubernetesClient
import KubernetesModel

/// What a feed of logs tells.
package enum LogEvent: Sendable {
    /// A container's log is read from now on.
    case began(LogSource)
    /// What the pod says about a container whose log is read; also at first.
    case changed(LogSource, LogContainerState)
    /// The names of the containers that the pods have.
    case containers([String])
    /// Nothing more will come of a container's log; the failure if that is why.
    case ended(LogSource, APIFailure?)
    /// For the user: which container was chosen, or why a pod is left out.
    case notice(String)
    /// In the order in which to show them.
    case lines([LogRun])
}

/// The logs of many containers in one stream, in the order of time, also of those that come later.
package struct LogFeed: Sendable {
    /// How often a workload without running pods is asked for.
    private static let idleInterval = Duration.seconds(3)

    private let client: KubernetesClient
    private let query: LogQuery
    private let localNow: @Sendable () -> Timestamp

    /// A feed that reads through a client, which stays the caller's.
    package init(_ client: KubernetesClient, _ query: LogQuery, localNow: @escaping @Sendable () -> Timestamp) {
        self.client = client
        self.query = query
        self.localNow = localNow
    }

    /// Reads until every log has ended; one that is followed ends with its pod, those of a workload when it is gone or, a
    /// Job, has ended; those of a selector never.
    ///
    /// - Parameters:
    ///   - passing: gets the bytes as they come where there is one log only, which is not followed: no lines then.
    ///   - receive: gets what comes; the servers wait while it takes its time.
    /// - Throws: `APIFailure` or `LogFailure` when there is nothing to read, `CancellationError`, and what the two throw.
    package func run(
        passing: (([UInt8]) async throws -> Void)? = nil, _ receive: ([LogEvent]) async throws -> Void
    ) async throws {
        let pods = try await LogPods.of(query.target, in: query.namespace, client)
        let first = try await pods.list()
        if let passing, !query.follow, first.count == 1 {
            var director = LogDirector(query: query)
            let change = try director.begin(first)
            if change.starts.count == 1, let start = change.starts.first {
                let source = LogSource(id: 0, pod: start.pod, container: start.container)
                try await receive(change.notices.map { .notice($0) } + [.began(source)])
                try await pass(source, passing)
                return
            }
        }
        try await run(pods, first, receive)
    }

    private func pass(_ source: LogSource, _ receive: ([UInt8]) async throws -> Void) async throws {
        let options = LogOptions(
            container: source.container, previous: query.previous, timestamps: query.showsTimestamps,
            tailLines: query.tailLines, sinceSeconds: query.sinceSeconds, sinceTime: query.sinceTime,
            limitBytes: query.limitBytes)
        try await client.log(namespace: query.namespace, pod: source.pod, options: options) { try await receive($0) }
    }

    private func run(_ pods: LogPods, _ first: [Pod], _ receive: ([LogEvent]) async throws -> Void) async throws {
        let hub = LogHub(isLive: query.follow)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await direct(hub, pods, first) }
            do {
                while let events = await hub.next() { try await receive(events) }
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // That was us.
            }
            try Task.checkCancellation()
        }
    }

    /// Starts a reader for each container, now and later.
    private func direct(_ hub: LogHub, _ pods: LogPods, _ first: [Pod]) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var director = LogDirector(query: query)
                func start(_ readers: [LogDirector.Start]) {
                    for item in readers {
                        let source = hub.add(pod: item.pod, container: item.container, item.state)
                        director.note(source, item)
                        let reader = LogReader(
                            client: client, hub: hub, source: source, query: query, wasThere: item.wasThere,
                            serverNow: { [client, localNow] in
                                let offset = client.serverClockOffset.components
                                return Timestamp(
                                    microseconds: localNow().microseconds &+ offset.seconds &* 1_000_000
                                        &+ offset.attoseconds / 1_000_000_000_000)
                            })
                        group.addTask { await reader.run() }
                    }
                }
                let opening = try director.begin(first)
                hub.send(.containers(director.containers))
                for notice in opening.notices { hub.send(.notice(notice)) }
                start(opening.starts)
                hub.close(director.isClosed(first))
                guard query.follow else { return }
                group.addTask {
                    while !Task.isCancelled, case .workload = query.target {
                        try? await Task.sleep(for: Self.idleInterval)
                        guard hub.isIdle, await LogPods.isOver(query.target, in: query.namespace, client) else {
                            continue
                        }
                        hub.closeForGood()
                        return
                    }
                }
                try await pods.follow { pods in
                    let known = director.containers
                    let change = director.update(pods)
                    if director.containers != known { hub.send(.containers(director.containers)) }
                    for notice in change.notices { hub.send(.notice(notice)) }
                    for (id, state) in change.states { hub.update(id, state) }
                    start(change.starts)
                    hub.close(director.isClosed(pods))
                }
            }
        } catch {
            // Readers are gone; the one who takes must not wait for them.
            hub.fail()
            throw error
        }
    }
}

/// Decides which containers' logs are read, as pods come and go.
package struct LogDirector: Sendable {
    /// A log to be read from now on.
    package struct Start: Sendable, Equatable {
        package var uid: String
        package var pod: String
        package var container: String
        package var state: LogContainerState
        package var wasThere: Bool
    }

    package struct Change: Sendable {
        package var starts: [Start] = []
        package var states: [(Int, LogContainerState)] = []
        package var notices: [String] = []
    }

    private struct Key: Hashable {
        var uid: String
        var container: String
    }

    private let query: LogQuery
    private var known: [Key: Int] = [:]
    private var seen: Set<String> = []
    private var saidLimit = false
    /// The names of the containers of all pods, as they came.
    package private(set) var containers: [String] = []

    package init(query: LogQuery) {
        self.query = query
    }

    /// The logs of the pods that are there at first.
    ///
    /// - Throws: when there is no such container, or there are too many.
    package mutating func begin(_ pods: [Pod]) throws(LogFailure) -> Change {
        var change = Change()
        for pod in pods { add(pod, wasThere: true, &change) }
        if case .named(let name) = query.containers, change.starts.isEmpty, let pod = pods.first {
            throw LogFailure(
                "container \(name) is not valid for pod \(pod.metadata.name); it has: "
                    + pod.allContainers.joined(separator: ", "))
        }
        if query.follow && change.starts.count > query.maximumStreams {
            throw LogFailure(
                "there are \(change.starts.count) logs to follow, and at most \(query.maximumStreams) are followed at once; "
                    + "use --max-log-requests to raise the limit")
        }
        return change
    }

    /// Says which number a log got.
    package mutating func note(_ source: LogSource, _ start: Start) {
        known[Key(uid: start.uid, container: start.container)] = source.id
    }

    /// What has changed with the pods.
    package mutating func update(_ pods: [Pod]) -> Change {
        var change = Change()
        var present: Set<Key> = []
        for pod in pods {
            add(pod, wasThere: false, &change)
            for name in query.containers.names(in: pod) {
                let key = Key(uid: pod.metadata.uid, container: name)
                present.insert(key)
                if let id = known[key] { change.states.append((id, pod.logState(of: name))) }
            }
        }
        for (key, id) in known where !present.contains(key) {
            change.states.append((id, LogContainerState(.gone)))
            known[key] = nil
        }
        return change
    }

    private mutating func add(_ pod: Pod, wasThere: Bool, _ change: inout Change) {
        guard seen.insert(pod.metadata.uid).inserted else { return }
        for name in pod.allContainers where !containers.contains(name) { containers.append(name) }
        // A pod that had room for some of its containers only comes here again.
        for name in query.containers.names(in: pod)
        where known[Key(uid: pod.metadata.uid, container: name)] == nil {
            if !wasThere && known.count + change.starts.count >= query.maximumStreams {
                if !saidLimit {
                    change.notices.append(
                        "\(pod.metadata.name) is left out: \(query.maximumStreams) logs are followed already")
                }
                saidLimit = true
                seen.remove(pod.metadata.uid)
                return
            }
            change.starts.append(
                Start(
                    uid: pod.metadata.uid, pod: pod.metadata.name, container: name,
                    state: pod.logState(of: name), wasThere: wasThere))
        }
        if query.containers == .usual, let notice = pod.defaultedNotice { change.notices.append(notice) }
    }

    /// Whether no further logs are to come.
    package func isClosed(_ pods: [Pod]) -> Bool {
        guard query.follow else { return true }
        switch query.target {
        case .pod: return true
        // Its pods have run; a failed one may be followed by another.
        case .workload(.job, _): return !pods.isEmpty && pods.allSatisfy { $0.status.phase == "Succeeded" }
        case .workload, .selector: return false
        }
    }
}
