extension Job {
    /// The STATUS column: how it ended, or what it does (`printJob` in Kubernetes' printers).
    public var statusText: String {
        if isTrue("Complete") { return "Complete" }
        if isTrue("Failed") { return "Failed" }
        if metadata.deletionTimestamp != nil { return "Terminating" }
        for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where isTrue(type) { return type }
        return "Running"
    }

    /// The COMPLETIONS column: successes of those wanted, such as `1/3`, or `1/1 of 2` when one success ends it all.
    public var completionsText: String {
        if let wanted = spec.completions { return "\(succeeded)/\(wanted)" }
        let parallelism = spec.parallelism ?? 0
        return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
    }

    /// From its start to its end, or to `now` while it has none, in microseconds; `nil` before it starts.
    public func duration(now: Timestamp) -> Int64? {
        guard let startTime else { return nil }
        return (completionTime ?? now).microseconds.subtractingClamped(startTime.microseconds)
    }

    private func isTrue(_ type: String) -> Bool { conditions[type: type]?.status == "True" }
}

extension Int64 {
    /// The difference, or the end of the range that it lies beyond.
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }
}
