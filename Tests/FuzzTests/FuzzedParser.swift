import Testing

/// A parser that data from outside reaches, and what must hold whatever it is given.
struct FuzzedParser: Sendable, CustomTestStringConvertible {
    /// Also the name of its folder of seeds.
    let name: String
    /// Words of its grammar.
    var tokens: [String] = []
    /// Bytes of most inputs.
    var sizeLimit = 1024
    /// Bytes of one input in two thousand.
    var hugeSize = 32 << 10
    /// Of one that works long at each input, so many times fewer are made.
    var slowness = 1
    /// For inputs that are protobuf.
    var framing: ProtobufFraming?
    /// Whether each line of a seed file is a seed of its own.
    var seedsAreLines = false
    /// What comes before the bytes of a seed file, such as which kind they are of.
    var prefix: @Sendable (_ file: String) -> [UInt8] = { _ in [] }
    /// Seeds that no file holds.
    var furtherSeeds: @Sendable () throws -> [[UInt8]] = { [] }
    /// Throws a `Finding` when something does not hold.
    let check: @Sendable (_ input: [UInt8]) throws -> Void

    var testDescription: String { name }

    /// Every parser that is fuzzed.
    static let all: [FuzzedParser] =
        wireParsers + modelParsers + screenParsers + terminalParsers + commandParsers + clientParsers + archiveParsers
        + demoParsers
}

/// Something that does not hold for an input.
struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws a finding unless the condition holds.
func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(Finding) {
    if !condition { throw Finding(otherwise()) }
}

/// Throws a finding unless the two are equal.
func requireEqual<Value: Equatable>(
    _ left: Value, _ right: Value, _ what: @autoclosure () -> String
) throws(Finding) {
    if left != right { throw Finding("\(what()): \(excerpt(left)) is not \(excerpt(right))") }
}

private func excerpt(_ value: some Any) -> String { String(String(reflecting: value).prefix(300)) }
