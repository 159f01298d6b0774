import Screen
import Testing

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("plain", 5), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("ｱ", 1), ("Ａ", 2), ("👩", 2),
        ("👩‍👩‍👧", 2), ("👍🏽", 2), ("❤️", 1), ("🇩🇪", 2), ("a\tb", 3), ("\u{1B}[0m", 4), ("\u{0}", 1), ("\u{200B}", 1),
        ("\u{202E}x", 2), ("\r\n", 1), ("→…●", 3), ("\u{10FFFF}", 1), ("\u{301}", 0),
        ("㉈", 2), ("䷀", 2), ("\u{1100}\u{1161}\u{11A8}", 2), ("\u{D7B0}", 0), ("\u{1FA77}", 1), ("\u{E0B0}", 1),
        ("\u{5D0}\u{5B8}", 1), ("\u{915}\u{93E}", 2), ("½", 1), ("─", 1),
    ])
    func widthInCells(text: String, cells: Int) {
        #expect(textWidth(text) == cells)
    }

    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", "␛[31mred␛[0m"), ("bell\u{7}", "bell␇"), ("two\nlines\r\nmore", "two⏎lines⏎more"),
        ("del\u{7F}", "del␡"), ("c1\u{9B}31m", "c1\u{FFFD}31m"), ("a\u{202E}b", "a\u{FFFD}b"),
        ("tab\there", "tab here"),
        ("zero\u{200B}width", "zero\u{FFFD}width"), ("soft\u{AD}hyphen", "softhyphen"), ("naïve 日本", "naïve 日本"),
    ])
    func nothingReachesTheTerminalThatItWouldActUpon(text: String, shown: String) {
        #expect(sanitized(text) == shown)
    }

    @Test(arguments: ["plain text", "日本語", "mixed 日本", ""])
    func aLimitIsPassedOnlyByWiderTexts(text: String) {
        let width = textWidth(text)
        for limit in 0..<20 {
            let found = textWidth(text, upTo: limit)
            #expect(width <= limit ? found == width : found > limit, "\(text) up to \(limit)")
        }
    }

    @Test func everyScalarIsShownSafely() {
        for value in UInt32(0)...0x2FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in sanitized(String(scalar)).unicodeScalars {
                #expect(shown.value >= 0x20 && !(0x7F..<0xA0).contains(shown.value), "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test func pilesOfMarksAreCut() {
        let pile = "a" + String(repeating: "\u{301}", count: 100)
        #expect(sanitized(pile).unicodeScalars.count == 4)
        #expect(textWidth(pile) == 1)
    }

    @Test func longLinesAreWrappedAtSpacesAndLongWordsAreSplit() {
        #expect(wrapped("one two three", width: 7) == ["one two", "three"])
        #expect(wrapped("abcdefghij k", width: 4) == ["abcd", "efgh", "ij k"])
        #expect(wrapped("日本語日本語", width: 4) == ["日本", "語日", "本語"])
        #expect(wrapped("", width: 4) == [])
        #expect(wrapped("ab cd", width: 1) == ["ab", "cd"])
    }

    @Test func aCharacterWiderThanALineIsSplit() {
        let vowel = "\u{E33}"
        #expect(wrapped(String(repeating: vowel, count: 3), width: 2) == [vowel + vowel, vowel])
    }

    @Test func megabytesAreWrappedInTimeThatGrowsWithThem() {
        #expect(wrapped(String(repeating: "x", count: 1 << 20), width: 64).count == 1 << 14)
    }

    @Test func aNameIsCutInItsMiddle() {
        #expect("cart-77bf5f65d4-8hn8p".cutInMiddle(to: 11) == "cart-…8hn8p")
        #expect("cart".cutInMiddle(to: 4) == "cart")
        #expect("日本語日本語".cutInMiddle(to: 7) == "日…語" || textWidth("日本語日本語".cutInMiddle(to: 7)) <= 7)
        for width in 0...30 { #expect(textWidth("cart-77bf5f65d4-8hn8p".cutInMiddle(to: width)) <= width) }
    }
}
