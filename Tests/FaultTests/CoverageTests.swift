import ClusterCache
import DemoCluster
import KubernetesModel
import Testing

/// Every phase of a reflector meets everything that a server can make happen in it.
@Suite(.timeLimit(.minutes(20)))
struct CoverageTests {
    private typealias Step = StepLog.Step

    /// How requests fail, and how the log words it.
    private static let failures: [(words: String, fault: Fault)] = [
        ("unauthorized", .status(401, "Unauthorized", "Unauthorized")),
        ("forbidden", .status(403, "Forbidden", "words")),
        ("notFound", .status(404, "NotFound", "words")),
        ("conflict", .status(409, "Conflict", "words")),
        ("gone", .status(410, "Expired", "words")),
        ("tooManyRequests", .status(429, "TooManyRequests", "words")),
        ("server(500)", .status(500, "InternalError", "words")),
        ("malformedAnswer", .page(200)),
        ("transport", .reset),
        ("timeout", .silence),
    ]
    /// Failures that no server causes: TLS is not spoken here (the client's own tests do), and a kubeconfig is not wrong.
    private static let failuresElsewhere = ["tls", "configuration"]
    private static let inputs = [
        "start", "page", "last page", "checked", "opened", "progressed", "ended", "timer fired", "retry now",
        "server is back",
    ]

    /// What can happen in each phase, besides failures, and whether a request is under way that can fail.
    ///
    /// What is not named cannot happen: it is the outcome of another action than the phase's own.
    private static let phases: [(name: String, inputs: [String], isRequest: Bool)] = [
        ("idle", ["start"], false),
        ("listing", ["page", "last page"], true),
        // A list without a limit is answered whole: no further page.
        ("listing the rest", ["last page"], true),
        ("listing further pages", ["page", "last page"], true),
        ("checking", ["checked"], true),
        ("watching", ["opened", "progressed", "ended"], true),
        ("waiting to list", ["timer fired", "retry now", "server is back"], false),
        ("waiting to watch", ["timer fired", "retry now", "server is back"], false),
    ]

    @Test func everyTransitionIsReachedOverTheWire() async throws {
        var expected: Set<Step> = []
        for phase in Self.phases {
            for input in phase.inputs { expected.insert(Step(phase: phase.name, input: input)) }
            for failure in Self.failures where phase.isRequest {
                expected.insert(Step(phase: phase.name, input: "failed: \(failure.words)"))
            }
        }
        var seen: Set<Step> = []
        for failure in Self.failures { seen.formUnion(try await steps(failure.fault)) }
        seen.formUnion(try await stepsOfWaits())
        #expect(seen.subtracting(expected).sorted() == [], "what the table says cannot happen")
        #expect(expected.subtracting(seen).sorted() == [], "what was not reached")
        #expect(Set(Self.inputs).isSubset(of: expected.map(\.input)))
        #expect(Self.failuresElsewhere.allSatisfy { word in !seen.contains { $0.input.hasSuffix(word) } })
    }

    /// Meets a failure in every request: lists of one and of many pages, a check, a watch that brings something and ends.
    private func steps(_ fault: Fault) async throws -> Set<Step> {
        let timeouts = fault == .silence ? Rig.impatient : Rig.patient
        let places: [@Sendable (ServedRequest) -> Bool] = [
            { $0.isList && $0.parameter("limit") != nil && $0.parameter("continue") == nil },
            { $0.parameter("resourceVersion") == "0" },
            { $0.parameter("continue") != nil },
            { $0.isCheck },
            { $0.isWatch },
        ]
        var seen: Set<Step> = []
        for (index, place) in places.enumerated() {
            let steps = StepBox()
            try await Rig.run(
                [Node.kind], store: try manyNodes(), timeouts: timeouts,
                before: { faulty in
                    // Pages come only where the rest cannot be had at once.
                    if index <= 2 { faulty.limitPages(to: 2) }
                    if index == 2 {
                        faulty.spoil(.status(500, "InternalError", "x")) { $0.parameter("resourceVersion") == "0" }
                    }
                    faulty.spoil(fault, where: place)
                }
            ) { rig in
                rig.time.passByItself()
                if index == 3 {
                    await rig.faulty.until { $0.isWatch }
                    rig.faulty.breakConnections()
                }
                await rig.faulty.untilSpoiled()
                let node = try named("node-9", in: nil, #""status":{}"#)
                rig.truth.server.update { $0.put(.nodes, node) }
                try await rig.untilRight()
                rig.faulty.spoil(.endedWatch) { $0.isWatch }
                rig.faulty.breakConnections()
                await rig.faulty.untilSpoiled()
                try await rig.untilRight()
                steps.value = rig.steps
            }
            seen.formUnion(steps.value?.all ?? [])
        }
        return seen
    }

    /// Ends waits in every way.
    private func stepsOfWaits() async throws -> Set<Step> {
        let steps = StepBox()
        try await Rig.run(
            [Node.kind, Namespace.kind], store: try manyNodes(), before: { $0.spoil(.reset, times: 2) }
        ) { rig in
            // Both wait to list; then one is let go, and the other follows.
            for isListed in [false, true] {
                if isListed {
                    try await rig.untilRight()
                    await rig.faulty.until { $0.isWatch && $0.kind == "nodes" }
                    await rig.faulty.until { $0.isWatch && $0.kind == "namespaces" }
                    await rig.faulty.kill()
                }
                let first = try await rig.time.nextWait()
                _ = try await rig.time.nextWait()
                if isListed { try await rig.faulty.start() }
                first.pass()
            }
            try await rig.untilRight()
            steps.value = rig.steps
        }
        try await Rig.run([Node.kind], store: try manyNodes(), before: { $0.spoil(.reset) }) { rig in
            _ = try await rig.time.nextWait()
            await rig.cache.retryNow()
            try await rig.untilRight()
            await rig.faulty.until { $0.isWatch }
            rig.faulty.breakConnections()
            _ = try await rig.time.nextWait()
            await rig.cache.retryNow()
            try await rig.untilRight()
            for step in rig.steps.all { steps.value?.note(step) }
        }
        return steps.value?.all ?? []
    }

    private func manyNodes() throws -> DemoObjectStore {
        var store = try smallCluster()
        for index in 2...7 { store.put(.nodes, try named("node-\(index)", in: nil, #""status":{}"#)) }
        return store
    }
}
