import Screen
import Testing

@testable import TerminalEmulator

@Suite struct TerminalInputTests {
    private static func encoded(_ key: Key, _ mode: String = "") -> String {
        String(decoding: TerminalEmulator(80, 24, mode).encode(key), as: UTF8.self)
    }

    @Test func charactersAndControlKeysAreTheirBytes() {
        let keys: [(Key, String)] = [
            (.character("a"), "a"), (.character("日"), "日"), (.control("c"), "\u{3}"), (.control(" "), "\0"),
            (.control("\\"), "\u{1C}"), (.control("_"), "\u{1F}"), (.alt("b"), "\u{1B}b"),
            (.alt("\u{7F}"), "\u{1B}\u{7F}"),
            (.enter, "\r"), (.modified(.enter, .control), "\n"), (.modified(.enter, .alt), "\u{1B}\r"), (.tab, "\t"),
            (.backTab, "\u{1B}[Z"), (.backspace, "\u{7F}"), (.modified(.backspace, .control), "\u{8}"),
            (.escape, "\u{1B}"),
        ]
        for (key, bytes) in keys { #expect(Self.encoded(key) == bytes, "\(key)") }
    }

    @Test func specialKeysAreThoseOfXterm() {
        let keys: [(Key, String)] = [
            (.up, "\u{1B}[A"), (.home, "\u{1B}[H"), (.end, "\u{1B}[F"), (.pageUp, "\u{1B}[5~"), (.delete, "\u{1B}[3~"),
            (.insert, "\u{1B}[2~"), (.shiftLeft, "\u{1B}[1;2D"), (.modified(.right, .control), "\u{1B}[1;5C"),
            (.modified(.up, [.shift, .alt]), "\u{1B}[1;4A"), (.modified(.pageDown, .control), "\u{1B}[6;5~"),
            (.function(1), "\u{1B}OP"), (.function(5), "\u{1B}[15~"), (.function(12), "\u{1B}[24~"),
            (.function(13), "\u{1B}[1;2P"), (.function(17), "\u{1B}[15;2~"),
            (.modified(.function(4), .control), "\u{1B}[1;5S"), (.modified(.function(77), .control), ""),
        ]
        for (key, bytes) in keys { #expect(Self.encoded(key) == bytes, "\(key)") }
        #expect(Self.encoded(.up, "\u{1B}[?1h") == "\u{1B}OA")
        #expect(Self.encoded(.enter, "\u{1B}[20h") == "\r\n")
    }

    /// What the parser of the user's terminal understands comes out as the bytes of the program's.
    @Test func keysGoThroughUnchanged() {
        let sequences = [
            "\u{1B}[A", "\u{1B}[1;5C", "\u{1B}[1;6D", "\u{1B}[3;5~", "\u{1B}[15~", "\u{1B}[1;2P", "\u{1B}[Z", "\n",
            "\r", "\u{8}",
            "\u{7F}", "\u{1B}x", "\u{1B}\r", "\0", "\u{1F}", "é",
        ]
        for sequence in sequences {
            var parser = KeyParser()
            let terminal = TerminalEmulator(80, 24)
            let bytes = (parser.feed(sequence.utf8) + parser.flush()).flatMap { event -> [UInt8] in
                guard case .key(let key) = event else { return [] }
                return terminal.encode(key)
            }
            #expect(String(decoding: bytes, as: UTF8.self) == sequence, "\(sequence.debugDescription)")
        }
    }

    @Test func theMouseIsToldAsFarAsTheProgramAsks() {
        func told(_ mode: String, _ kinds: [MouseEvent.Kind], _ button: MouseButton = .left) -> String {
            let terminal = TerminalEmulator(80, 24, mode)
            var column = 4
            return kinds.map { kind in
                if kind != .release { column += 1 }
                return String(
                    decoding: terminal.encode(MouseEvent(kind, at: Position(column: column, row: 2), button: button)),
                    as: UTF8.self)
            }.joined()
        }
        #expect(told("", [.press, .drag, .release, .wheelUp]) == "")
        #expect(told("\u{1B}[?1000;1006h", [.press, .drag, .release]) == "\u{1B}[<0;6;3M\u{1B}[<0;7;3m")
        #expect(
            told("\u{1B}[?1002;1006h", [.press, .drag, .release], .right)
                == "\u{1B}[<2;6;3M\u{1B}[<34;7;3M\u{1B}[<2;7;3m")
        #expect(told("\u{1B}[?1000h", [.press, .release]) == "\u{1B}[M &#\u{1B}[M#&#")
        #expect(told("\u{1B}[?1000;1006h", [.wheelUp, .wheelDown]) == "\u{1B}[<64;6;3M\u{1B}[<65;7;3M")
        #expect(told("\u{1B}[?1000;1006h", [.doublePress]) == "\u{1B}[<0;6;3M")
    }

    @Test func placesOutsideAreMovedInside() {
        let terminal = TerminalEmulator(10, 5, "\u{1B}[?1000;1006h")
        let bytes = terminal.encode(MouseEvent(.press, at: Position(column: -3, row: 99)))
        #expect(String(decoding: bytes, as: UTF8.self) == "\u{1B}[<0;1;5M")
    }

    @Test func pastesAreTypedOrBracketed() {
        func pasted(_ text: String, _ mode: String = "") -> String {
            String(decoding: TerminalEmulator(80, 24, mode).encodePaste(text), as: UTF8.self)
        }
        #expect(pasted("ls\ncd\r\nx\ty") == "ls\rcd\rx\ty")
        #expect(pasted("a\u{1B}[201~b\u{3}", "\u{1B}[?2004h") == "\u{1B}[200~a[201~b\u{1B}[201~")
        #expect(
            pasted("é\u{9B}201~b\u{80}\u{85}\u{9F}\u{A0}日", "\u{1B}[?2004h")
                == "\u{1B}[200~é201~b\u{A0}日\u{1B}[201~")
    }

    @Test func answersToQuestionsAreNotMixedWithKeys() {
        let terminal = TerminalEmulator(80, 24, "\u{1B}[5n")
        #expect(terminal.encode(.up) == Array("\u{1B}[A".utf8))
        _ = terminal.picture()
        #expect(terminal.takeReplies() == Array("\u{1B}[0n".utf8))
    }
}
