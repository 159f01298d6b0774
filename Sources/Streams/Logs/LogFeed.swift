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
    /// A container's log goes on with another run, after the one that ended with this exit code, if that is known.
    case restarted(LogSource, exitCode: Int?)
    /// Nothing more will come of a container's log; the failure if that is why.
    case ended(LogSource, APIFailure?)
    /// A container's log cannot be read now; `nil` when it can be again.
    case retrying(LogSource, LogOutage?)
    /// The server does not say now which pods there are; `nil` when it does again.
    case outage(LogOutage?)
    /// Of how many pods nothing is read, because there are too many.
    case podsLeftOut(Int)
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
    /// Of several targets those that are not there are only told of.
    ///
    /// - Parameters:
    ///   - passing: gets the bytes as they come where there is one log only, which is not followed: no lines then.
    ///   - receive: gets what comes; the servers wait while it takes its time.
    /// - Throws: `APIFailure` or `LogFailure` when there is nothing to read, `CancellationError`, and what the two throw.
    package func run(
        passing: (([UInt8]) async throws -> Void)? = nil, _ receive: ([LogEvent]) async throws -> Void
    ) async throws {
        var (scopes, first) = (0..<query.scopes.count).reduce(into: ([LogPods?](), [[Pod]]())) { result, _ in
            result.0.append(nil)
            result.1.append([])
        }
        var failures: [any Error] = []
        for (index, scope) in query.scopes.enumerated() {
            do {
                let pods = try await LogPods.of(scope.target, in: scope.namespace, client)
                first[index] = try await pods.list()
                scopes[index] = pods
            } catch let failure as APIFailure where query.scopes.count > 1 && !failure.isOfServer {
                failures.append(failure)
            } catch let failure as LogFailure where query.scopes.count > 1 {
                failures.append(failure)
            }
        }
        // What else there is can be read without them.
        if let failure = failures.first, failures.count == query.scopes.count { throw failure }
        if !failures.isEmpty { try await receive(failures.map { .notice("\($0)") }) }
        if let passing, !query.follow, first.joined().count == 1 {
            var director = LogDirector(query: query)
            let change = try director.begin(first)
            if change.starts.count == 1, let start = change.starts.first {
                try await receive(change.notices.map { .notice($0) } + [.began(start.source)])
                try await pass(start.source, passing)
                return
            }
        }
        try await run(scopes, first, receive)
    }

    private func pass(_ source: LogSource, _ receive: ([UInt8]) async throws -> Void) async throws {
        let options = LogOptions(
            container: source.container, previous: query.previous, timestamps: query.showsTimestamps,
            tailLines: query.tailLines, sinceSeconds: query.sinceSeconds, sinceTime: query.sinceTime,
            limitBytes: query.limitBytes)
        try await client.log(namespace: source.namespace, pod: source.pod, options: options) { try await receive($0) }
    }

    private func run(
        _ scopes: [LogPods?], _ first: [[Pod]], _ receive: ([LogEvent]) async throws -> Void
    ) async throws {
        let hub = LogHub(isLive: query.follow)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await direct(hub, scopes, first) }
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
    private func direct(_ hub: LogHub, _ scopes: [LogPods?], _ first: [[Pod]]) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var director = LogDirector(query: query)
                func start(_ readers: [LogDirector.Start]) {
                    for item in readers {
                        let source = hub.add(item.source, item.state)
                        director.note(source, item)
                        let reader = LogReader(
                            client: client, hub: hub, source: source, query: query,
                            localNow: localNow)
                        group.addTask { await reader.run() }
                    }
                }
                let opening = try director.begin(first)
                hub.send(.containers(director.containers))
                for notice in opening.notices { hub.send(.notice(notice)) }
                start(opening.starts)
                var leftOut = director.podsLeftOut
                if leftOut > 0 { hub.send(.podsLeftOut(leftOut)) }
                hub.close(director.isClosed)
                guard query.follow else { return }
                group.addTask { await closeWhenOver(hub) }
                // Few changes of few scopes: none may be left out.
                let (updates, update) = AsyncStream.makeStream(of: (Int, [Pod]).self)
                group.addTask {
                    defer { update.finish() }
                    try await follow(scopes, hub) { update.yield(($0, $1)) }
                }
                for await (scope, pods) in updates {
                    let known = director.containers
                    let change = director.update(pods, of: scope)
                    if director.containers != known { hub.send(.containers(director.containers)) }
                    for notice in change.notices { hub.send(.notice(notice)) }
                    for (id, state) in change.states { hub.update(id, state) }
                    start(change.starts)
                    if director.podsLeftOut != leftOut {
                        leftOut = director.podsLeftOut
                        hub.send(.podsLeftOut(leftOut))
                    }
                    hub.close(director.isClosed)
                }
            }
        } catch {
            // Readers are gone; the one who takes must not wait for them.
            hub.fail()
            throw error
        }
    }

    /// Tells the pods of each scope as they change, until cancelled.
    ///
    /// - Throws: why they can no longer be told, when there is only one scope.
    private func follow(
        _ scopes: [LogPods?], _ hub: LogHub, _ receive: @escaping @Sendable (Int, [Pod]) -> Void
    ) async throws {
        let isAlone = scopes.count == 1
        try await withThrowingDiscardingTaskGroup { group in
            for (index, pods) in scopes.enumerated() {
                guard let pods else { continue }
                group.addTask {
                    do {
                        try await pods.follow { failure, wait in
                            hub.setOutage(
                                failure.map { LogOutage(failure: $0, retryAt: localNow().adding(wait)) }, of: index)
                        } receive: {
                            receive(index, $0)
                        }
                    } catch let failure as APIFailure where !isAlone {
                        hub.setOutage(nil, of: index)
                        hub.send(.notice("\(failure)"))
                    }
                }
            }
        }
    }

    /// Ends the feed once all that was asked for is gone or has ended.
    private func closeWhenOver(_ hub: LogHub) async {
        guard query.scopes.contains(where: { if case .workload = $0.target { true } else { false } }) else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.idleInterval)
            guard hub.isIdle else { continue }
            var isOver = true
            for scope in query.scopes where isOver {
                isOver = await LogPods.isOver(scope.target, in: scope.namespace, client)
            }
            guard isOver else { continue }
            hub.closeForGood()
            return
        }
    }
}

extension APIFailure {
    /// Whether it is about the server or the way to it, and not about what was asked for.
    var isOfServer: Bool {
        switch reason {
        case .notFound, .forbidden: false
        default: true
        }
    }
}

extension Timestamp {
    /// The moment a while later.
    package func adding(_ duration: Duration) -> Timestamp {
        let parts = duration.components
        return Timestamp(
            microseconds: microseconds &+ parts.seconds &* 1_000_000 &+ parts.attoseconds / 1_000_000_000_000)
    }
}
