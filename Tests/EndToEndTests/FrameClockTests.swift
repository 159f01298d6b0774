import AppRuntime
import Testing

@Suite struct FrameClockTests {
    private let start = ContinuousClock.now

    @Test func theFirstChangeAfterARestIsDrawnAtOnce() {
        var clock = FrameClock()
        #expect(clock.changed(byKey: false, at: start) == .draw)
        #expect(clock.changed(byKey: false, at: start + .seconds(1)) == .draw)
    }

    @Test func newsOfTheClusterWaitForTheNextFrameTogether() {
        var clock = FrameClock()
        _ = clock.changed(byKey: false, at: start)
        #expect(clock.changed(byKey: false, at: start + .milliseconds(6)) == .drawAfter(.milliseconds(10)))
        #expect(clock.changed(byKey: false, at: start + .milliseconds(9)) == .none)
        clock.scheduledFrame(at: start + .milliseconds(16))
        #expect(clock.changed(byKey: false, at: start + .milliseconds(40)) == .draw)
    }

    @Test func aKeyDoesNotWaitForTheFrameAfterOneOfTheCluster() {
        var clock = FrameClock()
        _ = clock.changed(byKey: false, at: start)
        #expect(clock.changed(byKey: true, at: start + .milliseconds(1)) == .drawAfter(.milliseconds(3)))
        clock.scheduledFrame(at: start + .milliseconds(4))
        #expect(clock.changed(byKey: true, at: start + .milliseconds(9)) == .draw)
    }
}
