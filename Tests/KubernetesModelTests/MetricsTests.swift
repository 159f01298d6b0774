import KubernetesModel
import ModelTestSupport
import Testing

struct MetricsTests {
    @Test func readsRecordedMetricsOfPods() throws {
        let decoder = try #require(KindDecoder.named(PodMetrics.kind.groupResource))
        let (objects, meta) = try decodeList(try Fixtures.bytes("metrics/pods.json"), decoder, .json, chunk: 7)
        let metrics = objects.compactMap { $0.value as? PodMetrics }
        #expect(metrics.count == objects.count && meta == ListMeta())
        let first = try #require(metrics.first)
        var expected = PodMetrics()
        expected.metadata = first.metadata
        expected.timestamp = Timestamp("2026-11-21T02:48:13Z")
        expected.containers = [container("checkout", cpuNanos: 0, memoryBytes: 240 << 10)]
        #expect(first == expected)
        #expect(first.metadata.name == "checkout-5f5f97998c-vbfd9" && first.metadata.namespace == "broken")
    }

    @Test func readsRecordedMetricsOfNodes() throws {
        let decoder = try #require(KindDecoder.named(NodeMetrics.kind.groupResource))
        let (objects, _) = try decodeList(try Fixtures.bytes("metrics/nodes.json"), decoder, .json)
        let node = try #require(objects.first?.value as? NodeMetrics)
        #expect(node.metadata.name == "node1" && node.timestamp == Timestamp("2026-11-21T02:48:09Z"))
        #expect(node.usage == usage(cpuNanos: 1_653_484_694, memoryBytes: 3_330_448 << 10))
    }

    @Test(arguments: [
        ("metrics.v1beta1.PodMetrics", PodMetrics.kind), ("metrics.v1beta1.NodeMetrics", NodeMetrics.kind),
    ])
    func readsBothEncodingsToEqualValues(message: String, kind: ResourceKind) throws {
        let decoder = try #require(KindDecoder.named(kind.groupResource))
        let json = """
            {"metadata":\(CompleteDocuments.metadata),"timestamp":"2026-03-01T00:00:01Z","window":"15s",
            "usage":{"cpu":"12345678n","memory":"1Mi"},"containers":[{"name":"a","usage":{"cpu":"1500u","memory":"2Ki"}},
            {"name":"b","usage":{"memory":"3Ki"}},{"name":"c"}]}
            """
        let bytes = Array(json.utf8)
        let tree = try bytes.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
        let fromJSON = try decode(bytes, decoder, .json)
        #expect(fromJSON == (try decode(ProtobufSchema().envelope(tree, message: message), decoder, .protobuf)))
        if let pod = fromJSON.value as? PodMetrics {
            #expect(
                pod.containers == [
                    container("a", cpuNanos: 1_500_000, memoryBytes: 2048),
                    container("b", cpuNanos: nil, memoryBytes: 3072),
                    container("c", cpuNanos: nil, memoryBytes: nil),
                ])
            #expect(pod.usage == usage(cpuNanos: 1_500_000, memoryBytes: 5120))
        } else {
            #expect((fromJSON.value as? NodeMetrics)?.usage == usage(cpuNanos: 12_345_678, memoryBytes: 1 << 20))
        }
    }

    @Test func whatIsNoQuantityWasNotMeasured() throws {
        let decoder = try #require(KindDecoder.named(PodMetrics.kind.groupResource))
        let text = """
            {"metadata":null,"containers":[null,5,{"name":"a","usage":{"cpu":"soon","memory":7}},
            {"name":"b","usage":null},{"name":"c","usage":{"cpu":"-5","memory":"9999999E"}}]}
            """
        let pod = try #require(try decode(Array(text.utf8), decoder, .json).value as? PodMetrics)
        #expect(
            pod.containers == [
                container("a", cpuNanos: nil, memoryBytes: nil), container("b", cpuNanos: nil, memoryBytes: nil),
                container("c", cpuNanos: 0, memoryBytes: .max),
            ])
        #expect(pod.usage.memoryBytes == .max)
    }

    @Test func addsUpWhatANodeSetsAsideForAPod() {
        func container(_ requests: Labels, _ limits: Labels = [:], sidecar: Bool = false) -> Container {
            var container = Container()
            (container.requests, container.limits) = (requests, limits)
            container.restartPolicy = sidecar ? "Always" : ""
            return container
        }
        var spec = PodSpec()
        spec.containers = [
            container(["cpu": "100m", "memory": "1Gi"], ["memory": "2Gi"]), container(["cpu": "0.05"], ["cpu": "1"]),
        ]
        #expect(spec.effectiveRequests == resources(cpuNanos: 150_000_000, memoryBytes: 1 << 30))
        #expect(spec.effectiveLimits == resources(cpuNanos: 1_000_000_000, memoryBytes: 2 << 30))
        // A sidecar runs beside the others, and beside the init containers after it.
        spec.initContainers = [
            container(["cpu": "10m"], sidecar: true), container(["cpu": "400m", "memory": "10Mi"]),
        ]
        #expect(spec.effectiveRequests == resources(cpuNanos: 410_000_000, memoryBytes: 1 << 30))
        spec.overhead = ["cpu": "5m", "memory": "1Mi"]
        #expect(spec.effectiveRequests == resources(cpuNanos: 415_000_000, memoryBytes: 1 << 30 | 1 << 20))
        #expect(spec.effectiveLimits == resources(cpuNanos: 1_005_000_000, memoryBytes: 2 << 30 | 1 << 20))
        // What the pod as a whole asks for comes before what its containers do.
        spec.requests = ["cpu": "2"]
        #expect(spec.effectiveRequests == resources(cpuNanos: 2_005_000_000, memoryBytes: 1 << 30 | 1 << 20))
        spec.containers = [container(["cpu": "nonsense", "memory": "9E"]), container(["memory": "9E"])]
        #expect(spec.effectiveRequests.memoryBytes == .max)
    }

    private func usage(cpuNanos: Int64?, memoryBytes: Int64?) -> ComputeUsage {
        var usage = ComputeUsage()
        (usage.cpuNanos, usage.memoryBytes) = (cpuNanos, memoryBytes)
        return usage
    }

    private func container(_ name: String, cpuNanos: Int64?, memoryBytes: Int64?) -> ContainerUsage {
        var container = ContainerUsage()
        container.name = name
        container.usage = usage(cpuNanos: cpuNanos, memoryBytes: memoryBytes)
        return container
    }

    private func resources(cpuNanos: Int64, memoryBytes: Int64) -> ComputeResources {
        var resources = ComputeResources()
        (resources.cpuNanos, resources.memoryBytes) = (cpuNanos, memoryBytes)
        return resources
    }
}
