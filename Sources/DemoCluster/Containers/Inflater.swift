/// Bytes that are no deflate stream.
struct InflateFailure: Error {}

/// Undoes deflate (RFC 1951) piece by piece: each piece ends where its writer flushed, and may refer to those before.
struct Inflater {
    private static let window = 32 << 10
    /// More than this comes from no piece.
    private static let largest = 1 << 20
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// A Huffman code: how many codes have each length, and the symbols in the order of their codes.
    private struct Code {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: some Sequence<Int>) {
            let lengths = Array(lengths)
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            for length in 1...15 { symbols += lengths.indices.filter { lengths[$0] == length } }
        }
    }

    private struct Bits {
        let bytes: [UInt8]
        var position = 0
        var buffer = 0
        var count = 0

        var isAtEnd: Bool { position >= bytes.count }

        mutating func bits(_ wanted: Int) throws(InflateFailure) -> Int {
            while count < wanted {
                guard position < bytes.count else { throw InflateFailure() }
                buffer |= Int(bytes[position]) << count
                position += 1
                count += 8
            }
            defer {
                buffer >>= wanted
                count -= wanted
            }
            return buffer & (1 << wanted - 1)
        }

        mutating func symbol(_ code: Code) throws(InflateFailure) -> Int {
            var value = 0
            var first = 0
            var index = 0
            for length in 1...15 {
                value |= try bits(1)
                let count = code.counts[length]
                if value - count < first { return code.symbols[index + value - first] }
                index += count
                first = (first + count) << 1
                value <<= 1
            }
            throw InflateFailure()
        }

        mutating func skipToByte() {
            buffer = 0
            count = 0
        }
    }

    private var history: [UInt8]

    /// - Parameter dictionary: what the first piece may refer to.
    init(dictionary: [UInt8]) { history = dictionary }

    /// What a piece was made of.
    mutating func inflate(_ bytes: [UInt8]) throws(InflateFailure) -> [UInt8] {
        var input = Bits(bytes: bytes)
        var output = history
        let start = output.count
        while !input.isAtEnd {
            _ = try input.bits(1)
            switch try input.bits(2) {
            case 0:
                input.skipToByte()
                let length = try input.bits(16)
                guard try input.bits(16) == length ^ 0xffff else { throw InflateFailure() }
                for _ in 0..<length { output.append(UInt8(try input.bits(8))) }
            case 1:
                let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                try block(Code(lengths), Code([Int](repeating: 5, count: 30)), &input, &output, start)
            case 2:
                let (literals, distances) = try codes(&input)
                try block(literals, distances, &input, &output, start)
            default: throw InflateFailure()
            }
        }
        history = Array(output.suffix(Self.window))
        return Array(output[start...])
    }

    private func codes(_ input: inout Bits) throws(InflateFailure) -> (Code, Code) {
        let literals = try input.bits(5) + 257
        let distances = try input.bits(5) + 1
        let count = try input.bits(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for position in 0..<count { lengths[Self.codeOrder[position]] = try input.bits(3) }
        let code = Code(lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            let symbol = try input.symbol(code)
            switch symbol {
            case 16:
                guard let last = all.last else { throw InflateFailure() }
                all += [Int](repeating: last, count: try input.bits(2) + 3)
            case 17: all += [Int](repeating: 0, count: try input.bits(3) + 3)
            case 18: all += [Int](repeating: 0, count: try input.bits(7) + 11)
            default: all.append(symbol)
            }
        }
        guard all.count == literals + distances else { throw InflateFailure() }
        return (Code(all.prefix(literals)), Code(all.dropFirst(literals)))
    }

    private func block(
        _ literals: Code, _ distances: Code, _ input: inout Bits, _ output: inout [UInt8], _ start: Int
    ) throws(InflateFailure) {
        while true {
            let symbol = try input.symbol(literals)
            if symbol < 256 {
                output.append(UInt8(symbol))
            } else if symbol == 256 {
                return
            } else {
                guard symbol - 257 < Self.lengthBases.count else { throw InflateFailure() }
                let length = Self.lengthBases[symbol - 257] + (try input.bits(Self.lengthBits[symbol - 257]))
                let code = try input.symbol(distances)
                guard code < Self.distanceBases.count else { throw InflateFailure() }
                let distance = Self.distanceBases[code] + (try input.bits(Self.distanceBits[code]))
                guard distance <= output.count else { throw InflateFailure() }
                for _ in 0..<length { output.append(output[output.count - distance]) }
            }
            guard output.count - start < Self.largest else { throw InflateFailure() }
        }
    }
}
