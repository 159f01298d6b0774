import ArgumentParser
import Glibc

/// Writes bytes to where a command's output goes, as they are.
struct StandardOutput {
    /// As a shell reports a process that wrote into a pipe which nobody reads: 128 and the signal's number.
    static let closed = ExitCode(128 + SIGPIPE)

    init() {
        // The error of the write says it, and ends the command without a word.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes all of it, however long the reader takes.
    ///
    /// - Throws: the exit code when nobody reads any more.
    func write(_ bytes: [UInt8]) throws(ExitCode) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.write(STDOUT_FILENO, raw.baseAddress.map { $0 + written }, raw.count - written)
            }
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: break
            case EAGAIN:
                // A terminal that another process made so.
                var wait = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            default: throw Self.closed
            }
        }
    }
}
