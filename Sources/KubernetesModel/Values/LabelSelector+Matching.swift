extension LabelSelector {
    /// Whether an object with these labels is meant; a selector with nothing set means every object.
    public func matches(_ labels: Labels) -> Bool {
        matchLabels.pairs.allSatisfy { labels[$0.key] == $0.value }
            && matchExpressions.allSatisfy { $0.matches(labels) }
    }
}

extension LabelSelectorRequirement {
    /// A requirement on a key.
    public init(key: String, operator: String, values: [String] = []) {
        self.key = key
        self.operator = `operator`
        self.values = values
    }

    /// Whether the labels meet it; an unknown operator is met by none.
    public func matches(_ labels: Labels) -> Bool {
        let value = labels[key]
        switch `operator` {
        case "In": return value.map { values.contains($0) } ?? false
        case "NotIn": return value.map { !values.contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt", "Lt":
            guard let value, let number = Int64(value), let bound = values.first.flatMap({ Int64($0) }) else {
                return false
            }
            return `operator` == "Gt" ? number > bound : number < bound
        default: return false
        }
    }
}
