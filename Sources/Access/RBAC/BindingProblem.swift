import KubernetesModel

/// Why a binding gives nothing, or not to everybody it names.
public enum BindingProblem: Sendable, Hashable {
    case roleMissing(RoleReference)
    case noSubjects
    case accountMissing(RoleHolder)
    /// An account without its namespace, in a binding that has none either.
    case accountWithoutNamespace(String)
    /// A kind that is no subject.
    case strangeSubject(kind: String, name: String)

    /// Such as `there is no ClusterRole ops`.
    public var words: String {
        switch self {
        case .roleMissing(let role): "there is no \(role.kind) \(role.name)"
        case .noSubjects: "it names nobody"
        case .accountMissing(let account): "there is no \(account.words)"
        case .accountWithoutNamespace(let name): "ServiceAccount \(name) is named without its namespace"
        case .strangeSubject(let kind, let name): "\(kind) \(name) is neither User, Group nor ServiceAccount"
        }
    }
}

extension RoleGraph {
    /// What is wrong with a binding.
    ///
    /// - Parameters:
    ///   - binding: Any.
    ///   - hasAccount: Whether a ServiceAccount is there; `nil` when that is not known.
    /// - Returns: None for a binding that gives all that it says.
    public func problems(of binding: Binding, hasAccount: (RoleHolder) -> Bool?) -> [BindingProblem] {
        var problems: [BindingProblem] = []
        if rules(of: binding) == .missing { problems.append(.roleMissing(binding.role)) }
        if binding.subjects.isEmpty { problems.append(.noSubjects) }
        for subject in binding.subjects {
            guard let holder = RoleHolder(subject, in: binding.namespace) else {
                problems.append(
                    subject.kind == RoleHolder.Kind.serviceAccount.rawValue && !subject.name.isEmpty
                        ? .accountWithoutNamespace(subject.name)
                        : .strangeSubject(kind: subject.kind, name: subject.name))
                continue
            }
            if holder.kind == .serviceAccount, hasAccount(holder) == false { problems.append(.accountMissing(holder)) }
        }
        return problems
    }
}
