import CThreadSanitizer
import DemoCluster
import KubernetesModel
import Testing

/// Faults at random while the cluster changes: afterwards every table is the server's list again.
@Suite(.timeLimit(.minutes(20)))
struct RandomFaultTests {
    @Test(arguments: 0..<8)
    func tablesEqualTheServersListsAfterAnySchedule(part: Int) async throws {
        let count = cthreadsanitizer_is_on() ? 5 : 25
        for seed in part * 30..<part * 30 + count {
            do {
                try await run(seed: UInt64(seed))
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
    }

    private func run(seed: UInt64) async throws {
        try await Rig.run(store: smallCluster(), timeouts: Rig.wary, seed: seed) { rig in
            rig.time.passByItself()
            if seed % 3 == 0 { rig.faulty.limitPages(to: 2) }
            var schedule = Schedule(seed: seed)
            if seed % 2 == 0 {
                try await rig.untilRight()
                schedule.isListed = true
            }
            for _ in 0..<12 { try await schedule.step(rig) }
            rig.faulty.heal()
            try await rig.untilRight()
        }
    }
}

/// What happens next, from a seed.
private struct Schedule {
    private var random: SplitMix64
    private var backup: DemoObjectStore?
    private var created = 0
    /// Whether every kind has rows, so that a refusal does not lead a screen to another namespace.
    var isListed = false

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func step(_ rig: Rig) async throws {
        try change(rig)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: rig.faulty.breakConnections()
        case 1: try await outage(rig)
        case 2:
            rig.truth.server.update { $0.compact() }
            rig.faulty.breakConnections()
        case 3: try await loseHistory(rig)
        case 4: rig.truth.server.sendBookmarks()
        case 5: backup = rig.truth.server.store
        default: try await spoil(rig)
        }
        try change(rig)
    }

    /// Orders a fault, breaks what is open so that somebody asks, and waits until it was served.
    private mutating func spoil(_ rig: Rig) async throws {
        let (fault, onlyWatches) = fault()
        let count = Int.random(in: 1...3, using: &random)
        rig.faulty.spoil(fault, times: count) { onlyWatches ? $0.isWatch : true }
        rig.faulty.breakConnections()
        try change(rig)
        await rig.faulty.untilSpoiled()
        // Nobody waits for a timeout: who was left without an answer is cut off.
        rig.faulty.breakConnections()
    }

    private mutating func fault() -> (Fault, onlyWatches: Bool) {
        let bytes = Int.random(in: 1..<2500, using: &random)
        let words = "the server is busy"
        switch Int.random(in: 0..<25, using: &random) {
        case 0: return (.reset, false)
        case 1, 2, 3: return (.cut(afterBytes: bytes), false)
        case 4: return (.stall(afterBytes: Bool.random(using: &random) ? 0 : bytes), false)
        case 5: return (.drip, false)
        case 6: return (.page(200), false)
        case 7: return (.page(502), false)
        case 8: return (.bytes((0..<64).map { _ in UInt8.random(in: .min ... .max, using: &random) }), false)
        case 9: return (.answer(200, "{\"kind\":\"PodList\",\"items\":[{]}"), false)
        case 10: return (.answer(200, type: "text/plain", "ok"), false)
        case 11: return (.status(401, "Unauthorized", "Unauthorized"), false)
        case 12: return isListed ? (.status(403, "Forbidden", "pods is forbidden"), false) : (.reset, false)
        case 13: return (.status(404, "NotFound", "the server could not find the requested resource"), false)
        case 14: return (.status(410, "Expired", "too old resource version"), false)
        case 15: return (.status(429, "TooManyRequests", words, headers: ["Retry-After: 7"]), false)
        case 16: return (.status(500, "InternalError", words), false)
        case 17: return (.answer(503, type: "text/plain", words), false)
        case 18: return (.status(504, "Timeout", words), false)
        case 19: return (.goneEvent, true)
        case 20: return (.inject([#"{"type":"NEWS","object":{"kind":"Pod"}}"#]), true)
        case 21: return (.inject([#"{"type":"ADDED","object":{"kind":"Secret","metadata":{"name":"ghost"}}}"#]), true)
        case 22: return (.twice, true)
        case 23: return (.endedWatch, true)
        default: return (.silentWatch, true)
        }
    }

    /// The server is killed, and comes back after somebody has noticed.
    private mutating func outage(_ rig: Rig) async throws {
        await rig.faulty.kill()
        try change(rig)
        await rig.time.untilWaitBegins()
        try await rig.faulty.start()
    }

    /// The server comes back with what it had before, or with another cluster's objects and low versions.
    ///
    /// Nothing changes until everybody has noticed: a server that has counted past our version again looks like one that
    /// kept its history. Equal tables do not show it: a kind that was not touched since is equal without having asked.
    private mutating func loseHistory(_ rig: Rig) async throws {
        var store = try backup ?? smallCluster(version: 10)
        store.compact()
        backup = nil
        try await rig.restart(with: store)
        await rig.untilWatched()
        try await rig.untilRight()
    }

    /// Creates, changes or deletes something; every kind keeps at least one object.
    private mutating func change(_ rig: Rig) throws {
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let name = "web-\(Int.random(in: 1...6, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                created += 1
                let made = try pod(name, phase: Bool.random(using: &random) ? "Running" : "Pending", restarts: created)
                rig.truth.server.update { $0.put(.pods, made) }
            case 2: rig.truth.server.update { _ = $0.delete(.pods, namespace: "shop", name: name) }
            case 3:
                created += 1
                let event = try named("db-0.\(created)", #""type":"Normal","reason":"Pulled","count":\#(created)"#)
                rig.truth.server.update { $0.put(.events, event) }
            case 4:
                let deployment = try named("web", #""spec":{"replicas":\#(created)}"#)
                rig.truth.server.update { $0.put(.deployments, deployment) }
            default:
                let service = try named(name, #""spec":{"type":"ClusterIP","clusterIP":"10.0.0.\#(created % 250)"}"#)
                rig.truth.server.update { $0.put(.services, service) }
            }
        }
    }
}
