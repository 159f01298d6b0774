private let escape: UInt8 = 0x1B

/// A line of a log without the sequences that set colours (`ESC [ 1 ; 31 m`); every other control stays, and shows.
package func withoutColours(_ line: some Collection<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    var rest = line[...]
    while let start = rest.firstIndex(of: escape) {
        plain.append(contentsOf: rest[..<start])
        rest = rest[start...]
        let parameters = rest.dropFirst(2)
        // Digits, and what stands between them.
        let end = parameters.firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: ";")).contains($0) }
        if rest.dropFirst().first == UInt8(ascii: "["), let end, parameters[end] == UInt8(ascii: "m") {
            rest = parameters[parameters.index(after: end)...]
        } else {
            plain.append(escape)
            rest = rest.dropFirst()
        }
    }
    plain.append(contentsOf: rest)
    return plain
}
