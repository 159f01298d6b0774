/// Writes an archive that comes from a container to a local place.
actor ArchiveUnpacker {
    private nonisolated let executor = DiskExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The member that was asked for, as it is called in the archive; `.` for a folder whose members are the archive's.
    private let member: [UInt8]
    /// What a single file is called in a folder.
    private let base: [UInt8]
    private let destination: [UInt8]
    private let report: @Sendable (CopyEvent) -> Void

    private var reader = TarReader()
    private var tree: LocalTree?
    /// The name that a single file gets.
    private var fileName: [UInt8]?
    private var partial: PartialFile?
    /// What comes first, for words about what is no archive.
    private var firstBytes: [UInt8] = []
    private(set) var progress = CopyProgress()
    private(set) var hasProblems = false
    /// Where the member that was asked for leads, when it is a symbolic link.
    private(set) var link: [UInt8]?

    init(member: [UInt8], base: [UInt8], destination: [UInt8], report: @escaping @Sendable (CopyEvent) -> Void) {
        self.member = member
        self.base = base
        self.destination = destination
        self.report = report
    }

    /// Whether nothing has come that can be written.
    var isEmpty: Bool { tree == nil }

    /// The file that has begun and is not complete.
    var unfinished: String? { partial == nil ? nil : progress.current }

    /// Takes the next bytes of the archive.
    ///
    /// - Throws: `CopyFailure` when nothing more can be written, or this is no archive.
    func receive(_ bytes: [UInt8]) throws {
        if firstBytes.count < 300 { firstBytes += bytes.prefix(300) }
        reader.receive(bytes)
        while true {
            let event: TarReader.Event?
            do { event = try reader.next() } catch { throw CopyFailure(description: words(error)) }
            guard let event else { break }
            try take(event)
        }
        if tree != nil { report(.progress(progress)) }
    }

    private func words(_ failure: TarFailure) -> String {
        guard isEmpty, !firstWords.isEmpty else { return failure.words }
        return "\(failure.words): it begins with \(firstWords)"
    }

    /// What came first, as words: some runtimes tell their troubles on standard output.
    var firstWords: String { text(firstBytes.prefix { $0 >= 0x20 || $0 == 0x0A || $0 == 0x09 }) }

    /// What is wrong with the end of the archive; `nil` when it came whole.
    func problemAtEnd() -> String? { reader.isAtEnd ? nil : "the archive ends before its end" }

    /// Leaves nothing of a file that is not complete.
    func drop() {
        partial?.drop()
        partial = nil
    }

    private func take(_ event: TarReader.Event) throws {
        do throws(TreeFailure) {
            switch event {
            case .entry(let entry): try begin(entry)
            case .data(let bytes):
                guard let partial else { return }
                progress.bytes += Int64(bytes.count)
                try partial.write(bytes)
            case .endOfFile:
                guard let partial else { return }
                try partial.keep()
                self.partial = nil
                progress.files += 1
            }
        } catch {
            drop()
            switch error {
            case .member(let words): problem(words)
            case .everything(let words): throw CopyFailure(description: words)
            }
        }
    }

    private func problem(_ words: String) {
        hasProblems = true
        report(.problem(words))
    }

    private func begin(_ entry: TarEntry) throws(TreeFailure) {
        let name = text(entry.name)
        guard let parts = PathText.parts(entry.name) else {
            return problem("\(name) leads out of what is copied: it is not written")
        }
        let isAll = member == [UInt8(ascii: ".")]
        guard isAll || parts.first == member else {
            return problem("\(name) is not what was asked for: it is not written")
        }
        let below = isAll ? parts : Array(parts.dropFirst())
        if below.isEmpty {
            try beginRoot(entry)
        } else {
            try begin(entry, at: below, name: name)
        }
    }

    /// The member that was asked for.
    private func beginRoot(_ entry: TarEntry) throws(TreeFailure) {
        guard tree == nil, link == nil else { return }
        switch entry.kind {
        case .folder: try openFolder(mode: entry.mode)
        case .file:
            do {
                let (folder, name) = try LocalDestination.file(destination, base: base)
                tree = LocalTree(folder)
                fileName = name
            } catch { throw .everything(error.description) }
            progress.totalBytes = entry.size
            try begin(entry, at: [fileName ?? base], name: text(entry.name))
        case .symlink(let target): link = target
        case .hardLink, .other: problem("\(text(entry.name)) is no file or folder that can be copied")
        }
    }

    private func openFolder(mode: Int) throws(TreeFailure) {
        do {
            tree = LocalTree(try LocalDestination.folder(destination, mode: mode))
        } catch { throw .everything(error.description) }
    }

    private func begin(_ entry: TarEntry, at parts: [[UInt8]], name: String) throws(TreeFailure) {
        if tree == nil { try openFolder(mode: 0o755) }
        guard fileName.map({ [$0] == parts }) ?? true else {
            return problem("\(name) is not what was asked for: it is not written")
        }
        switch entry.kind {
        case .file:
            progress.current = name
            partial = try tree?.begin(parts, mode: entry.mode, modified: entry.modified)
        case .folder: try tree?.makeFolder(parts, mode: entry.mode)
        case .symlink(let target):
            guard LocalTree.staysInside(target, depth: parts.count - 1) else {
                return report(
                    .skipped("symbolic link \(name) -> \(text(target)) leads out of what is copied: skipped"))
            }
            try tree?.makeLink(parts, to: target)
        case .hardLink(let target):
            guard let targetParts = PathText.parts(target), let first = targetParts.first,
                member == [UInt8(ascii: ".")] || (first == member && targetParts.count > 1)
            else { return problem("\(name) is another name of \(text(target)), which is not copied") }
            try tree?.makeHardLink(
                parts, to: member == [UInt8(ascii: ".")] ? targetParts : Array(targetParts.dropFirst()))
        case .other: report(.skipped("\(name) is no file, folder or link: skipped"))
        }
    }
}
