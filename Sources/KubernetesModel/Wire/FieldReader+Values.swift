extension FieldReader {
    /// A string; empty when the value is none.
    mutating func string() -> String {
        switch format {
        case .protobuf:
            guard wireType == .lengthDelimited else { return "" }
            return String(decoding: UnsafeBufferPointer(start: valueStart, count: valueEnd - valueStart), as: UTF8.self)
        case .json:
            guard let slice = jsonString() else { return "" }
            return slice.text
        }
    }

    /// A string; `nil` when the value is none.
    mutating func optionalString() -> String? {
        switch format {
        case .protobuf: return wireType == .lengthDelimited ? string() : nil
        case .json: return jsonString()?.text
        }
    }

    /// A string that other objects are likely to have too; `nil` when the value is none.
    mutating func optionalInterned() -> String? {
        switch format {
        case .protobuf: return wireType == .lengthDelimited ? interned() : nil
        case .json:
            guard json.peek() == UInt8(ascii: "\"") else {
                json.skipValue()
                return nil
            }
            return interned()
        }
    }

    /// A string that other objects are likely to have too.
    mutating func interned() -> String {
        switch format {
        case .protobuf:
            guard wireType == .lengthDelimited else { return "" }
            return interner.string(valueStart, valueEnd - valueStart)
        case .json:
            guard let slice = jsonString() else { return "" }
            return slice.hasEscapes ? slice.text : interner.string(slice.start, slice.count)
        }
    }

    /// `true` or `false`; `nil` when the value is neither.
    mutating func optionalBool() -> Bool? {
        switch format {
        case .protobuf: return wireType == .varint ? scalar != 0 : nil
        case .json:
            let first = json.peek()
            json.skipValue()
            return first == UInt8(ascii: "t") ? true : first == UInt8(ascii: "f") ? false : nil
        }
    }

    /// `true` or `false`; `false` when the value is neither.
    mutating func bool() -> Bool { optionalBool() ?? false }

    /// A whole number, clamped to what fits; `nil` when the value is none.
    mutating func optionalInt64() -> Int64? {
        switch format {
        case .protobuf: return wireType == .varint ? Int64(bitPattern: scalar) : nil
        case .json:
            let start = json.position
            json.skipValue()
            return wholeNumber(UnsafeBufferPointer(start: start, count: json.position - start))
        }
    }

    /// A whole number, clamped to what fits; 0 when the value is none.
    mutating func int64() -> Int64 { optionalInt64() ?? 0 }

    /// A whole number, clamped to what fits; `nil` when the value is none.
    mutating func optionalInt32() -> Int32? { optionalInt64().map { Int32(clamping: $0) } }

    /// A whole number, clamped to what fits; 0 when the value is none.
    mutating func int32() -> Int32 { Int32(clamping: int64()) }

    /// A `Time` or `MicroTime`; `nil` when absent, empty, `null` or no time.
    mutating func timestamp() -> Timestamp? {
        switch format {
        case .protobuf:
            var parts = TimeParts()
            guard message(&parts, TimeParts.fields), parts != TimeParts() else { return nil }
            return Timestamp(seconds: parts.seconds ?? 0, nanoseconds: parts.nanos ?? 0)
        case .json:
            guard let slice = jsonString() else { return nil }
            if slice.hasEscapes { return Timestamp(slice.text) }
            return Timestamp(rfc3339: UnsafeBufferPointer(start: slice.start, count: slice.count))
        }
    }

    /// A number or a name.
    mutating func intOrString() -> IntOrString {
        switch format {
        case .protobuf:
            var parts = IntOrStringParts()
            message(&parts, IntOrStringParts.fields)
            return parts.type == 0 ? .int(parts.intVal) : .string(parts.strVal)
        case .json:
            if json.peek() == UInt8(ascii: "\"") { return .string(interned()) }
            return .int(int32())
        }
    }

    /// Where the value at hand is, in bytes from the start; a protobuf number has no place.
    mutating func extent() -> Range<Int> {
        switch format {
        case .protobuf:
            guard wireType == .lengthDelimited else { return 0..<0 }
            return valueStart - json.start..<valueEnd - json.start
        case .json:
            let start = json.position - json.start
            json.skipValue()
            return start..<json.position - json.start
        }
    }

    /// Reads a message into `root`.

    ///

    /// Returns whether there was one.
    @discardableResult
    mutating func message<Root: FieldReadable>(_ root: inout Root) -> Bool {
        message(&root, Root.fields)
    }

    /// Reads a message into an optional, which stays `nil` when there is none.
    mutating func message<Root: FieldReadable>(_ root: inout Root?) {
        var value = root ?? Root()
        if message(&value, Root.fields) { root = value }
    }

    /// Reads a repeated message.
    mutating func append<Element: FieldReadable>(_ array: inout [Element]) {
        append(&array, Element(), Element.fields)
    }

    /// Reads a repeated message by a table of one's own; `fresh` is an element with nothing set.
    mutating func append<Element>(
        _ array: inout [Element], _ fresh: Element, _ table: FieldTable<Element>
    ) {
        prepare(&array)
        elements { reader in
            var element = fresh
            if reader.message(&element, table) { array.append(element) }
        }
    }

    /// Reads a repeated message, and keeps the elements that are wanted.
    mutating func append<Element: FieldReadable>(
        _ array: inout [Element], where isWanted: (Element) -> Bool
    ) {
        if format == .json, json.peek() == UInt8(ascii: "[") { array.removeAll() }
        elements { reader in
            var element = Element()
            if reader.message(&element), isWanted(element) { array.append(element) }
        }
    }

    /// Makes an array ready for its first element: of the right size where it is known, so that no room is wasted.
    private mutating func prepare<Element>(_ array: inout [Element]) {
        switch format {
        case .protobuf: if array.isEmpty { array.reserveCapacity(min(countRepeated(), 256)) }
        case .json: if json.peek() == UInt8(ascii: "[") { array.removeAll() }
        }
    }

    /// Reads a repeated string.
    mutating func append(_ array: inout [String]) {
        prepare(&array)
        elements { reader in
            if reader.format == .json || reader.wireType == .lengthDelimited { array.append(reader.interned()) }
        }
    }

    /// Reads a map of strings to strings.
    mutating func map(_ labels: inout Labels) {
        entries(&labels, MapEntry.strings)
    }

    /// A quantity's text; `nil` when the value is none.
    mutating func quantity() -> String? {
        switch format {
        case .protobuf:
            var text = ""
            return message(&text, MapEntry.quantity) ? text : nil
        case .json:
            if json.peek() == UInt8(ascii: "\"") { return interned() }
            let start = json.position
            json.skipValue()
            let number = UnsafeBufferPointer(start: start, count: json.position - start)
            return number.first.map { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                == true ? String(decoding: number, as: UTF8.self) : nil
        }
    }

    /// Reads a map of strings to quantities.
    mutating func quantities(_ labels: inout Labels) {
        entries(&labels, MapEntry.quantities)
    }

    /// Reads those annotations that something reads.
    mutating func annotations(_ labels: inout Labels) {
        switch format {
        case .protobuf:
            var entry = MapEntry()
            guard message(&entry, MapEntry.annotations), ObjectMeta.readAnnotations.contains(entry.key) else { return }
            labels[entry.key] = entry.value
        case .json:
            members { key, reader in
                guard ObjectMeta.readAnnotations.contains(key) else { return reader.json.skipValue() }
                labels[key] = reader.interned()
            }
        }
    }

    /// Reads the keys of a map and the sizes of its values, which are skipped.
    ///
    /// JSON has values in base64 when they are bytes.
    mutating func sizes(_ keys: inout [KeySize], isBase64: Bool) {
        switch format {
        case .protobuf:
            var entry = SizeEntry()
            if message(&entry, SizeEntry.fields) { keys.append(KeySize(entry.key, bytes: entry.bytes)) }
        case .json:
            members { key, reader in
                guard let slice = reader.jsonString() else { return }
                keys.append(KeySize(key, bytes: isBase64 ? slice.base64Count : slice.text.utf8.count))
            }
        }
        keys.sort { $0.key < $1.key }
    }

    private mutating func entries(_ labels: inout Labels, _ table: FieldTable<MapEntry>) {
        switch format {
        case .protobuf:
            var entry = MapEntry()
            if message(&entry, table) { labels[entry.key] = entry.value }
        case .json:
            members { key, reader in labels[key] = reader.interned() }
        }
    }

    /// Calls `body` for every member of a JSON object, at its value.
    private mutating func members(_ body: (String, inout FieldReader) -> Void) {
        guard json.peek() == UInt8(ascii: "{") else { return json.skipValue() }
        json.advance()
        guard json.begins(until: UInt8(ascii: "}")) else { return }
        repeat {
            let slice = json.string()
            let key = slice.hasEscapes ? slice.text : interner.string(slice.start, slice.count)
            json.expect(UInt8(ascii: ":"))
            json.skipWhitespace()
            body(key, &self)
        } while json.continues(until: UInt8(ascii: "}"))
    }

    /// A string of JSON; `nil` after skipping any other value.
    private mutating func jsonString() -> JSONCursor.StringSlice? {
        guard json.peek() == UInt8(ascii: "\"") else {
            json.skipValue()
            return nil
        }
        return json.string()
    }

    /// The whole number that these bytes write, clamped; `nil` when they write something else.
    private func wholeNumber(_ digits: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = digits.first == UInt8(ascii: "-")
        let digits = digits.dropFirst(isNegative ? 1 : 0)
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedAgain) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            if overflowed || overflowedAgain {
                value = isNegative ? .min : .max
            } else {
                value = sum
            }
        }
        return value
    }
}

