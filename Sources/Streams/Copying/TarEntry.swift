/// One member of a tar archive: what stands in front of its content.
package struct TarEntry: Sendable, Equatable {
    /// What kind of thing it is.
    package enum Kind: Sendable, Equatable {
        case file
        case folder
        /// With what it leads to, as written in it.
        case symlink([UInt8])
        /// With the name, from the archive's root, of the member that it is another name of.
        case hardLink([UInt8])
        /// A device, a pipe, or what only some tars know; with the type of the header.
        case other(UInt8)
    }

    /// From the archive's root; without a slash at the end.
    ///
    /// Any bytes but NUL.
    package var name: [UInt8]
    package var kind: Kind
    /// Bytes of content; 0 for all but files.
    package var size: Int64
    /// Permission bits.
    package var mode: Int
    /// Seconds since 1970.
    package var modified: Int64
    /// Numeric owner.
    package var user: Int64
    /// Numeric group.
    package var group: Int64

    package init(
        name: [UInt8], kind: Kind, size: Int64 = 0, mode: Int = 0o644, modified: Int64 = 0, user: Int64 = 0,
        group: Int64 = 0
    ) {
        self.name = name
        self.kind = kind
        self.size = size
        self.mode = mode
        self.modified = modified
        self.user = user
        self.group = group
    }
}

/// Writes the format of GNU tar, which busybox, toybox, bsdtar and GNU tar read; busybox passes over pax headers, and with them
/// over long names.
package enum TarWriter {
    package static let blockBytes = 512
    /// What stands after the last member.
    package static let end = [UInt8](repeating: 0, count: 2 * blockBytes)

    /// Bytes of zeros after content of this size.
    package static func padding(after size: Int64) -> Int {
        let rest = Int(size % Int64(blockBytes))
        return rest == 0 ? 0 : blockBytes - rest
    }

    /// Bytes of a member: its headers, its content and the padding.
    package static func bytes(of entry: TarEntry) -> Int64 {
        var bytes = Int64(blockBytes) + entry.size + Int64(padding(after: entry.size))
        for text in [storedName(entry), linkName(entry)] where text.count > nameBytes {
            let size = Int64(text.count + 1)
            bytes += Int64(blockBytes) + size + Int64(padding(after: size))
        }
        return bytes
    }

    /// What stands in front of a member's content.
    package static func header(of entry: TarEntry) -> [UInt8] {
        let (name, link) = (storedName(entry), linkName(entry))
        var bytes: [UInt8] = []
        if link.count > nameBytes { bytes += longText(link, type: UInt8(ascii: "K")) }
        if name.count > nameBytes { bytes += longText(name, type: UInt8(ascii: "L")) }
        let type: UInt8 =
            switch entry.kind {
            case .file: UInt8(ascii: "0")
            case .hardLink: UInt8(ascii: "1")
            case .symlink: UInt8(ascii: "2")
            case .folder: UInt8(ascii: "5")
            case .other(let type): type
            }
        return bytes + block(entry, name: name, link: link, type: type)
    }

    private static let nameBytes = 100

    private static func storedName(_ entry: TarEntry) -> [UInt8] {
        entry.kind == .folder && !entry.name.isEmpty ? entry.name + [UInt8(ascii: "/")] : entry.name
    }

    private static func linkName(_ entry: TarEntry) -> [UInt8] {
        switch entry.kind {
        case .symlink(let target), .hardLink(let target): target
        default: []
        }
    }

    /// A member of its own that holds a name too long for the header that follows.
    private static func longText(_ text: [UInt8], type: UInt8) -> [UInt8] {
        let entry = TarEntry(
            name: Array("././@LongLink".utf8), kind: .other(type), size: Int64(text.count + 1), mode: 0)
        return block(entry, name: entry.name, link: [], type: type) + text
            + [UInt8](repeating: 0, count: 1 + padding(after: entry.size))
    }

    private static func block(_ entry: TarEntry, name: [UInt8], link: [UInt8], type: UInt8) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(blockBytes)
        func put(_ text: some Collection<UInt8>, _ width: Int) {
            let text = text.prefix(width)
            block += text
            block += repeatElement(0, count: width - text.count)
        }
        put(name, nameBytes)
        put(number(Int64(entry.mode & 0o7777), width: 8), 8)
        put(number(entry.user, width: 8), 8)
        put(number(entry.group, width: 8), 8)
        put(number(entry.size, width: 12), 12)
        put(number(entry.modified, width: 12), 12)
        // The checksum counts itself as spaces.
        put(repeatElement(UInt8(ascii: " "), count: 8), 8)
        put(CollectionOfOne(type), 1)
        put(link, nameBytes)
        put("ustar  ".utf8, 8)
        put([], blockBytes - 265)
        let sum = block.reduce(0) { $0 + Int64($1) }
        block.replaceSubrange(148..<155, with: number(sum, width: 7) + [0])
        return block
    }

    /// Octal digits, one less than `width`; a number that needs more is written as such, with the highest bit set.
    private static func number(_ value: Int64, width: Int) -> [UInt8] {
        let digits = width - 1
        if value >= 0, value < 1 << (3 * digits) {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        var bytes = (0..<width).map { index -> UInt8 in
            let shift = 8 * (width - 1 - index)
            return shift < 64 ? UInt8(truncatingIfNeeded: value >> Int64(shift)) : (value < 0 ? 0xFF : 0)
        }
        bytes[0] |= 0x80
        return bytes
    }
}
