import Glibc

/// Local files as a tar archive, made while it is read; its size is known before.
actor ArchiveSource {
    /// Something that will be a member.
    private struct Item {
        /// From the source; empty for the source itself.
        var path: [UInt8]
        var kind: TarEntry.Kind
        var status: FileStatus
    }

    /// The next bytes of the archive.
    struct Piece: Sendable {
        var bytes: [UInt8]
        var events: [CopyEvent]
    }

    private static let pieceBytes = 64 << 10

    private nonisolated let executor = DiskExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let source: [UInt8]
    private var items: [Item] = []
    private var index = 0
    /// What stands in front of all names; empty when the source's own members are the archive's.
    private var base: [UInt8] = []
    /// Bytes of the archive that are left out since something cannot be read any more.
    private var missing: Int64 = 0
    /// Whether what is missing is made up by zeros after the archive's end.
    private var keepsSize = false
    private var open: (file: Descriptor, path: [UInt8], rest: Int64, size: Int64)?
    /// Zeros that come next, in the place of what cannot be read.
    private var zeros: Int64 = 0
    private var hasEndMark = false
    private(set) var progress = CopyProgress()

    init(_ source: [UInt8]) { self.source = source }

    /// Looks at everything that will be copied.
    ///
    /// - Returns: What cannot be, and whether the source is a folder.
    /// - Throws: `CopyFailure` when there is nothing to copy, `CancellationError`.
    func look() throws -> (events: [CopyEvent], isFolder: Bool) {
        let status: FileStatus
        do {
            // A symbolic link that a person names stands for what it leads to.
            status = try FileStatus(source, follows: true)
        } catch { throw CopyFailure(description: "\(text(source)): \(error.words)") }
        var events: [CopyEvent] = []
        switch status.kind {
        case .file: items = [Item(path: [], kind: .file, status: status)]
        case .folder: try lookInto(status, &events)
        default: throw CopyFailure(description: "\(text(source)) is neither a file nor a folder")
        }
        progress.totalBytes = items.reduce(0) { $0 + ($1.kind == .file ? $1.status.size : 0) }
        return (events, status.kind == .folder)
    }

    private func lookInto(_ status: FileStatus, _ events: inout [CopyEvent]) throws {
        // Folders in the order of their names, each before what is in it.
        var waiting = [Item(path: [], kind: .folder, status: status)]
        while let item = waiting.popLast() {
            try Task.checkCancellation()
            items.append(item)
            guard item.kind == .folder else { continue }
            let folder = PathText.join(source, item.path)
            do throws(SystemFailure) {
                for name in try names(inFolder: folder).reversed() {
                    do throws(SystemFailure) {
                        let path = PathText.join(item.path, name)
                        if let item = try look(at: path) {
                            waiting.append(item)
                        } else {
                            events.append(
                                .skipped("\(text(PathText.join(source, path))) is no file, folder or link: skipped"))
                        }
                    } catch  where error.number == ENOENT {
                        // Gone since the folder was read.
                    }
                }
            } catch { events.append(.problem("\(text(folder)): \(error.words)")) }
        }
    }

    private func look(at path: [UInt8]) throws(SystemFailure) -> Item? {
        let place = PathText.join(source, path)
        let status = try FileStatus(place, follows: false)
        switch status.kind {
        case .file: return Item(path: path, kind: .file, status: status)
        case .folder: return Item(path: path, kind: .folder, status: status)
        case .symlink: return Item(path: path, kind: .symlink(try linkTarget(place)), status: status)
        case .other: return nil
        }
    }

    /// Begins the archive.
    ///
    /// - Parameters:
    ///   - base: What the source is called in it; empty when only what is in the source is wanted.
    ///   - keepsSize: Whether it must have the size that is returned, whatever happens to the files meanwhile.
    /// - Returns: its bytes.
    func begin(base: [UInt8], keepsSize: Bool) -> Int64 {
        self.base = base
        self.keepsSize = keepsSize
        if base.isEmpty, items.first?.path.isEmpty == true { items.removeFirst() }
        return items.reduce(Int64(TarWriter.end.count)) { $0 + TarWriter.bytes(of: entry($1)) }
    }

    private func entry(_ item: Item) -> TarEntry {
        TarEntry(
            name: PathText.join(base, item.path), kind: item.kind, size: item.kind == .file ? item.status.size : 0,
            mode: item.status.mode, modified: item.status.modified, user: item.status.user, group: item.status.group)
    }

    /// The next bytes; `nil` after the last.
    func next() -> Piece? {
        var piece = Piece(bytes: [], events: [])
        piece.bytes.reserveCapacity(Self.pieceBytes + 4 * TarWriter.blockBytes)
        while piece.bytes.count < Self.pieceBytes {
            if zeros > 0 {
                let count = min(zeros, Int64(Self.pieceBytes - piece.bytes.count))
                piece.bytes += repeatElement(0, count: Int(count))
                zeros -= count
            } else if open != nil {
                readOn(&piece)
            } else if index < items.count {
                begin(items[index], &piece)
                index += 1
            } else if !hasEndMark {
                piece.bytes += TarWriter.end
                hasEndMark = true
                zeros = keepsSize ? missing : 0
            } else {
                break
            }
        }
        guard !piece.bytes.isEmpty || !piece.events.isEmpty else { return nil }
        piece.events.append(.progress(progress))
        return piece
    }

    private func begin(_ item: Item, _ piece: inout Piece) {
        var entry = entry(item)
        guard item.kind == .file else { return piece.bytes += TarWriter.header(of: entry) }
        let path = PathText.join(source, item.path)
        do throws(SystemFailure) {
            // The source itself may be reached by a link; what is in it was looked at as it is.
            let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (item.path.isEmpty ? 0 : O_NOFOLLOW)
            let file = try Descriptor(withPath(path) { Glibc.open($0, flags) })
            let status = try FileStatus(file)
            guard status.kind == .file else { throw SystemFailure(number: ESTALE) }
            let planned = TarWriter.bytes(of: entry)
            if status.size < entry.size {
                piece.events.append(
                    .problem(
                        "\(text(path)) shrank from \(entry.size) to \(status.size) bytes before it was copied"))
            }
            entry.size = min(entry.size, status.size)
            missing += planned - TarWriter.bytes(of: entry)
            piece.bytes += TarWriter.header(of: entry)
            progress.current = text(path)
            open = (file, path, entry.size, entry.size)
        } catch {
            piece.events.append(.problem("\(text(path)): \(error.words); it is not copied"))
            missing += TarWriter.bytes(of: entry)
        }
    }

    private func readOn(_ piece: inout Piece) {
        guard let (file, path, rest, size) = open else { return }
        guard rest > 0 else {
            if let status = try? FileStatus(file), status.size > size {
                piece.events.append(
                    .skipped("\(text(path)) grew while it was copied: its first \(size) bytes are copied"))
            }
            piece.bytes += repeatElement(0, count: TarWriter.padding(after: size))
            progress.files += 1
            open = nil
            return
        }
        let wanted = Int(min(rest, Int64(Self.pieceBytes - piece.bytes.count)))
        var failure: SystemFailure?
        let part = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            var read = -1
            repeat { read = Glibc.read(file.number, buffer.baseAddress, wanted) } while read < 0 && errno == EINTR
            if read < 0 { failure = .last }
            count = max(read, 0)
        }
        if part.isEmpty {
            let reason = failure.map(\.words) ?? "it shrank while it was copied"
            piece.events.append(.problem("\(text(path)): \(reason); its last \(rest) bytes are copied as zeros"))
            zeros = rest
        }
        piece.bytes += part
        progress.bytes += Int64(part.count)
        open = (file, path, part.isEmpty ? 0 : rest - Int64(part.count), size)
    }
}
