import Glibc

/// A text to look for in bytes, without case in ASCII.
struct ByteSearch: Sendable, Equatable {
    /// In lower case.
    let needle: [UInt8]
    /// Which of its bytes is looked for first: the one that logs have least of.
    private let rare: Int

    init(_ text: String) {
        let needle = text.utf8.map(asciiLowercased)
        self.needle = needle
        rare = needle.indices.max { Self.rarity(needle[$0]) < Self.rarity(needle[$1]) } ?? 0
    }

    /// Bytes by how often logs have them, the most frequent first.
    private static let frequent = Array(" e0t1a2on3i5r4sl\"-:dc.6u8p97m,/=fg_hbvkTw[]{}()xyzjq".utf8)

    private static func rarity(_ byte: UInt8) -> Int { frequent.firstIndex(of: byte) ?? frequent.count }

    /// Calls `body` with the index of each line from one on that contains it.
    func forEachLine(of block: LogBlock, from start: Int, _ body: (Int) -> Void) {
        guard !needle.isEmpty, start < block.lines.count else { return }
        block.bytes.withUnsafeBufferPointer { bytes in
            block.lines.withUnsafeBufferPointer { lines in
                var cursor = Cursor(bytes, needle[rare], from: Int(lines[start].start))
                var index = start
                while let position = cursor.position {
                    while index < lines.count, Int(lines[index].end) <= position { index += 1 }
                    guard index < lines.count else { return }
                    let first = position - rare
                    if first >= Int(lines[index].start), first + needle.count <= Int(lines[index].end),
                        isHere(bytes, at: first)
                    {
                        body(index)
                        index += 1
                        guard index < lines.count else { return }
                        cursor.advance(to: Int(lines[index].start))
                    } else {
                        cursor.advance(to: position + 1)
                    }
                }
            }
        }
    }

    /// Where it is in a text, one after the other.
    func ranges(in text: some Collection<UInt8>) -> [Range<Int>] {
        let text = Array(text)
        guard !needle.isEmpty, text.count >= needle.count else { return [] }
        var ranges: [Range<Int>] = []
        text.withUnsafeBufferPointer { bytes in
            var cursor = Cursor(bytes, needle[rare], from: 0)
            while let position = cursor.position {
                let first = position - rare
                if first >= (ranges.last?.upperBound ?? 0), first + needle.count <= bytes.count,
                    isHere(bytes, at: first)
                {
                    ranges.append(first..<first + needle.count)
                }
                cursor.advance(to: position + 1)
            }
        }
        return ranges
    }

    private func isHere(_ bytes: UnsafeBufferPointer<UInt8>, at first: Int) -> Bool {
        needle.withUnsafeBufferPointer { needle in
            for offset in 0..<needle.count where asciiLowercased(bytes[first + offset]) != needle[offset] {
                return false
            }
            return true
        }
    }

    /// Goes from one occurrence of a byte to the next, in either case.
    private struct Cursor {
        private let bytes: UnsafeBufferPointer<UInt8>
        private let lower: UInt8
        private let upper: UInt8
        private var nextLower: Int
        private var nextUpper: Int

        init(_ bytes: UnsafeBufferPointer<UInt8>, _ byte: UInt8, from start: Int) {
            self.bytes = bytes
            lower = byte
            upper = byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte
            nextLower = Self.next(bytes, lower, from: start)
            nextUpper = upper == lower ? bytes.count : Self.next(bytes, upper, from: start)
        }

        var position: Int? {
            let next = min(nextLower, nextUpper)
            return next < bytes.count ? next : nil
        }

        mutating func advance(to start: Int) {
            if nextLower < start { nextLower = Self.next(bytes, lower, from: start) }
            if nextUpper < start { nextUpper = Self.next(bytes, upper, from: start) }
        }

        private static func next(_ bytes: UnsafeBufferPointer<UInt8>, _ byte: UInt8, from start: Int) -> Int {
            guard let base = bytes.baseAddress, start < bytes.count,
                let found = memchr(base + start, Int32(byte), bytes.count - start)
            else { return bytes.count }
            return base.distance(to: found.assumingMemoryBound(to: UInt8.self))
        }
    }
}
