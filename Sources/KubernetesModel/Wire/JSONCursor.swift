/// A position in JSON text, and the lexing that both the field tables and the value tree need.
struct JSONCursor {
    /// The contents of a string: the bytes between its quotes.
    struct StringSlice {
        var start: UnsafePointer<UInt8>
        var count: Int
        var hasEscapes: Bool

        /// The string; escapes are resolved, invalid UTF-8 and lone surrogates become U+FFFD.
        var text: String {
            let bytes = UnsafeBufferPointer(start: start, count: count)
            return hasEscapes ? JSONCursor.unescaped(bytes) : String(decoding: bytes, as: UTF8.self)
        }
    }

    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    private(set) var position: UnsafePointer<UInt8>
    /// The first thing that was wrong.
    private(set) var failure: WireFailure?

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        start = bytes.baseAddress ?? StaticString("").utf8Start
        end = start + bytes.count
        position = start
    }

    /// Notes the first failure and moves to the end, so that every loop over the text stops.
    mutating func fail(_ problem: WireFailure.Problem) { fail(problem, at: position) }

    mutating func fail(_ problem: WireFailure.Problem, at place: UnsafePointer<UInt8>) {
        if failure == nil { failure = WireFailure(problem, at: place - start) }
        position = end
    }

    /// The byte at the position; at the end fails and gives 0.
    @inline(__always)
    mutating func peek() -> UInt8 {
        guard position < end else {
            fail(.truncated)
            return 0
        }
        return position.pointee
    }

    /// Steps over a byte that `peek` gave.
    @inline(__always)
    mutating func advance() {
        if position < end { position += 1 }
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while position < end, isJSONWhitespace(position.pointee) { position += 1 }
    }

    /// Skips whitespace and one byte, which must be `byte`.
    @inline(__always)
    mutating func expect(_ byte: UInt8) {
        skipWhitespace()
        let found = peek()
        if found == byte { advance() } else { fail(.malformed) }
    }

    /// After a member or element: whether another follows; consumes the comma, or the closing byte.
    @inline(__always)
    mutating func continues(until closing: UInt8) -> Bool {
        skipWhitespace()
        let byte = peek()
        if byte == UInt8(ascii: ",") {
            advance()
            skipWhitespace()
            return true
        }
        if byte == closing { advance() } else { fail(.malformed) }
        return false
    }

    /// After the opening byte: whether there is a first member or element; consumes the closing byte if not.
    @inline(__always)
    mutating func begins(until closing: UInt8) -> Bool {
        skipWhitespace()
        let byte = peek()
        if byte == closing { advance() }
        return byte != closing && failure == nil
    }

    /// Reads a string, quotes included, without resolving it; empty when it fails.
    mutating func string() -> StringSlice {
        guard peek() == UInt8(ascii: "\"") else {
            fail(.malformed)
            return StringSlice(start: end, count: 0, hasEscapes: false)
        }
        let first = position + 1
        var at = first
        var hasEscapes = false
        while at < end {
            let byte = at.pointee
            if byte == UInt8(ascii: "\"") {
                position = at + 1
                return StringSlice(start: first, count: at - first, hasEscapes: hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                at += 1
                if at == end { break }
            }
            at += 1
        }
        fail(.truncated, at: end)
        return StringSlice(start: end, count: 0, hasEscapes: false)
    }

    /// Skips one value; its inside is delimited, not checked.
    mutating func skipValue() {
        guard isJSONValueStart(peek()) else { return fail(.malformed) }
        var scanner = JSONScanner()
        switch scanner.scan(position, end) {
        case .ends(let next): position = next
        case .tooDeep: fail(.tooDeep)
        case .needsMore:
            if scanner.isScalar { position = end } else { fail(.truncated, at: end) }
        }
    }

    private static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < bytes.count else {
                result.append(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "b"): result.append(8)
            case UInt8(ascii: "f"): result.append(12)
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "u"): result.append(contentsOf: scalar(bytes, &index).utf8Bytes)
            default: result.append(escape)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The scalar of a `\u` escape whose digits begin at `index`, with the second half of a surrogate pair.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Unicode.Scalar {
        guard let first = hexUnit(bytes, index) else { return "\u{FFFD}" }
        index += 4
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u"), let second = hexUnit(bytes, index + 2),
            (0xDC00...0xDFFF).contains(second)
        else { return "\u{FFFD}" }
        index += 6
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)) ?? "\u{FFFD}"
    }

    private static func hexUnit(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt16? {
        guard index + 4 <= bytes.count else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

extension Unicode.Scalar {
    fileprivate var utf8Bytes: some Sequence<UInt8> { UTF8.encode(self) ?? UTF8.encodedReplacementCharacter }
}

@inline(__always)
func isJSONWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

/// Whether a byte can begin a JSON value.
func isJSONValueStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "-"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
        true
    default: false
    }
}
