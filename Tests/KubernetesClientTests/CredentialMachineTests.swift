import KubernetesModel
import Testing

@testable import KubernetesClient

/// When a credential program runs.
struct CredentialMachineTests {
    private static let failure = APIFailure(.configuration, attempt: "get a credential", detail: "no")

    /// A machine that can be changed within an expectation.
    private final class Machine {
        private var value = CredentialMachine()

        func request(now: Timestamp) -> CredentialMachine.Decision { value.request(now: now) }
        func refused(generation: Int, now: Timestamp) -> Bool { value.refused(generation: generation, now: now) }
        func demand() -> Bool { value.demand() }
        func forgetPauses() { value.forgetPauses() }
        func obtained(_ credential: ExecCredential, now: Timestamp) { value.obtained(credential, now: now) }
        func failed(_ failure: APIFailure, now: Timestamp) { value.failed(failure, now: now) }
        func cancelled() { value.cancelled() }
    }

    private func at(_ seconds: Double) -> Timestamp { Timestamp(microseconds: Int64(seconds * 1_000_000)) }

    private func credential(_ token: String, until seconds: Double? = nil) throws -> ExecCredential {
        let end = seconds.map { #","expirationTimestamp":"\#(at($0).rfc3339)""# } ?? ""
        let text =
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"\#(token)"\#(end)}}"#
        return try ExecCredential(answer: Array(text.utf8), apiVersion: .v1)
    }

    @Test func theFirstRequestRunsTheProgramAndOthersWait() throws {
        let machine = Machine()
        #expect(machine.request(now: at(0)) == .run)
        #expect(machine.request(now: at(0)) == .wait)
        machine.obtained(try credential("a"), now: at(1))
        #expect(machine.request(now: at(1)) == .use(try credential("a"), generation: 1))
        #expect(machine.request(now: at(1_000_000)) == .use(try credential("a"), generation: 1))
    }

    @Test(arguments: [(3600.0, 3539.0, 3540.0), (100.0, 89.0, 90.0)])
    func aCredentialIsRenewedBeforeItEndsWhileItIsStillInUse(end: Double, early: Double, late: Double) throws {
        let machine = Machine()
        _ = machine.request(now: at(0))
        let first = try credential("a", until: end)
        machine.obtained(first, now: at(0))
        #expect(machine.request(now: at(early)) == .use(first, generation: 1))
        #expect(machine.request(now: at(late)) == .useAndRun(first, generation: 1))
        #expect(machine.request(now: at(late)) == .use(first, generation: 1))
        #expect(machine.request(now: at(end)) == .wait)
        let second = try credential("b", until: end * 2)
        machine.obtained(second, now: at(end))
        #expect(machine.request(now: at(end)) == .use(second, generation: 2))
    }

    @Test func aRenewalThatFailsIsTriedAgainAfterAPauseAndTheOldOneIsUsedUntilItsEnd() throws {
        let machine = Machine()
        _ = machine.request(now: at(0))
        let first = try credential("a", until: 1000)
        machine.obtained(first, now: at(0))
        #expect(machine.request(now: at(950)) == .useAndRun(first, generation: 1))
        machine.failed(Self.failure, now: at(951))
        #expect(machine.request(now: at(952)) == .use(first, generation: 1))
        #expect(machine.request(now: at(953)) == .useAndRun(first, generation: 1))
    }

    @Test func aFailureIsToldWithoutRunningAgainForLongerEachTime() {
        let machine = Machine()
        var now = 0.0
        for pause in [2.0, 4, 8, 16, 32, 60, 60] {
            #expect(machine.request(now: at(now)) == .run)
            machine.failed(Self.failure, now: at(now))
            #expect(machine.request(now: at(now + pause - 0.1)) == .fail(Self.failure))
            now += pause
        }
    }

    @Test func theUserNeedNotWaitForThePause() {
        let machine = Machine()
        _ = machine.request(now: at(0))
        machine.failed(Self.failure, now: at(0))
        machine.forgetPauses()
        #expect(machine.request(now: at(0)) == .run)
        machine.failed(Self.failure, now: at(0))
        #expect(machine.demand())
        #expect(!machine.demand())
        #expect(machine.request(now: at(0)) == .wait)
    }

    @Test func aRefusedCredentialIsReplacedOnce() throws {
        let machine = Machine()
        _ = machine.request(now: at(0))
        machine.obtained(try credential("a"), now: at(0))
        #expect(machine.refused(generation: 1, now: at(10)))
        #expect(machine.request(now: at(10)) == .run)
        // The others that were refused with it only have to ask again.
        #expect(machine.refused(generation: 1, now: at(10)))
        #expect(machine.request(now: at(10)) == .wait)
        machine.obtained(try credential("b"), now: at(11))
        // The new one is refused as well: no storm.
        #expect(!machine.refused(generation: 2, now: at(11)))
        #expect(machine.request(now: at(11)) == .use(try credential("b"), generation: 2))
        #expect(machine.refused(generation: 2, now: at(12)))
        #expect(machine.request(now: at(12)) == .run)
    }

    @Test func refusalsInARowPauseForLonger() throws {
        let machine = Machine()
        var now = 0.0
        for (number, pause) in [2.0, 4, 8, 16, 32, 60, 60].enumerated() {
            #expect(machine.request(now: at(now)) == .run)
            machine.obtained(try credential("a"), now: at(now))
            #expect(machine.refused(generation: number + 1, now: at(now)))
            #expect(machine.request(now: at(now)) == .run)
            machine.cancelled()
            now += pause
        }
    }

    @Test func aCredentialThatIsOverOnArrivalIsSentAndNotAskedForWithEachRequest() throws {
        let machine = Machine()
        _ = machine.request(now: at(100))
        let old = try credential("a", until: 50)
        machine.obtained(old, now: at(100))
        #expect(machine.request(now: at(101)) == .use(old, generation: 1))
        #expect(machine.request(now: at(102)) == .run)
    }

    @Test func aRunThatNobodyWaitsForAnyMoreLeavesNothingBehind() {
        let machine = Machine()
        _ = machine.request(now: at(0))
        machine.cancelled()
        #expect(machine.request(now: at(0)) == .run)
    }
}
