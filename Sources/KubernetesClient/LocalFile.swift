import Glibc

/// Reads whole files, with the system's words when it cannot.
enum LocalFile {
    /// Why a file cannot be read.
    struct Failure: Error {
        var code: Int32
        /// What was allowed, in bytes.
        var limit = LocalFile.maximumBytes

        /// Whether the file does not exist.
        var isMissing: Bool { code == ENOENT || code == ENOTDIR }

        /// Such as `no such file`.
        var words: String {
            switch code {
            case ENOENT, ENOTDIR: "no such file"
            case EACCES, EPERM: "permission denied"
            case EISDIR: "is a directory"
            case EFBIG: "larger than \(limit >> 20) MiB"
            case ETIMEDOUT: "nothing comes out of this pipe"
            case ENXIO: "is a socket"
            default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
            }
        }
    }

    /// What changes when a file is written anew.
    struct Stamp: Sendable, Equatable {
        private var inode: UInt64
        private var size: Int64
        private var seconds: Int
        private var nanoseconds: Int

        /// What a file is like now; `nil` when it cannot be looked at.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    /// A file that was read.
    struct Content {
        var bytes: [UInt8]
        /// Whether it can be read again: a pipe gives its bytes once.
        var isRegular: Bool
    }

    /// No certificate or token is larger, in bytes.
    static let maximumBytes = 16 << 20

    /// The bytes of a file.
    static func read(_ path: String, limit: Int = maximumBytes) throws(Failure) -> [UInt8] {
        try content(path, limit: limit).bytes
    }

    /// The bytes of a file, which may be a pipe such as a shell's `<(command)`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: How much it may hold, in bytes.
    ///   - patience: How long a pipe may stay silent.
    /// - Returns: All of it.
    /// - Throws: `Failure` when it cannot be read, is too large, or is a pipe into which nobody writes.
    static func content(
        _ path: String, limit: Int = maximumBytes, patience: Duration = .seconds(10)
    ) throws(Failure) -> Content {
        // A pipe that nobody has opened for writing must not hold us up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        let isPipe = status.st_mode & S_IFMT == S_IFIFO
        // Its size says so without reading it.
        guard !isRegular || status.st_size <= limit else { throw Failure(code: EFBIG, limit: limit) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            // Before its first byte a pipe seems at its end as long as nobody has opened it for writing.
            if isPipe, bytes.isEmpty { try wait(for: descriptor, patience) }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return Content(bytes: bytes, isRegular: isRegular) }
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw Failure(code: errno) }
                try wait(for: descriptor, patience)
                continue
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure(code: EFBIG, limit: limit) }
        }
    }

    /// Waits until there is something to read, or nobody left to write it.
    private static func wait(for descriptor: Int32, _ patience: Duration) throws(Failure) {
        let end = ContinuousClock.now + patience
        while true {
            let left = (end - .now) / .milliseconds(1)
            guard left > 0 else { throw Failure(code: ETIMEDOUT) }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&request, 1, Int32(min(left.rounded(.up), 60_000)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw Failure(code: errno) }
        }
    }
}

extension LocalFile {
    /// A path from a directory, without `.` and `..`, as Go's `filepath.Join` makes it; one from the root stays as it is.
    static func absolute(_ path: String, in directory: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var parts: [Substring] = []
        for part in "\(directory)/\(path)".split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether a file is missing because it, or a folder on the way to it, is a symbolic link to nothing.
    static func isBrokenLink(_ path: String) -> Bool {
        var path = path[...]
        while !path.isEmpty {
            var status = stat()
            // What is there at all is a link that leads nowhere, or the folder in which the next name is missing.
            if lstat(String(path), &status) == 0 {
                return status.st_mode & S_IFMT == S_IFLNK && stat(String(path), &status) != 0
            }
            guard let end = path.lastIndex(of: "/") else { return false }
            path = path[..<end]
        }
        return false
    }

    /// The absolute directory of a file.
    static func directory(of file: String) -> String {
        let path = absolute(file, in: currentDirectory)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// Where this process is; the root when it cannot be told.
    private static var currentDirectory: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return "/" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension LocalFile.Failure {
    /// What to do when it is a kubeconfig that cannot be read.
    var kubeconfigRemedy: String {
        switch code {
        case EACCES, EPERM: "make it readable for this user"
        case EISDIR: "name a file in it"
        case EFBIG:
            "a kubeconfig is smaller: check that this is the right file, or split it and list the parts in KUBECONFIG"
        case ETIMEDOUT: "check the program that should write to it"
        default: "check that this is the right file"
        }
    }
}
