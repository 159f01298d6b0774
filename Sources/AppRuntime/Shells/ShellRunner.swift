import AppCore
import KubernetesClient
import KubernetesModel
import Screen
import Streams
import Synchronization
import TerminalEmulator

/// A program in a container and the terminal that it writes to, for one pane.
///
/// What is typed comes by `type` in its order; pictures go to `send`, at most one a frame.
actor ShellRunner {
    /// The time between two pictures of a program that writes much, and of one that only echoes.
    private static let frame = Duration.milliseconds(16)
    private static let echo = Duration.milliseconds(4)
    /// More bytes than these are no echo.
    private static let echoBytes = 4096
    /// The time between two sizes that the program is told.
    private static let sizePause = Duration.milliseconds(30)
    /// How long the end of a shell may take.
    private static let hangUpTime = Duration.seconds(30)
    /// What is typed and not sent yet, in keys and pastes; more is lost.
    private static let typedLimit = 10_000

    private let order: ShellOrder
    private let client: KubernetesClient
    private let send: @Sendable (ShellNews) async -> Void

    private let emulator: TerminalEmulator
    private var news: ShellNews
    private var hasChanged = true
    /// Bytes that were drawn since the last picture.
    private var drawnBytes = 0
    /// Whether the program reads lines and not keys: it has no terminal.
    private var hasNoTerminal = false

    private var processSearch = ShellProcessSearch.reading([])

    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let typed: AsyncStream<Typed>
    private let typing: AsyncStream<Typed>.Continuation
    private let sizes: AsyncStream<Size>
    private let sizing: AsyncStream<Size>.Continuation

    /// What goes to the program.
    private enum Typed: Sendable {
        case input(ShellInput)
        /// What the terminal answers.
        case bytes([UInt8])
    }

    /// - Parameters:
    ///   - order: what to run, and where.
    ///   - size: of its screen.
    ///   - client: reaches it.
    ///   - send: takes the news.
    init(
        _ order: ShellOrder, size: Size, client: KubernetesClient, send: @escaping @Sendable (ShellNews) async -> Void
    ) {
        self.order = order
        self.client = client
        self.send = send
        emulator = TerminalEmulator(size: size)
        news = ShellNews(order)
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (typed, typing) = AsyncStream.makeStream(
            of: Typed.self, bufferingPolicy: .bufferingOldest(Self.typedLimit))
        (sizes, sizing) = AsyncStream.makeStream(of: Size.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Gives the program what is typed, after what was typed before.
    nonisolated func type(_ input: ShellInput) { typing.yield(.input(input)) }

    /// Gives the screen another size.
    nonisolated func resize(to size: Size) { sizing.yield(size) }

    /// Runs until the program has ended, or until cancelled.
    func run() async {
        let publishing = Task { await publish() }
        await withTaskCancellationHandler {
            let state = await outcome()
            if !Task.isCancelled {
                news.state = state
                changed()
            }
            change.finish()
            await publishing.value
        } onCancel: {
            publishing.cancel()
        }
    }

    // MARK: - Pictures

    private func changed() {
        hasChanged = true
        change.yield()
    }

    /// Sends what changed: at once after a rest, then once a frame.
    private func publish() async {
        changed()
        for await _ in changes {
            let isEcho = drawnBytes <= Self.echoBytes
            await publishOnce()
            try? await Task.sleep(for: isEcho ? Self.echo : Self.frame)
            if Task.isCancelled { return }
        }
        await publishOnce()
    }

    private func publishOnce() async {
        guard hasChanged, !Task.isCancelled else { return }
        hasChanged = false
        drawnBytes = 0
        news.picture = emulator.picture()
        await send(news)
    }

    // MARK: - Running

    private func outcome() async -> ShellNews.State {
        do {
            let call = try await call()
            let outcome = try await client.withCall(call) { session in try await self.talk(session, call) }
            switch outcome {
            case .exited(let code): return .exited(code)
            case .failed(let words):
                let said = outcome.words(for: call) ?? words
                let isMissing = order.what == .shell && isMissingShell(words)
                return .failed(
                    isMissing ? "Container \(order.container) has no shell: its image brings none." : said.asSentence,
                    isMissing ? .missingShell : .other)
            }
        } catch let failure as APIFailure {
            return .failed("\(failure)".asSentence, .other)
        } catch let failure as ShellFailure {
            return .failed(failure.words, .other)
        } catch {
            return .failed("The session has ended.", .other)
        }
    }

    private nonisolated func isMissingShell(_ words: String) -> Bool {
        (words.contains("executable file not found") || words.contains("no such file or directory"))
            && words.contains("\"sh\"")
    }

    /// bash where there is one, else sh, which keep the number of the process; it is told to us in a sequence that no
    /// terminal shows.
    private static let shell = [
        "sh", "-c",
        "TERM=xterm-256color; export TERM; command -v printf >/dev/null 2>&1 && printf '\\033]7399;%s\\007' $$; "
            + "command -v bash >/dev/null 2>&1 && exec bash; exec sh",
    ]

    /// Ends a shell that was started here, and what runs in it, as a terminal does that is closed: without that it stays
    /// in the container, because nobody there hears that the connection has ended.
    func hangUp() async {
        guard news.state == .running, case .found(let process) = processSearch else { return }
        let call = ContainerCall(
            namespace: order.namespace, pod: order.pod, container: order.container,
            target: .exec(["sh", "-c", "kill -HUP -\(process) 2>/dev/null || kill -HUP \(process)"]), stdin: false,
            tty: false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [client] in
                // Where it fails nobody can be told: the pane is gone.
                try? await client.withCall(call) { session in
                    for try await output in session.output { if case .ended = output { return } }
                }
            }
            group.addTask { try? await Task.sleep(for: Self.hangUpTime) }
            await group.next()
            group.cancelAll()
        }
    }

    /// What to ask the server for; waits until the container is there.
    private func call() async throws -> ContainerCall {
        func call(_ target: ContainerCall.Target, stdin: Bool = true, tty: Bool = true) -> ContainerCall {
            ContainerCall(
                namespace: order.namespace, pod: order.pod, container: order.container, target: target, stdin: stdin,
                tty: tty)
        }
        switch order.what {
        case .shell: return call(.exec(Self.shell))
        case .debugger:
            try await waitUntilItRuns()
            return call(.attach)
        case .attach:
            let container = try await ContainerState(order, client: client)
            hasNoTerminal = !container.hasTerminal
            news.takesInput = container.takesInput
            changed()
            return call(.attach, stdin: container.takesInput, tty: container.hasTerminal)
        }
    }

    /// Waits for a container that was added to the pod.
    private func waitUntilItRuns() async throws {
        while true {
            let container = try await ContainerState(order, client: client)
            switch container.phase {
            case .running: return
            case .ended(let code):
                throw ShellFailure(words: "Container \(order.container) has ended: exit code \(code).")
            case .waiting(let reason):
                let words = "container \(order.container)" + (reason.isEmpty ? "" : ": \(reason)")
                if news.state != .starting(words) {
                    news.state = .starting(words)
                    changed()
                }
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Passes bytes in both directions until the program ends.
    private func talk(_ session: ContainerSession, _ call: ContainerCall) async throws -> ExecOutcome {
        news.state = .running
        changed()
        return try await withThrowingTaskGroup(of: ExecOutcome?.self) { group in
            group.addTask {
                for try await output in session.output {
                    switch output {
                    case .stdout(let bytes), .stderr(let bytes): await self.take(bytes)
                    case .ended(let outcome): return outcome
                    }
                }
                throw CancellationError()
            }
            group.addTask {
                try await self.tellSizes(session, hasTerminal: call.tty)
                return nil
            }
            group.addTask {
                if call.stdin { try await self.tellTyped(session) }
                return nil
            }
            defer { group.cancelAll() }
            while true {
                do {
                    guard let finished = try await group.next() else { throw CancellationError() }
                    if let finished { return finished }
                } catch is APIFailure {
                    // What cannot be written has an end that can be read.
                }
            }
        }
    }

    /// Draws what the program wrote.
    private func take(_ bytes: [UInt8]) {
        drawnBytes &+= bytes.count
        if order.what == .shell { processSearch.take(bytes) }
        emulator.feed(hasNoTerminal ? bytes.withReturns : bytes)
        let replies = emulator.takeReplies()
        if !replies.isEmpty, news.takesInput { typing.yield(.bytes(replies)) }
        changed()
    }

    // MARK: - To the program

    private func tellSizes(_ session: ContainerSession, hasTerminal: Bool) async throws {
        var told = emulator.size
        if hasTerminal, order.what != .shell {
            // A program that ran before draws its screen again when its size changes.
            try await session.resize(columns: told.columns + 1, rows: told.rows + 1)
        }
        if hasTerminal { try await session.resize(columns: told.columns, rows: told.rows) }
        for await size in sizes where size != told {
            told = size
            emulator.resize(to: size)
            changed()
            if hasTerminal { try await session.resize(columns: size.columns, rows: size.rows) }
            // In a storm of sizes the last one counts.
            try await Task.sleep(for: Self.sizePause)
        }
    }

    private func tellTyped(_ session: ContainerSession) async throws {
        for await item in typed {
            let bytes = encoded(item)
            if !bytes.isEmpty { try await session.write(bytes) }
        }
    }

    private func encoded(_ item: Typed) -> [UInt8] {
        let bytes: [UInt8]
        switch item {
        case .bytes(let replies): return hasNoTerminal ? [] : replies
        case .input(.key(let key)): bytes = emulator.encode(key)
        case .input(.mouse(let event)): return emulator.encode(event)
        case .input(.paste(let text)): bytes = emulator.encodePaste(text)
        }
        guard hasNoTerminal else { return bytes }
        // Nobody else echoes, and lines end as in files.
        let typed = bytes.map { $0 == 0x0d ? 0x0a : $0 }
        emulator.feed(typed.withReturns)
        changed()
        return typed
    }
}

/// Looks for the number of the shell's process in what it writes first.
enum ShellProcessSearch: Equatable {
    case reading([UInt8])
    case found(Int)
    case none

    private static let mark = Array("\u{1B}]7399;".utf8)
    /// Bytes that are looked at: what was typed before the shell was there may stand before it.
    private static let limit = 4096

    mutating func take(_ bytes: [UInt8]) {
        guard case .reading(let before) = self else { return }
        let read = before + bytes.prefix(Self.limit - before.count)
        self = read.count < Self.limit ? .reading(read) : .none
        for start in read.indices where read[start...].starts(with: Self.mark) {
            let rest = read[(start + Self.mark.count)...]
            guard let end = rest.firstIndex(of: 0x07) else { return }
            // 1 would be everything there is.
            let number = Int(String(decoding: rest[..<end], as: UTF8.self))
            self = number.flatMap { $0 > 1 ? .found($0) : nil } ?? .none
            return
        }
    }
}

/// Why a program cannot be joined, in a sentence.
private struct ShellFailure: Error {
    var words: String
}

/// What the cluster says about the container.
private struct ContainerState {
    enum Phase: Equatable {
        case waiting(String)
        case running
        case ended(Int)
    }

    var phase = Phase.waiting("")
    var takesInput = false
    var hasTerminal = false

    /// Asks the server.
    init(_ order: ShellOrder, client: KubernetesClient) async throws {
        let pods = APIResource(
            groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod", isNamespaced: true)
        let pod = try await client.get(pods, namespace: order.namespace, name: order.pod)
        guard order.uid.isEmpty || pod["metadata"]?["uid"] == .string(order.uid) else {
            throw ShellFailure(words: "Pod \(order.pod) was deleted; there is another of that name by now.")
        }
        func find(_ part: String, _ lists: [String]) -> JSONValue? {
            for list in lists {
                guard case .array(let elements)? = pod[part]?[list] else { continue }
                if let found = elements.first(where: { $0["name"] == .string(order.container) }) { return found }
            }
            return nil
        }
        let spec = find("spec", ["containers", "initContainers", "ephemeralContainers"])
        takesInput = spec?["stdin"] == .bool(true)
        hasTerminal = spec?["tty"] == .bool(true)
        let status = find(
            "status", ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"])
        let state = status?["state"]
        if state?["running"] != nil {
            phase = .running
        } else if let ended = state?["terminated"] {
            var code = 0
            if case .number(let text)? = ended["exitCode"] { code = Int(text) ?? 0 }
            phase = .ended(code)
        } else if let waiting = state?["waiting"] {
            let words = ["reason", "message"].compactMap { key -> String? in
                if case .string(let text)? = waiting[key], !text.isEmpty { text } else { nil }
            }
            phase = .waiting(words.joined(separator: ": "))
        }
    }
}

extension [UInt8] {
    /// With a return before each line feed, as a terminal adds it for programs that have one.
    fileprivate var withReturns: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 64)
        for byte in self {
            if byte == 0x0a { result.append(0x0d) }
            result.append(byte)
        }
        return result
    }
}

extension String {
    /// With a capital at its beginning and a full stop at its end.
    fileprivate var asSentence: String {
        guard let first else { return self }
        return first.uppercased() + dropFirst() + (last.map { ".!?".contains($0) } == true ? "" : ".")
    }
}
