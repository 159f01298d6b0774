import Foundation
import Testing

/// Files of `Fixtures`.
enum Fixture {
    /// A recorded failure: what was asked and what the server answered.
    struct Failure: Decodable {
        var request: String
        var status: Int
        var headers: [String: String]
        var body: String
    }

    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: try path(name))))
    }

    static func failure(_ name: String) throws -> Failure {
        try JSONDecoder().decode(Failure.self, from: Data(try bytes("errors/\(name)")))
    }
}

/// A directory that exists while `body` runs.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sextant-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path())
}

/// The same for what waits.
func inTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try withTemporaryDirectory { $0 }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Writes a file, with the directories above it.
func write(_ text: String, to path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
}

/// Removes a file.
func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
