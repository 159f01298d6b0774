import Glibc

/// A pattern over lower-cased text: a literal, or a POSIX extended regular expression.
struct TextPattern: Sendable, Equatable {
    let source: String
    private let needle: [UInt8]
    private let expression: CompiledExpression?

    /// - Throws: the reason in the C library's words when it is no regular expression.
    init(_ source: String) throws(FilterFailure) {
        self.source = source
        needle = Array(source.lowercased().utf8)
        let special = Set<Character>(#"^$*+?()[]{}|\"#)
        expression = source.contains(where: special.contains) ? try CompiledExpression(source) : nil
    }

    /// Whether it stands for itself only.
    var isLiteral: Bool { expression == nil }

    static func == (left: TextPattern, right: TextPattern) -> Bool { left.source == right.source }

    /// Where a regular expression occurs in `text`, which is lower-cased, ends with a zero and has no other.
    func ranges(in text: [UInt8]) -> [Range<Int>] { expression?.ranges(in: text) ?? [] }

    /// Whether it occurs in one of the lines of `text`, which is lower-cased and ends with a zero.
    func occurs(in text: [UInt8]) -> Bool {
        if let expression { return expression.occurs(in: text) }
        return contains(text, needle)
    }
}

/// Whether `needle` occurs in `text`.
func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let first = needle.first else { return true }
    guard text.count >= needle.count else { return false }
    return text.withUnsafeBufferPointer { text in
        needle.withUnsafeBufferPointer { needle in
            guard let base = text.baseAddress, let wanted = needle.baseAddress else { return false }
            var offset = 0
            while let found = memchr(base + offset, Int32(first), text.count - needle.count - offset + 1) {
                let position = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
                if memcmp(base + position, wanted, needle.count) == 0 { return true }
                offset = position + 1
                if offset > text.count - needle.count { return false }
            }
            return false
        }
    }
}

/// A compiled regular expression (regex(7), extended, without case).
///
/// `@unchecked Sendable`: the compiled form is written in `init` and freed in `deinit`; `regexec` takes it as `const` and
/// may be called from several threads (regex(3), "MT-Safe").
private final class CompiledExpression: @unchecked Sendable {
    /// The C library takes time and memory by the square of it.
    private static let sizeLimit = 1000

    private var compiled = regex_t()

    init(_ source: String) throws(FilterFailure) {
        guard expressionSize(source) <= Self.sizeLimit else {
            throw FilterFailure("/\(source)/ is no regular expression to search with: it repeats too much")
        }
        // REG_ICASE knows ASCII only, and the texts are in lower case; `\D` and its like must not become `\d`.
        let lowered = source.map { $0.isASCII ? String($0) : $0.lowercased() }.joined()
        let extended = lowered.replacing(#"\d"#, with: "[0-9]").replacing(#"\D"#, with: "[^0-9]")
        // `^` and `$` mean the ends of a line, and nothing but a line break in the pattern matches across lines.
        let status = regcomp(&compiled, extended, REG_EXTENDED | REG_ICASE | REG_NEWLINE)
        guard status == 0 else {
            var message = [CChar](repeating: 0, count: 200)
            regerror(status, &compiled, &message, message.count)
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw FilterFailure("/\(source)/ is no regular expression: \(text)")
        }
    }

    deinit { regfree(&compiled) }

    func occurs(in text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            guard bytes.last == 0, let base = bytes.bindMemory(to: CChar.self).baseAddress else { return false }
            return regexec(&compiled, base, 0, nil, 0) == 0
        }
    }

    /// Where it occurs, one after the other; nothing for places where it matches nothing.
    func ranges(in text: [UInt8]) -> [Range<Int>] {
        text.withUnsafeBytes { bytes in
            guard bytes.last == 0, let base = bytes.bindMemory(to: CChar.self).baseAddress else { return [] }
            var ranges: [Range<Int>] = []
            var start = 0
            while start < bytes.count - 1, ranges.count < 1000 {
                var match = regmatch_t()
                guard regexec(&compiled, base + start, 1, &match, start > 0 ? REG_NOTBOL : 0) == 0 else { break }
                let found = start + Int(match.rm_so)..<start + Int(match.rm_eo)
                if !found.isEmpty { ranges.append(found) }
                start = max(found.upperBound, start + 1)
            }
            return ranges
        }
    }
}

/// The parts that the C library makes of a regular expression when it writes out what is repeated, or more.
///
/// A reference back to a group counts as too many: to match one may take for ever.
private func expressionSize(_ source: String) -> Int {
    let tooMany = 1 << 20
    var rest = source.utf8[...]
    /// The sizes of the groups around, and of what follows the last of them.
    var groups = [0]
    /// The size of what a repetition would repeat, already counted.
    var last = 0
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "("):
            groups.append(1)
            last = 0
        case UInt8(ascii: ")") where groups.count > 1:
            last = groups.removeLast()
            groups[groups.count - 1] += last
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "+"), UInt8(ascii: "{"):
            var times = byte == UInt8(ascii: "+") ? 2 : 1
            if byte == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
                // What is no number makes it no repetition.
                let bounds = rest[..<end].split(separator: UInt8(ascii: ",")).map { Int(String(Substring($0))) ?? 1 }
                times = min(max(bounds.max() ?? 1, 0), tooMany) + 1
                rest = rest[end...].dropFirst()
            }
            guard times <= tooMany else { return tooMany }
            groups[groups.count - 1] += last * (times - 1)
            last *= times
        case UInt8(ascii: "["):
            skipBracketExpression(&rest)
            last = 1
            groups[groups.count - 1] += 1
        case UInt8(ascii: "\\"):
            let escaped = rest.popFirst() ?? 0
            if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(escaped) { return tooMany }
            fallthrough
        default:
            last = 1
            groups[groups.count - 1] += 1
        }
        if groups[groups.count - 1] >= tooMany { return tooMany }
    }
    return groups.reduce(0, +)
}

/// Skips what follows the opening bracket of `[^]a[:digit:]]`.
private func skipBracketExpression(_ rest: inout Substring.UTF8View) {
    if rest.first == UInt8(ascii: "^") { rest.removeFirst() }
    if rest.first == UInt8(ascii: "]") { rest.removeFirst() }
    while let byte = rest.popFirst(), byte != UInt8(ascii: "]") {
        guard byte == UInt8(ascii: "["), let kind = rest.first, ":.=".utf8.contains(kind) else { continue }
        rest.removeFirst()
        while let inner = rest.popFirst(), inner != kind || rest.first != UInt8(ascii: "]") {}
        _ = rest.popFirst()
    }
}
