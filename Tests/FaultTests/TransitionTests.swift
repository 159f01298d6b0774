import ClusterCache
import ClusterState
import DemoCluster
import KubernetesModel
import Testing

/// Each fault by itself, in each phase, over the wire: what is shown meanwhile, how long is waited, and the rows after.
@Suite(.timeLimit(.minutes(20)))
struct TransitionTests {
    /// A fault, and what the user is told.
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var fault: Fault
        /// Part of the reason that is shown.
        var words: String
        /// What kind of state it is, and how long the wait before jitter.
        var seconds: ClosedRange<Double> = 0.5...0.75

        var description: String { name }
    }

    private static let retryAt = "Retry-After: "

    /// Faults that make any request fail and are tried again.
    static let passing: [Case] = [
        Case(name: "reset", fault: .reset, words: "connection"),
        Case(name: "closed without an answer", fault: .cut(afterBytes: 0), words: "closed the connection"),
        Case(name: "cut in the head", fault: .cut(afterBytes: 40), words: "127.0.0.1"),
        Case(name: "no HTTP", fault: .bytes([0, 1, 2, 0xff, 0x0a, 0x0d]), words: "127.0.0.1"),
        Case(name: "HTML with 502", fault: .page(502), words: "Please sign in to the network"),
        Case(name: "401", fault: .status(401, "Unauthorized", "Unauthorized"), words: "Unauthorized"),
        Case(
            name: "429 in seconds", fault: .status(429, "TooManyRequests", "slow down", headers: [retryAt + "7"]),
            words: "slow down", seconds: 7...7),
        Case(
            name: "429 for ages", fault: .status(429, "TooManyRequests", "slow down", headers: [retryAt + "99999999"]),
            words: "slow down", seconds: 300...300),
        Case(
            name: "429 with nonsense", fault: .status(429, "TooManyRequests", "slow", headers: [retryAt + "-soon"]),
            words: "slow"),
        Case(
            name: "429 with a date",
            fault: .status(
                429, "TooManyRequests", "slow",
                headers: ["Date: Sun, 06 Nov 1994 08:49:37 GMT", retryAt + "Sun, 06 Nov 1994 08:49:49 GMT"]),
            words: "slow", seconds: 12...12),
        Case(name: "500", fault: .status(500, "InternalError", "etcd is on fire"), words: "etcd is on fire"),
        Case(name: "500 without a Status", fault: .answer(500, type: "text/plain", "oops"), words: "HTTP 500: oops"),
        Case(name: "502 without a body", fault: .answer(502, type: "text/plain", ""), words: "HTTP 502"),
        Case(name: "503", fault: .status(503, "ServiceUnavailable", "not ready"), words: "not ready"),
        Case(name: "504", fault: .status(504, "Timeout", "too slow"), words: "too slow"),
    ]

    /// Faults of a whole answer that is no list, and is shown at once.
    static let lists: [Case] = [
        Case(name: "HTML with 200", fault: .page(200), words: "is this a Kubernetes API server?"),
        Case(name: "a wrong content type", fault: .answer(200, type: "text/plain", "ok"), words: "Kubernetes API"),
        Case(name: "cut in an object", fault: .cut(afterBytes: 900), words: "127.0.0.1"),
        Case(name: "broken JSON", fault: .answer(200, #"{"kind":"PodList","items":[{]}"#), words: "byte"),
        Case(name: "another kind", fault: .answer(200, #"{"kind":"NodeList","items":[]}"#), words: "kind"),
    ]

    @Test(arguments: passing + lists)
    func aFirstListThatFailsSaysWhyAndIsTriedAgain(fault: Case) async throws {
        try await Rig.run(
            [Pod.kind], store: smallCluster(), before: { $0.spoil(fault.fault) }
        ) { rig in
            try await expectFailure(fault, rig, isListed: false)
        }
    }

    @Test(arguments: passing + lists)
    func aRelistThatFailsKeepsTheRowsAndSaysSinceWhen(fault: Case) async throws {
        try await afterCut(fault, where: { $0.isList }) { rig in
            rig.truth.server.update { $0.compact() }
        }
    }

    @Test(arguments: passing)
    func aWatchThatFailsKeepsTheRowsAndSaysSinceWhen(fault: Case) async throws {
        try await afterCut(fault, where: { $0.isWatch }) { _ in }
    }

    @Test(arguments: passing)
    func aCheckThatFailsKeepsTheRowsAndSaysSinceWhen(fault: Case) async throws {
        try await afterCut(fault, where: { $0.isCheck }) { _ in }
    }

    /// Lists, cuts the watch, spoils a request of those that follow, and looks.
    private func afterCut(
        _ fault: Case, where matches: @escaping @Sendable (ServedRequest) -> Bool,
        prepare: @escaping @Sendable (Rig) throws -> Void
    ) async throws {
        try await Rig.run([Pod.kind], store: smallCluster()) { rig in
            try await rig.untilRight()
            await rig.faulty.until { $0.isWatch }
            await rig.faulty.kill()
            let cut = try await rig.time.nextWait()
            _ = try await rig.tables.state { $0.retryAt == cut.end }
            let made = try pod("late-1")
            rig.truth.server.update { $0.put(.pods, made) }
            try prepare(rig)
            rig.faulty.spoil(fault.fault, where: matches)
            try await rig.faulty.start()
            cut.pass()
            try await expectFailure(fault, rig, isListed: true)
        }
    }

    /// Expects one failed attempt to be shown as it is, and then that everything is well again.
    private func expectFailure(_ fault: Case, _ rig: Rig, isListed: Bool) async throws {
        let wait = try await rig.time.nextWait()
        let state = try await rig.tables.state { $0.retryAt == wait.end }
        let seconds = wait.duration / .seconds(1)
        let most = fault.seconds.upperBound
        // Behind a cut watch it is the second failure in a row, or the first of a list.
        #expect(seconds >= fault.seconds.lowerBound && seconds <= (most < 1 ? most * 2 : most), "\(wait.duration)")
        switch state {
        case .stale(let since, let reason, _):
            #expect(isListed)
            #expect(since <= wait.since)
            #expect(reason.contains(fault.words), "\(reason)")
            #expect(await rig.tables.rowCount > 0)
        case .failed(let reason, _):
            #expect(!isListed)
            #expect(reason.contains(fault.words), "\(reason)")
        default: Issue.record("shown as \(state)")
        }
        rig.time.passByItself()
        wait.pass()
        try await rig.untilRight()
    }

    @Test(arguments: [0, 40, 300])
    func aServerThatFallsSilentIsNoticed(afterBytes: Int) async throws {
        let places: [@Sendable (ServedRequest) -> Bool] = [{ $0.isList }, { $0.isCheck }, { $0.isWatch }]
        for (index, place) in places.enumerated() {
            try await Rig.run([Pod.kind], store: smallCluster(), timeouts: Rig.impatient) { rig in
                rig.time.passByItself()
                try await rig.untilRight()
                await rig.faulty.until { $0.isWatch }
                await rig.faulty.kill()
                let made = [try pod("late-1"), try pod("late-2")]
                rig.truth.server.update { $0.put(.pods, made[0]) }
                if index == 0 { rig.truth.server.update { $0.compact() } }
                rig.faulty.spoil(.stall(afterBytes: afterBytes), where: place)
                try await rig.faulty.start()
                await rig.faulty.untilSpoiled()
                rig.truth.server.update { $0.put(.pods, made[1]) }
                try await rig.untilRight()
                // A watch may bring everything before it stalls.
                #expect(index == 2 || rig.steps.all.contains { $0.input == "failed: timeout" })
            }
        }
    }

    // MARK: - What is not tried again at once

    @Test func aRefusedListIsShownInTheServersWordsAndWaitsAMinute() async throws {
        for (code, word) in [(403, "Forbidden"), (404, "NotFound")] {
            let refusal = Fault.status(code, word, "not for you")
            // Nodes: a screen of pods would fall back to one namespace.
            try await Rig.run([Node.kind], store: smallCluster(), before: { $0.spoil(refusal) }) { rig in
                let wait = try await rig.time.nextWait()
                #expect((60...90).contains(wait.duration / .seconds(1)))
                _ = try await rig.tables.state(of: Node.kind) {
                    code == 403
                        ? $0 == .forbidden(reason: "not for you") : $0 == .unavailable(reason: "not for you")
                }
                wait.pass()
                try await rig.untilRight()
            }
        }
    }

    @Test func aKindThatMayNoLongerBeWatchedIsListedAndShownAsOld() async throws {
        try await Rig.run([Pod.kind], store: smallCluster()) { rig in
            try await rig.untilRight()
            rig.faulty.spoil(.status(403, "Forbidden", "no watching"), times: nil) { $0.isWatch }
            rig.faulty.breakConnections()
            try await rig.time.nextWait().pass()
            let wait = try await rig.time.nextWait()
            #expect((60...90).contains(wait.duration / .seconds(1)))
            _ = try await rig.tables.state { $0.retryAt == wait.end }
            rig.faulty.heal()
            wait.pass()
            try await rig.untilRight()
        }
    }

    // MARK: - What the user need not see

    /// Faults that a watch gets over without a wait.
    static let harmless: [(name: String, fault: Fault)] = [
        ("drip", .drip), ("twice", .twice), ("an unknown type", .inject([#"{"type":"NEWS","object":{"a":1}}"#])),
        ("a bookmark only", .inject([#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1010"}}}"#])),
        ("410 as an event", .goneEvent), ("410", .status(410, "Expired", "too old")), ("ended", .endedWatch),
        (
            "another kind",
            .inject([
                #"{"type":"ADDED","object":{"kind":"Node","metadata":{"name":"x","resourceVersion":"1012"}}}"#
            ])
        ),
        ("garbage", .inject(["}garbage{"])),
    ]

    @Test(arguments: harmless.indices)
    func aWatchGetsOverItWithoutAWait(index: Int) async throws {
        let fault = Self.harmless[index].fault
        try await Rig.run([Pod.kind], store: smallCluster(), before: { $0.spoil(fault) { $0.isWatch } }) { rig in
            await rig.faulty.untilSpoiled()
            let made = try pod("late-1")
            rig.truth.server.update { store in
                store.put(.pods, made)
                _ = store.delete(.pods, namespace: "shop", name: "web-1")
            }
            try await rig.untilRight()
            #expect(rig.time.durations.isEmpty, "\(Self.harmless[index].name)")
        }
    }

    @Test func aSlowListIsShownAsItComes() async throws {
        try await Rig.run([Pod.kind], store: smallCluster(), before: { $0.spoil(.drip) }) { rig in
            try await rig.untilRight()
            #expect(rig.time.durations.isEmpty)
        }
    }

    @Test func aWatchThatKeepsEndingIsShownAsOldAndSlowsDown() async throws {
        try await Rig.run(
            [Pod.kind], store: smallCluster(), before: { $0.spoil(.endedWatch, times: nil) { $0.isWatch } }
        ) { rig in
            for lowest in [0.5, 1, 2] {
                let wait = try await rig.time.nextWait()
                #expect((lowest...lowest * 1.5).contains(wait.duration / .seconds(1)))
                let state = try await rig.tables.state { $0.retryAt == wait.end }
                guard case .stale(_, let reason, _) = state else {
                    Issue.record("shown as \(state)")
                    return
                }
                #expect(reason == "the server keeps ending the watch")
                if lowest == 2 {
                    rig.faulty.heal()
                    rig.time.passByItself()
                }
                wait.pass()
            }
            try await rig.untilRight()
        }
    }

    @Test func aTokenThatExpiresBetweenTwoPagesStartsTheListAgain() async throws {
        try await Rig.run(
            [Pod.kind], store: smallCluster(),
            before: { faulty in
                faulty.limitPages(to: 2)
                faulty.spoil(.status(504, "Timeout", "no cache")) { $0.parameter("resourceVersion") == "0" }
                faulty.spoil(.status(410, "Expired", "continue token")) { $0.parameter("continue") != nil }
            }
        ) { rig in
            try await rig.untilRight()
            #expect(rig.time.durations.isEmpty)
        }
    }

    // MARK: - Another history

    @Test func aServerThatLostItsHistoryIsReadAnew() async throws {
        for knows in [true, false] {
            try await Rig.run(store: smallCluster()) { rig in
                rig.time.passByItself()
                try await rig.untilRight()
                let backup = rig.truth.server.store
                for count in 1...5 {
                    let changed = try pod("web-1", restarts: count)
                    rig.truth.server.update { $0.put(.pods, changed) }
                }
                try await rig.untilRight()
                // The same object at the same version as before, and yet another.
                var restored = backup
                restored.put(.pods, try pod("web-1", phase: "Failed"))
                if !knows { rig.faulty.spoil(.silentWatch, times: nil) { $0.parameter("resourceVersion") == "1022" } }
                try await rig.restart(with: restored)
                try await rig.untilRight()
            }
        }
    }

    @Test func anotherClusterBehindTheSameAddressReplacesEveryRow() async throws {
        try await Rig.run(store: smallCluster()) { rig in
            rig.time.passByItself()
            try await rig.untilRight()
            var other = try smallCluster(version: 5)
            _ = other.delete(.pods, namespace: "shop", name: "web-1")
            other.put(.pods, try pod("other-1"))
            other.compact()
            try await rig.restart(with: other)
            try await rig.untilRight()
        }
    }
}

extension LoadState {
    /// When the next attempt begins, of a state that has one.
    var retryAt: Timestamp? {
        switch self {
        case .stale(_, _, let retryAt), .failed(_, let retryAt): retryAt
        case .loading, .ready, .forbidden, .unavailable: nil
        }
    }
}
