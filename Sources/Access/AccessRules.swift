import KubernetesModel

/// What one may do in a namespace, as the server lists it (authorization.k8s.io/v1 SubjectRulesReviewStatus).
public struct AccessRules: Sendable, Hashable {
    /// What is allowed; any rule suffices.
    public var rules: [PolicyRule]
    /// Whether there may be more: some authorizers do not list what they allow.
    public var isIncomplete: Bool
    /// Why it is incomplete, in the server's words; empty for none.
    public var evaluationError: String

    /// Rules of a server.
    public init(rules: [PolicyRule] = [], isIncomplete: Bool = false, evaluationError: String = "") {
        self.rules = rules
        self.isIncomplete = isIncomplete
        self.evaluationError = evaluationError
    }

    /// Reads a SelfSubjectRulesReview; `nil` when it has no status, or one whose rules cannot be read.
    public init?(review: JSONValue) {
        guard let status = review["status"], case .object = status else { return nil }
        // What is no list may have been anything: no rule must not come of it.
        func elements(_ value: JSONValue, _ key: String) -> [JSONValue]? {
            switch value[key] {
            case .array(let elements)?: elements
            case nil, .null?: []
            default: nil
            }
        }
        func texts(_ value: JSONValue, _ key: String) -> [String] { value[key]?.texts ?? [] }
        self.init(isIncomplete: status["incomplete"] == .bool(true))
        guard let resourceRules = elements(status, "resourceRules"),
            let pathRules = elements(status, "nonResourceRules"),
            (resourceRules + pathRules).allSatisfy({ rule in
                guard case .object = rule else { return false }
                return ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"].allSatisfy {
                    elements(rule, $0) != nil
                }
            })
        else { return nil }
        for item in resourceRules {
            var rule = PolicyRule()
            rule.verbs = texts(item, "verbs")
            rule.apiGroups = texts(item, "apiGroups")
            rule.resources = texts(item, "resources")
            rule.resourceNames = texts(item, "resourceNames")
            rules.append(rule)
        }
        for item in pathRules {
            var rule = PolicyRule()
            rule.verbs = texts(item, "verbs")
            rule.nonResourceURLs = texts(item, "nonResourceURLs")
            rules.append(rule)
        }
        if case .string(let text)? = status["evaluationError"] { evaluationError = text }
    }

    /// What the rules say to a question.
    ///
    /// - Parameter question: Its namespace does not matter: the rules are of one.
    /// - Returns: `unknown`, never `no`, where a rule may be missing.
    public func verdict(on question: AccessQuestion) -> AccessVerdict {
        if rules.contains(where: { $0.allows(question) }) { return .yes }
        return isIncomplete ? .unknown : .no
    }
}

extension PolicyRule {
    /// Whether the rule allows what is asked, as RBAC matches rules (k8s.io/kubernetes pkg/apis/rbac/v1).
    public func allows(_ question: AccessQuestion) -> Bool {
        guard verbs.contains("*") || verbs.contains(question.verb) else { return false }
        guard question.path.isEmpty else {
            return nonResourceURLs.contains { pattern in
                if pattern == "*" || pattern == question.path { return true }
                return pattern.hasSuffix("*") && question.path.hasPrefix(pattern.dropLast())
            }
        }
        let resource = question.resource
        guard apiGroups.contains("*") || apiGroups.contains(resource.group) else { return false }
        let wanted = question.subresource.isEmpty ? resource.resource : "\(resource.resource)/\(question.subresource)"
        guard
            resources.contains(where: {
                $0 == "*" || $0 == wanted || (!question.subresource.isEmpty && $0 == "*/\(question.subresource)")
            })
        else { return false }
        return resourceNames.isEmpty || (!question.name.isEmpty && resourceNames.contains(question.name))
    }
}
