import AppRuntime
import Testing

struct LogColoursTests {
    @Test(arguments: [
        ("\u{1B}[1;32mINFO\u{1B}[0m up", "INFO up"),
        ("\u{1B}[m", ""),
        ("\u{1B}[2Jgone", "\u{1B}[2Jgone"),
        ("\u{1B}[", "\u{1B}["),
        ("a\u{1B}", "a\u{1B}"),
        ("\u{1B}m", "\u{1B}m"),
        ("\u{1B}[31\u{1B}[mb", "\u{1B}[31b"),
    ])
    func coloursAreLeftOutAndOtherControlsStay(_ line: String, _ plain: String) {
        #expect(withoutColours(line.utf8) == Array(plain.utf8))
    }
}
