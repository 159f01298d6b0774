/// How far a copy is.
package struct CopyProgress: Sendable, Equatable {
    /// Files that are complete.
    package var files = 0
    /// Bytes of the content of files.
    package var bytes: Int64 = 0
    /// `nil` where it is not known before the end.
    package var totalBytes: Int64?
    /// The file that is being copied.
    package var current = ""

    /// Such as `3 files, 1.2 MB`.
    package var amount: String { "\(files) \(files == 1 ? "file" : "files"), \(byteText(bytes))" }
}

/// What happens while files are copied.
package enum CopyEvent: Sendable, Equatable {
    case progress(CopyProgress)
    /// Something is not copied that cannot be, such as a device; the copy is none the worse for it.
    case skipped(String)
    /// Something is not copied, or not as it was.
    case problem(String)
    /// A line that tar in the container wrote to its standard error.
    case said(String)
}

/// How a copy ended.
package struct CopyResult: Sendable, Equatable {
    package var progress: CopyProgress
    /// Whether everything that can be copied was.
    package var isComplete: Bool
}

/// Why a copy could not be made, or ended before its time.
package struct CopyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
}

/// Such as `512 B` or `1.2 MB`; of 1,000.
package func byteText(_ bytes: Int64) -> String {
    var (whole, tenth, unit) = (max(bytes, 0), Int64(0), 0)
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    while whole >= 1000, unit < units.count - 1 {
        tenth = whole % 1000 / 100
        whole /= 1000
        unit += 1
    }
    return unit == 0 || whole >= 100 ? "\(whole) \(units[unit])" : "\(whole).\(tenth) \(units[unit])"
}

/// Cuts what a program writes to its standard error into lines.
struct ErrorLines {
    /// No line of words for people is longer.
    private static let limit = 4096

    private var line: [UInt8] = []

    /// The lines that are complete with these bytes.
    mutating func receive(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines += end()
            } else if line.count < Self.limit {
                line.append(byte)
            }
        }
        return lines
    }

    /// What has come of a line that has no end.
    mutating func end() -> [String] {
        defer { line = [] }
        return line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
            ? [] : [String(decoding: line, as: UTF8.self)]
    }
}
