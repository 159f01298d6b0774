import CCurses

/// Sets the user's clipboard through the terminal: OSC 52, which also works over ssh.
enum Clipboard {
    /// Bytes of text sent; terminals drop longer sequences whole.
    static let byteLimit = 256 * 1024
    /// Bytes that GNU screen takes in one passed-through string.
    private static let screenChunk = 512

    /// The start of a text that fits the limit.
    static func clipped(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8.prefix(byteLimit + 1))
        guard bytes.count > byteLimit else { return bytes }
        bytes.removeLast()
        while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
        if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
        return bytes
    }

    /// The bytes to send.
    ///
    /// Within tmux twice: as it is for `set-clipboard on`, and wrapped for `allow-passthrough on`; each is ignored without its setting.
    static func sequence(for bytes: [UInt8], environment: [String: String]) -> [UInt8] {
        let plain = Array("\u{1B}]52;c;".utf8) + base64(bytes) + [0x07]
        let type = environment["TERM"] ?? ""
        if isInsideTmux(environment) || type.hasPrefix("tmux") { return plain + tmuxWrapped(plain) }
        if environment["STY"].map({ !$0.isEmpty }) ?? false { return screenWrapped(plain) }
        return plain
    }

    /// Whether a tmux can be reached by its own command.
    static func isInsideTmux(_ environment: [String: String]) -> Bool {
        environment["TMUX"].map { !$0.isEmpty } ?? false
    }

    /// Gives the text to the tmux around us by its own command; nothing happens when there is none.
    static func feedTmux(_ bytes: [UInt8]) {
        let words = ["tmux", "load-buffer", "-w", "-"].map { Array($0.utf8CString) }
        withPointers(to: words[...], []) { _ = sx_feed("tmux", $0 + [nil], bytes, bytes.count) }
    }

    private static func withPointers(
        to words: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> Void
    ) {
        guard let word = words.first else { return body(pointers) }
        word.withUnsafeBufferPointer { withPointers(to: words.dropFirst(), pointers + [$0.baseAddress], body) }
    }

    private static func tmuxWrapped(_ sequence: [UInt8]) -> [UInt8] {
        let doubled = sequence.flatMap { $0 == 0x1B ? [0x1B, 0x1B] : [$0] }
        return Array("\u{1B}Ptmux;".utf8) + doubled + Array("\u{1B}\\".utf8)
    }

    private static func screenWrapped(_ sequence: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for start in stride(from: 0, to: sequence.count, by: screenChunk) {
            result += Array("\u{1B}P".utf8)
            result += sequence[start..<min(start + screenChunk, sequence.count)]
            result += Array("\u{1B}\\".utf8)
        }
        return result
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                let sextet = Int(bits >> UInt32(18 - 6 * index) & 0x3F)
                result.append(index <= group.count ? alphabet[sextet] : UInt8(ascii: "="))
            }
        }
        return result
    }
}
