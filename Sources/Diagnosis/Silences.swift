import ClusterState
import KubernetesModel

/// Findings that an annotation of their subject silences.
///
/// `sextant/silence: pod/crash-loop, service/not-ready: known until Friday`; `*` is every rule.
struct Silences {
    static let annotation = "sextant/silence"

    /// What the annotations of objects say.
    private var texts: [ObjectID: String] = [:]

    var isEmpty: Bool { texts.isEmpty }

    /// Notes an object as it is now.
    mutating func note(_ change: ObjectChange, of kind: ResourceKind) {
        guard let metadata = (change.new ?? change.old)?.metadata else { return }
        let text = change.new?.metadata.annotations[Self.annotation]
        if text == nil && texts.isEmpty { return }
        let id = ObjectID(
            group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace, name: metadata.name)
        texts[id] = text
    }

    /// The reason given for silencing a finding, which may be empty; `nil` when it is not silenced.
    ///
    /// The annotation counts on the subject, and on a finding's only member.
    func reason(for finding: Finding) -> String? {
        if texts.isEmpty { return nil }
        let objects = finding.members.count == 1 ? [finding.subject] + finding.members : [finding.subject]
        for object in objects {
            guard let text = texts[object] else { continue }
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
