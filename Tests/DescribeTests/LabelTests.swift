import ModelTestSupport
import Testing

/// Everything that kubectl tells of an object, we tell.
struct LabelTests {
    @Test func everyLabelAndEveryWordOfKubectlIsThere() throws {
        let cluster = try RecordedCluster.load()
        #expect(cluster.described.count > 200)
        for (key, text) in cluster.described {
            let missing = KubectlComparison(kubectl: text, now: RecordedCluster.moment).missing(from: cluster.text(key))
            #expect(missing.isEmpty, "\(key.resource) \(key.namespace)/\(key.name)\n\(missing.joined(separator: "\n"))")
        }
    }
}
