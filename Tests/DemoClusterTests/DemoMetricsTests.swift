import KubernetesModel
import Testing

@testable import DemoCluster

struct DemoMetricsTests {
    private let noon = Timestamp(seconds: 1_795_262_624)

    private func metrics(_ resource: DemoResource, after seconds: Int64 = 0) throws -> [JSONValue] {
        let (_, store) = DemoSimulation.begin(try .standard(), at: noon)
        let scope = DemoObjectStore.Scope(
            resource: resource, namespace: "", labels: LabelSelector(),
            fields: try FieldSelector(parsing: "", of: resource))
        return DemoMetrics(store, at: Timestamp(seconds: noon.seconds + seconds)).documents(of: scope)
    }

    @Test func measuresPodsThatRunAndTheirNodes() throws {
        let pods = try metrics(.pods)
        let names = pods.map { $0.text("metadata", "name") }
        #expect(names.contains { $0.hasPrefix("frontend-") } && !names.contains { $0.hasPrefix("nightly-report") })
        for usage in pods.flatMap({ $0["containers"]?.elements ?? [] }).compactMap({ $0["usage"] }) {
            #expect((Quantity(usage.text("cpu"))?.milliValue ?? 0) > 0)
            #expect((Quantity(usage.text("memory"))?.value ?? 0) > 1 << 20)
        }
        let nodes = try metrics(.nodes)
        #expect(
            nodes.count >= 3 && nodes.prefix(3).map { $0.text("metadata", "name") } == ["node-1", "node-2", "node-3"])
        #expect(nodes.allSatisfy { (Quantity($0.text("usage", "cpu"))?.milliValue ?? 0) > 100 })
    }

    @Test func measuresTheSameInOneWindowAndSomethingElseLater() throws {
        let start = Int64(15) - noon.seconds % 15
        #expect(try metrics(.pods, after: start) == metrics(.pods, after: start))
        let first = try metrics(.pods, after: start).map { $0["containers"] }
        #expect(try metrics(.pods, after: start + 14).map { $0["containers"] } == first)
        #expect(try metrics(.pods, after: start + 60).map { $0["containers"] } != first)
    }

    @Test func onePodIsNearItsLimit() throws {
        let usage = try metrics(.pods).filter { $0.text("metadata", "name").hasPrefix("search-") }
            .compactMap { $0["containers"]?.elements.first?["usage"]?.text("memory") }
            .compactMap { Quantity($0)?.value }
        #expect(usage.contains { $0 > 440 << 20 && $0 <= 512 << 20 }, "\(usage)")
    }
}
