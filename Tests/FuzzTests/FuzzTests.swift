import Foundation
import Testing

/// Whatever bytes come, every parser ends with a value or an error, and what it accepts keeps its meaning.
///
/// `SEXTANT_FUZZ_INPUTS` says how many inputs each parser is given, 100,000 without it. A failure prints the input and how to
/// replay it; the input during which a process died is in a file whose folder is printed at the start.
struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let inputs = environment["SEXTANT_FUZZ_INPUTS"].flatMap { Int($0) } ?? 100_000

    init() {
        // Once a process.
        _ = Self.announcement
    }

    private static let announcement: Void = say(
        "fuzzing with \(inputs) inputs a parser, seed \(FuzzRun.seed); the inputs at hand are in \(InputNote.folder.path)"
    )

    /// Writes at once, so that it is there when the process dies.
    private static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

    /// All of them, or the one that is named.
    private static let parsers = FuzzedParser.all.filter { $0.name == environment["SEXTANT_FUZZ_PARSER"] ?? $0.name }

    @Test(.enabled(if: environment["SEXTANT_FUZZ_INPUT"] == nil), arguments: parsers)
    func takesOrRefusesWhateverComes(parser: FuzzedParser) async throws {
        let run = try FuzzRun(parser)
        let outcome = await Background.run { Result { try run.findings(inputs: Self.inputs / parser.slowness) } }
        for finding in try outcome.value.get() { Issue.record("\(finding)") }
        Self.say("fuzzed \(parser.name): \(outcome.seconds) s of processor time")
    }

    @Test(.enabled(if: environment["SEXTANT_FUZZ_INPUT"] != nil))
    func replaysOneInput() throws {
        let parser = try #require(Self.parsers.count == 1 ? Self.parsers.first : nil, "SEXTANT_FUZZ_PARSER names none")
        let digits = Array((Self.environment["SEXTANT_FUZZ_INPUT"] ?? "").utf8)
        let input = try stride(from: 0, to: digits.count - 1, by: 2).map { index in
            try #require(UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16))
        }
        try parser.check(input)
    }
}

/// Work that takes long, on threads of its own and behind all other tests.
enum Background {
    /// Runs `body` on one of as many threads as there are processors, and measures its processor time.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> (value: Value, seconds: Double) {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .background).async {
                // Of this thread only.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
                let start = processorSeconds
                let value = body()
                continuation.resume(returning: (value, ((processorSeconds - start) * 10).rounded() / 10))
            }
        }
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
