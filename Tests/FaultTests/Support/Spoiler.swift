/// Changes the bytes of one answer on their way to the client.
struct Spoiler {
    /// What happens to the connection after the last byte.
    enum End: Equatable { case close, reset, vanish }

    private let fault: Fault?
    private var passed = 0
    /// The head of an answer of which something else is to be changed than its length.
    private var head: [UInt8]? = []
    /// What of a chunked body is not complete yet.
    private var partial: [UInt8] = []

    init(_ fault: Fault?) { self.fault = fault }

    /// Takes the next bytes of the real answer.
    ///
    /// - Returns: the pieces to send one by one, and how the connection ends then, if it does.
    mutating func spoil(_ bytes: [UInt8]) -> (pieces: [[UInt8]], end: End?) {
        switch fault {
        case .cut(let limit): limited(bytes, limit, .close)
        case .stall(let limit): limited(bytes, limit, .vanish)
        case .drip: (bytes.map { [$0] }, nil)
        case .inject(let lines): (inject(bytes, lines), nil)
        case .twice: (double(bytes), nil)
        default: ([bytes], nil)
        }
    }

    private mutating func limited(_ bytes: [UInt8], _ limit: Int, _ end: End) -> ([[UInt8]], End?) {
        let rest = limit - passed
        passed += bytes.count
        guard bytes.count >= rest else { return ([bytes], nil) }
        return ([Array(bytes.prefix(max(0, rest)))], end)
    }

    /// Splits the head off.
    ///
    /// - Returns: the bytes of the body, and the head when this is where it ends; `nil` before that.
    private mutating func withoutHead(_ bytes: [UInt8]) -> (head: [UInt8], body: [UInt8])? {
        guard var head else { return ([], bytes) }
        head += bytes
        guard let end = head.firstRange(of: Array("\r\n\r\n".utf8)) else {
            self.head = head
            return nil
        }
        self.head = nil
        return (Array(head[..<end.upperBound]), Array(head[end.upperBound...]))
    }

    private mutating func inject(_ bytes: [UInt8], _ lines: [String]) -> [[UInt8]] {
        guard let (head, body) = withoutHead(bytes) else { return [] }
        guard !head.isEmpty else { return [body] }
        return [head, Self.chunk(lines.map { Array(($0 + "\n").utf8) }.flatMap { $0 }), body]
    }

    private mutating func double(_ bytes: [UInt8]) -> [[UInt8]] {
        guard let (head, body) = withoutHead(bytes) else { return [] }
        partial += body
        var pieces = head.isEmpty ? [] : [head]
        let lineEnd = Array("\r\n".utf8)
        while let size = partial.firstRange(of: lineEnd) {
            let text = String(decoding: partial[..<size.lowerBound], as: UTF8.self)
            guard let count = Int(text, radix: 16), partial.count >= size.upperBound + count + 2 else { break }
            let data = partial[size.upperBound..<size.upperBound + count]
            partial.removeSubrange(..<(size.upperBound + count + 2))
            let lines = data.split(separator: UInt8(ascii: "\n")).flatMap { line in
                Array(line) + [UInt8(ascii: "\n")] + Array(line) + [UInt8(ascii: "\n")]
            }
            pieces.append(count == 0 ? Array("0\r\n\r\n".utf8) : Self.chunk(lines))
        }
        return pieces
    }

    private static func chunk(_ data: [UInt8]) -> [UInt8] {
        Array("\(String(data.count, radix: 16))\r\n".utf8) + data + Array("\r\n".utf8)
    }
}
