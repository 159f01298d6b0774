import ClusterState
import KubernetesModel

/// Findings that an annotation of their subject silences.
///
/// `sextant/silence: pod/crash-loop, service/no-endpoints: known until Friday`; `*` is every rule.
struct Silences {
    static let annotation = "sextant/silence"

    /// What is known of each kind, by the kind's name.
    private let stores: [String: (group: String, snapshot: KindSnapshot)]

    init(_ world: World) {
        var stores: [String: (group: String, snapshot: KindSnapshot)] = [:]
        for decoder in KindDecoder.all {
            guard let snapshot = world[decoder.type]?.snapshot else { continue }
            stores[decoder.kind.kind] = (decoder.kind.groupResource.group, snapshot)
        }
        self.stores = stores
    }

    /// The reason given for silencing a finding, which may be empty; `nil` when it is not silenced.
    ///
    /// The annotation counts on the subject, and on a finding's only member.
    func reason(for finding: Finding) -> String? {
        let objects = finding.members.count == 1 ? [finding.subject] + finding.members : [finding.subject]
        for object in objects {
            let key = ObjectKey(namespace: object.namespace, name: object.name)
            guard let store = stores[object.kind], store.group == object.group,
                let text = store.snapshot[key]?.metadata.annotations[Self.annotation]
            else { continue }
            if let reason = Self.reason(in: text, rule: finding.rule) { return reason }
        }
        return nil
    }

    /// The reason that an annotation gives for a rule.
    static func reason(in text: String, rule: String) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let rules = (parts.first ?? "").split(separator: ",").map { trimmed($0) }
        guard rules.contains(where: { $0 == rule || $0 == "*" }) else { return nil }
        return parts.count > 1 ? trimmed(parts[1]) : ""
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        let end = start.lastIndex { $0 != " " }
        return end.map { String(start[...$0]) } ?? ""
    }
}
