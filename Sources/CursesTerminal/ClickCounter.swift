import Screen

/// Tells a double click from two clicks.
struct ClickCounter {
    /// Longest time between the presses of a double click.
    static let interval = Duration.milliseconds(400)

    private var last: (position: Position, at: ContinuousClock.Instant)?

    /// The same event, or a double press when it is the second press of one.
    mutating func count(_ event: MouseEvent, at now: ContinuousClock.Instant) -> MouseEvent {
        guard event.kind == .press, event.button == .left, event.modifiers.isEmpty else { return event }
        if let last, last.position == event.position, last.at.duration(to: now) <= ClickCounter.interval {
            self.last = nil
            return MouseEvent(.doublePress, at: event.position)
        }
        last = (event.position, now)
        return event
    }
}
