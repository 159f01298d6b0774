import KubernetesModel

/// How far labels are from what a selector asks for, key by key.
struct NearestMiss {
    /// A key of the selector that the labels do not meet.
    struct Difference: Equatable {
        var key: String
        var wanted: String
        /// `nil` when the labels lack the key.
        var found: String?
        /// 0 for the same, 3 for something else altogether.
        var cost: Double
        /// The key under which the labels have the wanted value, when they lack the selector's.
        var foundKey: String?
    }

    var differences: [Difference] = []
    /// Keys that are met.
    var matches = 0
    /// The mean cost of all keys; below 1 they are likely meant to be the same.
    var score = 0.0

    init(_ selector: Labels, _ labels: Labels) {
        var sum = 0.0
        for pair in selector.pairs {
            if labels[pair.key] == pair.value {
                matches += 1
                continue
            }
            var difference = Difference(key: pair.key, wanted: pair.value, found: labels[pair.key], cost: 3)
            if let found = difference.found {
                difference.cost = Self.cost(pair, found)
            } else if let renamed = Self.renamed(pair, labels, not: selector) {
                difference.cost = renamed.cost
                difference.foundKey = renamed.key
            }
            sum += difference.cost
            differences.append(difference)
        }
        score = selector.isEmpty ? 3 : sum / Double(selector.pairs.count)
    }

    /// Keys that say which program it is.
    static let identityKeys: Set<String> = ["app", "k8s-app", "app.kubernetes.io/name", "name"]
    /// Keys under which the part that something plays is often written.
    private static let partKeys: Set<String> = ["component", "tier", "role", "app.kubernetes.io/component"]
    /// Keys that tell one release from another.
    private static let versionKeys: Set<String> = [
        "version", "app.kubernetes.io/version", "track", "color", "slot", "rollouts-pod-template-hash",
    ]

    /// How far another value of the same key is.
    private static func cost(_ pair: Labels.Pair, _ found: String) -> Double {
        if found.lowercased() == pair.value.lowercased() { return 0.5 }
        if stripped(found) == stripped(pair.value) { return 0.6 }
        let length = min(found.count, pair.value.count)
        let allowed = length >= 7 ? 2 : length >= 4 ? 1 : 0
        if allowed > 0, editDistance(found, pair.value, limit: allowed) <= allowed { return 1 }
        if length == 3, isSlip(found, pair.value) { return 1 }
        if isAffix(found, pair.value) || isAffix(pair.value, found) { return 1.2 }
        return versionKeys.contains(pair.key) ? 1 : 3
    }

    /// The key that has the value in place of the one that is asked for.
    private static func renamed(
        _ pair: Labels.Pair, _ labels: Labels, not selector: Labels
    ) -> (key: String, cost: Double)? {
        var best: (key: String, cost: Double)?
        for label in labels.pairs where label.value == pair.value && selector[label.key] == nil {
            let cost: Double
            if lastPart(label.key) == lastPart(pair.key)
                || identityKeys.contains(pair.key) && identityKeys.contains(label.key)
                || isMistyped(label.key, pair.key)
            {
                cost = 1
            } else if partKeys.contains(pair.key), partKeys.contains(label.key) {
                cost = 1.5
            } else {
                continue
            }
            if cost < best?.cost ?? 3 { best = (label.key, cost) }
        }
        return best
    }

    private static func isMistyped(_ left: String, _ right: String) -> Bool {
        let limit = min(left.count, right.count) >= 7 ? 2 : 1
        return min(left.count, right.count) >= 3 && editDistance(left, right, limit: limit) <= limit
    }

    /// Whether short words differ by two letters swapped or one left out: `db1` and `db2` are meant to differ.
    private static func isSlip(_ left: String, _ right: String) -> Bool {
        editDistance(left, right, limit: 1) == 1
            && (left.count != right.count || left.utf8.sorted() == right.utf8.sorted())
    }

    private static func stripped(_ text: String) -> String { text.lowercased().filter { !"-_.".contains($0) } }

    private static func lastPart(_ key: String) -> String { key.split(separator: "/").last.map(String.init) ?? key }

    /// Whether `part` is what stands before the first or after the last words of `whole`, cut at a `-`.
    static func isAffix(_ part: String, _ whole: String) -> Bool {
        !part.isEmpty && (whole.hasPrefix(part + "-") || whole.hasSuffix("-" + part))
    }

    /// How many characters must be changed, added, dropped or swapped with their neighbour; at most `limit + 1`.
    static func editDistance(_ left: String, _ right: String, limit: Int) -> Int {
        let (one, other) = (Array(left.utf8), Array(right.utf8))
        guard abs(one.count - other.count) <= limit, one.count <= 253, other.count <= 253 else { return limit + 1 }
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, byte) in one.enumerated() {
            var next = [row + 1]
            for (column, candidate) in other.enumerated() {
                var best = min(last[column] + (byte == candidate ? 0 : 1), last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, byte == other[column - 1], one[row - 1] == candidate {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                next.append(best)
            }
            beforeLast = last
            last = next
        }
        return min(last.last ?? 0, limit + 1)
    }
}
