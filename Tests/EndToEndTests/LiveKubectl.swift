import ConcurrencyTestSupport
import Foundation
import Testing

/// kubectl on the cluster that the live tests may write to.
enum LiveKubectl {
    /// A kubeconfig of a cluster to write to; never the user's own by accident.
    static let kubeconfig = ProcessInfo.processInfo.environment["SEXTANT_E2E_KUBECONFIG"]
    static let path = installedKubectl
    /// The image that pods are made of, which the nodes must have: a busybox.
    static let image = ProcessInfo.processInfo.environment["SEXTANT_E2E_IMAGE"] ?? "localhost/busybox:1"

    /// A program that failed, in its own words.
    struct Failed: Error, CustomStringConvertible { let description: String }

    /// What it prints, whether it succeeds or not; with an input also its errors.
    static func output(_ arguments: [String], input: String? = nil) async throws -> [UInt8] {
        try await call(arguments, input: input, hasErrors: input != nil).output
    }

    /// Runs what must succeed; a server that is too busy to answer is asked again.
    ///
    /// - Returns: what it prints, its errors among it.
    /// - Throws: `Failed`, in kubectl's words.
    @discardableResult
    static func run(_ arguments: [String], input: String? = nil) async throws -> String {
        var tries = 5
        while true {
            let (output, status) = try await call(arguments, input: input ?? "", hasErrors: true)
            let words = String(decoding: output, as: UTF8.self)
            if status == 0 || (tries < 5 && words.contains("AlreadyExists")) { return words }
            tries -= 1
            let isBusy = ["timeout", "timed out", "refused", "EOF"].contains { words.contains($0) }
            guard isBusy, tries > 0 else { throw Failed(description: "kubectl \(arguments): \(words)") }
        }
    }

    /// Makes a namespace, and waits until pods are admitted to it: until its service account is there, bare ones are not.
    static func makeNamespace(_ name: String) async throws {
        try await run(["create", "namespace", name])
        let pod = ["run", "probe", "-n", name, "--image", image, "--dry-run=server"]
        while try await call(pod, input: "", hasErrors: true).status != 0 { try Task.checkCancellation() }
    }

    private static func call(
        _ arguments: [String], input: String?, hasErrors: Bool
    ) async throws -> (output: [UInt8], status: Int32) {
        let arguments = ["--kubeconfig", try #require(kubeconfig)] + arguments
        let path = try #require(path)
        return try await onOwnThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            let (given, output) = (Pipe(), Pipe())
            process.standardOutput = output
            if hasErrors { process.standardError = output }
            if input != nil { process.standardInput = given }
            try process.run()
            if let input {
                try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try given.fileHandleForWriting.close()
            }
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (Array(data), process.terminationStatus)
        }
    }
}
