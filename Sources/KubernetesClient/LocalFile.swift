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
