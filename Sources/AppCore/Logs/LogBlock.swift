/// Some lines of logs, as they came; shared by every state that shows them.
package final class LogBlock: Sendable {
    /// One line.
    package struct Line: Sendable, Equatable {
        /// Which of the sources; negative for words of our own.
        package var source: Int32
        /// Where its text is in the bytes of the block.
        package var start: UInt32
        package var end: UInt32
        /// Its level, whether colours follow the text, and how far back its record begins.
        private var packed: UInt32
        /// Nanoseconds since 1970; `.min` when not known.
        package var stamp: Int64

        init(source: Int32, start: UInt32, end: UInt32, stamp: Int64, level: LogLevel, hasColours: Bool, back: Int) {
            self.source = source
            self.start = start
            self.end = end
            self.stamp = stamp
            let distance = back < Int(UInt32.max >> 4) ? UInt32(clamping: back) : 0
            packed = distance << 4 | (hasColours ? 8 : 0) | UInt32(level.rawValue)
        }

        /// How grave its record says it is.
        package var level: LogLevel { LogLevel(rawValue: UInt8(packed & 7)) ?? .unknown }
        /// Whether the changes of colour follow its text in the block (see `ColouredLine`).
        var hasColours: Bool { packed & 8 != 0 }
        /// How many lines before it its record begins; 0 for the first of a record.
        package var back: Int { Int(packed >> 4) }
    }

    /// The number of the first line; lines are counted from the beginning.
    package let first: Int
    package let bytes: [UInt8]
    package let lines: [Line]

    init(first: Int, bytes: [UInt8], lines: [Line]) {
        self.first = first
        self.bytes = bytes
        self.lines = lines
    }

    var end: Int { first + lines.count }

    /// What stands behind the text of a line: how its colours change.
    func colours(ofLineAt index: Int) -> ArraySlice<UInt8> {
        guard lines[index].hasColours else { return [] }
        let next = index + 1 < lines.count ? Int(lines[index + 1].start) : bytes.count
        return bytes[Int(lines[index].end)..<next]
    }
}
