import Glibc

/// What the system said when a file could not be used.
struct SystemFailure: Error, Equatable {
    var number: CInt

    static var last: SystemFailure { SystemFailure(number: errno) }

    /// Such as `Permission denied`.
    var words: String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }

    /// Whether nothing else can be written either.
    var endsEverything: Bool { [ENOSPC, EDQUOT, EROFS, EIO, EMFILE, ENFILE].contains(number) }
}

/// A file descriptor that is closed when nobody uses it any more.
final class Descriptor {
    let number: CInt

    init(_ number: CInt) throws(SystemFailure) {
        guard number >= 0 else { throw .last }
        self.number = number
    }

    deinit { close(number) }
}

/// Calls `body` with the bytes as C text; they hold no NUL.
func withPath<Value>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
    (bytes + [0]).withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) { text in
            // Never `nil`: there is at least the NUL.
            text.baseAddress.map(body) ?? body("")
        }
    }
}

/// What is known of a file.
struct FileStatus {
    enum Kind: Equatable { case file, folder, symlink, other }

    var kind: Kind
    var size: Int64
    var mode: Int
    var modified: Int64
    var user: Int64
    var group: Int64

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symlink
            default: .other
            }
        size = Int64(status.st_size)
        mode = Int(status.st_mode & 0o7777)
        modified = Int64(status.st_mtim.tv_sec)
        user = Int64(status.st_uid)
        group = Int64(status.st_gid)
    }

    /// Of what a path leads to, or with `follows` false of the symbolic link itself.
    init(_ path: [UInt8], in folder: Descriptor? = nil, follows: Bool) throws(SystemFailure) {
        var status = stat()
        let result = withPath(path) {
            fstatat(folder?.number ?? AT_FDCWD, $0, &status, follows ? 0 : AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw .last }
        self.init(status)
    }

    init(_ descriptor: Descriptor) throws(SystemFailure) {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw .last }
        self.init(status)
    }
}

/// The names in a folder, sorted, without `.` and `..`.
func names(inFolder path: [UInt8]) throws(SystemFailure) -> [[UInt8]] {
    guard let folder = withPath(path, { opendir($0) }) else { throw .last }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while true {
        errno = 0
        guard let entry = readdir(folder) else { break }
        // In place: the record ends behind the NUL, before the end of the field.
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
    }
    guard errno == 0 else { throw .last }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
}

/// Where a symbolic link leads, as written in it.
func linkTarget(_ path: [UInt8]) throws(SystemFailure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = withPath(path) { path in
        buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
        }
    }
    guard count >= 0 else { throw .last }
    return Array(buffer.prefix(count))
}

/// Parts of a path, as bytes.
enum PathText {
    static let slash = UInt8(ascii: "/")

    /// The last part of a path, without slashes at its end; empty for `/`.
    static func base(_ path: [UInt8]) -> [UInt8] { Array(trimmed(path).split(separator: slash).last ?? []) }

    /// All but the last part; `.` for a name alone.
    static func folder(_ path: [UInt8]) -> [UInt8] {
        let path = trimmed(path)
        guard let last = path.lastIndex(of: slash) else { return [UInt8(ascii: ".")] }
        let folder = trimmed(Array(path[..<last]))
        return folder.isEmpty ? [slash] : folder
    }

    static func join(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        if name.isEmpty { return folder }
        return folder.isEmpty || folder.last == slash ? folder + name : folder + [slash] + name
    }

    /// Without slashes at the end; `/` stays.
    static func trimmed(_ path: [UInt8]) -> [UInt8] {
        var path = path
        while path.count > 1, path.last == slash { path.removeLast() }
        return path
    }

    /// Whether it is a place in its own folder, or that folder's, and no name.
    static func isDots(_ name: [UInt8]) -> Bool { name == [UInt8(ascii: ".")] || name == Array("..".utf8) }

    /// The parts of a name in an archive; `nil` when it leads out of the archive's root.
    static func parts(_ name: [UInt8]) -> [[UInt8]]? {
        guard name.first != slash, !name.contains(0) else { return nil }
        let parts = name.split(separator: slash).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
        return parts.contains(Array("..".utf8)) ? nil : parts
    }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
