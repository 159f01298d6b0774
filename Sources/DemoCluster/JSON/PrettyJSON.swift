/// Compact JSON text with line breaks and two spaces for each level, as an API server sends it to people.
func prettyJSON(_ compact: [UInt8]) -> [UInt8] {
    var pretty: [UInt8] = []
    pretty.reserveCapacity(compact.count * 2)
    var depth = 0
    var isText = false
    var isEscaped = false
    func newLine() {
        pretty.append(UInt8(ascii: "\n"))
        pretty += repeatElement(UInt8(ascii: " "), count: 2 * max(0, depth))
    }
    for (index, byte) in compact.enumerated() {
        if isText {
            pretty.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isText = false
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            pretty.append(byte)
            let isEmpty = index + 1 < compact.count && compact[index + 1] == byte + 2
            depth += 1
            if !isEmpty { newLine() }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            let isEmpty = index > 0 && compact[index - 1] == byte - 2
            if !isEmpty { newLine() }
            pretty.append(byte)
        case UInt8(ascii: ","):
            pretty.append(byte)
            newLine()
        case UInt8(ascii: ":"):
            pretty.append(byte)
            pretty.append(UInt8(ascii: " "))
        case UInt8(ascii: "\n"): break
        default:
            isText = byte == UInt8(ascii: "\"")
            pretty.append(byte)
        }
    }
    return pretty
}
