import AppCore
import AppRuntime
import ArgumentParser
import Foundation
import KubernetesClient
import KubernetesModel
import Streams

/// `sextant logs POD|KIND/NAME ...|-l SELECTOR`: what containers say.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the logs of a pod, of all pods of a workload, or of those that a selector matches.",
        discussion: """
            Lines are printed as kubectl prints them; those of several containers in the order of their times.

            With -f pods and containers that appear later join, the log of a container goes on after a restart, and one \
            that was cut goes on where it ended: nothing is lost, nothing is doubled. It ends with the pod, \
            the Job, or the workload; what follows a selector goes on until Ctrl-C.

            Exit status: 0 when all was read, 2 when something could not be read (with the reason on stderr), 64 for a \
            wrong command line.
            """)

    /// How much of a log that is only read is written at once.
    private static let pieceBytes = 128 << 10

    @Argument(
        help: ArgumentHelp(
            "A pod, or such as deploy/web, sts/db, job/migrate, svc/web: all its pods. Several of these are read "
                + "together; a pod may be followed by the name of a container.", valueName: "pod|kind/name"))
    var names: [String] = []

    @Option(name: [.customShort("l"), .long], help: ArgumentHelp("All pods with these labels.", valueName: "selector"))
    var selector: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The container; otherwise the pod's usual one.", valueName: "name"))
    var container: String?

    @Flag(help: "All containers of each pod.")
    var allContainers = false

    @Flag(name: .shortAndLong, help: "Go on as the logs grow.")
    var follow = false

    @Flag(name: .shortAndLong, help: "The run before the last restart.")
    var previous = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only so many lines from the end of each log; -1 for all, which is usual, or 10 with a selector.",
            valueName: "lines"))
    var tail: Int?

    @Option(help: ArgumentHelp("Only what is newer, such as 5s, 2m or 3h.", valueName: "duration"))
    var since: SinceTime?

    @Option(help: ArgumentHelp("Only what is newer than a moment in RFC 3339.", valueName: "time"))
    var sinceTime: String?

    @Flag(help: "The time of each line before it.")
    var timestamps = false

    @Flag(help: "The pod and container of each line before it.")
    var prefix = false

    @Flag(help: "As --prefix: a workload's logs are always of all its pods.")
    var allPods = false

    @Option(help: ArgumentHelp("At most so many bytes of each log.", valueName: "bytes"))
    var limitBytes: Int?

    @Option(help: ArgumentHelp("How many logs to follow at once, at most.", valueName: "count"))
    var maxLogRequests = 50

    @OptionGroup var cluster: ClusterOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    /// What was named; as for kubectl the second of two words is a container, unless it is another target.
    private var named: (targets: [String], container: String?) {
        guard names.count == 2, !names[1].contains("/") else { return (names, nil) }
        return ([names[0]], names[1])
    }

    func validate() throws {
        if names.isEmpty == (selector == nil) {
            throw ValidationError("Write a pod or KIND/NAME, or -l and a selector: one of them.")
        }
        if (container ?? named.container) != nil && allContainers {
            throw ValidationError("-c and --all-containers exclude each other.")
        }
        if container != nil && named.container != nil { throw ValidationError("The container is named twice.") }
        if since != nil && sinceTime != nil { throw ValidationError("--since and --since-time exclude each other.") }
        if let sinceTime, Timestamp(sinceTime) == nil {
            throw ValidationError("--since-time must be such as 2026-02-28T23:59:59Z, not \(sinceTime).")
        }
        if let tail, tail < -1 { throw ValidationError("--tail must be -1 or more.") }
        if let limitBytes, limitBytes < 1 { throw ValidationError("--limit-bytes must be 1 or more.") }
        if !(1...1000).contains(maxLogRequests) { throw ValidationError("--max-log-requests must be 1 to 1000.") }
        if let selector {
            do {
                _ = try LabelSelector(parsing: selector)
            } catch {
                throw ValidationError("\(selector) is no selector: \(error)")
            }
        }
    }

    func run() async throws {
        // The error of the write says it.
        signal(SIGPIPE, SIG_IGN)
        try await withReasonOnFailure {
            try await cluster.withClient(namespace) { client, namespace, _ in
                try await print(client, try query(in: namespace))
            }
        }
    }

    private func query(in namespace: String) throws -> LogQuery {
        let places = try selector.map { [LogTarget.selector($0)] } ?? named.targets.map { try LogTarget(parsing: $0) }
        var query = LogQuery(places.map { LogScope(namespace: namespace, target: $0) })
        let name = container ?? named.container
        query.containers = allContainers ? .all : name.map { .named($0) } ?? .usual
        query.follow = follow
        query.previous = previous
        let lines = tail ?? (selector == nil ? -1 : 10)
        query.tailLines = lines < 0 ? nil : lines
        query.sinceSeconds = since?.seconds
        query.sinceTime = sinceTime.flatMap { Timestamp($0) }
        query.limitBytes = limitBytes
        query.maximumStreams = maxLogRequests
        query.showsTimestamps = timestamps
        return query
    }

    private func print(_ client: KubernetesClient, _ query: LogQuery) async throws {
        var printer = LogPrinter(hasPrefix: prefix || allPods, hasTimestamps: timestamps)
        var failures = 0
        var sources = 0
        var wasOut = false
        var pending: [UInt8] = []
        let feed = LogFeed(client, query, localNow: { localNow() })
        do {
            let pass: ([UInt8]) async throws -> Void = { bytes in
                pending += bytes
                guard pending.count >= Self.pieceBytes else { return }
                try await writeAll(pending, to: STDOUT_FILENO)
                pending.removeAll(keepingCapacity: true)
            }
            try await feed.run(passing: prefix || allPods ? nil : pass) { events in
                for event in events {
                    switch event {
                    case .began(let source):
                        printer.add(source)
                        sources += 1
                    case .changed, .containers, .podsLeftOut, .restarted, .retrying: break
                    case .outage(let outage):
                        let isOut = outage != nil
                        if isOut != wasOut, let failure = outage?.failure {
                            say("the server does not answer, and goes on when it does: \(failure.detail)")
                        }
                        wasOut = isOut
                    case .ended(let source, let failure):
                        guard let failure else { break }
                        failures += 1
                        say("\(source.pod)/\(source.container): \(failure.detail)")
                    case .notice(let words): say(words, isOurs: false)
                    case .lines(let runs): for run in runs { printer.write(run, to: &pending) }
                    }
                }
                if !pending.isEmpty { try await writeAll(pending, to: STDOUT_FILENO) }
                pending.removeAll(keepingCapacity: true)
            }
            try await writeAll(pending, to: STDOUT_FILENO)
        } catch is OutputClosed {
            throw ExitCode(128 + SIGPIPE)
        } catch {
            // What came before it broke.
            try? await writeAll(pending, to: STDOUT_FILENO)
            throw error
        }
        if sources == 0 { say("No resources found in \(query.scopes[0].namespace) namespace.", isOurs: false) }
        if failures > 0 { throw ExitCode(2) }
    }

    /// Says something beside the logs.
    private func say(_ words: String, isOurs: Bool = true) {
        let line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
        FileHandle.standardError.write(Data("\(isOurs ? "sextant: " : "")\(printable(line))\n".utf8))
    }
}

/// `5s`, `2m`, `1h30m`: whole seconds, rounded up.
struct SinceTime: ExpressibleByArgument {
    var seconds: Int

    init?(argument: String) {
        guard let duration = AccessOverrides.requestTimeout(argument), duration > .zero else { return nil }
        let parts = duration.components
        guard parts.seconds < 1 << 40 else { return nil }
        seconds = Int(parts.seconds) + (parts.attoseconds > 0 ? 1 : 0)
    }
}
