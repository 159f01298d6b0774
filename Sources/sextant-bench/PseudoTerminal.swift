import Foundation
import Glibc

/// A program on a pseudo-terminal of its own.
final class PseudoTerminal {
    let processID: pid_t
    private let master: Int32

    /// `POSIX_SPAWN_SETSID` of spawn.h, which Swift does not import.
    private static let setSession = 0x80

    /// Starts a program; it gets the terminal as stdin, stdout and stderr.
    init(_ arguments: [String], environment: [String: String], columns: UInt16 = 160, rows: UInt16 = 48) throws {
        var (master, slaveDescriptor): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&master, &slaveDescriptor, &name, nil, nil) == 0 else {
            throw ProgramFailure(description: "no pseudo-terminal")
        }
        close(slaveDescriptor)
        self.master = master
        let slave = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // Opened by the leader of a new session, it becomes the controlling terminal.
        posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, Int16(Self.setSession))
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        var pid: pid_t = 0
        let status = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        for pointer in argv + envp { free(pointer) }
        guard status == 0 else { throw ProgramFailure(description: "cannot start \(arguments[0]): \(status)") }
        processID = pid
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(master, bytes, bytes.count)
    }

    /// Reads what comes until nothing has come for `quiet`.
    ///
    /// - Returns: the bytes, and how long after `start` the last of them came; `nil` when none came within `limit`.
    func read(
        since start: ContinuousClock.Instant, quiet: Duration, limit: Duration
    ) -> (bytes: [UInt8], last: Duration)? {
        var all: [UInt8] = []
        var last: Duration?
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let wait = last == nil ? limit - (ContinuousClock.now - start) : quiet
            var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, Int32(max(0, wait / .milliseconds(1)))) > 0 else { break }
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            all += buffer.prefix(count)
            last = ContinuousClock.now - start
            if ContinuousClock.now - start > limit { break }
        }
        return last.map { (all, $0) }
    }

    /// Reads until the output holds a text.
    ///
    /// - Returns: how long that took since `start`; `nil` when it did not come in time.
    func wait(for text: String, since start: ContinuousClock.Instant, limit: Duration) -> Duration? {
        let wanted = Data(text.utf8)
        var all = Data()
        while ContinuousClock.now - start < limit {
            guard let (bytes, _) = read(since: ContinuousClock.now, quiet: .milliseconds(1), limit: .milliseconds(50))
            else { continue }
            all += bytes
            if all.range(of: wanted) != nil { return ContinuousClock.now - start }
        }
        return nil
    }

    /// A line of `/proc/PID/status`, in KiB.
    func memory(_ field: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    /// Processor time used so far, in seconds.
    func processorTime() -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    func stop() {
        kill(processID, SIGTERM)
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        close(master)
    }
}
