import KubernetesModel

/// Makes inputs of seeds: bits flipped, parts removed, doubled, moved and joined, numbers driven to their ends.
struct Mutator {
    /// Whole inputs to begin with; at least one.
    let seeds: [[UInt8]]
    /// Words of the grammar, and other parts worth having.
    let tokens: [[UInt8]]
    /// Bytes of an input, but for the few that are made huge.
    let sizeLimit: Int
    /// Bytes of a huge input.
    let hugeSize: Int
    /// For inputs that are protobuf.
    let framing: ProtobufFraming?

    private static let numbers = [
        "0", "-0", "-1", "1", "00", "127", "128", "255", "256", "-32769", "65535", "65536", "2147483647", "2147483648",
        "-2147483649", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "1e308", "1e-400", "0.000000000000000000001", "1E+9999999999",
        "99999999999999999999999999999999999999999999999999999999999999999999",
    ].map { Array($0.utf8) }

    private static let bytes: [UInt8] = [
        0x00, 0x01, 0x08, 0x09, 0x0A, 0x0D, 0x1B, 0x20, 0x22, 0x27, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x39, 0x3A, 0x5B,
        0x5C,
        0x5D, 0x7B, 0x7D, 0x7F, 0x80, 0xA0, 0xBF, 0xC0, 0xC3, 0xCC, 0xE2, 0xED, 0xEF, 0xF0, 0xFE, 0xFF,
    ]

    /// The input of a number: always the same for the same seeds and tokens.
    func input(_ random: inout SplitMix64) -> [UInt8] {
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0..<(random.oneIn(2) ? 1 : 1 + random.below(5)) {
            if let framing, !random.oneIn(4) {
                mutateField(&bytes, framing, &random)
            } else {
                mutate(&bytes, &random)
            }
        }
        if random.oneIn(2000) {
            enlarge(&bytes, &random)
        } else if bytes.count > sizeLimit {
            bytes.removeLast(bytes.count - sizeLimit)
        }
        return bytes
    }

    func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let index = random.below(bytes.count)
        let end = min(bytes.count, index + 1 + random.below(random.oneIn(4) ? bytes.count : 8))
        switch random.below(20) {
        case 0 where !bytes.isEmpty: bytes[index] ^= 1 << UInt8(random.below(8))
        case 1 where !bytes.isEmpty: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 2 where !bytes.isEmpty: bytes[index] = Self.bytes[random.below(Self.bytes.count)]
        case 3: bytes.insert(Self.bytes[random.below(Self.bytes.count)], at: index)
        case 4: bytes.removeSubrange(index..<end)
        case 5: bytes.insert(contentsOf: Array(bytes[index..<end]), at: random.below(bytes.count + 1))
        case 6, 7: bytes.insert(contentsOf: token(&random), at: random.below(bytes.count + 1))
        case 8: bytes.replaceSubrange(index..<end, with: token(&random))
        case 9:
            let other = seeds[random.below(seeds.count)]
            bytes.replaceSubrange(index..., with: other[random.below(other.count)...])
        case 10: bytes.removeLast(bytes.count - index)
        case 11: nest(&bytes, index..<end, &random)
        case 12: replaceNumber(&bytes, from: index, &random)
        case 13 where !bytes.isEmpty: blowUpVarint(&bytes, index, &random)
        case 14:
            let part = Array(bytes[index..<end])
            bytes.removeSubrange(index..<end)
            bytes.insert(contentsOf: part, at: random.below(bytes.count + 1))
        case 15...17 where !bytes.isEmpty:
            bytes[index] = Self.alike(bytes[index], &random)
        case 18 where !bytes.isEmpty: bytes.swapAt(index, random.below(bytes.count))
        default:
            let noise = (0...random.below(8)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            bytes.insert(contentsOf: noise, at: index)
        }
    }

    /// A digit for a digit, a letter for a letter, any other sign for a sign.
    private static func alike(_ byte: UInt8, _ random: inout SplitMix64) -> UInt8 {
        switch byte {
        case 0x30...0x39: 0x30 + UInt8(random.below(10))
        case 0x41...0x5A: 0x41 + UInt8(random.below(26))
        case 0x61...0x7A: 0x61 + UInt8(random.below(26))
        default: bytes[random.below(bytes.count)]
        }
    }

    private func token(_ random: inout SplitMix64) -> [UInt8] {
        tokens.isEmpty ? Self.numbers[random.below(Self.numbers.count)] : tokens[random.below(tokens.count)]
    }

    /// Repeats a part in place, or a token: brackets in brackets, signs after signs.
    private func nest(_ bytes: inout [UInt8], _ range: Range<Int>, _ random: inout SplitMix64) {
        let part = random.oneIn(2) ? Array(bytes[range]) : token(&random)
        let times = random.oneIn(8) ? 1 + random.below(1 + sizeLimit / max(1, part.count)) : 1 + random.below(8)
        var run: [UInt8] = []
        for _ in 0..<times { run += part }
        bytes.insert(contentsOf: run, at: range.lowerBound)
    }

    /// Puts an extreme number in the place of the digits at or after an index.
    private func replaceNumber(_ bytes: inout [UInt8], from index: Int, _ random: inout SplitMix64) {
        let number = Self.numbers[random.below(Self.numbers.count)]
        func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        guard let first = bytes[index...].firstIndex(where: isDigit) else {
            bytes.insert(contentsOf: number, at: index)
            return
        }
        let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(first..<end, with: number)
    }

    /// Makes a length, or any number in base 128, longer and larger.
    private func blowUpVarint(_ bytes: inout [UInt8], _ index: Int, _ random: inout SplitMix64) {
        let count = 1 + random.below(10)
        var varint = [UInt8](repeating: random.oneIn(2) ? 0xFF : 0x80, count: count)
        varint[count - 1] &= 0x7F
        if random.oneIn(2) { varint[0] = bytes[index] | 0x80 }
        bytes.replaceSubrange(index...index, with: varint)
    }

    /// Repeats the whole, or a token, up to the huge size.
    private func enlarge(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let part = random.oneIn(2) && !bytes.isEmpty ? bytes : token(&random)
        let place = random.below(bytes.count + 1)
        var run: [UInt8] = []
        while run.count < hugeSize, !part.isEmpty { run += part }
        bytes.insert(contentsOf: run, at: place)
    }
}