/// A `Time` in protobuf.
private struct TimeParts: FieldReadable {
    var seconds: Int64?
    var nanos: Int32?

    static let fields = FieldTable<TimeParts>(
        "Time",
        [
            Field("seconds", 1) { $0.seconds = $1.optionalInt64() },
            Field("nanos", 2) { $0.nanos = $1.optionalInt32() },
        ])
}

/// An `IntOrString` in protobuf.
private struct IntOrStringParts: FieldReadable {
    var type: Int64 = 0
    var intVal: Int32 = 0
    var strVal = ""

    static let fields = FieldTable<IntOrStringParts>(
        "IntOrString",
        [
            Field("type", 1) { $0.type = $1.int64() },
            Field("intVal", 2) { $0.intVal = $1.int32() },
            Field("strVal", 3) { $0.strVal = $1.interned() },
        ])
}

/// An entry of a map in protobuf.
private struct MapEntry: Equatable {
    var key = ""
    var value = ""

    static let strings = FieldTable<MapEntry>(
        "MapEntry", [Field("key", 1) { $0.key = $1.interned() }, Field("value", 2) { $0.value = $1.interned() }])

    /// The value is a `Quantity`.
    static let quantities = FieldTable<MapEntry>(
        "QuantityEntry",
        [Field("key", 1) { $0.key = $1.interned() }, Field("value", 2) { $1.message(&$0.value, quantity) }])

