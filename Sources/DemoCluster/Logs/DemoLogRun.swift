import KubernetesModel

/// One run of a container, and what it writes: a function of the run and of the time, so that nothing is stored and
/// everybody who asks reads the same lines.
struct DemoLogRun: Sendable {
    /// A line of the log.
    struct Line: Sendable, Equatable {
        /// Where it is in the run; grows, not by ones.
        var index: Int
        /// Nanoseconds since the Unix epoch.
        var nanoseconds: Int64
        var text: String
    }

    /// Older entries are gone, as a log that is rotated loses them.
    static let keptEntries = 5000

    private let writer: LogWriter
    private let start: Timestamp
    /// When it ended; `nil` while it runs.
    let end: Timestamp?
    /// When it was told to stop; it is silent from then on.
    private let stopped: Timestamp?
    private let words: [String]
    /// Whether nothing but its last words follows its first line.
    private let isTroubled: Bool
    /// Whether it ended well and by itself.
    private let isDone: Bool

    private init(
        _ container: DemoContainer, restart: Int, start: Timestamp, end: Timestamp?, _ behaviour: DemoPodBehaviour
    ) {
        let identity = "\(container.pod.text("metadata", "uid"))/\(container.name)/\(restart)"
        writer = LogWriter(container, seed: stableHash(identity), trouble: behaviour.trouble)
        self.start = start.inLogs
        self.end = end?.inLogs
        let isConcerned = behaviour.troubledContainer == container.name
        isTroubled = isConcerned && behaviour.trouble.endsContainers
        isDone = isConcerned && behaviour.trouble.kind == .ends && !isTroubled
        words = isConcerned && writer.script?.lines.isEmpty != false ? behaviour.lastWords : []
        let deletion = Timestamp(container.pod.text("metadata", "deletionTimestamp"))
        let grace = container.pod.integer("metadata", "deletionGracePeriodSeconds")
        stopped = container.pod.at("metadata", "finalizers") == nil ? deletion?.adding(seconds: -grace) : nil
    }

    /// The run of a container that a request asks for.
    ///
    /// - Parameters:
    ///   - container: as it is served.
    ///   - previous: whether the run before this one.
    ///   - behaviour: of its pod.
    /// - Returns: `nil` when the pod has no node yet, and so no log.
    /// - Throws: `DemoStatus` in the API server's words, for a container that has no such run.
    static func of(
        _ container: DemoContainer, previous: Bool, _ behaviour: DemoPodBehaviour
    ) throws(DemoStatus) -> DemoLogRun? {
        guard !container.pod.text("spec", "nodeName").isEmpty else { return nil }
        let state = container.status["state"] ?? .null
        let last = container.status.at("lastState", "terminated")
        if previous {
            guard let last else {
                throw .badRequest(
                    "previous terminated container \"\(container.name)\" in pod \"\(container.podName)\" not found")
            }
            return ended(container, container.restarts - 1, last, behaviour)
        }
        if let running = state["running"] {
            return DemoLogRun(
                container, restart: container.restarts, start: Timestamp(running.text("startedAt")) ?? .distantPast,
                end: nil, behaviour)
        }
        if let terminated = state["terminated"] { return ended(container, container.restarts, terminated, behaviour) }
        // Waiting, its last run is shown.
        guard let last else {
            throw .badRequest(
                "container \"\(container.name)\" in pod \"\(container.podName)\" is waiting to start: "
                    + "\(state.text("waiting", "reason"))")
        }
        return ended(container, container.restarts, last, behaviour)
    }

    private static func ended(
        _ container: DemoContainer, _ restart: Int, _ terminated: JSONValue, _ behaviour: DemoPodBehaviour
    ) -> DemoLogRun {
        let start = Timestamp(terminated.text("startedAt")) ?? .distantPast
        return DemoLogRun(
            container, restart: restart, start: start, end: Timestamp(terminated.text("finishedAt")) ?? start,
            behaviour)
    }

    /// The lines that are written after one of them and up to a moment, oldest first.
    func lines(after index: Int = -1, upTo now: Timestamp) -> [Line] {
        var lines: [Line] = []
        func append(_ entry: Int, at moment: Int64, _ texts: [String]) {
            for (offset, text) in texts.enumerated() where entry * 64 + offset > index {
                let fraction = Int64(stableHash("\(entry)/\(offset)") % 1000)
                lines.append(
                    Line(
                        index: entry * 64 + offset, nanoseconds: (moment + Int64(offset) * 3) * 1000 + fraction,
                        text: text))
            }
        }
        let limit = min(now, end ?? now, stopped ?? now).microseconds
        let first = writer.firstTraffic
        var last = isTroubled ? first - 1 : writer.entryCount(after: start, upTo: limit) + first - 1
        last = max(last, first - 1)
        let oldest = max(last - Self.keptEntries + 1, index / 64, 0)
        if oldest <= last {
            for entry in oldest...last {
                let moment = writer.moment(of: entry, after: start)
                if moment <= limit {
                    append(entry, at: moment, writer.texts(entry, at: moment, isTroubled: isTroubled))
                }
            }
        }
        if let stopped, stopped <= now, end == nil {
            append(
                last + 1, at: max(stopped.microseconds, lines.last.map { $0.nanoseconds / 1000 + 1 } ?? 0),
                writer.farewell(isDone: false))
        }
        if let end, end <= now {
            let entry = last + 2
            append(
                entry, at: end.microseconds - Int64(words.count) * 3,
                words.isEmpty && !isTroubled ? writer.farewell(isDone: isDone) : words)
        }
        return lines
    }
}

extension DemoLogRun.Line {
    /// The bytes of the line as the server sends them.
    func bytes(timestamps: Bool) -> [UInt8] {
        guard timestamps else { return Array(text.utf8) + [UInt8(ascii: "\n")] }
        let seconds = Timestamp(microseconds: nanoseconds / 1000).wholeSeconds
        let fraction = String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst()
        return Array("\(seconds.rfc3339.dropLast()).\(fraction)Z \(text)\n".utf8)
    }
}

extension Timestamp {
    /// Whoever writes a status may write any time: one whose nanoseconds can be counted.
    fileprivate var inLogs: Timestamp {
        min(max(self, Timestamp(seconds: 0)), Timestamp(seconds: 4_000_000_000))
    }

    /// Long before anything happened.
    static let distantPast = Timestamp(seconds: 0)

    /// Long after anything happens.
    static let distantFuture = Timestamp(seconds: .max)
}

/// How a pod behaves, which its object does not say.
struct DemoPodBehaviour: Sendable, Equatable {
    var trouble = PodTrouble.healthy
    /// The container that is in trouble; empty when none is.
    var troubledContainer = ""
    /// What it says before it ends.
    var lastWords: [String] = []
}
