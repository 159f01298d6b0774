import Synchronization

/// The terminal between a person and a program in a container.
///
/// While it is cooked it echoes, lets a line be corrected, and knows ^C and ^D; while it is raw the program gets every
/// byte as it was typed.
final class PseudoTerminal: Sendable {
    /// Stands among the bytes of a raw terminal where its size changed; no text has it.
    static let resized: UInt8 = 0xff
    /// Stands among the bytes of a raw terminal where `tick` was called; no text has it.
    static let ticked: UInt8 = 0xfe

    private struct State {
        var line: [UInt8] = []
        var columns = 80
        var rows = 24
        var isRaw = false
        var interrupt: (@Sendable () -> Void)?
    }

    private let pipe: BytePipe
    private let state = Mutex(State())
    private let output: ByteOutput
    /// What a program reads: whole lines, or bytes when the terminal is raw.
    let input: ByteInput

    /// - Parameter output: what the person sees.
    init(output: ByteOutput) {
        self.output = output
        let pipe = BytePipe()
        self.pipe = pipe
        input = ByteInput { try await pipe.read() }
    }

    /// What a program writes: each line begins at the left.
    var screen: ByteOutput {
        ByteOutput(isTerminal: true) { [output] bytes in
            guard bytes.contains(UInt8(ascii: "\n")) else { return try await output.write(bytes) }
            var translated: [UInt8] = []
            translated.reserveCapacity(bytes.count + 64)
            for byte in bytes {
                if byte == UInt8(ascii: "\n") { translated.append(UInt8(ascii: "\r")) }
                translated.append(byte)
            }
            try await output.write(translated)
        }
    }

    /// Columns and rows.
    var size: (columns: Int, rows: Int) {
        get { state.withLock { ($0.columns, $0.rows) } }
        set {
            let tells = state.withLock { state in
                state.columns = newValue.columns
                state.rows = newValue.rows
                return state.isRaw
            }
            if tells { _ = try? pipe.offer([Self.resized]) }
        }
    }

    /// Gives the program bytes as they are typed, or lines again.
    func setRaw(_ isRaw: Bool) {
        let typed = state.withLock { state in
            defer { state.isRaw = isRaw }
            guard isRaw, !state.isRaw else { return [UInt8]() }
            defer { state.line = [] }
            return state.line
        }
        if !typed.isEmpty { _ = try? pipe.offer(typed) }
    }

    /// Tells a program on a raw terminal that it is time to draw again.
    func tick() {
        if state.withLock({ $0.isRaw }) { _ = try? pipe.offer([Self.ticked]) }
    }

    /// What ^C does.
    func onInterrupt(_ action: (@Sendable () -> Void)?) { state.withLock { $0.interrupt = action } }

    /// The person is gone.
    func hangUp() { pipe.end() }

    /// Takes what is typed.
    func type(_ bytes: [UInt8]) async throws {
        var echo: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if state.withLock({ $0.isRaw }) {
                let raw = ([byte] + rest).filter { $0 < Self.ticked }
                if !raw.isEmpty { _ = try? pipe.offer(raw) }
                break
            }
            key(byte, &echo)
        }
        if !echo.isEmpty { try await output.write(echo) }
    }

    private func key(_ byte: UInt8, _ echo: inout [UInt8]) {
        let erase: [UInt8] = [0x08, 0x20, 0x08]
        switch byte {
        case 0x03, 0x1c:
            echo += byte == 3 ? Array("^C".utf8) : Array("^\\".utf8)
            let action = state.withLock { state in
                state.line = []
                return state.interrupt
            }
            if let action {
                action()
            } else {
                // Nothing runs: whoever reads gets an empty line.
                echo += [0x0d, 0x0a]
                _ = try? pipe.offer([0x0a])
            }
        case 0x04:
            let line = take()
            // Without a line before it, the end.
            _ = try? pipe.offer(line)
        case 0x08, 0x7f:
            let isErased = state.withLock { state in
                while let last = state.line.last, last & 0xc0 == 0x80 { state.line.removeLast() }
                return state.line.popLast() != nil
            }
            if isErased { echo += erase }
        case 0x15, 0x17:
            let count = state.withLock { state in
                let before = state.line.count
                if byte == 0x17 {
                    while state.line.last == 0x20 { state.line.removeLast() }
                    while let last = state.line.last, last != 0x20 { state.line.removeLast() }
                } else {
                    state.line = []
                }
                return before - state.line.count
            }
            for _ in 0..<count { echo += erase }
        case 0x0d, 0x0a:
            echo += [0x0d, 0x0a]
            _ = try? pipe.offer(take() + [0x0a])
        default:
            let isTaken = state.withLock { state in
                guard state.line.count < 4096 else { return false }
                state.line.append(byte)
                return true
            }
            guard isTaken else { return }
            echo += byte < 0x20 && byte != 0x09 ? [UInt8(ascii: "^"), byte + 0x40] : [byte]
        }
    }

    private func take() -> [UInt8] {
        state.withLock { state in
            defer { state.line = [] }
            return state.line
        }
    }
}