    static let quantity = FieldTable<String>("Quantity", [Field("string", 1) { $0 = $1.interned() }])

    /// The key comes first; the value is made into a string only when it is kept.
    static let annotations = FieldTable<MapEntry>(
        "AnnotationEntry",
        [
            Field("key", 1) { $0.key = $1.interned() },
            Field("value", 2) { if ObjectMeta.readAnnotations.contains($0.key) { $0.value = $1.interned() } },
        ])
}

/// An entry of a map in protobuf, with the size of its value in place of the value.
private struct SizeEntry: FieldReadable {
    var key = ""
    var bytes = 0

    static let fields = FieldTable<SizeEntry>(
        "SizeEntry",
        [Field("key", 1) { $0.key = $1.interned() }, Field("value", 2) { $0.bytes = $1.extent().count }])
}

extension JSONCursor.StringSlice {
    /// How many bytes it writes in base64.
    fileprivate var base64Count: Int {
        if hasEscapes { return Self.base64Count(text.utf8) }
        return Self.base64Count(UnsafeBufferPointer(start: start, count: count))
    }

    /// Four signs of the alphabet are three bytes; padding and anything else are none.
    private static func base64Count(_ text: some Sequence<UInt8>) -> Int {
        let signs = text.count { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return signs * 3 / 4
    }
}
