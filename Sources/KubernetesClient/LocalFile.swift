import Glibc

/// Reads whole files, with the system's words when it cannot.
enum LocalFile {
    /// Why a file cannot be read.
    struct Failure: Error {
        var code: Int32

        /// Whether the file does not exist.
        var isMissing: Bool { code == ENOENT || code == ENOTDIR }

        /// Such as `no such file`.
        var words: String {
            switch code {
            case ENOENT, ENOTDIR: "no such file"
            case EACCES, EPERM: "permission denied"
            case EISDIR: "is a directory"
            case EFBIG: "larger than \(LocalFile.maximumBytes >> 20) MiB"
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

    /// No kubeconfig, certificate or token is larger, in bytes.
    static let maximumBytes = 16 << 20

    /// The bytes of a file, which may be a pipe.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Failure(code: errno)
            }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else { throw Failure(code: EFBIG) }
        }
    }
}
