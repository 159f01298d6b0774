import ClusterCache
import ClusterState
import KubernetesModel
import Testing

struct ReflectorMachineTests {
    typealias Input = ReflectorMachine.Input

    /// What goes in, at which second, and what must come out.
    private func run(_ steps: [(second: Int64, input: Input, actions: [String])]) {
        var machine = ReflectorMachine(seed: 1)
        for (index, step) in steps.enumerated() {
            let now = Timestamp(seconds: step.second)
            #expect(describe(machine.handle(step.input, now: now), now: now) == step.actions, "step \(index)")
        }
    }

    private let firstList: [(second: Int64, input: Input, actions: [String])] = [
        (0, .start, ["begin", "list 500"]),
        (1, .page(continueToken: nil, version: "10"), ["end", "ready", "watch 10"]),
        (1, .opened, []),
    ]
    private let relist = ["begin", "list 5000"]

    @Test func listsThenWatches() {
        run(firstList)
    }

    @Test func readsAllFromTheServersCacheAfterTheFirstPage() {
        run([
            (0, .start, ["begin", "list 500"]),
            (0, .page(continueToken: "p2", version: "10"), ["begin", "list cached"]),
            (1, .page(continueToken: nil, version: "11"), ["end", "ready", "watch 11"]),
        ])
    }

    @Test func asksForLargePagesWhenTheServersCacheCannotAnswer() {
        run([
            (0, .start, ["begin", "list 500"]),
            (0, .page(continueToken: "p2", version: "10"), ["begin", "list cached"]),
            (3, .failed(failure(.server(504))), ["begin", "list 500"]),
            (4, .page(continueToken: "p2", version: "10"), ["list 5000 p2"]),
            (4, .page(continueToken: "p3", version: "10"), ["list 5000 p3"]),
            (5, .page(continueToken: "", version: "10"), ["end", "ready", "watch 10"]),
        ])
    }

    @Test func listsAgainAndAgainWhatCannotBeWatched() {
        let page = Input.page(continueToken: nil, version: "", pollAfter: .seconds(15))
        run([
            (0, .start, ["begin", "list 500"]),
            (1, page, ["end", "ready", "wait 15"]),
            (16, .timerFired, relist),
            (16, page, ["end", "wait 15"]),
            (31, .timerFired, relist),
            (31, .failed(failure(.server(503))), ["stale 31: words, retry", "wait 0.5"]),
            (32, .timerFired, ["stale 31: words, now"] + relist),
            (32, page, ["end", "ready", "wait 15"]),
            (40, .retryNow, relist),
            (40, .failed(failure(.notFound)), ["unavailable: words", "wait 60"]),
        ])
    }

    @Test func listsInPagesWhatCannotBeWatched() {
        run([
            (0, .start, ["begin", "list 500"]),
            (0, .page(continueToken: "p2", version: "", pollAfter: .seconds(30)), ["begin", "list cached"]),
            (1, .page(continueToken: nil, version: "", pollAfter: .seconds(30)), ["end", "ready", "wait 30"]),
        ])
    }

    @Test func listsAgainWhatAServerOffersToWatchButDoesNot() {
        run(
            firstList + [
                (1, .failed(failure(.server(405))), relist),
                (2, .page(continueToken: nil, version: "10"), ["end", "wait 30"]),
                (32, .timerFired, relist),
            ])
    }

    @Test func watchesOnFromTheNewestVersionWhenTheServerEndsTheWatch() {
        run(
            firstList + [
                (5, .progressed(version: "12"), []),
                (6, .progressed(version: "11"), []),
                (300, .ended, ["watch 11"]),
            ])
    }

    @Test func aQuietWatchThatLivedAWhileIsWell() {
        run(
            firstList + [
                (250, .ended, ["watch 10"]), (250, .opened, []),
                (500, .ended, ["watch 10"]), (500, .opened, []),
                (750, .ended, ["watch 10"]),
            ])
    }

    @Test func backsOffAndSaysSoWhenWatchesEndAtOnceWithoutAnEvent() {
        run(
            firstList + [
                (1, .ended, ["watch 10"]), (1, .opened, []),
                (1, .ended, ["stale 1: the server keeps ending the watch, retry", "wait 0.5"]),
                (2, .timerFired, ["stale 1: the server keeps ending the watch, now", "check"]),
                (2, .checked(version: "10"), ["watch 10"]), (2, .opened, ["ready"]),
                (2, .ended, ["stale 2: the server keeps ending the watch, retry", "wait 1"]),
                (3, .timerFired, ["stale 2: the server keeps ending the watch, now", "check"]),
                (3, .checked(version: "10"), ["watch 10"]), (3, .opened, ["ready"]),
                (3, .progressed(version: "11"), []),
                (3, .ended, ["watch 11"]),
            ])
    }

