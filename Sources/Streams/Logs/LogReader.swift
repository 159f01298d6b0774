import KubernetesClient
import KubernetesModel

/// Reads the log of one container from its beginning to its end.
struct LogReader: Sendable {
    let client: KubernetesClient
    let hub: LogHub
    let source: LogSource
    let query: LogQuery
    /// The time by the clock of this machine.
    let localNow: @Sendable () -> Timestamp

    /// A reading that has not failed for so long is one that works, also when nothing comes.
    private static let settled = Duration.seconds(2)

    /// Whether lines come with stamps: not where bytes are counted.
    private var isStamped: Bool { query.limitBytes == nil }

    /// The time by the server's clock.
    private var serverNow: Timestamp { localNow().adding(client.serverClockOffset) }

    func run() async {
        var machine = LogStreamMachine(follows: query.follow, canResume: isStamped)
        var resume = LogResume(isEnd: source.wasThere && query.isOfEnd)
        var fallback: Timestamp?
        var state = hub.container(source.id)
        var action = machine.start(state)
        var last = LogChunk()
        /// Readings in a row that were cut without bringing anything.
        var cuts = 0
        /// The restarts before the run that is read.
        var run = state.restarts
        while !Task.isCancelled {
            switch action {
            case .read(let read):
                let options = options(read, resume.since ?? fallback)
                let began = serverNow
                if read != .first { resume.readAgain() }
                hub.begin(source.id)
                if state.restarts > run, read != .previous {
                    run = state.restarts
                    let exitCode = state.exitCode
                    hub.sendAfterLines(of: source.id) { .restarted($0, exitCode: exitCode) }
                }
                let outcome: LogStreamMachine.Outcome
                (outcome, last) = await perform(options, &resume, isAgain: cuts > 0)
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
                    if cuts > 1, query.follow, case .wait(let wait) = action {
                        // On a screen the state says it, unless it lasts; by then it is known whether the server is gone.
                        tell(failure, wait, isFirst: cuts == (query.isOnScreen ? 4 : 2))
                    }
                } else {
                    cuts = 0
                    hub.setOutage(nil, ofReader: source.id)
                }
                // A line without its end is complete when nothing follows, or when it was read to the end.
                if case .finish = action { await flush(&last, &resume) }
                if !options.follow, case .ended = outcome { await flush(&last, &resume) }
            case .wait(let duration):
                await hub.wait(source.id, atMost: duration, unless: state)
                state = hub.container(source.id)
                action = machine.woke(state)
            case .finish(let failure):
                if failure == nil, query.follow, machine.wasCutOff {
                    hub.sendAfterLines(of: source.id) { source in
                        let name = "\(source.pod)/\(source.container)"
                        return .notice(
                            "\(name) went while its log could not be read: its last lines may be missing")
                    }
                }
                hub.finish(source.id, failure)
                return
            }
        }
    }

    /// Says that the log cannot be read now, unless that is so with all of them.
    private func tell(_ failure: APIFailure, _ wait: Duration?, isFirst: Bool) {
        let outage = LogOutage(failure: failure, retryAt: localNow().adding(wait ?? .zero))
        hub.setOutage(outage, ofReader: source.id)
        guard isFirst, !hub.hasOutage else { return }
        hub.send(
            .notice(
                "\(source.pod)/\(source.container) cannot be read now, and goes on when it can: \(failure.detail)"))
    }

    private func flush(_ last: inout LogChunk, _ resume: inout LogResume) async {
        resume.take(&last)
        try? await hub.offer(last, of: source.id)
        last = LogChunk()
    }

    /// Reads once.
    ///
    /// - Parameters:
    ///   - options: which part of the log.
    ///   - resume: leaves out what was taken before.
    ///   - isAgain: whether readings before it failed.
    /// - Returns: how it ended, and the line that had no end.
    private func perform(
        _ options: LogOptions, _ resume: inout LogResume, isAgain: Bool
    ) async -> (LogStreamMachine.Outcome, LogChunk) {
        var splitter = LogLineSplitter(isStamped: isStamped, mendsLongLines: !query.showsTimestamps)
        var hadBytes = false
        let settling =
            isAgain
            ? Task {
                try await Task.sleep(for: Self.settled)
                hub.setOutage(nil, ofReader: source.id)
            } : nil
        defer { settling?.cancel() }
        do {
            try await client.log(namespace: source.namespace, pod: source.pod, options: options) { bytes in
                if !hadBytes, isAgain { hub.setOutage(nil, ofReader: source.id) }
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
        } else if source.wasThere {
            // Of one that came later everything is wanted.
            options.tailLines = query.tailLines
            options.sinceSeconds = query.sinceSeconds
            options.sinceTime = query.sinceTime
        }
        return options
    }
}
