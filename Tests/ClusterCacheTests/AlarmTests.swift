import ClusterCache
import Testing

/// Sleeps between attempts that others cut short.
struct AlarmTests {
    private let sleep: @Sendable (Duration) async throws -> Void = { _ in
        Issue.record("nobody had to sleep")
    }

    @Test func whatIsAskedForDuringAnAttemptIsNotForgotten() async {
        let alarm = Alarm()
        alarm.attemptBegins()
        alarm.ring(.serverIsBack)
        alarm.ring(.now)
        #expect(await alarm.wait(.seconds(600), sleep: sleep) == .rang(.now))
    }

    @Test func aServerThatComesBackDuringAnAttemptIsHeardByWhoWaitsForIt() async {
        let alarm = Alarm()
        alarm.attemptBegins()
        alarm.ring(.serverIsBack)
        #expect(await alarm.wait(.seconds(600), waitsForServer: true, sleep: sleep) == .rang(.serverIsBack))
        alarm.attemptBegins()
        alarm.ring(.serverIsBack)
        #expect(await alarm.wait(.seconds(600)) { _ in } == .slept)
    }

    @Test func whatRangBeforeTheAttemptIsForgotten() async {
        let alarm = Alarm()
        alarm.ring(.now)
        alarm.attemptBegins()
        #expect(await alarm.wait(.seconds(600)) { _ in } == .slept)
        // Nothing is tried now: there is nothing to do sooner.
        alarm.ring(.now)
        #expect(await alarm.wait(.seconds(600)) { _ in } == .slept)
    }
}
