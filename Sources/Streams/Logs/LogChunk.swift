/// Whole lines of one container's log, in the bytes that came.
package struct LogChunk: Sendable, Equatable {
    /// Where a line is in the bytes of its chunk.
    package struct Line: Sendable, Equatable {
        /// Where it begins, with its stamp.
        package var start: UInt32
        /// Where the container's own text begins.
        package var text: UInt32
        /// After its newline, or after its last byte when it has none.
        package var end: UInt32
        /// Whether it goes on with a line that was too long to be kept whole.
        package var continues = false
        /// Nanoseconds since 1970; of the line before when it has no stamp of its own, `.min` when there is none.
        package var stamp: Int64
    }

    package var bytes: [UInt8] = []
    package var lines: [Line] = []

    package init() {}

    /// The bytes of a line's text, with its newline.
    package func text(of line: Line) -> ArraySlice<UInt8> { bytes[Int(line.text)..<Int(line.end)] }

    /// Whether a line ends with a newline.
    package func isWhole(_ line: Line) -> Bool { line.end > line.start && bytes[Int(line.end) - 1] == newline }

    /// How much memory it takes, about.
    var size: Int { bytes.count + lines.count * MemoryLayout<Line>.stride }
}

let newline = UInt8(ascii: "\n")
