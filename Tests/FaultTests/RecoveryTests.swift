import ClusterCache
import DemoCluster
import KubernetesModel
import Testing

/// A server under load that is killed and comes back.
@Suite(.timeLimit(.minutes(20)))
struct RecoveryTests {
    /// Whether the server still has its history when it comes back.
    enum History: CaseIterable { case kept, compacted, new }

    @Test(arguments: History.allCases)
    func everyKindIsBackWithinOneStepOfTheServersReturn(history: History) async throws {
        let store = try smallCluster(version: 100_000)
        try await Rig.run(store: store) { rig in
            try await rig.untilRight()
            for kind in rig.kinds { await rig.faulty.until { $0.isWatch && $0.kind == kind.groupResource.resource } }
            // More changes than there are places in a change log, while the connections break.
            try Self.storm(rig, 0..<600)
            await rig.faulty.kill()
            try Self.storm(rig, 600..<1100)

            // The outage lasts until every kind waits its longest.
            for round in 0..<8 {
                var waits: [FaultTime.Wait] = []
                for _ in rig.kinds { waits.append(try await rig.time.nextWait()) }
                for wait in waits {
                    #expect(wait.duration <= ReflectorMachine.longestWait)
                    #expect(wait.duration >= min(.milliseconds(500) * (1 << round), .seconds(20)))
                }
                guard round < 7 else {
                    switch history {
                    case .kept: break
                    case .compacted: rig.truth.server.update { $0.compact() }
                    case .new: try await rig.restart(with: smallCluster(version: 10))
                    }
                    try await rig.faulty.start()
                    try Self.storm(rig, 1100..<1300)
                    // One of them finds the server; the others follow without another wait.
                    let count = rig.time.durations.count
                    waits.min { $0.end < $1.end }?.pass()
                    try await Self.untilRight(rig)
                    #expect(rig.time.durations.count <= count + 1)
                    #expect(rig.time.openWaits == 0)
                    break
                }
                for wait in waits { wait.pass() }
            }
            // And nothing is lost afterwards.
            try Self.storm(rig, 1300..<1800)
            try await rig.untilRight()
        }
    }

    /// Waits until the tables are right, and lets time pass for who waits meanwhile.
    ///
    /// The first who asks may join a connection that another began before the server was back, and be refused with it.
    private static func untilRight(_ rig: Rig) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { while true { try await rig.time.nextWait().pass() } }
            group.addTask { try await rig.untilRight() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Changes, creates and deletes, one change a number.
    private static func storm(_ rig: Rig, _ numbers: Range<Int>) throws {
        for number in numbers {
            switch number % 5 {
            case 0:
                let event = try named("storm.\(number)", #""type":"Normal","reason":"Storm","count":\#(number)"#)
                rig.truth.server.update { $0.put(.events, event) }
            case 1:
                let created = try pod("storm-\(number)")
                rig.truth.server.update { $0.put(.pods, created) }
            case 2 where number > 50:
                rig.truth.server.update { _ = $0.delete(.pods, namespace: "shop", name: "storm-\(number - 51)") }
            default:
                let changed = try pod("web-\(number % 3 + 1)", restarts: number)
                rig.truth.server.update { $0.put(.pods, changed) }
            }
        }
    }
}
