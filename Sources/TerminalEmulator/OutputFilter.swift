/// Takes a program's output apart as far as is needed to give the emulator's library only what it is sure to handle.
///
/// Text goes through, and those sequences that the library carries out safely; it knows no bounds for numbers, parameters and
/// strings, and trusts a saved cursor after the screen has shrunk. What it does not know is said in its words: faint text is its
/// font 1, a repeated character is written out, modes come one by one. Strings (titles, clipboard, graphics) never reach it.
struct OutputFilter {
    enum Piece {
        /// Bytes for the library, and whether it is sure that the whole screen scrolls meanwhile, not a part of it.
        case output(UnsafeBufferPointer<UInt8>, scrollsWhole: Bool)
        /// The program names itself.
        case title([UInt8])
        /// The lines above the screen shall be forgotten.
        case clearScrollback
    }

    private enum State {
        case ground
        case escape
        case control
        /// In a string; whether it is a command (`ESC ]`), and whether an ESC came last.
        case string(isCommand: Bool, sawEscape: Bool)
    }

    /// Bytes kept of the parameters of a sequence, and of a command.
    private static let sequenceLimit = 256
    private static let commandLimit = 2048
    /// Parameters of one sequence that the library has room for.
    private static let argumentLimit = 16
    /// Bytes that are gathered before they are handed on: a few may stand for many.
    private static let outputLimit = 64 * 1024

    private var state = State.ground
    /// The sequence or command so far, without its beginning.
    private var pending: [UInt8] = []
    private var output: [UInt8] = []
    /// The last character written, for those who want it repeated.
    private var last: [UInt8] = []
    /// Whether only a part of the screen scrolls now, and whether that was so at some time in what was taken last.
    private var hasRegion = false
    private var mayHaveRegion = false
    /// What the program has asked for that changes what becomes of text: modes by number, and 0 for another character set.
    private var oddities: Set<Int> = []
    /// Whether text is written as it comes: to the right, wrapped, over what is there.
    var writesPlainly: Bool { oddities.isEmpty }

