import KubernetesModel

extension SplitMix64 {
    /// A number from 0 to one below `limit`; 0 for a limit of 0.
    mutating func below(_ limit: Int) -> Int {
        limit > 0 ? Int(truncatingIfNeeded: (next() >> 33) % UInt64(limit)) : 0
    }

    /// Whether a thing that happens once in `times` happens now.
    mutating func oneIn(_ times: Int) -> Bool { below(times) == 0 }
}
