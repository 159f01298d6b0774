import Screen

/// A line of a log without the sequences that set colours (`ESC [ 1 ; 31 m`), and what they do by itself.
///
/// Every other control stays in the text, where it shows and does nothing.
struct ColouredLine {
    /// Changes of colour of a line that are kept; what follows them has none.
    static let maximumChanges = 512
    private static let changeBytes = 5

    var text: [UInt8] = []
    /// For each place in the text that is shown and where the paint becomes another: the place (two bytes, the lower
    /// first), and the paint (three bytes).
    var changes: [UInt8] = []

    init(_ line: UnsafeBufferPointer<UInt8>) {
        text.reserveCapacity(line.count)
        var paint = Paint.plain
        var codes: [Int] = []
        /// What the text before has.
        var last = Paint.plain
        var index = 0
        while index < line.count {
            if line[index] == escape, let end = Self.endOfColour(line, from: index) {
                Self.read(line[index + 2..<end], &codes)
                paint.apply(codes: codes)
                index = end + 1
                continue
            }
            if paint != last, text.count < LogText.shownBytes, !isFull {
                last = paint
                add(changes.count < (Self.maximumChanges - 1) * Self.changeBytes ? paint : .plain)
            }
            text.append(line[index])
            index += 1
        }
    }

    private var isFull: Bool { changes.count >= Self.maximumChanges * Self.changeBytes }

    private mutating func add(_ paint: Paint) {
        let flags = [
            paint.foreground != nil, paint.background != nil, paint.isBold, paint.isDim, paint.isItalic,
            paint.isUnderlined, paint.isReversed,
        ]
        changes.append(UInt8(truncatingIfNeeded: text.count))
        changes.append(UInt8(truncatingIfNeeded: text.count >> 8))
        changes.append(paint.foreground ?? 0)
        changes.append(paint.background ?? 0)
        changes.append(flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
    }

    /// Reads parameters of a sequence.
    private static func read(_ parameters: Slice<UnsafeBufferPointer<UInt8>>, _ codes: inout [Int]) {
        codes.removeAll(keepingCapacity: true)
        guard !parameters.isEmpty else { return }
        var code = 0
        for byte in parameters {
            if byte == UInt8(ascii: ":") || byte == UInt8(ascii: ";") {
                codes.append(code)
                code = 0
            } else if code < 1000 {
                code = code * 10 + Int(byte &- 0x30)
            }
        }
        codes.append(code)
    }

    /// Where the `m` of a sequence stands that begins here and sets colours.
    private static func endOfColour(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start + 2 < line.count, line[start + 1] == UInt8(ascii: "[") else { return nil }
        var index = start + 2
        while index < line.count, (UInt8(ascii: "0")...UInt8(ascii: ";")).contains(line[index]) { index += 1 }
        return index < line.count && line[index] == UInt8(ascii: "m") ? index : nil
    }
}

extension ColouredLine {
    /// The changes of colour of a line, in order: where in its text, and to what.
    static func changes(in bytes: ArraySlice<UInt8>) -> [(at: Int, paint: Paint)] {
        stride(from: bytes.startIndex, through: bytes.endIndex - changeBytes, by: changeBytes).map { start in
            let flags = bytes[start + 4]
            let paint = Paint(
                foreground: flags & 1 != 0 ? bytes[start + 2] : nil,
                background: flags & 2 != 0 ? bytes[start + 3] : nil, bold: flags & 4 != 0, dim: flags & 8 != 0,
                italic: flags & 16 != 0, underlined: flags & 32 != 0, reversed: flags & 64 != 0)
            return (Int(bytes[start]) | Int(bytes[start + 1]) << 8, paint)
        }
    }
}