    /// Takes bytes as they came, and says what they mean in pieces.
    /// - Parameters:
    ///   - bytes: any bytes; sequences and characters may be split anywhere.
    ///   - columns: the most often that a character is repeated at once.
    ///   - body: is called with each piece in turn.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, columns: Int, _ body: (Piece) -> Void) {
        var index = 0
        mayHaveRegion = hasRegion
        while index < bytes.count {
            switch state {
            case .ground:
                if output.count >= Self.outputLimit { handOn(body) }
                let start = index
                index = Self.endOfText(bytes, from: start)
                if index > start { takeText(UnsafeBufferPointer(rebasing: bytes[start..<index])) }
                guard index < bytes.count, bytes[index] == 0x1B else { break }
                index += 1
                begin(.escape)
            case .escape: takeEscape(bytes[index], &index)
            case .control: takeControl(bytes[index], &index, columns, body)
            case .string(let isCommand, let sawEscape):
                takeString(bytes[index], &index, isCommand, sawEscape, body)
            }
        }
        handOn(body)
    }

    /// Where the next ESC is, or the end; a long text ends earlier, but not within a character.
    private static func endOfText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let limit = min(start + outputLimit, bytes.count)
        var end = start
        while end < limit, bytes[end] != 0x1B { end += 1 }
        guard end == limit, limit < bytes.count else { return end }
        while end > limit - 3, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    /// Flushes all but a character that is still to be finished.
    private mutating func handOn(_ body: (Piece) -> Void) {
        // The library takes a character for broken that does not come in one piece, when it is a combining one.
        var held: [UInt8] = []
        if case .ground = state { held = Array(output.suffix(incompleteCount)) }
        output.removeLast(held.count)
        flush(body)
        output += held
        mayHaveRegion = hasRegion
    }

    /// Bytes at the end that are the beginning of a character.
    private var incompleteCount: Int {
        for (offset, byte) in output.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return offset + 1 < length ? offset + 1 : 0
        }
        return 0
    }

    /// The whole screen scrolls from now on.
    mutating func forgetRegion() { hasRegion = false }

    private mutating func begin(_ state: State) {
        self.state = state
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func flush(_ body: (Piece) -> Void) {
        guard !output.isEmpty else { return }
        output.withUnsafeBufferPointer { body(.output($0, scrollsWhole: !mayHaveRegion)) }
        output.removeAll(keepingCapacity: true)
    }

    private mutating func takeText(_ text: UnsafeBufferPointer<UInt8>) {
        output.append(contentsOf: text)
        var start = text.count - 1
        while start > 0, start > text.count - 4, text[start] & 0xC0 == 0x80 { start -= 1 }
        last.removeAll(keepingCapacity: true)
        if text[start] >= 0x20, text[start] != 0x7F { last.append(contentsOf: text[start...]) }
    }

    // MARK: Escapes

    private mutating func takeEscape(_ byte: UInt8, _ index: inout Int) {
        index += 1
        switch byte {
        case 0x1B: begin(.escape)
        case 0x18, 0x1A: begin(.ground)
        case 0x00..<0x20: output.append(byte)
        case 0x20...0x2F:
            if pending.count < 4 { pending.append(byte) }
        case UInt8(ascii: "[") where pending.isEmpty: begin(.control)
        case UInt8(ascii: "]") where pending.isEmpty: begin(.string(isCommand: true, sawEscape: false))
        case UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "k"):
            if pending.isEmpty { begin(.string(isCommand: false, sawEscape: false)) } else { begin(.ground) }
        case 0x30...0x7E:
            finishEscape(byte)
            begin(.ground)
        default:
            // No sequence: the byte begins a text.
            begin(.ground)
            index -= 1
        }
    }

    private mutating func finishEscape(_ final: UInt8) {
        switch (pending.first, final) {
        case (nil, UInt8(ascii: "8")): restoreCursor()
        case (nil, let final) where "7=>cDEHMNOno|}~".utf8.contains(final):
            output += [0x1B, final]
            if final == UInt8(ascii: "c") { oddities = [] }
        case (UInt8(ascii: "#"), UInt8(ascii: "8")) where pending.count == 1: output += [0x1B, 0x23, final]
        case (UInt8(ascii: "(")?, let set), (UInt8(ascii: ")")?, let set), (UInt8(ascii: "*")?, let set),
            (UInt8(ascii: "+")?, let set):
            // The character sets that the library has.
            guard pending.count == 1, "0AB".utf8.contains(set) else { break }
            output += [0x1B] + pending + [set]
            if pending[0] == UInt8(ascii: "(") { note(0, isOdd: set != UInt8(ascii: "B")) }
        default: break
        }
    }

    /// The library takes the place as it was, which a smaller screen does not have; any control sequence brings it back inside.
    private mutating func restoreCursor() {
        output += [0x1B, UInt8(ascii: "8")] + Self.nothing
    }

    /// A control sequence that does nothing, after which the cursor is inside the screen.
    static let nothing = Array("\u{1B}[0n".utf8)

    // MARK: Control sequences

    private mutating func takeControl(
        _ byte: UInt8, _ index: inout Int, _ columns: Int, _ body: (Piece) -> Void
    ) {
        index += 1
        switch byte {
        case 0x1B: begin(.escape)
        case 0x18, 0x1A: begin(.ground)
        case 0x00..<0x20: output.append(byte)
        case 0x20...0x3F:
            if pending.count < Self.sequenceLimit { pending.append(byte) }
        case 0x40...0x7E:
            finishControl(byte, columns, body)
            begin(.ground)
        case 0x7F: break
        default:
            begin(.ground)
            index -= 1
        }
    }

    private mutating func finishControl(_ final: UInt8, _ columns: Int, _ body: (Piece) -> Void) {
        // What comes before and between the numbers.
        let leader = pending.first.flatMap { (0x3C...0x3F).contains($0) ? $0 : nil }
        let rest = leader == nil ? pending[...] : pending.dropFirst()
        let intermediate = rest.first { $0 < 0x30 }
        guard rest.allSatisfy({ $0 < 0x3C }) else { return }
        switch (leader, intermediate, final) {
        case (nil, nil, UInt8(ascii: "m")):
            if needsRewriting { writeRendition() } else { write(final) }
        case (nil, nil, UInt8(ascii: "b")):
            let count = min(max(1, numbers(rest).first ?? 1), columns)
            for _ in 0..<count { output += last }
        case (nil, nil, UInt8(ascii: "J")) where pending == [UInt8(ascii: "3")]:
            flush(body)
            body(.clearScrollback)
        case (nil, nil, UInt8(ascii: "s")) where pending.isEmpty: output += [0x1B, UInt8(ascii: "7")]
        case (nil, nil, UInt8(ascii: "u")) where pending.isEmpty: restoreCursor()
        case (nil, nil, UInt8(ascii: "@")...UInt8(ascii: "M")), (nil, nil, UInt8(ascii: "P")),
            (nil, nil, UInt8(ascii: "S")), (nil, nil, UInt8(ascii: "T")), (nil, nil, UInt8(ascii: "X")),
            (nil, nil, UInt8(ascii: "Z")), (nil, nil, UInt8(ascii: "`")...UInt8(ascii: "g")),
            (nil, nil, UInt8(ascii: "j")), (nil, nil, UInt8(ascii: "k")), (nil, nil, UInt8(ascii: "n")):
            write(final)
        case (nil, nil, UInt8(ascii: "r")):
            hasRegion = !pending.isEmpty
            mayHaveRegion = mayHaveRegion || hasRegion
            write(final)
        case (nil, nil, UInt8(ascii: "h")), (nil, nil, UInt8(ascii: "l")):
            writeModes(rest, leader: nil, Self.modes, final)
        case (UInt8(ascii: "?"), nil, UInt8(ascii: "h")), (UInt8(ascii: "?"), nil, UInt8(ascii: "l")):
            writeModes(rest, leader: leader, Self.privateModes, final)
        case (UInt8(ascii: "?"), nil, UInt8(ascii: "J")), (UInt8(ascii: "?"), nil, UInt8(ascii: "K")),
            (UInt8(ascii: "?"), nil, UInt8(ascii: "n")), (UInt8(ascii: ">"), nil, UInt8(ascii: "c")),
            (nil, UInt8(ascii: "!"), UInt8(ascii: "p")), (nil, UInt8(ascii: " "), UInt8(ascii: "q")),
            (UInt8(ascii: "?"), UInt8(ascii: "$"), UInt8(ascii: "p")):
            write(final)
        default: break
        }
    }

    private mutating func note(_ oddity: Int, isOdd: Bool) {
        if isOdd { oddities.insert(oddity) } else { oddities.remove(oddity) }
    }

    /// Modes of ANSI: insert, new line.
    private static let modes: Set<Int> = [4, 20]
    /// Modes of DEC and xterm: keys, colours and origin of the screen, wrapping, the cursor, the mouse, the alternate screen, pastes.
    private static let privateModes: Set<Int> = [
        1, 5, 6, 7, 12, 25, 1000, 1002, 1003, 1005, 1006, 1015, 1047, 1048, 1049, 2004,
    ]

    /// Gives modes on one by one, since the library looks at the first only.
    private mutating func writeModes(
        _ parameters: ArraySlice<UInt8>, leader: UInt8?, _ known: Set<Int>, _ final: UInt8
    ) {
        for mode in numbers(parameters).prefix(Self.argumentLimit) {
            // The alternate screen by its oldest name.
            let mode = mode == 47 && leader != nil ? 1047 : mode
            guard known.contains(mode) else { continue }
            output += [0x1B, UInt8(ascii: "[")]
            if let leader { output.append(leader) }
            switch (leader, mode) {
            case (nil, 4), (_?, 6): note(mode, isOdd: final == UInt8(ascii: "h"))
            case (_?, 7): note(mode, isOdd: final == UInt8(ascii: "l"))
            default: break
            }
            output += String(mode).utf8
            output.append(final)
        }
    }

    /// Gives the sequence on, its numbers cut to four digits and their count to what there is room for.
    private mutating func write(_ final: UInt8) {
        output.append(0x1B)
        output.append(UInt8(ascii: "["))
        var (digits, arguments, others) = (0, 1, 0)
        for byte in pending {
            switch byte {
            case 0x30...0x39:
                digits += 1
                if digits > 4 { continue }
            case 0x3A, 0x3B:
                digits = 0
                arguments += 1
            default:
                others += 1
                if others > 2 { continue }
            }
            if arguments > Self.argumentLimit, byte >= 0x30, byte <= 0x3B { continue }
            output.append(byte)
        }
        output.append(final)
    }

    /// The numbers between semicolons, each up to 9999; 0 where there is none.
    private func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
        guard !bytes.isEmpty else { return [] }
        return bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map(number)
    }

    private func number(_ digits: ArraySlice<UInt8>) -> Int {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { break }
            value = min(value * 10 + Int(digit) - 0x30, 9999)
        }
        return value
    }

    /// Whether one of the parameters of a rendition may be something else to the library; the common ones are not.
    private var needsRewriting: Bool {
        if pending.count > 32 { return true }
        var previous = UInt8(ascii: ";")
        for (offset, byte) in pending.enumerated() {
            if byte == UInt8(ascii: ":") { return true }
            if previous == UInt8(ascii: ";") {
                let next = offset + 1 < pending.count ? pending[offset + 1] : UInt8(ascii: ";")
                if byte == UInt8(ascii: "2") { return true }
                if byte == UInt8(ascii: "1"), next != UInt8(ascii: ";") { return true }
                if byte == UInt8(ascii: "5"), next == UInt8(ascii: "8") { return true }
            }
            previous = byte
        }
        return false
    }

    /// Says a rendition (`ESC [ … m`) in words that the library has.
    private mutating func writeRendition() {
        var words: [[Int]] = []
        var rest = pending.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
        while let group = rest.popFirst() {
            if group.contains(UInt8(ascii: ":")) {
                words += Self.words(
                    ofDetails: group.split(separator: 0x3A, omittingEmptySubsequences: false).map(number))
                continue
            }
            switch number(group) {
            case 2: words.append([11])
            case 22: words += [[22], [10]]
            case 10...19: break
            case let colour where colour == 38 || colour == 48 || colour == 58:
                let kind = rest.popFirst().map(number) ?? 0
                let count = kind == 5 ? 1 : kind == 2 ? 3 : 0
                let values = rest.prefix(count).map(number)
                rest = rest.dropFirst(count)
                if values.count == count, count > 0, colour != 58 { words.append([colour, kind] + values) }
            case let other: words.append([other])
            }
        }
        var line: [Int] = []
        for word in words {
            if line.count + word.count > Self.argumentLimit { writeRendition(of: &line) }
            line += word
        }
        if !line.isEmpty { writeRendition(of: &line) }
    }

    private mutating func writeRendition(of numbers: inout [Int]) {
        output += [0x1B, UInt8(ascii: "[")]
        for (offset, number) in numbers.enumerated() {
            if offset > 0 { output.append(UInt8(ascii: ";")) }
            output += String(number).utf8
        }
        output.append(UInt8(ascii: "m"))
        numbers = []
    }

    /// What numbers between colons stand for: kinds of underlines, and colours with or without the name of their space.
    private static func words(ofDetails numbers: [Int]) -> [[Int]] {
        switch (numbers[0], numbers[1]) {
        case (4, 0): return [[24]]
        case (4, _): return [[4]]
        case (38, 5), (48, 5): return numbers.count > 2 ? [[numbers[0], 5, numbers[2]]] : []
        case (38, 2), (48, 2):
            return numbers.count > 4 ? [[numbers[0], 2] + numbers.dropFirst(numbers.count > 5 ? 3 : 2).prefix(3)] : []
        default: return []
        }
    }

    /// The end of a sequence at a place, when it can only set colours and attributes other than the background.
    static func endOfLetterColours(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        guard start + 2 < bytes.count, bytes[start + 1] == UInt8(ascii: "[") else { return nil }
        // Numbers of a colour that are still to come, and whether the next one says how many.
        var (number, ofColour, saysHowMany) = (0, 0, false)
        for index in start + 2..<bytes.count {
            let byte = bytes[index]
            if (0x30...0x39).contains(byte) {
                number = min(number * 10 + Int(byte) - 0x30, 9999)
                continue
            }
            if saysHowMany {
                ofColour = number == 5 ? 1 : number == 2 ? 3 : 0
                saysHowMany = false
            } else if ofColour > 0 {
                ofColour -= 1
            } else if (40...48).contains(number) || (100...107).contains(number) {
                return nil
            } else {
                saysHowMany = number == 38
            }
            if byte == UInt8(ascii: "m") { return index + 1 }
            guard byte == UInt8(ascii: ";") else { return nil }
            number = 0
        }
        return nil
    }

    // MARK: Strings

    private mutating func takeString(
        _ byte: UInt8, _ index: inout Int, _ isCommand: Bool, _ sawEscape: Bool, _ body: (Piece) -> Void
    ) {
        index += 1
        switch byte {
        case UInt8(ascii: "\\") where sawEscape, 0x07:
            if isCommand { finishCommand(body) }
            begin(.ground)
        case _ where sawEscape:
            // Cut short by another sequence.
            begin(.escape)
            index -= 1
        case 0x18, 0x1A: begin(.ground)
        case 0x1B: state = .string(isCommand: isCommand, sawEscape: true)
        default:
            if isCommand, pending.count < Self.commandLimit { pending.append(byte) }
        }
    }

    private mutating func finishCommand(_ body: (Piece) -> Void) {
        guard let separator = pending.firstIndex(of: UInt8(ascii: ";")) else { return }
        let command = pending[..<separator]
        if command == [UInt8(ascii: "0")] || command == [UInt8(ascii: "2")] {
            body(.title(Array(pending[(separator + 1)...])))
        }
    }
}
