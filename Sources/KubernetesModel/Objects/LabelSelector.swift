/// Which objects are meant, by their labels; every requirement must hold (meta/v1 LabelSelector).
public struct LabelSelector: Sendable, Hashable {
    /// Source: `matchLabels`.
    public var matchLabels = Labels()
    /// Source: `matchExpressions`.
    public var matchExpressions: [LabelSelectorRequirement] = []

    /// A selector with nothing set.
    public init() {}
}

/// Source: meta/v1 LabelSelectorRequirement.
public struct LabelSelectorRequirement: Sendable, Hashable {
    /// Source: `key`.
    public var key = ""
    /// `In`, `NotIn`, `Exists` or `DoesNotExist` (`operator`).
    public var `operator` = ""
    /// Source: `values`.
    public var values: [String] = []

    /// A requirement with nothing set.
    public init() {}
}
