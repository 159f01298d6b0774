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
    let (simulation, store) = DemoSimulation.begin(scenario, seed: options.seed, at: clock())
    return try await withDemoServer(
        store: store, simulation: simulation, options: options.server, clock: clock
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
