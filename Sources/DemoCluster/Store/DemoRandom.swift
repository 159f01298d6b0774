import KubernetesModel

/// A generator with a seed: the same seed gives the same cluster.
struct DemoRandom: RandomNumberGenerator, Sendable {
    private var source: SplitMix64

    init(seed: UInt64) { source = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { source.next() }

    /// A number from a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Such as `88fc5d1c-df5a-46c8-995f-79f7ac1d7127`.
    mutating func uid() -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append("-") }
            text.append(position == 12 ? "4" : position == 16 ? "a" : digits[number(0...15)])
        }
        return text
    }

    /// Letters and digits as Kubernetes makes them for names: without vowels and look-alikes.
    mutating func suffix(_ count: Int) -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<count).map { _ in letters[number(0...(letters.count - 1))] })
    }

    /// Such as `7d9f8b6c5d`: a number of 32 bits as Kubernetes writes it into names (`rand.SafeEncodeString`).
    mutating func hashText() -> String {
        let letters = Array("456789bcdf")
        return String(String(UInt32(truncatingIfNeeded: next())).map { letters[$0.wholeNumberValue ?? 0] })
    }
}
