import Glibc

/// Why something was not written.
enum TreeFailure: Error, Equatable {
    /// This member cannot be; others may.
    case member(String)
    /// Nothing more can be written.
    case everything(String)
}

/// A local folder that members of an archive are written into, and nothing beside it.
///
/// Each part of a name is opened on its own and never through a symbolic link, so that whatever the names are, and whatever
/// links are made meanwhile, everything stays below the folder.
struct LocalTree {
    /// The open folders on the way to the last member.
    private var open: [(name: [UInt8], folder: Descriptor)] = []
    private let root: Descriptor
    private var temporaryFiles = 0
    /// How many folders deep a member may lie; each is one open file.
    private static let depthLimit = 200

    init(_ root: Descriptor) { self.root = root }

    /// Makes a folder, and those around it; one that is there stays as it is.
    mutating func makeFolder(_ parts: [[UInt8]], mode: Int) throws(TreeFailure) { _ = try folder(parts, mode: mode) }

    /// Begins a file, which takes its name when it is complete.
    mutating func begin(_ parts: [[UInt8]], mode: Int, modified: Int64) throws(TreeFailure) -> PartialFile {
        let (folder, name) = try place(of: parts)
        var status: FileStatus?
        do { status = try FileStatus(name, in: folder, follows: false) } catch {
            if error.number != ENOENT { throw Self.failure(parts, error) }
        }
        switch status?.kind {
        case nil, .file, .symlink: break
        case .folder: throw .member("\(shown(parts)) is a folder here")
        case .other: throw .member("\(shown(parts)) is neither a file nor a folder here: it stays as it is")
        }
        do throws(SystemFailure) {
            while true {
                let temporary = temporaryName()
                let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
                let number = withPath(temporary) { openat(folder.number, $0, flags, mode_t(mode & 0o777)) }
                if number < 0, errno == EEXIST { continue }
                return PartialFile(
                    file: try Descriptor(number), folder: folder, temporary: temporary, name: name, parts: parts,
                    modified: modified)
            }
        } catch { throw Self.failure(parts, error) }
    }

    /// Makes a symbolic link, unless it would lead out of the folder.
    mutating func makeLink(_ parts: [[UInt8]], to target: [UInt8]) throws(TreeFailure) {
        let words = "\(shown(parts)) -> \(text(target))"
        guard Self.staysInside(target, depth: parts.count - 1) else {
            throw .member("symbolic link \(words) leads out of what is copied")
        }
        let (folder, name) = try place(of: parts)
        let temporary = temporaryName()
        let result = withPath(target) { target in
            withPath(temporary) { symlinkat(target, folder.number, $0) }
        }
        guard result == 0 else { throw Self.failure(parts, .last) }
        try Self.rename(temporary, to: name, in: folder, parts)
    }

    /// Makes another name of a file that is in the folder.
    mutating func makeHardLink(_ parts: [[UInt8]], to target: [[UInt8]]) throws(TreeFailure) {
        let words = "\(shown(parts)) is another name of \(shown(target))"
        let (source, sourceName) = try place(of: target)
        guard (try? FileStatus(sourceName, in: source, follows: false))?.kind == .file else {
            throw .member("\(words), which was not copied")
        }
        let (folder, name) = try place(of: parts)
        if target == parts { return }
        let temporary = temporaryName()
        let result = withPath(sourceName) { from in
            withPath(temporary) { linkat(source.number, from, folder.number, $0, 0) }
        }
        guard result == 0 else { throw Self.failure(parts, .last) }
        try Self.rename(temporary, to: name, in: folder, parts)
        // Where both were one file already, that did nothing.
        _ = withPath(temporary) { unlinkat(folder.number, $0, 0) }
    }

    // MARK: Parts of names

    /// Whether a link in a folder that deep leads to a place in the tree: up by no more than there is, and from there only
    /// down.
    ///
    /// A way up after a way down is refused, since what it leads through may itself be a link.
    static func staysInside(_ target: [UInt8], depth: Int) -> Bool {
        guard let first = target.first, first != PathText.slash else { return false }
        let parts = target.split(separator: PathText.slash).filter { !$0.elementsEqual(".".utf8) }
        let up = parts.prefix { $0.elementsEqual("..".utf8) }.count
        return up <= depth && !parts.dropFirst(up).contains { $0.elementsEqual("..".utf8) }
    }

