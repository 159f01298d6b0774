/// Decides when to draw: at once after a rest, then at most 60 times a second; keys wait less for their frame than news of
/// the cluster does.
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
    /// The least time between a frame and one that a key asks for.
    package static let keyInterval = Duration.milliseconds(4)

    private var lastFrame: ContinuousClock.Instant?
    private var isScheduled = false

    package init() {}

    /// Something changed, by a key or by itself.
    package mutating func changed(byKey: Bool, at now: ContinuousClock.Instant) -> Action {
        let interval = byKey ? Self.keyInterval : Self.interval
        guard let lastFrame, now - lastFrame < interval else {
            // A frame that is scheduled already has nothing left to show, and does no harm.
            lastFrame = now
            return .draw
        }
        if isScheduled { return .none }
        isScheduled = true
        return .drawAfter(interval - (now - lastFrame))
    }

    /// The time that `drawAfter` asked for has passed: the caller draws.
    package mutating func scheduledFrame(at now: ContinuousClock.Instant) {
        isScheduled = false
        lastFrame = now
    }
}
