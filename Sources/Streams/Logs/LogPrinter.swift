/// Writes the lines of logs as kubectl does.
package struct LogPrinter: Sendable {
    /// Whether each line begins with `[pod/NAME/CONTAINER] `.
    private let hasPrefix: Bool
    /// Whether lines keep their stamps.
    private let hasTimestamps: Bool
    private var prefixes: [Int: [UInt8]] = [:]
    /// The source of a line that has no newline yet.
    private var unfinished: Int?

    package init(hasPrefix: Bool, hasTimestamps: Bool) {
        self.hasPrefix = hasPrefix
        self.hasTimestamps = hasTimestamps
    }

    /// Gets to know a source whose lines will come.
    package mutating func add(_ source: LogSource) {
        prefixes[source.id] = hasPrefix ? Array("[pod/\(source.pod)/\(source.container)] ".utf8) : []
    }

    /// Appends lines to `output`.
    package mutating func write(_ run: LogRun, to output: inout [UInt8]) {
        let chunk = run.chunk
        guard let first = run.lines.first, let last = run.lines.last else { return }
        let prefix = prefixes[run.source] ?? []
        if let unfinished, unfinished != run.source || !chunk.lines[first].continues { output.append(newline) }
        unfinished = nil
        chunk.bytes.withUnsafeBufferPointer { bytes in
            if prefix.isEmpty && hasTimestamps {
                // Nothing is between the lines.
                output += bytes[Int(chunk.lines[first].start)..<Int(chunk.lines[last].end)]
                return
            }
            for index in run.lines {
                let line = chunk.lines[index]
                if !line.continues { output += prefix }
                output += bytes[Int(hasTimestamps ? line.start : line.text)..<Int(line.end)]
            }
        }
        if !chunk.isWhole(chunk.lines[last]) { unfinished = run.source }
    }
}
