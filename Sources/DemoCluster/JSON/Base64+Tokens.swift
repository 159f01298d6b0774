/// Base64 in both alphabets: that of JSON, and that of tokens.
extension Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let forAddresses = Array(standard.dropLast(2) + "-_".utf8)

    /// Bytes as text; for addresses with `-` and `_` and without padding, as in tokens.
    static func text(_ bytes: [UInt8], isForAddresses: Bool = false) -> String {
        let letters = isForAddresses ? forAddresses : standard
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << ((3 - group.count) * 8)
            for place in 0...group.count { text.append(letters[bits >> (18 - place * 6) & 63]) }
            if !isForAddresses { text += repeatElement(UInt8(ascii: "="), count: 3 - group.count) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads both alphabets, with or without padding.
    /// - Returns: `nil` for a text with other letters.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for letter in text.utf8 where letter != UInt8(ascii: "=") {
            guard let value = standard.firstIndex(of: letter) ?? forAddresses.firstIndex(of: letter) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }
}
