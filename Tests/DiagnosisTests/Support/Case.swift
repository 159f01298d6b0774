import ClusterState
import Foundation
import KubernetesModel
import Testing

@testable import Diagnosis

/// Recorded objects, and what a rule is expected to say about them.
struct Case: Sendable, CustomTestStringConvertible {
    /// Below `Fixtures`, without the extension, such as `pod-image-pull/fires-1.36`.
    var path: String

    var testDescription: String { path }

    /// The rule's id, from the folder's name.
    var ruleID: String {
        let folder = String(path.prefix { $0 != "/" })
        guard let dash = folder.firstIndex(of: "-") else { return folder }
        return folder.replacingCharacters(in: dash...dash, with: "/")
    }

    /// Whether the rule is expected to find something.
    var fires: Bool { path.contains("/fires-") }

    static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

    /// Every case of every rule.
    static let all: [Case] = {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix("clusters/") }.sorted().map {
            Case(path: String($0.dropLast(5)))
        }
    }()

    func text() throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent(path + ".json"), encoding: .utf8)
    }

    func cluster() throws -> RecordedCluster { try RecordedCluster(text()) }
}

/// Objects of any kinds at one moment, as a snapshot in which every kind is known.
struct RecordedCluster {
    var origin: String
    var now: Timestamp
    var objects: [ObjectIdentifier: [any StoredObject]] = [:]
    /// Kinds that may not be listed.
    var forbidden: Set<String> = []
    /// Names of objects that others name, but that do not exist.
    var missing: [String] = []
    /// The last lines of logs, by pod and container.
    private var lines: [String: [String]] = [:]

    /// The cluster that a document describes: `origin`, `now`, `items`, and perhaps `forbidden` and `missing`.
    init(_ text: String) throws {
        guard let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let items = document["items"] as? [[String: Any]]
        else { throw UnreadableCase() }
        origin = document["origin"] as? String ?? ""
        guard let moment = (document["now"] as? String).flatMap({ Timestamp($0) }) else { throw UnreadableCase() }
        now = moment
        forbidden = Set(document["forbidden"] as? [String] ?? [])
        missing = document["missing"] as? [String] ?? []
        for log in document["logs"] as? [[String: Any]] ?? [] {
            lines["\(log["pod"] ?? "")/\(log["container"] ?? "")"] = log["lines"] as? [String]
        }
        let interner = StringInterner()
        for item in items {
            let kind = item["kind"] as? String ?? ""
            guard let decoder = KindDecoder.all.first(where: { $0.kind.kind == kind }) else { continue }
            let bytes = try JSONSerialization.data(withJSONObject: item)
            let object = try bytes.withUnsafeBytes { raw in
                try decoder.decode(raw, format: .json, interner: interner)
            }
            objects[ObjectIdentifier(decoder.type), default: []].append(object)
        }
    }

    /// Every kind in all namespaces.
    var snapshot: ClusterSnapshot { snapshot(version: 1) }

    func snapshot(version: UInt64) -> ClusterSnapshot {
        var kinds: [KindScope: KindSnapshot] = [:]
        for (index, decoder) in KindDecoder.all.enumerated() {
            let resource = decoder.kind.groupResource
            let isForbidden = forbidden.contains(resource.resource)
            kinds[KindScope(resource, namespace: nil)] = KindSnapshot(
                storeID: UInt64(index), version: version,
                state: isForbidden ? .forbidden(reason: "\(resource) is forbidden") : .ready,
                objects: isForbidden ? [] : objects[ObjectIdentifier(decoder.type)] ?? [])
        }
        return ClusterSnapshot(epoch: 1, version: version, kinds: kinds)
    }
}

extension RecordedCluster {
    /// What the rules say, once they have the logs that they want.
    func report(rules: [DiagnosisRule] = DiagnosisRule.all) -> Report {
        var diagnosis = Diagnosis(rules: rules)
        let first = diagnosis.update(snapshot, now: now)
        var logs: [LogRequest: LogTail] = [:]
        for want in first.wants { logs[want] = lines["\(want.pod)/\(want.container)"].map { .lines($0) } }
        return diagnosis.update(snapshot, now: now, logs: logs)
    }
}

struct UnreadableCase: Error {}