    @Test func listsAgainWhenTheServerHasLostItsHistory() {
        run(
            firstList + [
                (2, .progressed(version: "500"), []),
                (3, .failed(failure(.transport)), ["stale 3: words, retry", "wait 0.5"]),
                (4, .timerFired, ["stale 3: words, now", "check"]),
                (4, .checked(version: "7"), ["begin anew", "list 5000"]),
                (5, .failed(failure(.transport)), ["stale 3: words, retry", "wait 0.5"]),
                (6, .timerFired, ["stale 3: words, now", "begin anew", "list 5000"]),
                (6, .page(continueToken: nil, version: "8"), ["end", "ready", "watch 8"]),
                (7, .failed(failure(.gone)), relist),
                (8, .page(continueToken: nil, version: "6"), ["begin anew", "list 5000"]),
                (8, .page(continueToken: nil, version: "6"), ["end", "watch 6"]),
            ])
    }

    @Test func versionsThatAreNoNumbersAreNotCompared() {
        run(
            firstList + [
                (3, .failed(failure(.malformedAnswer)), ["check"]),
                (3, .checked(version: "a"), ["watch 10"]),
            ])
    }

    @Test func aCheckThatFailsWaitsAsAWatchDoes() {
        run(
            firstList + [
                (2, .failed(failure(.transport)), ["stale 2: words, retry", "wait 0.5"]),
                (3, .timerFired, ["stale 2: words, now", "check"]),
                (3, .failed(failure(.server(500))), ["stale 2: words, retry", "wait 1"]),
                // That a watch opened long ago forgives nothing.
                (90, .timerFired, ["stale 2: words, now", "check"]),
                (90, .failed(failure(.server(500))), ["stale 2: words, retry", "wait 2"]),
                (93, .timerFired, ["stale 2: words, now", "check"]),
                (93, .failed(failure(.forbidden)), relist),
            ])
    }

