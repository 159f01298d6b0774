import Logging
import Synchronization

/// Collects the steps of reflectors, as they stand in the log: the phase, and what happened in it.
struct StepLog: LogHandler {
    /// A phase and an input, as the log words them.
    struct Step: Hashable, Comparable, CustomStringConvertible {
        var phase: String
        var input: String

        var description: String { "\(phase) / \(input)" }
        static func < (left: Step, right: Step) -> Bool { left.description < right.description }
    }

    final class Steps: Sendable {
        private let seen = Mutex<Set<Step>>([])

        var all: Set<Step> { seen.withLock { $0 } }

        func note(_ step: Step) { seen.withLock { _ = $0.insert(step) } }

        var logger: Logger { Logger(label: "steps") { _ in StepLog(steps: self) } }
    }

    let steps: Steps
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(steps: Steps) { self.steps = steps }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard let phase = event.metadata?["phase"], let input = event.metadata?["input"] else { return }
        steps.note(Step(phase: "\(phase)", input: "\(input)"))
    }
}

/// Carries the steps of a rig out of its body.
final class StepBox: Sendable {
    private let box = Mutex<StepLog.Steps?>(nil)

    var value: StepLog.Steps? {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}
