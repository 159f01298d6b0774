/// What is wrong with an archive.
package struct TarFailure: Error, Sendable, Equatable {
    package var words: String
}

/// Reads a tar archive as it comes: ustar, its older form, and the long names and large numbers of GNU tar and pax.
///
/// Holds no more than one header with its names, however large the members are.
package struct TarReader: Sendable {
    package enum Event: Sendable, Equatable {
        /// A member; after a file its `data` and `endOfFile` follow.
        case entry(TarEntry)
        case data(ArraySlice<UInt8>)
        case endOfFile
    }

    private enum State {
        case header
        /// Content of a file: bytes of it, and of the padding after it, that have not come.
        case data(Int64, padding: Int64)
        case endOfFile(padding: Int64)
        case skipped(Int64)
        /// A header that says something of the next one.
        case record(type: UInt8, Int64, padding: Int64)
        case ended
    }

    /// What headers said of the member that comes next.
    private struct Said {
        var name: [UInt8]?
        var link: [UInt8]?
        var size: Int64?
        var modified: Int64?
        var isSparse = false
    }

    /// Headers about names are not longer, by far.
    private static let recordLimit: Int64 = 1 << 20

    private var input: ArraySlice<UInt8> = []
    private var state = State.header
    /// What has come of a header.
    private var block: [UInt8] = []
    private var record: [UInt8] = []
    private var said = Said()
    private var zeroBlocks = 0

    package init() {}

    /// Whether the end of the archive has come; what follows it is passed over.
    package var isAtEnd: Bool { if case .ended = state { true } else { zeroBlocks > 0 } }

    /// Takes the next bytes; those before must have been read by `next()` until `nil`.
    package mutating func receive(_ bytes: [UInt8]) { input = input.isEmpty ? bytes[...] : input + bytes }

    /// What comes next; `nil` when more bytes are needed, or none will.
    ///
    /// - Throws: when this is no archive that can be read; nothing can be read after it.
    package mutating func next() throws(TarFailure) -> Event? {
        while true {
            switch state {
            case .header:
                guard takeBlock() else { return nil }
                if let event = try readBlock() { return event }
            case .data(let rest, let padding):
                guard rest > 0 else {
                    state = .endOfFile(padding: padding)
                    continue
                }
                guard !input.isEmpty else { return nil }
                let part = take(rest)
                state = .data(rest - Int64(part.count), padding: padding)
                return .data(part)
            case .endOfFile(let padding):
                state = .skipped(padding)
                return .endOfFile
            case .skipped(let rest):
                let left = rest - Int64(take(rest).count)
                state = left == 0 ? .header : .skipped(left)
                if left > 0 { return nil }
            case .record(let type, let rest, let padding):
                let part = take(rest)
                record += part
                guard rest == Int64(part.count) else {
                    state = .record(type: type, rest - Int64(part.count), padding: padding)
                    return nil
                }
                try readRecord(type)
                record = []
                state = .skipped(padding)
            case .ended:
                input = []
                return nil
            }
        }
    }

    private mutating func take(_ count: Int64) -> ArraySlice<UInt8> {
        let part = input.prefix(Int(min(count, Int64(input.count))))
        input = input.dropFirst(part.count)
        return part
    }

    private mutating func takeBlock() -> Bool {
        block += take(Int64(TarWriter.blockBytes - block.count))
        return block.count == TarWriter.blockBytes
    }

    // MARK: Headers

    private mutating func readBlock() throws(TarFailure) -> Event? {
        defer { block.removeAll(keepingCapacity: true) }
        if block.allSatisfy({ $0 == 0 }) {
            zeroBlocks += 1
            if zeroBlocks == 2 { state = .ended }
            return nil
        }
        zeroBlocks = 0
        guard Self.hasValidChecksum(block) else { throw TarFailure(words: "this is no tar archive, or it is damaged") }
        guard let size = Self.number(block[124..<136]), size >= 0, size <= .max - 512 else {
            throw TarFailure(words: "a member of the archive has no valid size")
        }
        let type = block[156]
        if "LKxX".utf8.contains(type) {
            guard size <= Self.recordLimit else {
                throw TarFailure(words: "a name in the archive takes \(size) bytes")
            }
            state = .record(type: type, size, padding: Int64(TarWriter.padding(after: size)))
            return nil
        }
        if type == UInt8(ascii: "g") {
            // What holds for all members, such as a comment.
            state = .skipped(size + Int64(TarWriter.padding(after: size)))
            return nil
        }
        defer { said = Said() }
        return begin(type, size: said.size ?? size)
    }

    private mutating func begin(_ type: UInt8, size: Int64) -> Event {
        var name = said.name ?? shortName
        let link = said.link ?? Self.text(block[157..<257])
        let kind: TarEntry.Kind =
            switch type {
            case _ where said.isSparse: .other(UInt8(ascii: "S"))
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): name.last == UInt8(ascii: "/") ? .folder : .file
            case UInt8(ascii: "1"): .hardLink(link)
            case UInt8(ascii: "2"): .symlink(link)
            case UInt8(ascii: "5"): .folder
            default: .other(type)
            }
        while name.count > 1, name.last == UInt8(ascii: "/") { name.removeLast() }
        let entry = TarEntry(
            name: name, kind: kind, size: kind == .file ? size : 0,
            mode: Int((Self.number(block[100..<108]) ?? 0o644) & 0o7777),
            modified: said.modified ?? Self.number(block[136..<148]) ?? 0,
            user: Self.number(block[108..<116]) ?? 0, group: Self.number(block[116..<124]) ?? 0)
        let padding = Int64(TarWriter.padding(after: size))
        switch kind {
        case .file: state = .data(size, padding: padding)
        // Links, folders, devices and pipes have no content, whatever their size says.
        case _ where "123456".utf8.contains(type): state = .header
        default: state = .skipped(size + padding)
        }
        return .entry(entry)
    }

    private var shortName: [UInt8] {
        let name = Self.text(block[0..<100])
        // GNU tar has other things where ustar has the beginning of a long name.
        let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? Self.text(block[345..<500]) : []
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    private static func hasValidChecksum(_ block: [UInt8]) -> Bool {
        guard let written = number(block[148..<156]) else { return false }
        var (sum, signed): (Int64, Int64) = (0, 0)
        for (index, byte) in block.enumerated() {
            let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            sum += Int64(byte)
            // Some old tars added them up like this.
            signed += Int64(Int8(bitPattern: byte))
        }
        return written == sum || written == signed
    }

    /// Octal digits between spaces, or with the highest bit set a number of two's complement.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // The highest bit is the mark, the next one the sign.
            let isNegative = first & 0x40 != 0
            var value: Int64 = isNegative ? -1 : 0
            for (index, byte) in field.enumerated() {
                let byte = index == 0 ? (isNegative ? byte | 0x80 : byte & 0x7F) : byte
                let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
                guard !overflow else { return nil }
                value = shifted | Int64(byte)
            }
            return value
        }
        let text = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        var value: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
            value = value << 3 | Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    // MARK: Headers about the next member

    private mutating func readRecord(_ type: UInt8) throws(TarFailure) {
        switch type {
        case UInt8(ascii: "L"): said.name = Self.text(record[...])
        case UInt8(ascii: "K"): said.link = Self.text(record[...])
        default: try readPax()
        }
    }

    /// Lines such as `27 path=a/long/name/of/it\n`, which begin with their own length.
    private mutating func readPax() throws(TarFailure) {
        let damaged = TarFailure(words: "a pax header of the archive is damaged")
        var rest = record[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard digits.count < 8, let length = Self.decimal(digits), length <= rest.count,
                length > digits.count + 1
            else { throw damaged }
            let line = rest.prefix(Int(length)).dropFirst(digits.count + 1)
            rest = rest.dropFirst(Int(length))
            guard line.last == UInt8(ascii: "\n"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                throw damaged
            }
            let value = line[(equals + 1)...].dropLast()
            let key = String(decoding: line[..<equals], as: UTF8.self)
            // An empty value takes back what was said before.
            switch key {
            case "path", "linkpath":
                guard !value.contains(0) else { throw damaged }
                if key == "path" {
                    said.name = value.isEmpty ? nil : Array(value)
                } else {
                    said.link = value.isEmpty ? nil : Array(value)
                }
            case "size":
                said.size = Self.decimal(value)
                guard value.isEmpty || said.size.map({ $0 <= .max - 512 }) == true else { throw damaged }
            case "mtime":
                let isNegative = value.first == UInt8(ascii: "-")
                let seconds = Self.decimal(value.dropFirst(isNegative ? 1 : 0).prefix { $0 != UInt8(ascii: ".") })
                said.modified = seconds.map { isNegative ? -$0 : $0 }
            case _ where key.hasPrefix("GNU.sparse."): said.isSparse = true
            default: break
            }
        }
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.count < 20 else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self)).flatMap { $0 < 0 ? nil : $0 }
    }
}