    private mutating func place(of parts: [[UInt8]]) throws(TreeFailure) -> (Descriptor, [UInt8]) {
        guard let name = parts.last else { throw .member("a member of the archive has no name") }
        return (try folder(parts.dropLast(), mode: 0o755), name)
    }

    private mutating func folder(_ parts: some Collection<[UInt8]>, mode: Int) throws(TreeFailure) -> Descriptor {
        guard parts.count <= Self.depthLimit else {
            throw .member("\(shown(Array(parts.prefix(8)))) goes on more than \(Self.depthLimit) folders deep")
        }
        let common = zip(open, parts).prefix { $0.name == $1 }.count
        open.removeLast(open.count - common)
        for name in parts.dropFirst(common) {
            let here = open.last?.folder ?? root
            let way = open.map(\.name) + [name]
            // Its owner can always change what is in it, or it could not be filled.
            let wanted = mode_t((way.count == parts.count ? mode : 0o755) & 0o777 | 0o700)
            open.append((name, try Self.enter(name, in: here, mode: wanted, way)))
        }
        return open.last?.folder ?? root
    }

    private static func enter(
        _ name: [UInt8], in folder: Descriptor, mode: mode_t, _ parts: [[UInt8]]
    ) throws(TreeFailure) -> Descriptor {
        do throws(SystemFailure) {
            if withPath(name, { mkdirat(folder.number, $0, mode) }) != 0, errno != EEXIST { throw .last }
            return try Descriptor(
                withPath(name) { openat(folder.number, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) })
        } catch {
            guard error.number == ENOTDIR || error.number == ELOOP else { throw failure(parts, error) }
            let isLink = (try? FileStatus(name, in: folder, follows: false))?.kind == .symlink
            throw .member(
                isLink
                    ? "\(shown(parts)) is a symbolic link here: nothing is written through it"
                    : "\(shown(parts)) is no folder here")
        }
    }

    private mutating func temporaryName() -> [UInt8] {
        temporaryFiles += 1
        return Array(".sextant-cp-\(getpid())-\(temporaryFiles)".utf8)
    }

    fileprivate static func rename(
        _ temporary: [UInt8], to name: [UInt8], in folder: Descriptor, _ parts: [[UInt8]]
    ) throws(TreeFailure) {
        let result = withPath(temporary) { from in
            withPath(name) { renameat(folder.number, from, folder.number, $0) }
        }
        guard result != 0 else { return }
        let failure = failure(parts, .last)
        _ = withPath(temporary) { unlinkat(folder.number, $0, 0) }
        throw failure
    }

    fileprivate static func failure(_ parts: [[UInt8]], _ failure: SystemFailure) -> TreeFailure {
        let words = "\(shown(parts)): \(failure.words)"
        return failure.endsEverything ? .everything(words) : .member(words)
    }
}

private func shown(_ parts: [[UInt8]]) -> String { parts.map { text($0) }.joined(separator: "/") }

/// A file that does not have its name yet.
struct PartialFile {
    fileprivate let file: Descriptor
    fileprivate let folder: Descriptor
    fileprivate let temporary: [UInt8]
    fileprivate let name: [UInt8]
    fileprivate let parts: [[UInt8]]
    fileprivate let modified: Int64

    /// `UTIME_OMIT` of sys/stat.h, which Swift does not import.
    private static let omitted = (1 << 30) - 2

    /// - Throws: when it cannot be written; it is to be dropped then.
    func write(_ bytes: ArraySlice<UInt8>) throws(TreeFailure) {
        var failure: SystemFailure?
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty, failure == nil {
                let count = Glibc.write(file.number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    failure = .last
                }
            }
        }
        if let failure { throw LocalTree.failure(parts, failure) }
    }

    /// Gives it its name.
    func keep() throws(TreeFailure) {
        var times = [timespec(tv_sec: 0, tv_nsec: Self.omitted), timespec(tv_sec: Int(modified), tv_nsec: 0)]
        // A time that this file system does not know is no reason to be without the file.
        _ = futimens(file.number, &times)
        try LocalTree.rename(temporary, to: name, in: folder, parts)
    }

    /// Leaves nothing of it.
    func drop() { _ = withPath(temporary) { unlinkat(folder.number, $0, 0) } }
}
