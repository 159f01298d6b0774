extension ResourceQuota {
    /// What is used of what may be, but for limits, such as `pods: 3/10, requests.cpu: 1/2`.
    public var requestsText: String { text(ofLimits: false) }

    /// What is used of the limits, such as `limits.cpu: 2/4`.
    public var limitsText: String { text(ofLimits: true) }

    /// Whether something is used up; what may not be had at all is not.
    public func isFull(ofLimits: Bool) -> Bool {
        entries(ofLimits: ofLimits).contains { entry in
            guard let hard = Quantity(entry.value), let used = used[entry.key].flatMap({ Quantity($0) }) else {
                return false
            }
            return used >= hard && hard > Quantity(0)
        }
    }

    private func text(ofLimits: Bool) -> String {
        entries(ofLimits: ofLimits).map { entry in
            "\(entry.key): \(used[entry.key].map(Quantity.printed) ?? "0")/\(Quantity.printed(entry.value))"
        }.joined(separator: ", ")
    }

    private func entries(ofLimits: Bool) -> [Labels.Pair] {
        enforced.pairs.filter { $0.key.hasPrefix("limits.") == ofLimits }
    }
}

extension IngressClass {
    /// Such as `Settings.example.com/edge`, or `<none>`.
    public var parametersText: String {
        guard let parameters else { return "<none>" }
        return "\(parameters.kind)\(parameters.apiGroup.map { ".\($0)" } ?? "")/\(parameters.name)"
    }
}
