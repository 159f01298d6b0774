/// Which contexts are read-only, and in which changes are confirmed by the context's name, as a configuration file says.
///
/// The first rule that fits counts.
/// A file that cannot be understood makes every context read-only: what it was to protect is not known.
public struct ContextRules: Sendable, Hashable {
    /// What holds for the contexts that fit.
    public struct Rule: Sendable, Hashable {
        /// What the context's name looks like; `nil` for any.
        public var context: NamePattern?
        /// What the name of the cluster entry looks like; `nil` for any.
        public var cluster: NamePattern?
        /// What the address of the server looks like; `nil` for any.
        public var server: NamePattern?
        /// Whether nothing may be changed.
        public var isReadOnly: Bool
        /// Whether whoever changes something types the context's name first.
        public var confirmsByName = false
        /// Where it stands, counted from 1.
        public var line: Int

        /// A rule with its line.
        public init(
            context: NamePattern? = nil, cluster: NamePattern? = nil, server: NamePattern? = nil, isReadOnly: Bool,
            line: Int
        ) {
            self.context = context
            self.cluster = cluster
            self.server = server
            self.isReadOnly = isReadOnly
            self.line = line
        }

        func fits(_ access: ClusterAccess) -> Bool {
            let address = access.server
            return context?.fits(access.contextName) != false && cluster?.fits(access.clusterName) != false
                && server.map { pattern in
                    [address.description, address.hostAndPort, address.host].contains(where: pattern.fits)
                } != false
        }
    }

    /// The file; empty when there is none.
    public var file = ""
    /// In the order in which they are tried.
    public var rules: [Rule] = []
    /// Why the file cannot be understood; every context is read-only then.
    public var problem: KubeconfigFailure?

    /// No rule: every context may be changed.
    public init() {}

    /// What is wrong, in one line for people; `nil` when nothing is.
    public var firstWarning: String? { problem?.description }

    /// Such as `/home/me/.config/sextant/config.yaml, 2 rules`.
    public var summary: String {
        if let problem { return problem.description }
        if file.isEmpty { return "none" }
        return "\(file), " + (rules.count == 1 ? "1 rule" : "\(rules.count == 0 ? "no" : "\(rules.count)") rules")
    }

    /// Why nothing may be changed with this access, such as the file and the line of a rule; `nil` when changes are
    /// allowed.
    public func readOnlyReason(for access: ClusterAccess) -> String? {
        if let problem { return problem.description }
        guard let rule = rules.first(where: { $0.fits(access) }), rule.isReadOnly else { return nil }
        return "\(file):\(rule.line)"
    }

    /// Whether whoever changes something with this access types the context's name first.
    public func confirmsByName(for access: ClusterAccess) -> Bool {
        if problem != nil { return true }
        return rules.first { $0.fits(access) }?.confirmsByName == true
    }
}

/// A name with `*` for any text and `?` for any character; upper and lower case are the same.
public struct NamePattern: Sendable, Hashable {
    /// As it was written.
    public let text: String
    private let characters: [Character]

    /// The pattern that a text is.
    public init(_ text: String) {
        self.text = text
        characters = Array(text.lowercased())
    }

    /// Whether a whole name is as the pattern says.
    public func fits(_ name: String) -> Bool {
        let name = Array(name.lowercased())
        var (index, place) = (0, 0)
        /// Where the last `*` is, and where what follows it was tried last.
        var star: (pattern: Int, name: Int)?
        while index < name.count {
            if place < characters.count, characters[place] == "*" {
                star = (place, index)
                place += 1
            } else if place < characters.count, characters[place] == "?" || characters[place] == name[index] {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                place = last.pattern + 1
                index = last.name + 1
            } else {
                return false
            }
        }
        return characters[place...].allSatisfy { $0 == "*" }
    }
}
