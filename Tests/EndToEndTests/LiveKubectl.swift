import Foundation
import Testing

/// kubectl on the cluster that the live tests may write to.
enum LiveKubectl {
    /// A kubeconfig of a cluster to write to; never the user's own by accident.
    static let kubeconfig = ProcessInfo.processInfo.environment["SEXTANT_E2E_KUBECONFIG"]
    static let path = ["/usr/local/bin/kubectl", "/usr/bin/kubectl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// What it prints; with an input also its errors.
    static func output(_ arguments: [String], input: String? = nil) async throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = ["--kubeconfig", try #require(kubeconfig)] + arguments
        let (given, output) = (Pipe(), Pipe())
        process.standardOutput = output
        if input != nil {
            process.standardInput = given
            process.standardError = output
        }
        try process.run()
        if let input {
            try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try given.fileHandleForWriting.close()
        }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: Array(data))
            }
        }
    }
}
