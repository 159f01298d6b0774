import Foundation
import KubernetesModel

/// One parser given many inputs.
struct FuzzRun: Sendable {
    /// Where all inputs begin; another one finds other things.
    static let seed: UInt64 = 0x5E87_A417

    let parser: FuzzedParser
    let mutator: Mutator
    private let runSeed: UInt64

    init(_ parser: FuzzedParser) throws {
        self.parser = parser
        mutator = Mutator(
            seeds: try Seeds.of(parser), tokens: parser.tokens.map { Array($0.utf8) }, sizeLimit: parser.sizeLimit,
            hugeSize: parser.hugeSize, framing: parser.framing)
        runSeed = parser.name.utf8.reduce(Self.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The input of a number.
    func input(_ number: Int) -> [UInt8] {
        var random = SplitMix64(seed: runSeed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        return mutator.input(&random)
    }

    /// Every seed as it is and cut at every byte, then mutated ones.
    ///
    /// - Returns: what did not hold, with the inputs; at most three.
    func findings(inputs: Int) throws -> [String] {
        let note = try InputNote(parser.name)
        defer { note.remove() }
        var findings: [String] = []
        func take(_ input: [UInt8], _ origin: @autoclosure () -> String) {
            note.write(input)
            do {
                try parser.check(input)
            } catch {
                findings.append(
                    "\(parser.name), \(origin()), seed \(Self.seed): \(error)\n"
                        + "replay: SEXTANT_FUZZ_PARSER=\(parser.name) SEXTANT_FUZZ_INPUT=\(hex(input))")
            }
        }
        for (index, seed) in mutator.seeds.enumerated() {
            for length in 0...seed.count where findings.count < 3 {
                take(Array(seed[..<length]), "seed input \(index) cut at \(length)")
            }
        }
        for number in 0..<inputs where findings.count < 3 { take(input(number), "input \(number)") }
        return findings
    }

    /// The bytes in hexadecimal; the end of a huge input is left out.
    private func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.prefix(4096).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self) + (bytes.count > 4096 ? "... (\(bytes.count) bytes)" : "")
    }
}

/// A file that holds the input at hand, also when the process ends in the middle of it.
struct InputNote {
    /// The folder of all notes of this process.
    static let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "sextant-fuzz-\(ProcessInfo.processInfo.processIdentifier)")

    private static let size = 256 << 10
    private let path: String
    private let memory: UnsafeMutableRawBufferPointer

    /// A note of a parser's input, empty at first.
    init(_ name: String) throws {
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        path = Self.folder.appendingPathComponent(name).path
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Finding("\(path) cannot be written") }
        defer { close(descriptor) }
        guard ftruncate(descriptor, Self.size) == 0,
            let start = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), start != MAP_FAILED
        else { throw Finding("\(path) cannot be written") }
        memory = UnsafeMutableRawBufferPointer(start: start, count: Self.size)
    }

    /// Puts an input in the place of the last: eight bytes of its length, then its bytes.
    func write(_ input: [UInt8]) {
        let count = min(input.count, memory.count - 8)
        memory.storeBytes(of: UInt64(count).littleEndian, as: UInt64.self)
        input.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: memory[8...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }

    func remove() {
        munmap(memory.baseAddress, memory.count)
        unlink(path)
        rmdir(Self.folder.path)
    }
}
