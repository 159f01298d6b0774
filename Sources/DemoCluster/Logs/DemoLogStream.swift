import KubernetesModel

/// A log that is being read, and perhaps followed while it grows.
struct DemoLogStream: Sendable {
    /// Bytes to send, and whether they are the last.
    struct Chunk: Sendable, Equatable {
        var bytes: [UInt8]
        var isLast: Bool
    }

    private let options: DemoLogOptions
    private let key: DemoObjectStore.Key
    private let identity: String
    /// The last line that was sent.
    private var index: Int
    private var remainingBytes: Int
    /// A log without end, and up to which of its lines it is read.
    private var flood: (log: DemoLogFlood, next: Int64, end: Int64)?
    /// What is sent at once.
    let initial: Chunk

    /// Begins to read the log of a container; `nil` for a pod that has no node yet.
    ///
    /// - Parameters:
    ///   - pod: as it is served.
    ///   - options: what to read.
    ///   - behaviour: of the pod.
    ///   - now: lines up to this moment are sent at once.
    /// - Throws: `DemoStatus` in the API server's words, for a container that has no such log.
    init?(
        of pod: JSONValue, _ options: DemoLogOptions, _ behaviour: DemoPodBehaviour, at now: Timestamp
    ) throws(DemoStatus) {
        let container = try DemoContainer.named(options.container, in: pod)
        if let log = DemoLogFlood(container), !options.previous {
            self.options = options
            key = DemoObjectStore.Key(namespace: container.namespace, name: container.podName)
            identity = container.identity
            remainingBytes = options.limitBytes ?? .max
            index = -1
            let end = log.count(at: now)
            let first = max(options.tail.map { end - Int64($0) } ?? 0, options.since.map(log.first(since:)) ?? 0, 0)
            flood = (log, min(first, end), options.follow ? .max : end)
            initial = Chunk(bytes: [], isLast: false)
            return
        }
        guard let run = try DemoLogRun.of(container, previous: options.previous, behaviour) else { return nil }
        self.options = options
        key = DemoObjectStore.Key(namespace: container.namespace, name: container.podName)
        identity = container.identity
        remainingBytes = options.limitBytes ?? .max
        var lines = run.lines(upTo: now)
        index = lines.last?.index ?? -1
        if let tail = options.tail { lines = lines.suffix(tail) }
        if let since = options.since { lines = lines.filter { $0.nanoseconds / 1000 >= since.microseconds } }
        let bytes = Self.bytes(lines, options, &remainingBytes)
        let isLast = !options.follow || options.previous || run.end != nil || remainingBytes == 0
        initial = Chunk(bytes: bytes, isLast: isLast)
    }

    private static func bytes(
        _ lines: [DemoLogRun.Line], _ options: DemoLogOptions, _ remaining: inout Int
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines where bytes.count < remaining { bytes += line.bytes(timestamps: options.timestamps) }
        bytes = Array(bytes.prefix(remaining))
        remaining -= bytes.count
        return bytes
    }

    /// What was written since the last time; the last of it when the container has ended.
    mutating func next(_ store: DemoObjectStore, at now: Timestamp) -> Chunk {
        guard let pod = store.entry(of: .pods, key)?.document,
            let container = try? DemoContainer.named(options.container, in: pod)
        else { return Chunk(bytes: [], isLast: true) }
        let behaviour = store.behaviours[key] ?? DemoPodBehaviour()
        let isSame = container.identity == identity
        if let flood {
            guard isSame else { return Chunk(bytes: [], isLast: true) }
            let end = min(flood.log.count(at: now), flood.end, flood.next + Int64(DemoLogFlood.portion))
            let bytes = flood.log.bytes(flood.next..<max(flood.next, end), timestamps: options.timestamps)
                .prefix(remainingBytes)
            remainingBytes -= bytes.count
            self.flood?.next = max(flood.next, end)
            return Chunk(bytes: Array(bytes), isLast: end == flood.end || remainingBytes == 0)
        }
        // A container that was restarted: the end of the run that was followed.
        let isBefore = !isSame && container.identity.hasPrefix(pod.text("metadata", "uid"))
        guard isSame || isBefore, let run = try? DemoLogRun.of(container, previous: isBefore, behaviour) else {
            return Chunk(bytes: [], isLast: true)
        }
        let lines = run.lines(after: index, upTo: now)
        index = lines.last?.index ?? index
        let bytes = Self.bytes(lines, options, &remainingBytes)
        return Chunk(bytes: bytes, isLast: run.end != nil || remainingBytes == 0)
    }
}
