import ArgumentParser
import ClusterState
import Describe
import KubernetesModel

/// What it takes to describe objects, without a cluster.
struct DescribeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "The lines of descriptions: a pod with 40 events, a ConfigMap of 10 MB.")

    func run() async throws {
        reportMachine()
        let now = Timestamp(seconds: 1_795_262_624)
        let pod = try Self.parse(Self.pod)
        let snapshot = Self.snapshot(now)
        measure("description of a pod with 40 of 10,000 events", target: "50 ms") {
            describedLines(of: pod, resource: Pod.kind.groupResource, snapshot: snapshot, now: now)
        }
        let line = String(repeating: "x", count: 99) + "\\n"
        let text = String(repeating: line, count: 100_000)
        let map = try Self.parse(#"{"metadata":{"name":"big","namespace":"shop"},"data":{"text":"\#(text)"}}"#)
        measure("description of a ConfigMap of 10 MB", target: "") {
            describedLines(of: map, resource: ConfigMap.kind.groupResource, snapshot: snapshot, now: now)
        }
    }

    private func measure(_ what: String, target: String, _ body: () -> [DescribedLine]) {
        var count = 0
        let times = (0..<51).map { _ in seconds { count = body().count } * 1000 }
        let worst = rounded(percentile(times, 100), 1)
        report(what, "\(rounded(median(times), 1)) ms, worst \(worst) ms, \(count) lines", target: target)
    }

    private static func parse(_ text: String) throws -> JSONValue {
        try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    private static func snapshot(_ now: Timestamp) -> ClusterSnapshot {
        let events = (0..<10_000).map { number in
            var event = Event()
            event.metadata.name = "e.\(number)"
            event.metadata.namespace = "shop"
            event.metadata.uid = "uid-e-\(number)"
            event.involvedObject.uid = number < 40 ? "uid-pod" : "uid-\(number / 20)"
            event.reason = "BackOff"
            event.message = "Back-off restarting failed container app in pod checkout-7d9f8b6c5d-x2x7k"
            event.lastTimestamp = Timestamp(seconds: now.seconds - Int64(number))
            return Stored(event)
        }
        let scope = KindScope(Event.kind.groupResource, namespace: "shop")
        return ClusterSnapshot(
            epoch: 1, version: 1,
            kinds: [scope: KindSnapshot(storeID: 1, version: 1, state: .ready, objects: events)])
    }

    private static var pod: String {
        let container =
            #"{"name":"app","image":"shop/checkout:1.2.3","env":[\#((0..<40).map { #"{"name":"V\#($0)","value":"v"}"# }.joined(separator: ","))],"volumeMounts":[{"name":"cfg","mountPath":"/etc/cfg"}]}"#
        return
            #"{"kind":"Pod","metadata":{"name":"checkout","namespace":"shop","uid":"uid-pod","labels":{"app":"checkout"}},"spec":{"nodeName":"node-1","containers":[\#(container),\#(container)],"volumes":[{"name":"cfg","configMap":{"name":"cfg"}}]},"status":{"phase":"Running"}}"#
    }
}
