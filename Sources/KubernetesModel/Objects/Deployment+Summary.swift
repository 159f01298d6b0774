extension Deployment {
    /// Pods wanted.
    public var desiredReplicas: Int32 { replicas ?? 1 }

    /// The READY column, such as `2/3`.
    public var readyText: String { "\(readyReplicas)/\(desiredReplicas)" }

    /// Whether it ran into its progress deadline, or may not create pods.
    public var isStuck: Bool {
        conditions[type: "Progressing"]?.status == "False" || conditions[type: "ReplicaFailure"]?.status == "True"
    }

    /// Whether its last rollout came to its end.
    public var isRolledOut: Bool { conditions[type: "Progressing"]?.reason == "NewReplicaSetAvailable" }
}

extension LabelSelector {
    /// As `kubectl get` prints it, sorted by key: `app=web,!old,tier in (a,b)`, or `<none>`.
    public var printedText: String {
        var terms = matchLabels.pairs.map { (key: $0.key, text: "\($0.key)=\($0.value)") }
        for requirement in matchExpressions {
            let values = requirement.values.sorted().joined(separator: ",")
            let text =
                switch requirement.operator {
                case "In": "\(requirement.key) in (\(values))"
                case "NotIn": "\(requirement.key) notin (\(values))"
                case "Exists": requirement.key
                case "DoesNotExist": "!\(requirement.key)"
                default: "<invalid>"
                }
            terms.append((requirement.key, text))
        }
        if terms.isEmpty { return "<none>" }
        return terms.sorted { $0.key < $1.key }.map(\.text).joined(separator: ",")
    }
}
