import KubernetesModel
import Testing

@testable import Streams

struct LogStreamMachineTests {
    private let running = LogContainerState(.running)
    private let ended = LogContainerState(.ended, willRun: true)
    private let over = LogContainerState(.ended)
    private let restarted = LogContainerState(.running, restarts: 1)
    private let bytes = LogStreamMachine.Outcome.ended(hadBytes: true)

    private func failure(_ reason: APIFailure.Reason) -> LogStreamMachine.Outcome {
        .failed(APIFailure(reason, attempt: "read", detail: "words"), hadBytes: false)
    }

    @Test func aLogThatIsNotFollowedIsReadOnce() {
        var machine = LogStreamMachine(follows: false)
        #expect(machine.start(LogContainerState(.waiting, willRun: true)) == .read(.first))
        #expect(machine.handle(bytes, running) == .finish(nil))
    }

    @Test func aLogThatIsNotFollowedIsTriedAgainWhereItWasCut() {
        var machine = LogStreamMachine(follows: false)
        _ = machine.start(running)
        let cut = APIFailure(.transport, attempt: "read", detail: "cut")
        #expect(machine.handle(.failed(cut, hadBytes: true), running) == .wait(atMost: .milliseconds(500)))
        #expect(machine.woke(running) == .read(.rest))
        #expect(machine.handle(.failed(cut, hadBytes: false), running) == .wait(atMost: .seconds(1)))
        _ = machine.woke(running)
        #expect(machine.handle(.failed(cut, hadBytes: false), running) == .wait(atMost: .seconds(2)))
        _ = machine.woke(running)
        #expect(machine.handle(.failed(cut, hadBytes: false), running) == .finish(cut))
    }

    @Test func whatHasNoStampsIsNotReadAgain() {
        let cut = APIFailure(.transport, attempt: "read", detail: "cut")
        var machine = LogStreamMachine(follows: true, canResume: false)
        _ = machine.start(running)
        #expect(machine.handle(.failed(cut, hadBytes: true), running) == .finish(cut))
    }

    @Test func waitsUntilTheContainerHasStarted() {
        var machine = LogStreamMachine(follows: true)
        #expect(machine.start(LogContainerState(.waiting, willRun: true)) == .wait(atMost: nil))
        #expect(machine.woke(running) == .read(.first))
    }

    @Test func theEndOfTheContainerEndsTheLog() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        // The pod says so a moment later.
        #expect(machine.handle(bytes, running) == .wait(atMost: .milliseconds(500)))
        #expect(machine.woke(over) == .read(.rest))
        #expect(machine.handle(bytes, over) == .finish(nil))
    }

    @Test func aPodThatGoesEndsTheLog() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(bytes, running)
        #expect(machine.woke(LogContainerState(.gone)) == .finish(nil))
        machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(bytes, running)
        _ = machine.woke(running)
        #expect(machine.handle(failure(.notFound), running) == .finish(nil))
    }

    @Test func theNextRunFollowsWithTheRestOfTheOneBefore() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(bytes, running)
        #expect(machine.woke(ended) == .read(.rest))
        #expect(machine.handle(bytes, ended) == .wait(atMost: nil))
        #expect(machine.woke(restarted) == .read(.previous))
        #expect(machine.handle(bytes, restarted) == .read(.follow))
    }

    @Test func theNextRunFollowsAlsoWhereTheOneBeforeIsNotKept() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        #expect(machine.handle(bytes, restarted) == .read(.previous))
        #expect(machine.handle(failure(.server(400)), restarted) == .read(.follow))
    }

    @Test func aCutLogGoesOnAfterPausesThatGrow() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        let cut = APIFailure(.transport, attempt: "read", detail: "cut")
        #expect(machine.handle(.failed(cut, hadBytes: true), running) == .wait(atMost: .milliseconds(500)))
        #expect(machine.woke(running) == .read(.follow))
        var waits: [LogStreamMachine.Action] = []
        for _ in 0..<6 {
            waits.append(machine.handle(failure(.transport), running))
            #expect(machine.woke(running) == .read(.follow))
        }
        #expect(waits == [1, 2, 4, 8, 10, 10].map { .wait(atMost: .seconds($0)) })
    }

    @Test func aPodThatGoesWhileItsLogIsCutOffMayHaveWrittenMore() {
        let failed = APIFailure(.transport, attempt: "read", detail: "cut")
        let cut = LogStreamMachine.Outcome.failed(failed, hadBytes: true)
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(cut, running)
        #expect(machine.woke(LogContainerState(.gone)) == .finish(nil))
        #expect(machine.wasCutOff)
        machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(cut, running)
        _ = machine.woke(running)
        #expect(machine.handle(failure(.notFound), running) == .finish(nil))
        #expect(machine.wasCutOff)
    }

    @Test func aLogThatIsReadAgainAfterACutIsWhole() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        _ = machine.handle(failure(.transport), running)
        #expect(machine.woke(ended) == .read(.first))
        #expect(machine.handle(bytes, ended) == .read(.rest))
        #expect(machine.handle(bytes, ended) == .wait(atMost: nil))
        #expect(machine.woke(LogContainerState(.gone)) == .finish(nil))
        #expect(!machine.wasCutOff)
    }

    @Test func aServerThatEndsSilentLogsIsNotAskedInALoop() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        var waits: [LogStreamMachine.Action] = []
        for _ in 0..<3 {
            waits.append(machine.handle(.ended(hadBytes: false), running))
            #expect(machine.woke(running) == .read(.follow))
        }
        #expect(waits == [.milliseconds(500), .seconds(1), .seconds(2)].map { .wait(atMost: $0) })
    }

    @Test func aRefusalEndsIt() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        let refusal = APIFailure(.forbidden, attempt: "read", detail: "words")
        #expect(machine.handle(failure(.forbidden), running) == .finish(refusal))
    }

    @Test func aContainerThatTheServerCallsNotStartedIsAskedAgain() {
        var machine = LogStreamMachine(follows: true)
        _ = machine.start(running)
        #expect(machine.handle(failure(.server(400)), running) == .wait(atMost: .seconds(2)))
        #expect(machine.woke(running) == .read(.first))
    }

    @Test func aCrashLoopIsReadAndThenWaitedFor() {
        var machine = LogStreamMachine(follows: true)
        let looping = LogContainerState(.ended, restarts: 4, willRun: true, reason: "CrashLoopBackOff")
        #expect(machine.start(looping) == .read(.first))
        #expect(machine.handle(bytes, looping) == .read(.rest))
        #expect(machine.handle(bytes, looping) == .wait(atMost: nil))
    }
}
