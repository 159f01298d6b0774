import Glibc

/// Where a copy from a container goes: a path that a person named, so symbolic links on the way to it are followed.
enum LocalDestination {
    /// Opens the folder that a folder is copied to: its content goes into one that is there, as with kubectl.
    ///
    /// - Parameters:
    ///   - path: As the person wrote it.
    ///   - mode: Of a folder that is made.
    /// - Returns: The folder.
    /// - Throws: when there is something else, or no folder can be made.
    static func folder(_ path: [UInt8], mode: Int) throws(CopyFailure) -> Descriptor {
        do throws(SystemFailure) {
            switch try kind(path) {
            case nil: try make(path, mode: mode_t(mode & 0o777 | 0o700))
            case .folder: break
            default: throw SystemFailure(number: ENOTDIR)
            }
            return try Descriptor(withPath(path) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        } catch { throw CopyFailure(description: "\(text(path)): \(error.words)") }
    }

    /// Opens the folder that a single file is copied to.
    ///
    /// - Parameters:
    ///   - path: As the person wrote it: a folder that is there, or a file.
    ///   - base: The file's own name.
    /// - Returns: The folder, and the name in it.
    /// - Throws: when there is something else that is not to be replaced, or no folder can be made.
    static func file(_ path: [UInt8], base: [UInt8]) throws(CopyFailure) -> (Descriptor, [UInt8]) {
        func failure(_ words: String) -> CopyFailure { CopyFailure(description: "\(text(path)): \(words)") }
        do throws(SystemFailure) {
            switch try kind(path) {
            case .folder: return (try Descriptor(withPath(path) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }), base)
            case .file:
                let real = try resolved(path)
                return (try opened(PathText.folder(real)), PathText.base(real))
            case nil where path.last == PathText.slash: throw SystemFailure(number: ENOENT)
            case nil:
                let folder = PathText.folder(path)
                if try kind(folder) == nil { try make(folder, mode: 0o777) }
                return (try opened(folder), PathText.base(path))
            default: break
            }
        } catch { throw failure(error.words) }
        throw failure("it is neither a file nor a folder, and stays as it is")
    }

    private static func opened(_ folder: [UInt8]) throws(SystemFailure) -> Descriptor {
        try Descriptor(withPath(folder) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// What is there; `nil` for nothing.
    private static func kind(_ path: [UInt8]) throws(SystemFailure) -> FileStatus.Kind? {
        do {
            return try FileStatus(path, follows: true).kind
        } catch {
            // A symbolic link that leads nowhere is something.
            guard error.number == ENOENT, (try? FileStatus(PathText.trimmed(path), follows: false)) == nil else {
                throw error
            }
            return nil
        }
    }

    /// Makes a folder and those around it.
    private static func make(_ path: [UInt8], mode: mode_t) throws(SystemFailure) {
        let path = PathText.trimmed(path)
        if withPath(path, { mkdir($0, mode) }) == 0 { return }
        let failure = SystemFailure.last
        if failure.number == EEXIST { return }
        let around = PathText.folder(path)
        guard failure.number == ENOENT, around != path else { throw failure }
        try make(around, mode: 0o777)
        guard withPath(path, { mkdir($0, mode) }) == 0 || errno == EEXIST else { throw .last }
    }

    private static func resolved(_ path: [UInt8]) throws(SystemFailure) -> [UInt8] {
        guard let real = withPath(path, { realpath($0, nil) }) else { throw .last }
        defer { free(real) }
        return Array(UnsafeRawBufferPointer(start: real, count: strlen(real)))
    }
}
