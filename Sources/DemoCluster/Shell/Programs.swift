import KubernetesModel

/// The programs of a container.
enum Programs {
    typealias Program = @Sendable (Process) async throws -> Int

    /// Every program by its name.
    static let all: [String: Program] = textPrograms.merging(filePrograms) { $1 }.merging(systemPrograms) { $1 }
        .merging(networkPrograms) { $1 }.merging(screenPrograms) { $1 }

    /// The options and operands of a program; options of `valued` take the next word.
    static func options(
        _ process: Process, valued: Set<Character> = []
    ) -> (flags: Set<Character>, values: [Character: String], operands: [String]) {
        var flags: Set<Character> = []
        var values: [Character: String] = [:]
        var operands: [String] = []
        var words = process.arguments.dropFirst()
        while let word = words.popFirst() {
            if word == "--" {
                operands += words
                break
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                operands.append(word)
                continue
            }
            var letters = word.dropFirst()
            while let letter = letters.popFirst() {
                flags.insert(letter)
                if valued.contains(letter) {
                    values[letter] = letters.isEmpty ? words.popFirst() ?? "" : String(letters)
                    break
                }
            }
        }
        return (flags, values, operands)
    }

    /// Gives each of the files, or the input, to a closure.
    /// - Returns: 1 when a file could not be read.
    static func forEachInput(
        _ process: Process, _ names: [String], _ body: (String, ByteInput) async throws -> Void
    ) async throws -> Int {
        if names.isEmpty { try await body("-", process.input) }
        var status = 0
        for name in names {
            if name == "-" {
                try await body(name, process.input)
            } else if name == "/dev/zero" || name == "/dev/urandom" {
                let chunk = [UInt8](repeating: 0, count: 32 << 10)
                try await body(
                    name,
                    ByteInput {
                        try Task.checkCancellation()
                        return chunk
                    })
            } else if name == "/dev/null" {
                try await body(name, ByteInput())
            } else {
                let bytes: [UInt8]
                do throws(FileFailure) {
                    bytes = try process.world.files.read(process.path(name))
                } catch {
                    try await process.complain("can't open '\(name)': \(error.words)")
                    status = 1
                    continue
                }
                try await body(name, ByteInput(bytes))
            }
        }
        return status
    }

    /// Waits for some seconds.
    static func sleep(seconds: Double) async throws {
        try await Task.sleep(for: .milliseconds(Int64(min(max(0, seconds), 1e9) * 1000)))
    }

    /// Such as `Sat Nov 21 02:33:57 UTC 2026`.
    static func date(_ now: Timestamp) -> String {
        let parts = now.httpDate.split(separator: " ")
        guard parts.count == 6 else { return "" }
        return "\(parts[0].dropLast()) \(parts[2]) \(parts[1]) \(parts[4]) UTC \(parts[3])"
    }
}
