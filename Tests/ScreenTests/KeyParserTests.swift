import Testing

@testable import Screen

/// Bytes that a terminal sends and what they mean.
private struct Sample: Sendable, CustomTestStringConvertible {
    let bytes: String
    let events: [InputEvent]

    init(_ bytes: String, _ keys: Key...) {
        self.bytes = bytes
        events = keys.map { .key($0) }
    }

    init(
        _ bytes: String, mouse kind: MouseEvent.Kind, _ column: Int, _ row: Int, _ button: MouseButton = .left,
        _ modifiers: KeyModifiers = []
    ) {
        self.bytes = bytes
        let place = Position(column: column, row: row)
        events = [.mouse(MouseEvent(kind, at: place, button: button, modifiers: modifiers))]
    }

    init(_ bytes: String, paste: String) {
        self.bytes = bytes
        events = [.paste(paste)]
    }

    var testDescription: String { bytes.debugDescription }
}

private let samples: [Sample] = [
    // Characters.
    Sample("a", .character("a")), Sample("G?", .character("G"), .character("?")), Sample(" ", .character(" ")),
    Sample("é", .character("é")), Sample("漢", .character("漢")), Sample("🚀", .character("🚀")),
    // Control keys.
    Sample("\r", .enter), Sample("\n", .modified(.enter, .control)), Sample("\t", .tab), Sample("\u{7F}", .backspace),
    Sample("\u{8}", .modified(.backspace, .control)), Sample("\u{0}", .control(" ")), Sample("\u{1}", .control("a")),
    Sample("\u{1A}", .control("z")), Sample("\u{1C}", .control("\\")), Sample("\u{1F}", .control("_")),
    // Alt.
    Sample("\u{1B}x", .alt("x")), Sample("\u{1B}é", .alt("é")), Sample("\u{1B}\u{7F}", .alt("\u{7F}")),
    Sample("\u{1B}\r", .escape, .enter), Sample("\u{1B}\u{3}", .escape, .control("c")),
    // Arrows and friends, with and without modifiers.
    Sample("\u{1B}[A", .up), Sample("\u{1B}[B", .down), Sample("\u{1B}[C", .right), Sample("\u{1B}[D", .left),
    Sample("\u{1B}OA", .up), Sample("\u{1B}OD", .left), Sample("\u{1B}[1;2A", .shiftUp),
    Sample("\u{1B}[1;2B", .shiftDown), Sample("\u{1B}[1;2C", .shiftRight), Sample("\u{1B}[1;2D", .shiftLeft),
    Sample("\u{1B}[a", .shiftUp), Sample("\u{1B}[1;5C", .modified(.right, .control)),
    Sample("\u{1B}[1;3B", .modified(.down, .alt)), Sample("\u{1B}[1;6A", .modified(.up, [.shift, .control])),
    Sample("\u{1B}[1;2H", .modified(.home, .shift)), Sample("\u{1B}[3;5~", .modified(.delete, .control)),
    Sample("\u{1B}\u{1B}[A", .escape, .up), Sample("\u{1B}[H", .home), Sample("\u{1B}[F", .end),
    Sample("\u{1B}OH", .home), Sample("\u{1B}OF", .end), Sample("\u{1B}[1~", .home), Sample("\u{1B}[4~", .end),
    Sample("\u{1B}[7~", .home), Sample("\u{1B}[8~", .end), Sample("\u{1B}[2~", .insert), Sample("\u{1B}[3~", .delete),
    Sample("\u{1B}[5~", .pageUp), Sample("\u{1B}[6~", .pageDown), Sample("\u{1B}[6;5~", .modified(.pageDown, .control)),
    Sample("\u{1B}[5$", .modified(.pageUp, .shift)), Sample("\u{1B}[5^", .modified(.pageUp, .control)),
    Sample("\u{1B}[Z", .backTab),
    Sample("\u{1B}OM", .enter), Sample("\u{1B}Oq", .character("1")),
    // Function keys of xterm, of the Linux console and with Shift.
    Sample("\u{1B}OP", .function(1)), Sample("\u{1B}OS", .function(4)), Sample("\u{1B}[11~", .function(1)),
    Sample("\u{1B}[15~", .function(5)), Sample("\u{1B}[17~", .function(6)), Sample("\u{1B}[21~", .function(10)),
    Sample("\u{1B}[23~", .function(11)), Sample("\u{1B}[24~", .function(12)), Sample("\u{1B}[[A", .function(1)),
    Sample("\u{1B}[[E", .function(5)), Sample("\u{1B}[1;2P", .function(13)), Sample("\u{1B}[15;2~", .function(17)),
    Sample("\u{1B}[1;5P", .modified(.function(1), .control)), Sample("\u{1B}[25~", .function(13)),
    // Keys spelled out.
    Sample("\u{1B}[97;5u", .control("a")), Sample("\u{1B}[27;5;99~", .control("c")), Sample("\u{1B}[27u", .escape),
    Sample("\u{1B}[13;2u", .modified(.enter, .shift)), Sample("\u{1B}[120;3u", .alt("x")),
    Sample("\u{1B}[9;2u", .backTab),
    Sample("\u{1B}[97;2u", .character("A")),
    // The mouse.
    Sample("\u{1B}[<0;1;1M", mouse: .press, 0, 0), Sample("\u{1B}[<0;10;5m", mouse: .release, 9, 4),
    Sample("\u{1B}[<64;300;200M", mouse: .wheelUp, 299, 199), Sample("\u{1B}[<65;3;4M", mouse: .wheelDown, 2, 3),
    Sample("\u{1B}[<16;3;4M", mouse: .press, 2, 3, .left, .control), Sample("\u{1B}[M !!", mouse: .press, 0, 0),
    Sample("\u{1B}[<2;3;4M", mouse: .press, 2, 3, .right), Sample("\u{1B}[<1;3;4m", mouse: .release, 2, 3, .middle),
    Sample("\u{1B}[<32;3;4M", mouse: .drag, 2, 3), Sample("\u{1B}[<34;3;4M", mouse: .drag, 2, 3, .right),
    Sample("\u{1B}[M@!!", mouse: .drag, 0, 0), Sample("\u{1B}[MC!!q", .character("q")),
    Sample("\u{1B}[M#!!", mouse: .release, 0, 0), Sample("\u{1B}[M`!!", mouse: .wheelUp, 0, 0),
    // Pastes.
    Sample("\u{1B}[200~hi\r\nthere\u{1B}[201~", paste: "hi\r\nthere"),
    Sample("\u{1B}[200~\u{1B}[A\u{3}é\u{1B}[201~", paste: "\u{1B}[A\u{3}é"),
    Sample("\u{1B}[200~a\u{1B}\u{1B}[20\u{1B}[201~", paste: "a\u{1B}\u{1B}[20"),
    Sample("\u{1B}[200~\u{1B}[201~", paste: ""),
    // What is not input, each followed by a key that is.
    Sample("\u{1B}[Iq", .character("q")), Sample("\u{1B}[Oq", .character("q")),
    Sample("\u{1B}[?1;2cq", .character("q")),
    Sample("\u{1B}[?2026;2$yq", .character("q")), Sample("\u{1B}[99~q", .character("q")),
    Sample("\u{1B}[<35;3;4Mq", .character("q")), Sample("\u{1B}[<3;3;4Mq", .character("q")),
    Sample("\u{1B}[<0;0;0Mq", .character("q")), Sample("\u{1B}[<0;1Mq", .character("q")),
    Sample("\u{1B}]11;rgb:00/00/00\u{7}q", .character("q")), Sample("\u{1B}]52;c;YQ==\u{1B}\\q", .character("q")),
    Sample("\u{1B}P1+r\u{1B}\\q", .character("q")), Sample("\u{1B}_G1;OK\u{1B}\\q", .character("q")),
    Sample("\u{1B}]cut\u{1B}[Aq", .up, .character("q")), Sample("\u{1B}[1;\u{1B}[Bq", .down, .character("q")),
    Sample("\u{1B}[201~q", .character("q")), Sample("\u{85}q", .character("q")),
    Sample("\u{1B}[99999999999999999999;5~q", .character("q")), Sample("\u{1B}[1114112uq", .character("q")),
    Sample("\u{1B}[55296;5uq", .character("q")), Sample("\u{1B}[57358uq", .character("q")),
    Sample("\u{1B}[" + String(repeating: "1;", count: 500) + "~q", .home, .character("q")),
]

