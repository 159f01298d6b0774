import KubernetesModel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a demo cluster runs.
package struct DemoClusterOptions: Sendable {
    /// How the server behaves.
    package var server = DemoServer.Options()
    /// Decides names, addresses and the course of things.
    package var seed: UInt64 = 1
    /// Time between two steps of the simulation; `nil` for a cluster that stands still.
    package var stepInterval: Duration? = .milliseconds(2500)
    /// How many generated pods there are besides those of the scenario, at most `DemoCrowd.mostPods`.
    package var pods = 0
    /// How many changes of generated pods there are each second, at most `DemoCrowd.mostChanges`.
    package var changesPerSecond = 0

    /// The cluster of `sextant demo`.
    package init() {}
}

/// Runs a demo cluster while the body runs: a server on loopback, with objects that change over time.
///
/// Everything it started has ended when it returns or throws.
/// - Parameters:
///   - scenario: what is in the cluster; `nil` for the shop that comes with the program.
///   - options: how it runs.
///   - clock: what time it is in the cluster.
///   - body: what to do with it.
/// - Returns: what the body returns.
/// - Throws: `DemoScenarioFailure`, an error of the system when no port can be had, and what the body throws.
package func withDemoCluster<Result: Sendable>(
    _ scenario: DemoScenario? = nil, options: DemoClusterOptions = DemoClusterOptions(),
    clock: @escaping @Sendable () -> Timestamp = { .systemNow },
    _ body: @escaping @Sendable (DemoServer) async throws -> Result
) async throws -> Result {
    let scenario = try scenario ?? .standard()
    let start = clock()
    // A change of a pod brings up to five others with it. What there was a minute ago is remembered, so that a client
    // may take its time for a long list.
    let historyLimit = max(2000, min(options.changesPerSecond * 300, 200_000))
    var (simulation, store) = DemoSimulation.begin(
        scenario, seed: options.seed, at: start, historyLimit: historyLimit, historyBytes: 128 << 20)
    var crowd: DemoCrowd?
    if options.pods > 0 {
        crowd = DemoCrowd(
            pods: options.pods, changesPerSecond: options.changesPerSecond, seed: options.seed, in: &store, at: start)
    }
    return try await withDemoServer(
        store: store, simulation: simulation, crowd: crowd, options: options.server, clock: clock
    ) { server in
        guard let interval = options.stepInterval else { return try await body(server) }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    if Task.isCancelled { break }
                    server.step()
                }
                return nil
            }
            if options.pods > 0 {
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .milliseconds(100))
                        if Task.isCancelled { break }
                        server.stepCrowd()
                    }
                    return nil
                }
            }
            group.addTask { try await body(server) }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let result = finished { return result }
            }
            throw CancellationError()
        }
    }
}

extension Timestamp {
    /// What time it is on this machine.
    package static var systemNow: Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
