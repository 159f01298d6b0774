import KubernetesModel

/// How protobuf messages stand in an input.
enum ProtobufFraming: Sendable {
    /// One message after a byte of ours.
    case message
    /// Messages after a byte of ours, each behind its length in four bytes.
    case frames
}

extension Mutator {
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// Changes one field somewhere in a message and corrects the lengths around it, so that the framing stays whole.
    ///
    /// What is no message is left as it is.
    func mutateField(_ bytes: inout [UInt8], _ framing: ProtobufFraming, _ random: inout SplitMix64) {
        guard let first = bytes.first else { return }
        switch framing {
        case .message: bytes = [first] + message(Array(bytes[1...]), &random)
        case .frames:
            var frames = Self.frames(bytes[1...])
            guard !frames.isEmpty else { return }
            let index = random.below(frames.count)
            frames[index] = message(frames[index], &random)
            bytes =
                [first]
                + frames.flatMap { frame in
                    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: frame.count >> $0) } + frame
                }
        }
    }

    private func message(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        if bytes.starts(with: Self.magic) { return Self.magic + message(Array(bytes[4...]), &random) }
        guard let fields = Field.fields(of: bytes), !fields.isEmpty else { return bytes }
        let chosen = random.below(fields.count)
        var result: [UInt8] = []
        for (index, field) in fields.enumerated() {
            var field = field
            if index == chosen {
                switch random.below(16) {
                case 0: continue
                case 1: result += field.encoded
                case 2: field.number = 1 + random.below(20)
                case 3: field.wireType = random.below(2) * 2
                case 4: result += fields[random.below(fields.count)].encoded
                default: change(&field, &random)
                }
            }
            result += field.encoded
        }
        return result
    }

    /// Gives a field another value.
    private func change(_ field: inout Field, _ random: inout SplitMix64) {
        guard field.wireType == 2 else {
            let extremes: [UInt64] = [0, 1, 127, 128, 1 << 31, 1 << 32, 1 << 63, .max, random.next()]
            field.payload = Field.varint(extremes[random.below(extremes.count)])
            return
        }
        let changed = message(field.payload, &random)
        if changed != field.payload {
            field.payload = changed
        } else {
            mutate(&field.payload, &random)
        }
    }

    private static func frames(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var rest = bytes
        var frames: [[UInt8]] = []
        while rest.count > 4 {
            let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            frames.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return frames
    }

    private struct Field {
        var number: Int
        var wireType: Int
        /// A varint as its bytes.
        var payload: [UInt8]

        var encoded: [UInt8] {
            let tag = Self.varint(UInt64(truncatingIfNeeded: number << 3 | wireType))
            return tag + (wireType == 2 ? Self.varint(UInt64(payload.count)) : []) + payload
        }

        /// The fields of a message; `nil` when it is none.
        static func fields(of bytes: [UInt8]) -> [Field]? {
            var fields: [Field] = []
            var position = 0
            while position < bytes.count {
                guard let tag = number(bytes, &position), tag >> 3 > 0 else { return nil }
                let start = position
                switch tag & 7 {
                case 0: guard number(bytes, &position) != nil else { return nil }
                case 2:
                    guard let count = number(bytes, &position), count <= bytes.count - position else { return nil }
                    fields.append(
                        Field(number: tag >> 3, wireType: 2, payload: Array(bytes[position..<position + count])))
                    position += count
                    continue
                default: return nil
                }
                fields.append(Field(number: tag >> 3, wireType: 0, payload: Array(bytes[start..<position])))
            }
            return fields
        }

        private static func number(_ bytes: [UInt8], _ position: inout Int) -> Int? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return Int(exactly: value) }
            }
            return nil
        }

        static func varint(_ value: UInt64) -> [UInt8] {
            var rest = value
            var bytes: [UInt8] = []
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            return bytes + [UInt8(rest)]
        }
    }
}
