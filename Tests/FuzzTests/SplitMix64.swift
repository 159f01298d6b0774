/// Numbers that are the same on every machine for the same seed.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to one below `limit`; 0 for a limit of 0.
    mutating func below(_ limit: Int) -> Int {
        limit > 0 ? Int(truncatingIfNeeded: (next() >> 33) % UInt64(limit)) : 0
    }

    /// Whether a thing that happens once in `times` happens now.
    mutating func oneIn(_ times: Int) -> Bool { below(times) == 0 }
}
