/// Calls `body` for each cell that a text takes on a terminal: a character that is safe to show, and its width (1 or 2).
///
/// Nothing that a terminal would act upon gets through: control characters become their pictures (`␛`), direction marks and
/// characters without a known width become `�`. Sequences that terminals measure differently (joined emoji, flags,
/// variation selectors) are reduced to parts that all of them measure alike.
///
/// - Returns: whether `body` asked to go on to the end.
@discardableResult
package func forEachCell(of text: String, _ body: (Character, Int) -> Bool) -> Bool {
    for character in text {
        if let byte = character.asciiValue, byte >= 0x20, byte < 0x7F {
            // "\r\n" is one character too, with the value of a line feed.
            guard body(character, 1) else { return false }
        } else {
            guard forEachCell(ofUnusual: character, body) else { return false }
        }
    }
    return true
}

/// The character that a terminal emulator's cell shows, and the cells that it takes by our measure.
///
/// Private characters go through: fonts for shells have signs there, one cell wide.
/// - Parameter scalars: a base and combining marks, as a program wrote them.
/// - Returns: the character, safe to show; `�` where it is not.
package func cellCharacter(of scalars: some Collection<Unicode.Scalar>) -> (character: Character, width: Int) {
    if let first = scalars.first, scalars.count == 1, (0xE000...0xF8FF).contains(first.value) {
        return (Character(first), 1)
    }
    var result: (character: Character, width: Int)?
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    forEachCell(of: String(text)) { character, width in
        result = (character, width)
        return false
    }
    return result ?? ("\u{FFFD}", 1)
}

/// The cells a text takes on a terminal; of one wider than `limit` no more is read than shows that.
///
/// - Returns: the width, or some number above `limit`.
package func textWidth(_ text: String, upTo limit: Int = .max) -> Int {
    var isPlain = true
    var count = 0
    for byte in text.utf8 {
        if byte < 0x20 || byte >= 0x7F {
            isPlain = false
            break
        }
        count += 1
        // A mark on the last character would not make it narrower.
        if count > limit { return count }
    }
    if isPlain { return count }
    var width = 0
    forEachCell(of: text) { _, cells in
        width += cells
        return width <= limit
    }
    return width
}

extension String {
    /// The text in at most so many cells; where it is longer, its beginning and its end, which tells names of pods apart.
    package func cutInMiddle(to width: Int) -> String {
        guard textWidth(self, upTo: max(0, width)) > width else { return self }
        guard width > 1 else { return width == 1 ? "…" : "" }
        var head = ""
        var tail: [Character] = []
        var (headWidth, tailWidth) = (0, 0)
        for character in reversed() {
            let cells = textWidth(String(character))
            guard tailWidth + cells <= width / 2 else { break }
            tail.append(character)
            tailWidth += cells
        }
        for character in self {
            let cells = textWidth(String(character))
            guard headWidth + cells < width - tailWidth else { break }
            head.append(character)
            headWidth += cells
        }
        return head + "…" + String(tail.reversed())
    }
}

/// A text in which nothing is left that a terminal would act upon.
package func sanitized(_ text: String) -> String {
    var result = ""
    forEachCell(of: text) { character, _ in
        result.append(character)
        return true
    }
    return result
}

private func forEachCell(ofUnusual character: Character, _ body: (Character, Int) -> Bool) -> Bool {
    if character == "\r\n" { return body("\u{23CE}", 1) }
    var cluster = ""
    var clusterWidth = 0
    var skipsRest = false
    for scalar in character.unicodeScalars {
        switch ScalarClass(scalar) {
        case .ignored: continue
        case .joiner: skipsRest = true
        case .mark where clusterWidth > 0:
            // A pile of marks on one letter is no text.
            if cluster.unicodeScalars.count < 4 { cluster.unicodeScalars.append(scalar) }
        case .mark: continue
        case .cell(let shown, let width):
            if skipsRest { continue }
            if clusterWidth > 0 {
                guard body(Character(cluster), clusterWidth) else { return false }
            }
            cluster = String(shown)
            clusterWidth = width
        }
    }
    guard clusterWidth > 0 else { return true }
    return body(Character(cluster), clusterWidth)
}

/// What a scalar does to the cells of a line.
private enum ScalarClass {
    /// Takes cells, shown as this scalar.
    case cell(Unicode.Scalar, width: Int)
    /// Belongs to the cell before it.
    case mark
    /// Ends what is shown of its cluster.
    case joiner
    /// Takes no room and is left out.
    case ignored

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x0A, 0x0D, 0x2028, 0x2029: self = .cell("\u{23CE}", width: 1)
        case 0x09: self = .cell(" ", width: 1)
        case 0x00..<0x20:
            self = .cell(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}", width: 1)
        case 0x20..<0x7F: self = .cell(scalar, width: 1)
        case 0x7F: self = .cell("\u{2421}", width: 1)
        case 0x80..<0xA0, 0x061C, 0x200B, 0x200C, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF9...0xFFFC:
            self = .cell("\u{FFFD}", width: 1)
        case 0x200D: self = .joiner
        case 0xAD, 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF, 0xE0000...0xE0FFF: self = .ignored
        default:
            // Terminals and C libraries in use do not know how wide newer characters are.
            guard let age = scalar.properties.age, age.major <= newestUnicode else {
                self = .cell("\u{FFFD}", width: 1)
                return
            }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: self = .mark
            case .unassigned, .privateUse, .surrogate, .control, .format: self = .cell("\u{FFFD}", width: 1)
            default:
                // The second and third parts of a Korean syllable.
                switch scalar.value {
                case 0x1160...0x11FF, 0xD7B0...0xD7FB: self = .mark
                default: self = .cell(scalar, width: isWide(scalar) ? 2 : 1)
                }
            }
        }
    }
}

/// The version of Unicode up to which characters are shown: what Debian 12's C library, and with it ncurses, can measure.
private let newestUnicode = 14

/// Whether a scalar takes two cells.
///
/// Source: EastAsianWidth.txt, W and F, and what glibc's `wcwidth` adds to them.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    guard value >= 0x1100 else { return false }
    var low = 0
    var high = wideRanges.count
    while low < high {
        let middle = (low + high) / 2
        if wideRanges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(value)
}

private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
    0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
    0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
    0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
    0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
    0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x2E99,
    0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x2FF0...0x303E, 0x3041...0x3096, 0x3099...0x30FF, 0x3105...0x312F,
    0x3131...0x318E, 0x3190...0x31E3, 0x31EF...0x321E, 0x3220...0xA48C,
    0xA490...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE52,
    0xFE54...0xFE66, 0xFE68...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FE4, 0x16FF0...0x16FF1,
    0x17000...0x187F7, 0x18800...0x18CD5, 0x18D00...0x18D08, 0x1AFF0...0x1AFF3, 0x1AFF5...0x1AFFB, 0x1AFFD...0x1AFFE,
    0x1B000...0x1B122, 0x1B132...0x1B132, 0x1B150...0x1B152, 0x1B155...0x1B155, 0x1B164...0x1B167, 0x1B170...0x1B2FB,
    0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F202, 0x1F210...0x1F23B,
    0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x1F300...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C,
    0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E,
    0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A,
    0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
    0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0...0x1F7F0,
    0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FA7C, 0x1FA80...0x1FA88, 0x1FA90...0x1FABD,
    0x1FABF...0x1FAC5, 0x1FACE...0x1FADB, 0x1FAE0...0x1FAE8, 0x1FAF0...0x1FAF8, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
]
