import Foundation
import KubernetesModel
import Testing

@testable import Diagnosis

/// Rules on objects that no server would send: each must return, whatever is missing or of another type.
struct SpoiledClusterTests {
    @Test(arguments: ClusterCaseTests.names, 0..<4)
    func everyRuleReturns(name: String, seed: UInt64) throws {
        let text = try Case(path: "clusters/\(name)").text()
        guard let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else { return }
        var random = SplitMix64(seed: seed)
        for _ in 0..<3 {
            var spoiled = document
            spoiled["items"] = (document["items"] as? [[String: Any]] ?? []).map { item in
                guard var copy = Self.spoil(item, &random) as? [String: Any] else { return item }
                copy["kind"] = item["kind"]
                return copy
            }
            let data = try JSONSerialization.data(withJSONObject: spoiled)
            let report = try RecordedCluster(String(decoding: data, as: UTF8.self)).report()
            #expect(report.findings.allSatisfy { !$0.text.isEmpty })
            #expect(Set(report.findings.map(\.id)).count == report.findings.count)
        }
    }

    /// The same value with some of its parts dropped, emptied, or replaced by something else.
    private static func spoil(_ value: Any, _ random: inout SplitMix64) -> Any {
        if Int.random(in: 0..<60, using: &random) == 0 {
            let others: [Any] = [
                NSNull(), "", 0, -1, Int64.max, true, [Any](), [String: Any](), "nonsense", ["x": "y"], "0",
            ]
            return others.randomElement(using: &random) ?? NSNull()
        }
        switch value {
        case let object as [String: Any]:
            var copy: [String: Any] = [:]
            for (key, member) in object.sorted(by: { $0.key < $1.key })
            where Int.random(in: 0..<60, using: &random) != 0 {
                copy[key] = spoil(member, &random)
            }
            return copy
        case let array as [Any]:
            return array.map { spoil($0, &random) }
        default:
            return value
        }
    }
}
