import Glibc

/// The POSIX access list of a file: who else may open it than its mode says.
struct AccessList: Equatable {
    private static let name = "system.posix_acl_access"
    /// As the kernel has it; `nil` for a file without one.
    let bytes: [UInt8]?

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads that of a file; `nil` when it cannot be read.
    init?(of path: String) {
        guard let get = Self.read else {
            bytes = nil
            return
        }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = buffer.withUnsafeMutableBytes { get(path, Self.name, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            guard errno == ENODATA || errno == ENOTSUP || errno == ENOSYS else { return nil }
            bytes = nil
            return
        }
        bytes = Array(buffer.prefix(count))
    }

    /// Gives it to an open file, and takes away what the folder gave.
    ///
    /// - Returns: Whether it could.
    func set(on descriptor: Int32) -> Bool {
        if let bytes {
            guard let write = Self.write else { return false }
            return bytes.withUnsafeBytes { write(descriptor, Self.name, $0.baseAddress, $0.count, 0) } == 0
        }
        guard let remove = Self.remove else { return true }
        return remove(descriptor, Self.name) == 0 || errno == ENODATA || errno == ENOTSUP || errno == ENOSYS
    }

    // The module of the C library lacks <sys/xattr.h>; these types are those of its declarations.
    private typealias Read =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int
        ) -> Int
    private typealias Write =
        @convention(c) (
            Int32, UnsafePointer<CChar>, UnsafeRawPointer?, Int, Int32
        ) -> Int32
    private typealias Remove = @convention(c) (Int32, UnsafePointer<CChar>) -> Int32

    private static var read: Read? { dlsym(nil, "getxattr").map { unsafeBitCast($0, to: Read.self) } }
    private static var write: Write? { dlsym(nil, "fsetxattr").map { unsafeBitCast($0, to: Write.self) } }
    private static var remove: Remove? { dlsym(nil, "fremovexattr").map { unsafeBitCast($0, to: Remove.self) } }
}
