/// A small generator with a seed (SplitMix64): the same seed gives the same cluster.
struct DemoRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
}
