import KubernetesModel

extension ObjectID {
    /// The kind that people call by a name: its kind, plural or short name, in any case; `nil` for others.
    package static func kind(named name: String) -> String? {
        let name = name.split(separator: ".").first.map { $0.lowercased() } ?? ""
        if let kind = shortNames[name] { return kind }
        return KindDecoder.all.first { decoder in
            decoder.kind.kind.lowercased() == name || decoder.kind.groupResource.resource == name
        }?.kind.kind
    }

    /// As kubectl has them.
    private static let shortNames = [
        "po": "Pod", "svc": "Service", "ing": "Ingress", "ev": "Event", "ns": "Namespace", "no": "Node",
        "deploy": "Deployment", "rs": "ReplicaSet", "sts": "StatefulSet", "ds": "DaemonSet", "cj": "CronJob",
        "hpa": "HorizontalPodAutoscaler", "pdb": "PodDisruptionBudget", "netpol": "NetworkPolicy",
        "pvc": "PersistentVolumeClaim", "pv": "PersistentVolume", "sc": "StorageClass", "cm": "ConfigMap",
        "sa": "ServiceAccount", "quota": "ResourceQuota", "limits": "LimitRange",
    ]

    /// As short as people write a kind, such as `deploy`; in lower case for kinds without a short name.
    package static func shortName(ofKind kind: String) -> String {
        switch kind {
        case "Pod": "pod"
        case "Node": "node"
        case "Event": "event"
        default: shortNames.first { $0.value == kind }?.key ?? kind.lowercased()
        }
    }

    /// Such as `deploy/checkout`.
    package var shortText: String { "\(Self.shortName(ofKind: kind))/\(name)" }
}
