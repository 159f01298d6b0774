/// The bytes that ask a terminal to put a text on its clipboard (OSC 52).
///
/// tmux takes the plain form where `set-clipboard` is on, and hands the wrapped form through where `allow-passthrough` is:
/// both are sent.
package func clipboardSequence(_ text: String, isInsideTmux: Bool) -> [UInt8] {
    let plain = Array("\u{1B}]52;c;".utf8) + base64(Array(text.utf8)) + [0x07]
    guard isInsideTmux else { return plain }
    let wrapped = Array("\u{1B}Ptmux;\u{1B}".utf8) + plain + Array("\u{1B}\\".utf8)
    return plain + wrapped
}

private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var value = 0
        for index in 0..<3 { value = value << 8 | Int(index < group.count ? group[start + index] : 0) }
        for index in 0..<4 {
            result.append(index <= group.count ? alphabet[value >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
        }
    }
    return result
}
