@testable import Streams

/// Bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The stamp of a second, with nanoseconds, on one day.
func stamp(_ second: Int, _ nanoseconds: Int = 0) -> String {
    let digits = String(nanoseconds)
    let fraction = String(repeating: "0", count: 9 - digits.count) + digits
    return
        "2026-11-21T13:\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60).\(fraction)Z"
}

/// A chunk of a log with stamps.
func chunk(_ text: String) -> LogChunk {
    var splitter = LogLineSplitter(isStamped: true)
    var result = splitter.append(bytes(text))
    let rest = splitter.finish()
    if !rest.lines.isEmpty { result = rest }
    return result
}

extension LogChunk {
    /// The lines' own texts.
    var texts: [String] { lines.map { String(decoding: text(of: $0), as: UTF8.self) } }
}
