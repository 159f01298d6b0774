import Foundation
import Logging
import Synchronization

/// Appends log lines to a file: nothing may be written to the terminal while the screen is up.
package struct FileLogHandler: LogHandler {
    /// The open file, shared by every logger of the process.
    package final class File: Sendable {
        private let handle: Mutex<FileHandle>

        /// Opens a file for appending; one over 4 MiB is first moved to `path.old`.
        package init(path: String) throws {
            let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            if size > 4 << 20 {
                try? FileManager.default.removeItem(atPath: path + ".old")
                try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
            }
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
            self.handle = Mutex(handle)
        }

        fileprivate func write(_ line: String) {
            // A full disk must not end the session; there is nowhere else to say so.
            handle.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
        }
    }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String
    private let file: File

    package init(label: String, file: File, level: Logger.Level) {
        self.label = label
        self.file = file
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        let line = "\(time) \(event.level) \(label): \(event.message)\(pairs)"
        file.write(line.replacing("\n", with: "\\n") + "\n")
    }
}