    @Test func aServerThatIsBackEndsTheWaitButForgetsNoFailure() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.transport)), ["failed: words, retry", "wait 0.5"]),
            (1, .serverIsBack, ["failed: words, now", "begin", "list 500"]),
            (1, .failed(failure(.transport)), ["failed: words, retry", "wait 1"]),
        ])
    }

    @Test func onlyFailuresThatConcernEveryKindWaitForTheServer() {
        let cases: [(APIFailure.Reason, Int?, Bool)] = [
            (.transport, nil, true), (.timeout, nil, true), (.tls, nil, true), (.unauthorized, nil, true),
            (.malformedAnswer, nil, true), (.server(502), nil, true), (.server(503), nil, true),
            (.server(504), nil, true), (.server(503), 5, false), (.server(500), nil, false),
            (.tooManyRequests, nil, false), (.forbidden, nil, false), (.notFound, nil, false), (.gone, nil, false),
            (.conflict, nil, false), (.configuration, nil, false),
        ]
        for (reason, retryAfter, expected) in cases {
            var machine = ReflectorMachine(seed: 1)
            _ = machine.handle(.start, now: Timestamp(seconds: 0))
            _ = machine.handle(.failed(failure(reason, retryAfter: retryAfter)), now: Timestamp(seconds: 0))
            #expect(machine.isServerLost == expected, "\(reason)")
            _ = machine.handle(.timerFired, now: Timestamp(seconds: 1))
            #expect(machine.isServerLost == expected, "an attempt alone proves nothing: \(reason)")
            _ = machine.handle(.page(continueToken: nil, version: "1"), now: Timestamp(seconds: 1))
            #expect(!machine.isServerLost)
        }
    }

    @Test func listsAgainWhenTheVersionIsGone() {
        run(
            firstList + [
                (9, .failed(failure(.gone)), relist),
                (9, .page(continueToken: "p2", version: "20"), ["list 5000 p2"]),
                (9, .page(continueToken: nil, version: "20"), ["end", "watch 20"]),
                (9, .failed(failure(.gone)), ["stale 9: words, retry", "wait 0.5"]),
                (10, .timerFired, ["stale 9: words, now"] + relist),
                (11, .page(continueToken: nil, version: "30"), ["end", "ready", "watch 30"]),
            ])
    }

    @Test func listsAgainFromTheStartWhenAPageTokenExpired() {
        run([
            (0, .start, ["begin", "list 500"]),
            (0, .page(continueToken: "p2", version: "10"), ["begin", "list cached"]),
            (3, .failed(failure(.server(504))), ["begin", "list 500"]),
            (3, .page(continueToken: "p2", version: "10"), ["list 5000 p2"]),
            (400, .failed(failure(.gone)), ["begin", "list 500"]),
            (400, .page(continueToken: "p2", version: "20"), ["list 5000 p2"]),
            (800, .failed(failure(.gone)), ["failed: words, retry", "wait 1"]),
            (801, .timerFired, ["failed: words, now", "begin", "list 500"]),
            (802, .page(continueToken: "p2", version: "30"), ["loading", "list 5000 p2"]),
            (803, .page(continueToken: nil, version: "30"), ["end", "ready", "watch 30"]),
        ])
    }

    @Test func aLostConnectionKeepsTheRowsAndSaysSinceWhen() {
        run(
            firstList + [
                (50, .failed(failure(.transport)), ["stale 50: words, retry", "wait 0.5"]),
                (51, .timerFired, ["stale 50: words, now", "check"]), (51, .checked(version: "10"), ["watch 10"]),
                (52, .failed(failure(.timeout)), ["stale 50: words, retry", "wait 1"]),
                (53, .timerFired, ["stale 50: words, now", "check"]), (53, .checked(version: "10"), ["watch 10"]),
                (54, .opened, ["ready"]),
                (55, .progressed(version: "11"), []),
                (56, .failed(failure(.transport)), ["stale 56: words, retry", "wait 0.5"]),
            ])
    }

    @Test func aWatchThatOpensAndBreaksAtOnceStillBacksOff() {
        run(
            firstList + [
                (2, .failed(failure(.transport)), ["stale 2: words, retry", "wait 0.5"]),
                (3, .timerFired, ["stale 2: words, now", "check"]), (3, .checked(version: "10"), ["watch 10"]),
                (3, .opened, ["ready"]),
                (3, .failed(failure(.transport)), ["stale 3: words, retry", "wait 1"]),
            ])
    }

    @Test func aWatchCutInTheMiddleOfAnObjectResumesAtOnceTheFirstTime() {
        run(
            firstList + [
                (5, .progressed(version: "12"), []),
                (6, .failed(failure(.malformedAnswer)), ["check"]), (6, .checked(version: "12"), ["watch 12"]),
                (6, .opened, []),
                (6, .failed(failure(.malformedAnswer)), ["stale 6: words, retry", "wait 1"]),
            ])
    }

    @Test func aFailedFirstListSaysSoAndIsTriedAgain() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.transport)), ["failed: words, retry", "wait 0.5"]),
            (2, .timerFired, ["failed: words, now", "begin", "list 500"]),
            (3, .failed(failure(.unauthorized)), ["failed: words, retry", "wait 1"]),
            (4, .timerFired, ["failed: words, now", "begin", "list 500"]),
            (5, .page(continueToken: nil, version: "10"), ["end", "ready", "watch 10"]),
        ])
    }

    @Test func aRefusalIsShownInTheServersWordsAndTriedAgainSlowly() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.forbidden)), ["forbidden: words", "wait 60"]),
            (61, .timerFired, ["begin", "list 500"]),
            (62, .failed(failure(.forbidden)), ["wait 60"]),
            (122, .timerFired, ["begin", "list 500"]),
            (123, .page(continueToken: nil, version: "10"), ["end", "ready", "watch 10"]),
        ])
    }

    @Test func aKindThatTheServerDoesNotHaveIsUnavailable() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.notFound)), ["unavailable: words", "wait 60"]),
            (61, .timerFired, ["begin", "list 500"]),
        ])
    }

    @Test func aKindThatDisappearsBecomesUnavailable() {
        run(
            firstList + [
                (5, .failed(failure(.notFound)), relist),
                (5, .failed(failure(.notFound)), ["unavailable: words", "wait 60"]),
            ])
    }

    @Test func aKindThatMayBeListedButNotWatchedIsListedEveryMinute() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .page(continueToken: nil, version: "10"), ["end", "ready", "watch 10"]),
            (1, .failed(failure(.forbidden)), relist),
            (2, .page(continueToken: nil, version: "11"), ["end", "stale 2: words, now", "watch 11"]),
            (2, .failed(failure(.forbidden)), ["stale 2: words, retry", "wait 60"]),
            (62, .timerFired, ["stale 2: words, now"] + relist),
            (63, .page(continueToken: nil, version: "12"), ["end", "stale 63: words, now", "watch 12"]),
            (64, .opened, ["ready"]),
        ])
    }

    @Test func waitsAsLongAsTheServerAsks() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.tooManyRequests, retryAfter: 7)), ["failed: words, retry", "wait 7"]),
            (8, .timerFired, ["failed: words, now", "begin", "list 500"]),
            (9, .page(continueToken: nil, version: "10"), ["end", "ready", "watch 10"]),
            (10, .failed(failure(.server(503), retryAfter: 9)), ["stale 10: words, retry", "wait 9"]),
            (19, .timerFired, ["stale 10: words, now", "check"]), (19, .checked(version: "10"), ["watch 10"]),
            (20, .failed(failure(.tooManyRequests, retryAfter: .max)), ["stale 10: words, retry", "wait 300"]),
        ])
    }

    @Test func retryNowEndsTheWaitAndForgetsTheFailures() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.transport)), ["failed: words, retry", "wait 0.5"]),
            (2, .timerFired, ["failed: words, now", "begin", "list 500"]),
            (3, .failed(failure(.transport)), ["failed: words, retry", "wait 1"]),
            (3, .retryNow, ["failed: words, now", "begin", "list 500"]),
            (4, .failed(failure(.transport)), ["failed: words, retry", "wait 0.5"]),
        ])
    }

    @Test func wrongConfigurationIsTriedAgainSlowly() {
        run([
            (0, .start, ["begin", "list 500"]),
            (1, .failed(failure(.configuration)), ["failed: words, retry", "wait 60"]),
        ])
    }

    @Test func whatCannotHappenNowIsIgnored() {
        run([
            (0, .retryNow, []), (0, .opened, []),
            (0, .start, ["begin", "list 500"]),
            (0, .timerFired, []), (0, .ended, []), (0, .start, []), (0, .progressed(version: "9"), []),
        ])
    }

    @Test func waitsDoubleFromHalfASecondToThirtySecondsWithJitter() {
        for seed in 0..<50 as Range<UInt64> {
            var machine = ReflectorMachine(seed: seed)
            _ = machine.handle(.start, now: Timestamp(seconds: 0))
            for lowest in [0.5, 1, 2, 4, 8, 16, 20, 20, 20] {
                let actions = machine.handle(.failed(failure(.transport)), now: Timestamp(seconds: 0))
                guard case .wait(let duration) = actions.last else {
                    Issue.record("no wait in \(actions)")
                    return
                }
                #expect((lowest...lowest * 1.5).contains(duration / .seconds(1)))
                _ = machine.handle(.timerFired, now: Timestamp(seconds: 0))
            }
        }
    }

    @Test func watchesEndAtDifferentTimes() {
        var seconds: Set<Int> = []
        for seed in 0..<50 as Range<UInt64> {
            var machine = ReflectorMachine(seed: seed)
            _ = machine.handle(.start, now: Timestamp(seconds: 0))
            let actions = machine.handle(.page(continueToken: nil, version: "1"), now: Timestamp(seconds: 0))
            guard case .watch(_, let timeoutSeconds) = actions.last else {
                Issue.record("no watch in \(actions)")
                return
            }
            seconds.insert(timeoutSeconds)
        }
        #expect(seconds.count > 10)
        #expect(seconds.allSatisfy { (240...300).contains($0) })
    }

    private func failure(_ reason: APIFailure.Reason, retryAfter: Int? = nil) -> APIFailure {
        APIFailure(reason, attempt: "list pods", detail: "words", retryAfterSeconds: retryAfter)
    }

    /// Actions as words; waits by their time before jitter.
    private func describe(_ actions: [ReflectorMachine.Action], now: Timestamp) -> [String] {
        var wait = Duration.zero
        if case .wait(let duration) = actions.last { wait = duration }
        func retry(_ retryAt: Timestamp?) -> String {
            guard let retryAt else { return "now" }
            let expected = wait / .microseconds(1)
            return abs(Double(retryAt.microseconds - now.microseconds) - expected) < 2 ? "retry" : "retry at \(retryAt)"
        }
        return actions.map { action in
            switch action {
            case .beginList(let isNewHistory): isNewHistory ? "begin anew" : "begin"
            case .endList: "end"
            case .publish(.loading(let count)): count == 0 ? "loading" : "loading \(count)"
            case .publish(.ready): "ready"
            case .publish(.forbidden(let reason)): "forbidden: \(reason)"
            case .publish(.unavailable(let reason)): "unavailable: \(reason)"
            case .publish(.failed(let reason, let retryAt)): "failed: \(reason), \(retry(retryAt))"
            case .publish(.stale(let since, let reason, let retryAt)):
                "stale \(since.seconds): \(reason), \(retry(retryAt))"
            case .list(.first(let limit)): "list \(limit)"
            case .list(.next(let token, let limit)): "list \(limit) \(token)"
            case .list(.allCached): "list cached"
            case .check: "check"
            case .watch(let version, _): "watch \(version)"
            case .wait(let duration): describe(duration)
            }
        }
    }

    private func describe(_ wait: Duration) -> String {
        let seconds = wait / .seconds(1)
        for (name, lowest) in [("0.5", 0.5), ("1", 1.0), ("60", 60)] where (lowest...lowest * 1.5).contains(seconds) {
            return "wait \(name)"
        }
        return "wait \(Int(seconds))"
    }
}
