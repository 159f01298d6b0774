import Dispatch
import Glibc
import Screen
import Synchronization

/// Reads the terminal and the signal pipe on a queue of its own, and turns bytes into input.
final class TerminalReader: Sendable {
    /// How long a lone ESC waits for the rest of a sequence.
    private static let escapeDelay = DispatchTimeInterval.milliseconds(10)
    /// The time within which two presses at one place are a double press, in nanoseconds.
    private static let doublePressTime: UInt64 = 400_000_000

    private struct State {
        var parser = KeyParser()
        /// Tells the bytes for which a timer was set from those that came later.
        var generation = 0
        var lastPress: (position: Position, time: UInt64)?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "terminal")
    private let output: AsyncStream<TerminalInput>.Continuation

    /// Starts to read fd 0 and the pipe that `sx_watch_signals` returned.
    static func start(signals: Int32) -> (TerminalReader, AsyncStream<TerminalInput>) {
        // Unbounded: a person types slowly, and a lost key would be worse than a late one.
        let (stream, output) = AsyncStream.makeStream(of: TerminalInput.self, bufferingPolicy: .unbounded)
        let reader = TerminalReader(output)
        reader.watch(STDIN_FILENO) { reader.readTerminal() }
        if signals >= 0 { reader.watch(signals) { reader.readSignals(signals) } }
        return (reader, stream)
    }

    private init(_ output: AsyncStream<TerminalInput>.Continuation) {
        self.output = output
    }

    private func watch(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        // The handler keeps the source alive; once stopped it cancels itself.
        source.setEventHandler { [self] in
            if state.withLock({ $0.isStopped }) { source.cancel() } else { handler() }
        }
        source.activate()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        output.finish()
    }

    private func readTerminal() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        guard count > 0 else {
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            output.yield(.hungUp)
            stop()
            return
        }
        let pending: Int? = state.withLock { state in
            state.generation += 1
            emit(state.parser.feed(bytes.prefix(count)), &state)
            return state.parser.isAwaitingMore ? state.generation : nil
        }
        guard let pending else { return }
        queue.asyncAfter(deadline: .now() + Self.escapeDelay) { [self] in
            state.withLock { state in
                if state.generation == pending { emit(state.parser.flush(), &state) }
            }
        }
    }

    private func emit(_ events: [InputEvent], _ state: inout State) {
        for event in events {
            if case .mouse(let mouse) = event, mouse.kind == .press {
                let now = DispatchTime.now().uptimeNanoseconds
                let isDouble =
                    state.lastPress.map { $0.position == mouse.position && now - $0.time < Self.doublePressTime } ?? false
                state.lastPress = isDouble ? nil : (mouse.position, now)
                output.yield(.event(.mouse(MouseEvent(isDouble ? .doublePress : .press, at: mouse.position))))
            } else {
                output.yield(.event(event))
            }
        }
    }

    private func readSignals(_ descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return }
        for byte in bytes.prefix(count) {
            switch Int32(byte) {
            case SIGWINCH: output.yield(.resized(Size(columns: 0, rows: 0)))
            case SIGCONT: output.yield(.continued)
            default: output.yield(.signal(Int32(byte)))
            }
        }
    }
}
