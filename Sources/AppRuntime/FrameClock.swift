/// Decides when to draw: at once after a rest, then at most 60 times a second.
package struct FrameClock: Sendable {
    package enum Action: Sendable, Equatable {
        /// Draw now.
        case draw
        /// Draw when this much time has passed.
        case drawAfter(Duration)
        /// A draw is due already and will show this change too.
        case none
    }

    /// The least time between two frames.
    package static let interval = Duration.milliseconds(16)

    private var lastFrame: ContinuousClock.Instant?
    private var isScheduled = false

    package init() {}

    /// Something changed.
    package mutating func changed(at now: ContinuousClock.Instant) -> Action {
        if isScheduled { return .none }
        guard let lastFrame, now - lastFrame < Self.interval else {
            lastFrame = now
            return .draw
        }
        isScheduled = true
        return .drawAfter(Self.interval - (now - lastFrame))
    }

    /// The time that `drawAfter` asked for has passed: the caller draws.
    package mutating func scheduledFrame(at now: ContinuousClock.Instant) {
        isScheduled = false
        lastFrame = now
    }
}
