import ConcurrencyTestSupport
import Foundation

/// kubectl, to compare with.
enum Kubectl {
    /// Where it is; `nil` when it is not on `PATH`.
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/kubectl" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// What a run printed.
    struct Result {
        var status: Int32
        var output: Data
    }

    /// Runs kubectl in a folder, with nothing in its environment but these variables.
    static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:]
    ) async throws -> Result {
        try await onOwnThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path ?? "")
            process.arguments = arguments
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            process.environment = environment.merging(["HOME": folder]) { given, _ in given }
            process.standardInput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Result(status: process.terminationStatus, output: data)
        }
    }
}