@Suite struct KeyParserTests {
    @Test(arguments: samples)
    private func understands(_ sample: Sample) {
        var parser = KeyParser()
        #expect(parser.feed(sample.bytes.utf8) == sample.events)
        #expect(!parser.isAwaitingMore)
    }

    @Test(arguments: samples)
    private func understandsTheSameHoweverBytesAreSplit(_ sample: Sample) {
        let bytes = Array(sample.bytes.utf8)
        for split in 0...min(bytes.count, 80) {
            var parser = KeyParser()
            let events = parser.feed(bytes[..<split]) + parser.feed(bytes[split...])
            #expect(events == sample.events, "split at \(split)")
        }
        var parser = KeyParser()
        #expect(bytes.flatMap { parser.feed([$0]) } == sample.events)
    }

    @Test func aLoneEscapeIsAKeyOnceNothingFollows() {
        var parser = KeyParser()
        #expect(parser.feed([0x1B]) == [])
        #expect(parser.isAwaitingMore)
        #expect(parser.flush() == [.key(.escape)])
        #expect(!parser.isAwaitingMore)
        #expect(parser.flush() == [])
        #expect(parser.feed("[".utf8) == [.key(.character("["))])
    }

    @Test(arguments: ["[", "O", "]", "P", "_", "^", "X"])
    func altAndAnOpenerIsAKeyOnceNothingFollows(_ opener: String) {
        var parser = KeyParser()
        #expect(parser.feed("\u{1B}\(opener)".utf8) == [])
        #expect(parser.isAwaitingMore)
        #expect(parser.flush() == [.key(.alt(Character(opener)))])
        #expect(parser.feed("j".utf8) == [.key(.character("j"))])
    }

