import CCurses
import Dispatch
import Glibc
import Screen
import Synchronization

/// Reads the terminal and the signals on a queue of its own, and turns them into input.
final class TerminalReader: Sendable {
    /// How long a lone ESC waits for the rest of a sequence.
    private static let escapeDelay = DispatchTimeInterval.milliseconds(20)

    fileprivate struct State {
        var parser = KeyParser()
        var clicks = ClickCounter()
        /// Tells the bytes for which a timer was set from those that came later.
        var generation = 0
        var sources: [any DispatchSourceRead] = []
        /// Whether the keyboard belongs to another program.
        var isPaused = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "terminal", qos: .userInteractive)
    /// Holds a source until it has let go of its descriptor.
    private let watching = DispatchGroup()
    private let output: AsyncStream<TerminalInput>.Continuation

    init(_ output: AsyncStream<TerminalInput>.Continuation) {
        self.output = output
    }

    /// Starts to read.
    /// - Parameters:
    ///   - input: the tty.
    ///   - signals: the pipe that `sx_signal_pipe` returned.
    ///   - onStop: the terminal's way to stop the process as Ctrl-Z does, for a SIGTSTP from outside.
    func start(input: Int32, signals: Int32, onStop: @escaping @MainActor @Sendable () -> Void) {
        watch(input) { [self] in readTerminal() }
        if signals >= 0 { watch(signals) { [self] in readSignals(signals, onStop) } }
    }

    /// Adds to the stream what the terminal has noticed by itself.
    func send(_ input: TerminalInput) {
        output.yield(input)
    }

    /// Ends the stream and returns when the descriptors are no longer watched.
    func close() {
        stop()
        watching.wait()
    }

    /// Leaves what is typed, and Ctrl-C, to another program.
    func pause() {
        state.withLock { state in
            guard !state.isPaused else { return }
            state.isPaused = true
            state.sources.first?.suspend()
        }
    }

    /// Reads the keyboard again after `pause`.
    func resume() {
        state.withLock { $0.resume() }
    }

    private func stop() {
        state.withLock { state in
            // A source that is suspended would never be cancelled.
            state.resume()
            for source in state.sources { source.cancel() }
            state.sources = []
        }
        output.finish()
    }

    private func watch(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
        watching.enter()
        state.withLock { state in
            let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
            source.setEventHandler(handler: handler)
            source.setCancelHandler { [watching] in watching.leave() }
            source.activate()
            state.sources.append(source)
        }
    }

    private func readTerminal() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = sx_read(&bytes, bytes.count)
        guard count >= 0 else {
            output.yield(.hungUp)
            stop()
            return
        }
        guard count > 0 else { return }
        let pending: Int? = state.withLock { state in
            state.generation &+= 1
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
            if case .mouse(let mouse) = event {
                output.yield(.event(.mouse(state.clicks.count(mouse, at: .now))))
            } else {
                output.yield(.event(event))
            }
        }
    }

    private func readSignals(_ descriptor: Int32, _ onStop: @escaping @MainActor @Sendable () -> Void) {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return }
        for byte in bytes.prefix(count) {
            switch Int32(byte) {
            case SIGWINCH:
                if let size = currentTerminalSize() { output.yield(.resized(size)) }
            case SIGCONT: output.yield(.continued)
            case SIGTSTP: Task { @MainActor in onStop() }
            case SIGINT where state.withLock(\.isPaused): break
            case let number: output.yield(.signal(number))
            }
        }
    }
}

extension TerminalReader.State {
    /// The keyboard's source is the first.
    fileprivate mutating func resume() {
        guard isPaused else { return }
        isPaused = false
        sources.first?.resume()
    }
}

/// The window's size, within what is painted; `nil` when the tty does not know.
func currentTerminalSize() -> Size? {
    // ncurses keeps three screenfuls of cells; a larger window is painted in part.
    let largest = Size(columns: 1000, rows: 500)
    var (columns, rows): (Int32, Int32) = (0, 0)
    guard sx_window_size(&columns, &rows) else { return nil }
    return Size(columns: min(max(1, Int(columns)), largest.columns), rows: min(max(1, Int(rows)), largest.rows))
}
