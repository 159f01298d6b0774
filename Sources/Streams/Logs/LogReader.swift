import KubernetesClient
import KubernetesModel

/// Reads the log of one container from its beginning to its end.
struct LogReader: Sendable {
    let client: KubernetesClient
    let hub: LogHub
    let source: LogSource
    let query: LogQuery
    /// Whether the container was there when the feed began: then only the asked part of its log is read.
    let wasThere: Bool
    /// The time by the server's clock.
    let serverNow: @Sendable () -> Timestamp

    /// Whether lines come with stamps: not where bytes are counted.
    private var isStamped: Bool { query.limitBytes == nil }

    func run() async {
        var machine = LogStreamMachine(follows: query.follow, canResume: isStamped)
        var resume = LogResume(isEnd: wasThere && query.isOfEnd)
        var fallback: Timestamp?
        var state = hub.container(source.id)
        var action = machine.start(state)
        var last = LogChunk()
        /// Readings in a row that were cut without bringing anything.
        var cuts = 0
        while !Task.isCancelled {
            switch action {
            case .read(let read):
                let options = options(read, resume.since ?? fallback)
                let began = serverNow()
                if read != .first { resume.readAgain() }
                hub.begin(source.id)
                let outcome: LogStreamMachine.Outcome
                (outcome, last) = await perform(options, &resume)
                hub.pause(source.id)
                if case .ended = outcome, read == .first {
                    // There may have been no line that says where to go on.
                    fallback = Timestamp(seconds: began.seconds - 1)
                }
                state = hub.container(source.id)
                action = machine.handle(outcome, state)
                if case .failed(let failure, let hadBytes) = outcome, failure.reason != .server(400) {
                    cuts = hadBytes ? 1 : cuts + 1
                    // One cut is mended without words.
                    if cuts == 2, query.follow, case .wait = action {
                        hub.send(
                            .notice(
                                "\(source.pod)/\(source.container) cannot be read now, and goes on when it can: "
                                    + failure.detail))
                    }
                } else {
                    cuts = 0
                }
                // A line without its end is complete when nothing follows, or when it was read to the end.
                if case .finish = action { await flush(&last, &resume) }
                if !options.follow, case .ended = outcome { await flush(&last, &resume) }
            case .wait(let duration):
                await hub.wait(source.id, atMost: duration, unless: state)
                state = hub.container(source.id)
                action = machine.woke(state)
            case .finish(let failure):
                hub.finish(source.id, failure)
                return
            }
        }
    }

    private func flush(_ last: inout LogChunk, _ resume: inout LogResume) async {
        resume.take(&last)
        try? await hub.offer(last, of: source.id)
        last = LogChunk()
    }

    /// Reads once.
    ///
    /// - Returns: how it ended, and the line that had no end.
    private func perform(
        _ options: LogOptions, _ resume: inout LogResume
    ) async -> (LogStreamMachine.Outcome, LogChunk) {
        var splitter = LogLineSplitter(isStamped: isStamped, mendsLongLines: !query.showsTimestamps)
        var hadBytes = false
        do {
            try await client.log(namespace: query.namespace, pod: source.pod, options: options) { bytes in
                hadBytes = hadBytes || !bytes.isEmpty
                var chunk = splitter.append(bytes)
                resume.take(&chunk)
                try await hub.offer(chunk, of: source.id)
            }
            return (.ended(hadBytes: hadBytes), splitter.finish())
        } catch let failure as APIFailure {
            return (.failed(failure, hadBytes: hadBytes), splitter.finish())
        } catch {
            return (.ended(hadBytes: hadBytes), splitter.finish())
        }
    }

    private func options(_ read: LogStreamMachine.Read, _ since: Timestamp?) -> LogOptions {
        var options = LogOptions(
            container: source.container, timestamps: isStamped || query.showsTimestamps, limitBytes: query.limitBytes)
        options.follow = query.follow && (read == .first || read == .follow)
        options.previous = read == .previous || query.previous
        if read != .first, let since {
            options.sinceTime = since
        } else if wasThere {
            options.tailLines = query.tailLines
            options.sinceSeconds = query.sinceSeconds
            options.sinceTime = query.sinceTime
        }
        return options
    }
}