    @Test func aStringThatNeverEndsIsGivenUp() {
        var parser = KeyParser()
        #expect(parser.feed("\u{1B}]0;title".utf8) == [])
        #expect(parser.isAwaitingMore)
        #expect(parser.flush() == [])
        #expect(parser.feed("j".utf8) == [.key(.character("j"))])
    }

    @Test func halfASequenceIsNotGivenUpByTheTimer() {
        var parser = KeyParser()
        #expect(parser.feed("\u{1B}[1;2".utf8) == [])
        #expect(!parser.isAwaitingMore)
        #expect(parser.flush() == [])
        #expect(parser.feed("A".utf8) == [.key(.shiftUp)])
    }

    @Test func bytesThatAreNotUTF8BecomeReplacementCharacters() {
        let samples: [([UInt8], [Character])] = [
            ([0x80, 0x61], ["\u{FFFD}", "a"]), ([0xC0, 0xAF], ["\u{FFFD}", "\u{FFFD}"]),
            ([0xC3, 0x61], ["\u{FFFD}", "a"]),
            ([0xED, 0xA0, 0x80], ["\u{FFFD}", "\u{FFFD}", "\u{FFFD}"]), ([0xFF], ["\u{FFFD}"]),
            ([0xE6, 0xBC, 0xC3, 0xA9], ["\u{FFFD}", "é"]),
            ([0xF4, 0x90, 0x80, 0x80], ["\u{FFFD}", "\u{FFFD}", "\u{FFFD}", "\u{FFFD}"]),
        ]
        for (bytes, characters) in samples {
            var parser = KeyParser()
            #expect(parser.feed(bytes) == characters.map { .key(.character($0)) })
        }
    }

    @Test func anEscapeInsideACharacterStartsASequence() {
        var parser = KeyParser()
        #expect(parser.feed([0xE6, 0x1B, 0x5B, 0x41]) == [.key(.character("\u{FFFD}")), .key(.up)])
    }

    @Test func aPasteThatIsTooLongIsDroppedWhole() {
        var parser = KeyParser()
        let text = String(repeating: "x", count: KeyParser.pasteLimit)
        #expect(parser.feed("\u{1B}[200~\(text)\u{1B}[201~j".utf8) == [.paste(text), .key(.character("j"))])
        #expect(parser.feed("\u{1B}[200~\(text)y\u{1B}[201~j".utf8) == [.pasteTooLong, .key(.character("j"))])
        #expect(parser.feed("\u{1B}[200~z\u{1B}[201~".utf8) == [.paste("z")])
    }

    @Test func noBytesTrap() {
        // A fixed generator: the same bytes on every run.
        var state: UInt64 = 42
        let alphabet = Array("\u{1B}[]OP<M;~0159?$uA\\\u{7}\u{18}ma".utf8) + [0x00, 0x9B, 0xC3, 0xFF, 0x7F]
        var parser = KeyParser()
        for round in 0..<200_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let byte = alphabet[Int(state >> 33) % alphabet.count]
            _ = parser.feed([byte])
            if round % 97 == 0 { _ = parser.flush() }
        }
        // Whatever came before, a pause and CAN bring it back to keys.
        _ = parser.feed("\u{1B}[201~\u{18}".utf8)
        _ = parser.flush()
        #expect(parser.feed("j".utf8) == [.key(.character("j"))])
    }

    @Test func commandsKnowKeysWithoutWhatElseIsHeld() {
        let keys: [Key] = [
            .modified(.right, .control), .modified(.up, [.shift, .control]), .modified(.enter, .control),
            .modified(.home, .shift), .modified(.function(1), .control), .alt("x"), .shiftDown,
        ]
        #expect(keys.map(\.simplified) == [.right, .shiftUp, .enter, .home, .function(1), .alt("x"), .shiftDown])
    }
}
