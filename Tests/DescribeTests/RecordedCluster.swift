import ClusterState
import Describe
import Foundation
import KubernetesModel

/// Objects of a live 1.36 server, some more with every field that `kubectl describe` knows, and what kubectl 1.37 said of them.
struct RecordedCluster {
    struct Key: Hashable {
        var resource: String
        var namespace: String
        var name: String
    }

    /// When kubectl was run.
    static let moment = Timestamp("2026-11-21T16:58:00Z") ?? Timestamp(seconds: 0)

    var objects: [Key: JSONValue] = [:]
    /// What kubectl printed, in the order of recording.
    var described: [(key: Key, text: String)] = []
    var snapshot = ClusterSnapshot()

    static func load() throws -> RecordedCluster {
        var cluster = RecordedCluster()
        var stored: [GroupResource: [any StoredObject]] = [:]
        let interner = StringInterner()
        for line in try lines(of: "objects.jsonl") {
            guard let object = line["object"], let resource = line["resource"]?.text else { continue }
            let metadata = object["metadata"]
            let key = Key(
                resource: resource, namespace: metadata?["namespace"]?.text ?? "", name: metadata?["name"]?.text ?? "")
            cluster.objects[key] = object
            let group = groupResource(resource)
            guard let decoder = KindDecoder.named(group) else { continue }
            var bytes: [UInt8] = []
            object.writeJSON(into: &bytes)
            let decoded = try bytes.withUnsafeBytes { try decoder.decode($0, format: .json, interner: interner) }
            stored[group, default: []].append(decoded)
        }
        var kinds: [KindScope: KindSnapshot] = [:]
        for (index, decoder) in KindDecoder.all.enumerated() {
            let group = decoder.kind.groupResource
            kinds[KindScope(group, namespace: nil)] = KindSnapshot(
                storeID: UInt64(index), version: 1, state: .ready, objects: stored[group] ?? [])
        }
        cluster.snapshot = ClusterSnapshot(epoch: 1, version: 1, kinds: kinds)
        for line in try lines(of: "kubectl-describe.jsonl") {
            let key = Key(
                resource: line["resource"]?.text ?? "", namespace: line["namespace"]?.text ?? "",
                name: line["name"]?.text ?? "")
            cluster.described.append((key, line["text"]?.text ?? ""))
        }
        return cluster
    }

    static func groupResource(_ text: String) -> GroupResource {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        return GroupResource(group: parts.count == 2 ? parts[1] : "", resource: parts.first ?? "")
    }

    private static func lines(of file: String) throws -> [JSONValue] {
        let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(file)
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { line in
            try Array(line).withUnsafeBytes { try JSONValue(parsing: $0) }
        }
    }

    /// What we say of an object.
    func text(_ key: Key, now: Timestamp = moment) -> String {
        guard let object = objects[key] else { return "" }
        return describedLines(
            of: object, resource: Self.groupResource(key.resource), snapshot: snapshot, now: now
        ).map(\.text).joined(separator: "\n")
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
