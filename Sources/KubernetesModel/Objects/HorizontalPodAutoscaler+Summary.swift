extension HorizontalPodAutoscaler {
    /// Such as `Deployment/web`.
    public var referenceText: String { "\(target.kind)/\(target.name)" }

    /// What was measured and what it ought to be, such as `cpu: 41%/80%`, at most two (`formatHPAMetrics` in
    /// Kubernetes' printers).
    public var targetsText: String {
        if metrics.isEmpty { return "<none>" }
        let listed = metrics.prefix(2).enumerated().map { index, metric in
            metric.text(current: index < currentMetrics.count ? currentMetrics[index] : nil)
        }.joined(separator: ", ")
        return metrics.count > 2 ? "\(listed) + \(metrics.count - 2) more..." : listed
    }
}

extension MetricTarget {
    /// What was measured, if anything, and what it ought to be.
    fileprivate func text(current: MetricValue?) -> String {
        switch type {
        case "Resource", "ContainerResource":
            if target.averageValue != nil {
                return "\(name): \(quantity(current?.averageValue))/\(quantity(target.averageValue))"
            }
            let measured = current?.averageUtilization.map { "\($0)%" } ?? "<unknown>"
            return "\(name): \(measured)/\(target.averageUtilization.map { "\($0)%" } ?? "<auto>")"
        case "Pods": return "\(quantity(current?.averageValue))/\(quantity(target.averageValue))"
        case "Object", "External":
            if target.averageValue != nil {
                return "\(quantity(current?.averageValue))/\(quantity(target.averageValue)) (avg)"
            }
            return "\(quantity(current?.value))/\(quantity(target.value))"
        default: return "<unknown type>"
        }
    }

    private func quantity(_ text: String?) -> String { text.map(Quantity.printed) ?? "<unknown>" }
}

extension Quantity {
    /// A quantity's text as kubectl prints it; as it is when it writes none.
    public static func printed(_ text: String) -> String { Quantity(text).map { "\($0)" } ?? text }
}

extension IntOrString {
    /// The number, or the name or percentage.
    public var text: String {
        switch self {
        case .int(let number): "\(number)"
        case .string(let text): text
        }
    }
}
