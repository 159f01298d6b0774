import Glibc

/// An IPv4 or IPv6 address as its bytes; an IPv4 address in IPv6 form is the IPv4 address.
struct IPAddress: Equatable {
    /// Four or sixteen.
    let bytes: [UInt8]

    /// Reads `10.0.0.1` or `fd00::1`; `nil` for anything else, such as a name, a zone or a part with leading zeros.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            let all = withUnsafeBytes(of: &sixteen) { Array($0) }
            bytes = all.starts(with: Self.mappedPrefix) ? Array(all[12...]) : all
        } else {
            return nil
        }
    }

    /// Whether the address is of this machine itself.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    private static let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    /// A range of addresses in CIDR form.
    struct Range {
        private let address: IPAddress
        private let length: Int

        /// Reads `10.0.0.0/8` or `fd00::/8`; `nil` for anything else.
        init?(_ text: some StringProtocol) {
            guard let slash = text.firstIndex(of: "/"), let address = IPAddress(text[..<slash]) else { return nil }
            let digits = text[text.index(after: slash)...]
            let isMapped = address.bytes.count == 4 && text[..<slash].contains(":")
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let length = Int(digits), length <= (isMapped ? 128 : address.bytes.count * 8)
            else { return nil }
            self.address = address
            self.length = isMapped ? max(0, length - 96) : length
        }

        /// Whether an address is in the range.
        func contains(_ other: IPAddress) -> Bool {
            guard other.bytes.count == address.bytes.count else { return false }
            return zip(address.bytes, other.bytes).enumerated().allSatisfy { index, pair in
                let bits = min(max(length - index * 8, 0), 8)
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
                return pair.0 & mask == pair.1 & mask
            }
        }
    }
}
