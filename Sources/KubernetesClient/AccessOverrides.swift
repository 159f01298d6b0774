/// What takes the place of what a kubeconfig says, and what a client may do.
///
/// Source: kubectl's flags `--cluster`, `--user`, `--as`, `--as-uid`, `--as-group`, `--request-timeout`; `--read-only` is ours.
public struct AccessOverrides: Sendable, Hashable {
    /// The cluster entry to use instead of the context's.
    public var cluster: String?
    /// The user entry to use instead of the context's.
    public var user: String?
    /// The user to act as.
    public var asUser: String?
    /// The UID to act as.
    public var asUID: String?
    /// The groups to act as; none leaves those of the user entry.
    public var asGroups: [String]
    /// How long to wait for an answer; zero for as long as it takes, `nil` for the usual.
    public var requestTimeout: Duration?
    /// Whether to refuse everything that may change the cluster.
    public var readOnly: Bool
    /// Which contexts are read-only.
    public var rules = ContextRules()
    /// Whether the rules do not count; `readOnly` does all the same.
    public var allowsChanges = false

    /// Replaces what is given.
    public init(
        cluster: String? = nil, user: String? = nil, asUser: String? = nil, asUID: String? = nil,
        asGroups: [String] = [], requestTimeout: Duration? = nil, readOnly: Bool = false
    ) {
        self.cluster = cluster
        self.user = user
        self.asUser = asUser
        self.asUID = asUID
        self.asGroups = asGroups
        self.requestTimeout = requestTimeout
        self.readOnly = readOnly
    }

    /// Reads a time as kubectl's `--request-timeout` has it: whole seconds, or such as `1m30s`, `2.5s`, `500ms`.
    ///
    /// - Returns: The time; `nil` when it is none, is negative, or is longer than a century.
    public static func requestTimeout(_ text: String) -> Duration? {
        let century = 100.0 * 366 * 86400
        if let seconds = Int64(text) { return seconds >= 0 && Double(seconds) <= century ? .seconds(seconds) : nil }
        let units = [
            ("ns", 1e-9), ("us", 1e-6), ("\u{B5}s", 1e-6), ("\u{3BC}s", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60),
            ("h", 3600),
        ]
        var rest = text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard !rest.isEmpty else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { "0123456789.".contains($0) }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !"0123456789.".contains($0) }
            rest = rest.dropFirst(name.count)
            guard number.contains(where: \.isNumber), number.filter({ $0 == "." }).count <= 1,
                let value = Double("0\(number)" + (number.hasSuffix(".") ? "0" : "")),
                let unit = units.first(where: { $0.0 == name })
            else { return nil }
            total += value * unit.1
        }
        return total <= century ? .seconds(total) : nil
    }
}

extension AccessOverrides {
    /// Why nothing may be changed there; `nil` when changes are allowed.
    func readOnlyReason(for access: ClusterAccess) -> String? {
        if readOnly { return "--read-only" }
        return allowsChanges ? nil : rules.readOnlyReason(for: access)
    }
}

extension ClientTimeouts {
    /// The usual times, but for the time that a user set for an answer.
    ///
    /// - Parameter requestTimeout: Zero for as long as it takes, `nil` for the usual.
    public init(requestTimeout: Duration?) {
        self.init()
        guard let requestTimeout else { return }
        answer = requestTimeout
        if requestTimeout > .zero { connect = min(connect, requestTimeout) }
    }
}
