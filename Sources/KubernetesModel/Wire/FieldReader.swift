/// Reads the fields of one object straight from its bytes, in either encoding, by field tables.
///
/// A field's closure makes exactly one read. Reads are lenient about the data: a value of another type than expected is
/// skipped and yields the default. Only broken framing is a failure; it is noted, and what is read after it is empty.
struct FieldReader {
    let format: WireFormat
    let interner: StringInterner
    /// Set by tests only.
    var observer: FieldObserver?
    /// The document as JSON.
    var json: JSONCursor

    /// The first thing that was wrong with the framing.
    var failure: WireFailure? { json.failure }

    // The protobuf value at hand.
    private(set) var wireType = WireType.lengthDelimited
    private(set) var scalar: UInt64 = 0
    private(set) var valueStart: UnsafePointer<UInt8>
    private(set) var valueEnd: UnsafePointer<UInt8>
    /// The tag of its field, and the end of the message around it.
    private var tag: UInt64 = 0
    private var messageEnd: UnsafePointer<UInt8>

    /// A reader at the start of one whole message or JSON value.
    init(_ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner) {
        self.format = format
        self.interner = interner
        json = JSONCursor(bytes.assumingMemoryBound(to: UInt8.self))
        valueStart = json.start
        valueEnd = json.end
        messageEnd = json.end
    }

    /// Reads a message or JSON object into `root`.

    ///

    /// Returns whether there was one.
    @discardableResult
    mutating func message<Root>(_ root: inout Root, _ table: FieldTable<Root>) -> Bool {
        switch format {
        case .protobuf:
            guard wireType == .lengthDelimited else { return false }
            protobufFields(&root, table)
            return true
        case .json:
            guard json.peek() == UInt8(ascii: "{") else {
                json.skipValue()
                return false
            }
            jsonMembers(&root, table)
            return true
        }
    }

    private mutating func protobufFields<Root>(
        _ root: inout Root, _ table: FieldTable<Root>
    ) {
        var at = valueStart
        let end = valueEnd
        while at < end {
            let tag = varint(&at, end)
            let index = table.index(ofNumber: tag >> 3)
            switch tag & 7 {
            case 0:
                scalar = varint(&at, end)
                wireType = .varint
            case 1:
                guard end - at >= 8 else { return fail(.truncated, at) }
                at += 8
                wireType = .fixed
            case 2:
                let length = varint(&at, end)
                guard length <= UInt64(end - at) else { return fail(.truncated, at) }
                valueStart = at
                at += Int(length)
                valueEnd = at
                wireType = .lengthDelimited
            case 5:
                guard end - at >= 4 else { return fail(.truncated, at) }
                at += 4
                wireType = .fixed
            default: return fail(.malformed, at)
            }
            guard let index else { continue }
            self.tag = tag
            messageEnd = end
            table.read(index, &root, &self)
        }
    }

    /// How many values of the same field begin here, one after the other; 1 when that cannot be told.
    mutating func countRepeated() -> Int {
        guard format == .protobuf, wireType == .lengthDelimited else { return 1 }
        let (tag, end) = (tag, messageEnd)
        var at = valueEnd
        var count = 1
        while at < end, varint(&at, end) == tag {
            let length = varint(&at, end)
            guard length <= UInt64(end - at) else { return count }
            at += Int(length)
            count += 1
        }
        return count
    }

    private mutating func jsonMembers<Root>(_ root: inout Root, _ table: FieldTable<Root>) {
        json.expect(UInt8(ascii: "{"))
        guard json.begins(until: UInt8(ascii: "}")) else { return }
        var hint = 0
        repeat {
            let key = json.string()
            let index =
                key.hasEscapes
                ? table.index(ofEscaped: key) : table.index(ofKey: key.start, key.count, hint: hint)
            json.expect(UInt8(ascii: ":"))
            json.skipWhitespace()
            if let index {
                hint = index + 1
                table.read(index, &root, &self)
            } else {
                json.skipValue()
            }
        } while json.continues(until: UInt8(ascii: "}"))
    }

    /// Calls `body` for every element: once for a protobuf field, for each element of a JSON array.
    @inline(__always)
    mutating func elements(
        _ body: (inout FieldReader) -> Void
    ) {
        guard format == .json else { return body(&self) }
        guard json.peek() == UInt8(ascii: "[") else { return json.skipValue() }
        json.advance()
        guard json.begins(until: UInt8(ascii: "]")) else { return }
        repeat {
            body(&self)
        } while json.continues(until: UInt8(ascii: "]"))
    }

    /// Reads a base-128 number of at most ten bytes.
    @inline(__always)
    mutating func varint(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UInt64 {
        guard at < end else {
            fail(.truncated, at)
            return 0
        }
        let first = at.pointee
        at += 1
        if first < 0x80 { return UInt64(first) }
        return longVarint(UInt64(first & 0x7F), &at, end)
    }

    private mutating func longVarint(
        _ first: UInt64, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UInt64 {
        var value = first
        var shift: UInt64 = 7
        while at < end {
            let byte = at.pointee
            at += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { break }
        }
        fail(at < end ? .malformed : .truncated, at)
        at = end
        return 0
    }

    private mutating func fail(_ problem: WireFailure.Problem, _ at: UnsafePointer<UInt8>) {
        json.fail(problem, at: at)
    }

    /// How a protobuf value is framed.
    enum WireType { case varint, fixed, lengthDelimited }
}

extension FieldTable {
    /// The index of a JSON key that was written with escapes.
    func index(ofEscaped key: JSONCursor.StringSlice) -> Int? {
        let text = key.text
        return fields.firstIndex { "\($0.key)" == text }
    }
}
