import KubernetesModel

/// What may be done to a resource, gathered from any number of rules.
public struct Permission: Sendable, Hashable {
    /// Such as `deployments.apps/scale` or `*.*`; a path for what is no resource.
    public var resource: String
    /// The names that it is limited to; empty for none.
    public var names: [String]
    /// Each once, the usual ones first; `*` alone for all.
    public var verbs: [String]

    /// What one gathering may cost, some thousand resources: a rule stands for all pairs of its groups and resources.
    public static let budget = 10_000

    /// Names and verbs of one rule that are looked at.
    private static let limit = 200
    private static let usual = ["*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]

    /// Goes through the resources and paths of rules, in their order.
    ///
    /// - Parameters:
    ///   - rules: Of roles.
    ///   - budget: How much may be looked at, in resources, names, verbs and 64 bytes of text; what is left of it after.
    ///   - body: Given each, with names and verbs as they stand in the rule, and whether it is a path.
    /// - Returns: Whether that was all.
    public static func visit(
        _ rules: some Sequence<PolicyRule>, budget: inout Int, _ body: (Permission, _ isPath: Bool) -> Void
    ) -> Bool {
        var isAll = true
        for rule in rules {
            if rule.verbs.count > limit || rule.resourceNames.count > limit { isAll = false }
            let verbs = Array(rule.verbs.prefix(limit))
            let names = Array(rule.resourceNames.prefix(limit))
            let cost = 1 + weight(of: verbs) + weight(of: names)
            func pay(_ bytes: Int) -> Bool {
                guard budget >= cost + bytes / 64 else { return false }
                budget -= cost + bytes / 64
                return true
            }
            for path in rule.nonResourceURLs {
                guard pay(path.utf8.count) else { return false }
                body(Permission(resource: path, names: [], verbs: verbs), true)
            }
            for group in rule.apiGroups {
                for resource in rule.resources {
                    guard pay(group.utf8.count + resource.utf8.count) else { return false }
                    body(Permission(resource: name(of: resource, in: group), names: names, verbs: verbs), false)
                }
            }
        }
        return isAll
    }

    private static func weight(of texts: [String]) -> Int {
        texts.reduce(0) { $0 + 1 + $1.utf8.count / 64 }
    }

    private struct Subject: Hashable {
        var resource: String
        var names: [String]
    }

    /// What rules allow, a line a resource and set of names: everything first, then by resource.
    ///
    /// - Parameters:
    ///   - rules: Of roles.
    ///   - budget: How much may be looked at; what is left of it after.
    /// - Returns: Each resource once for each set of names, and whether that is all.
    public static func gathered(
        from rules: some Sequence<PolicyRule>, budget: inout Int
    ) -> (list: [Permission], isAll: Bool) {
        var verbs: [Subject: Set<String>] = [:]
        let isAll = visit(rules, budget: &budget) { permission, _ in
            let subject = Subject(
                resource: permission.resource,
                names: permission.names.count > 1 ? permission.names.sorted() : permission.names)
            verbs[subject, default: []].formUnion(permission.verbs)
        }
        let list = verbs.map { subject, verbs in
            Permission(resource: subject.resource, names: subject.names, verbs: sorted(verbs))
        }.sorted { left, right in
            // Paths come last; `*` comes before letters.
            let (isPath, isOtherPath) = (left.resource.hasPrefix("/"), right.resource.hasPrefix("/"))
            if isPath != isOtherPath { return isOtherPath }
            return left.resource == right.resource
                ? left.names.lexicographicallyPrecedes(right.names) : left.resource < right.resource
        }
        return (list, isAll)
    }

    private static func name(of resource: String, in group: String) -> String {
        guard !group.isEmpty, let slash = resource.firstIndex(of: "/") else {
            return group.isEmpty ? resource : "\(resource).\(group)"
        }
        return "\(resource[..<slash]).\(group)\(resource[slash...])"
    }

    private static func sorted(_ verbs: Set<String>) -> [String] {
        if verbs.contains("*") { return ["*"] }
        return verbs.sorted { left, right in
            let (first, second) = (usual.firstIndex(of: left), usual.firstIndex(of: right))
            return first == second ? left < right : (first ?? .max) < (second ?? .max)
        }
    }
}
