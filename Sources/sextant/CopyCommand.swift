import ArgumentParser
import Foundation
import KubernetesClient
import KubernetesModel
import Streams
import Synchronization

/// `sextant cp SOURCE DESTINATION`: copies files and folders to and from a container.
struct Copy: AsyncParsableCommand {
    /// The exit status when the copy could not be made, or broke off.
    static let failureStatus: Int32 = 255

    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and folders to or from a container.",
        discussion: """
            One of the two is in a container, as POD:PATH or NAMESPACE/POD:PATH. Its image needs tar. As with kubectl, what is \
            copied into a container goes into a folder that is there; a folder that is copied from one is merged into a \
            folder that is there. A file whose name has a colon is written as ./a:b.

            Symbolic links are copied as links, those that lead out of what is copied from a container are skipped. Nothing \
            is ever written outside the destination, and a file has its name only when it is complete.

            Exit status: 0 when all was copied, 1 when something was not, with the reason on stderr, 255 when the copy could \
            not be made or broke off, 130 after Ctrl-C.
            """)

    @Argument(help: ArgumentHelp("What to copy.", valueName: "source"), completion: .file())
    var source: String

    @Argument(help: ArgumentHelp("Where to.", valueName: "destination"), completion: .file())
    var destination: String

    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp("The container; otherwise the pod's main one.", valueName: "name"))
    var container: String?

    @Flag(help: "Do not give what is copied to a container the owner and permissions that it has here.")
    var noPreserve = false

    @Flag(name: .shortAndLong, help: "Do not show how far the copy is.")
    var quiet = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    @OptionGroup var cluster: ClusterOptions

    func validate() throws {
        let remotes = [RemotePath(source), RemotePath(destination)].compactMap(\.self)
        guard remotes.count == 1, let remote = remotes.first else {
            throw ValidationError(
                remotes.isEmpty
                    ? "One of the two must be in a container, such as web-0:/tmp/dump"
                    : "Only one of the two can be in a container; copy to a local file between them")
        }
        let local = RemotePath(source) == nil ? source : destination
        guard !remote.path.isEmpty, !local.isEmpty else { throw ValidationError("A path is empty.") }
        guard local != "-" else {
            throw ValidationError("cp copies files; for a stream use sextant exec POD -- cat PATH")
        }
    }

    func run() async throws {
        let display = ProgressLine(isShown: !quiet && isatty(STDERR_FILENO) == 1)
        let work = Task { try await copy(display) }
        // A file that is not complete is to be removed first.
        let interruption = Interruption()
        interruption.onInterrupt { work.cancel() }
        let result = await work.result
        withExtendedLifetime(interruption) {}
        display.end()
        switch result {
        case .success(let result):
            if display.isShown { say(result.progress.amount) }
            if !result.isComplete { throw ExitCode(1) }
        case .failure(is CancellationError): throw ExitCode(128 + SIGINT)
        case .failure(let error):
            say("sextant: " + printable(String(describing: error)))
            throw ExitCode(Self.failureStatus)
        }
    }

    private func copy(_ display: ProgressLine) async throws -> CopyResult {
        let isUpload = RemotePath(source) == nil
        guard let remote = RemotePath(isUpload ? destination : source) else {
            throw CannotLook(description: "neither of the two is in a container")
        }
        return try await cluster.withClient(remote.namespace ?? namespace) { client, namespace, _ in
            let runner = PodRunner(
                client: client, namespace: namespace, pod: remote.pod, container: container,
                choosing: { if !quiet, let words = $0.defaultedNotice { display.say(words) } })
            let copy = ContainerCopy(runner) { display.show($0) }
            return isUpload
                ? try await copy.upload(source, to: remote.path, preserves: !noPreserve)
                : try await copy.download(remote.path, to: destination)
        }
    }
}

/// How far a copy is, on the last line of a terminal, below what is to be said.
private final class ProgressLine: Sendable {
    private struct State {
        var isOnScreen = false
        var shownAt: ContinuousClock.Instant?
        /// Where the rate is counted from, and the bytes then.
        var rateFrom: (instant: ContinuousClock.Instant, bytes: Int64)?
        var rate: Int64 = 0
    }

    let isShown: Bool
    private let state = Mutex(State())

    init(isShown: Bool) { self.isShown = isShown }

    func show(_ event: CopyEvent) {
        switch event {
        case .progress(let progress): show(progress)
        case .skipped(let words), .problem(let words): say("sextant: " + words)
        case .said(let words): say(words)
        }
    }

    /// Prints a line that stays.
    func say(_ words: String) {
        state.withLock { state in
            erase(&state)
            sextant.say(printable(words.replacing("\n", with: "\u{FFFD}")))
        }
    }

    func end() { state.withLock { erase(&$0) } }

    private func erase(_ state: inout State) {
        guard state.isOnScreen else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        state.isOnScreen = false
    }

    private func show(_ progress: CopyProgress) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let shownAt = state.shownAt, now - shownAt < .milliseconds(200) { return }
            state.shownAt = now
            if let from = state.rateFrom {
                let milliseconds = max(1, (now - from.instant) / .milliseconds(1))
                if milliseconds >= 1000 || state.rate == 0 {
                    state.rate = Int64(Double(progress.bytes - from.bytes) / milliseconds * 1000)
                }
                if milliseconds >= 1000 { state.rateFrom = (now, progress.bytes) }
            } else {
                state.rateFrom = (now, progress.bytes)
            }
            let total = progress.totalBytes.map { " of \(byteText($0))" } ?? ""
            let rate = state.rate > 0 ? "  \(byteText(state.rate))/s" : ""
            let words = "\(byteText(progress.bytes))\(total)\(rate)  "
            FileHandle.standardError.write(Data("\r\u{1B}[K\(words)\(name(progress.current, after: words))".utf8))
            state.isOnScreen = true
        }
    }

    /// The end of a name, as much as has room on the line.
    private func name(_ name: String, after words: String) -> String {
        var size = winsize()
        let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
        let room = columns - words.count - 1
        guard room > 8 else { return "" }
        // Characters may be two cells wide.
        let line = printable(name.replacing("\n", with: "\u{FFFD}"))
        let cells = line.unicodeScalars.reduce(0) { $0 + ($1.value < 0x300 ? 1 : 2) }
        return cells <= room ? line : "..." + String(line.suffix((room - 3) / (cells > line.count ? 2 : 1)))
    }
}
