import Foundation
import Glibc
import Synchronization

/// Standard input, read on a thread of its own, so that waiting for it can be ended.
final class StandardInput: Sendable {
    private static let pieceBytes = 64 << 10

    private let queue = DispatchQueue(label: "stdin")
    /// Written to when nobody waits any more.
    private let wake: (read: CInt, write: CInt)

    /// - Throws: when the process has no free file descriptor.
    init() throws(CannotLook) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CannotLook(description: "no pipe could be made (errno \(errno))") }
        wake = (ends[0], ends[1])
    }

    deinit {
        close(wake.read)
        close(wake.write)
    }

    /// What was typed or piped in next.
    ///
    /// - Returns: `nil` at the end, and after `stop()`.
    func read() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: readBlocking()) }
        }
    }

    private func readBlocking() -> [UInt8]? {
        while true {
            var polled = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) >= 0 else {
                if errno == EINTR { continue }
                return nil
            }
            if polled[1].revents != 0 { return nil }
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
                count = max(0, Glibc.read(STDIN_FILENO, buffer.baseAddress, Self.pieceBytes))
            }
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// Ends the wait of a reader.
    func stop() {
        var byte: UInt8 = 0
        _ = Glibc.write(wake.write, &byte, 1)
    }
}

/// Somebody closed the other end of standard output.
struct OutputClosed: Error {}

/// Writes everything to a file descriptor; waits while the other side takes no more.
///
/// - Throws: `OutputClosed` when it cannot be written to any more.
func writeAll(_ bytes: [UInt8], to descriptor: CInt) async throws {
    let isWritten = await withCheckedContinuation { continuation in
        outputQueue.async {
            continuation.resume(returning: bytes.withUnsafeBytes { writeBlocking($0, to: descriptor) })
        }
    }
    if !isWritten { throw OutputClosed() }
}

private let outputQueue = DispatchQueue(label: "output")

private func writeBlocking(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if errno == EAGAIN {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&polled, 1, -1)
        } else if errno != EINTR {
            return false
        }
    }
    return true
}

/// Prints words of ours on a line of stderr.
func say(_ words: String) {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
}

/// The terminal of standard input while every key goes to somebody else.
final class RawTerminal: Sendable {
    private let before: termios
    private let signals = DispatchQueue(label: "signals")
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Makes the terminal raw until `restore()`; `nil` when standard input is none.
    init?() {
        var modes = termios()
        guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &modes) == 0 else { return nil }
        before = modes
        cfmakeraw(&modes)
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0 else { return nil }
        let saved = before
        for number in [SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            handle(number) {
                var saved = saved
                tcsetattr(STDIN_FILENO, TCSANOW, &saved)
                exit(128 + number)
            }
        }
    }

    /// The size whenever it changes, beginning with the one that it has.
    func sizes() -> AsyncStream<winsize> {
        let (stream, continuation) = AsyncStream<winsize>.makeStream(bufferingPolicy: .bufferingNewest(1))
        @Sendable func tell() {
            var size = winsize()
            if ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { continuation.yield(size) }
        }
        tell()
        handle(SIGWINCH) { tell() }
        return stream
    }

    private func handle(_ number: CInt, _ body: @escaping @Sendable () -> Void) {
        sources.withLock { sources in
            let source = DispatchSource.makeSignalSource(signal: number, queue: signals)
            source.setEventHandler(handler: body)
            source.resume()
            sources.append(source)
        }
    }

    /// Makes it as it was.
    func restore() {
        var modes = before
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    }
}
