import ClusterState
import KubernetesModel
import Testing

@testable import Diagnosis

/// The engine, with rules made for the purpose.
struct DiagnosisTests {
    /// Pods whose phase is `Failed`; explained by their node.
    static let failed = rule("pod/failed", Pod.self, needs: []) { pod, context in
        guard pod.status.phase == "Failed" else { return }
        context.report(
            draft(
                "failed", owner: pod.maker,
                explainedBy: pod.nodeName.isEmpty ? [] : [ObjectID(Node.self, name: pod.nodeName)]))
    }

    /// Nodes that are cordoned.
    static let cordoned = rule("node/cordoned", Node.self, needs: []) { node, context in
        if node.unschedulable { context.report(draft("cordoned")) }
    }

    /// Services that select no pod, and those that select a failed one.
    static let selection = rule("service/pods", Service.self, needs: [Pod.self]) { service, context in
        let pods = context.list(Pod.self, matching: service.spec.selector, in: service.metadata.namespace)
        if pods.isEmpty { context.report(draft("none")) }
        let failed = pods.filter { $0.status.phase == "Failed" }
        guard !failed.isEmpty else { return }
        context.report(draft("failed", severity: .degraded, explainedBy: failed.map { ObjectID($0) }))
    }

    /// Pods that are pending for a minute.
    static let pendingLong = rule("pod/pending", Pod.self, needs: []) { pod, context in
        guard pod.status.phase == "Pending" else { return }
        if context.hasPassed(seconds: 60, since: pod.metadata.creationTimestamp) { context.report(draft("pending")) }
    }

    static let rules = [failed, cordoned, selection, pendingLong]

    @Test func joinsThePodsOfOneOwnerAndPutsSymptomsUnderTheirCause() {
        var cluster = Cluster()
        cluster.put(pod("web-1-a", labels: ["app": "web", "pod-template-hash": "1"], maker: "web-1", phase: "Failed"))
        cluster.put(pod("web-1-b", labels: ["app": "web", "pod-template-hash": "1"], maker: "web-1", phase: "Failed"))
        cluster.put(service("web", selector: ["app": "web"]))
        let report = cluster.report()
        #expect(report.findings.map(\.id) == ["pod/failed:deployment/shop/web", "service/pods:service/shop/web"])
        #expect(report.findings[0].members.map(\.name) == ["web-1-a", "web-1-b"])
        #expect(report.findings[1].causedBy == "pod/failed:deployment/shop/web")
        #expect(report.causes.map(\.id) == ["pod/failed:deployment/shop/web"])
        #expect(report.findings(about: ObjectID(Pod.self, namespace: "shop", name: "web-1-b")).count == 1)
    }

    @Test func aNodeExplainsItsPods() {
        var cluster = Cluster()
        var node = Node()
        node.metadata.name = "n"
        node.unschedulable = true
        cluster.put(node)
        cluster.put(pod("a", node: "n", phase: "Failed"))
        let report = cluster.report()
        #expect(report.findings.map(\.id) == ["node/cordoned:node//n", "pod/failed:pod/shop/a"])
        #expect(report.findings[1].causedBy == "node/cordoned:node//n")
    }

    @Test func aMilderFindingExplainsNoWorseOne() {
        let pressure = rule("node/pressure", Node.self, needs: []) { _, context in
            context.report(draft("short of memory", severity: .degraded))
        }
        var cluster = Cluster()
        var node = Node()
        node.metadata.name = "n"
        cluster.put(node)
        cluster.put(pod("a", node: "n", phase: "Failed"))
        let report = Diagnosis.evaluate(
            cluster.snapshot(), now: Timestamp(seconds: 0), rules: [Self.failed, pressure])
        #expect(report.findings.map(\.causedBy) == [nil, nil])
    }

    @Test(arguments: [
        ("Ready", "False", true), ("NetworkUnavailable", "True", true), ("MemoryPressure", "True", false),
    ])
    func onlyANodeThatIsCutOffExplainsWhyItsPodsAreNotReady(condition: String, status: String, explains: Bool) {
        var cluster = Cluster()
        var node = Node()
        node.metadata.name = "n"
        node.metadata.uid = "node-n"
        var trouble = Condition()
        trouble.type = condition
        trouble.status = status
        node.conditions = [trouble]
        cluster.put(node)
        var pod = pod("a", node: "n", phase: "Running")
        var ready = Condition()
        ready.type = "Ready"
        ready.status = "False"
        pod.status.conditions = [ready]
        var container = ContainerStatus()
        container.name = "app"
        container.state = .running(startedAt: Timestamp(seconds: 0))
        pod.status.containerStatuses = [container]
        var spec = Container()
        spec.name = "app"
        pod.spec.containers = [spec]
        cluster.put(pod)
        let report = Diagnosis.evaluate(
            cluster.snapshot(), now: Timestamp(seconds: 1000), rules: [.nodeNotReady, .nodePressure, .podNotReady])
        let found = report.findings.first { $0.rule == "pod/not-ready" }
        #expect(found != nil)
        #expect((found?.causedBy != nil) == explains)
        #expect(report.findings.count == 2)
    }

    @Test func saysWhichRulesCouldNotLook() {
        var cluster = Cluster()
        cluster.put(service("web", selector: ["app": "web"]))
        cluster.states[Pod.kind.groupResource] = .forbidden(reason: "pods is forbidden")
        cluster.states[Node.kind.groupResource] = .loading(count: 3)
        let report = cluster.report()
        #expect(report.findings.isEmpty)
        #expect(
            report.notEvaluated.map { "\($0.rule) \($0.missing): \($0.reason)" } == [
                "node/cordoned nodes: still loading", "pod/failed pods: may not be read: pods is forbidden",
                "pod/pending pods: may not be read: pods is forbidden",
                "service/pods pods: may not be read: pods is forbidden",
            ])
    }

    @Test func ofAKindThatTheServerLacksThereAreNoObjects() {
        var cluster = Cluster()
        cluster.put(pod("a", node: "n", phase: "Failed"))
        cluster.states[Node.kind.groupResource] = .unavailable(reason: "not offered")
        let report = cluster.report()
        #expect(report.findings.map(\.id) == ["pod/failed:pod/shop/a"])
        #expect(report.notEvaluated.isEmpty)
    }

    @Test func aKindThatIsNotWatchedIsNamedToo() {
        let report = Diagnosis.evaluate(ClusterSnapshot(), now: Timestamp(seconds: 0), rules: [Self.cordoned])
        #expect(
            report.notEvaluated == [
                NotEvaluated(rule: "node/cordoned", missing: Node.kind.groupResource, reason: "not read")
            ])
    }

    @Test func aLostConnectionKeepsWhatWasFound() {
        var cluster = Cluster()
        cluster.put(pod("a", phase: "Failed"))
        cluster.states[Pod.kind.groupResource] = .stale(since: Timestamp(seconds: 1), reason: "gone", retryAt: nil)
        #expect(cluster.report().findings.map(\.id) == ["pod/failed:pod/shop/a"])
    }

    @Test func timeAloneMakesAFinding() {
        var cluster = Cluster()
        var pod = pod("a", phase: "Pending")
        pod.metadata.creationTimestamp = Timestamp(seconds: 100)
        cluster.put(pod)
        var diagnosis = Diagnosis(rules: Self.rules)
        let early = diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 130))
        #expect(early.findings.isEmpty)
        #expect(early.recheckAt == Timestamp(seconds: 160))
        let late = diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 160))
        #expect(late.findings.map(\.id) == ["pod/pending:pod/shop/a"])
        #expect(late.recheckAt == nil)
    }

    @Test func onlyTheNamespaceThatWasAskedForIsLookedAt() {
        var cluster = Cluster()
        cluster.put(pod("a", phase: "Failed"))
        cluster.put(pod("b", in: "other", phase: "Failed"))
        let report = Diagnosis.evaluate(
            cluster.snapshot(), namespace: "other", now: Timestamp(seconds: 0), rules: Self.rules)
        #expect(report.findings.map(\.id) == ["pod/failed:pod/other/b"])
    }

    @Test(arguments: [
        ("pod/failed: known until Friday", "known until Friday"), ("pod/pending, pod/failed", ""),
        ("*: all of it", "all of it"), ("pod/pending", nil), ("", nil),
    ])
    func anAnnotationSilencesARule(annotation: String, reason: String?) {
        var cluster = Cluster()
        var pod = pod("a", phase: "Failed")
        pod.metadata.annotations = ["sextant/silence": annotation]
        cluster.put(pod)
        let report = cluster.report()
        #expect(report.silenced.map(\.reason) == (reason.map { [$0] } ?? []))
        #expect(report.findings.isEmpty == (reason != nil))
    }

    @Test func runsOnlyWhatReadsAChangeAgain() {
        var cluster = Cluster()
        for index in 0..<50 { cluster.put(pod("p\(index)", labels: ["app": "a\(index % 5)"], phase: "Running")) }
        for index in 0..<5 { cluster.put(service("s\(index)", selector: ["app": "a\(index)"])) }
        var diagnosis = Diagnosis(rules: Self.rules)
        #expect(diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 0)).findings.isEmpty)
        #expect(diagnosis.lastEvaluationCount == 55)
        cluster.put(pod("p7", labels: ["app": "a2"], phase: "Failed"))
        let report = diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 0))
        #expect(report.findings.map(\.id) == ["pod/failed:pod/shop/p7", "service/pods:service/shop/s2"])
        #expect(diagnosis.lastEvaluationCount == 2)
        #expect(diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 0)) == report)
        #expect(diagnosis.lastEvaluationCount == 0)
    }

    /// Whatever changes, in whatever steps, the report is that of a fresh look.
    @Test(arguments: 0..<20)
    func saysTheSameStepByStepAsAtOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var cluster = Cluster()
        var diagnosis = Diagnosis(rules: Self.rules)
        for step in 0..<60 {
            for _ in 0...Int.random(in: 0..<4, using: &random) { Self.change(&cluster, &random) }
            let now = Timestamp(seconds: Int64(step) * 10)
            let report = diagnosis.update(cluster.snapshot(), now: now)
            #expect(report == Diagnosis.evaluate(cluster.snapshot(), now: now, rules: Self.rules))
        }
    }

    private static func change(_ cluster: inout Cluster, _ random: inout SplitMix64) {
        let name = "o\(Int.random(in: 0..<6, using: &random))"
        let namespace = Bool.random(using: &random) ? "shop" : "other"
        let app = ["app": "a\(Int.random(in: 0..<3, using: &random))"] as Labels
        switch Int.random(in: 0..<8, using: &random) {
        case 0..<4:
            let phase = ["Running", "Failed", "Pending"].randomElement(using: &random) ?? ""
            var new = pod(
                name, in: namespace, labels: app, node: "o\(Int.random(in: 0..<3, using: &random))", phase: phase)
            new.metadata.creationTimestamp = Timestamp(seconds: Int64.random(in: 0..<600, using: &random))
            cluster.put(new)
        case 4: cluster.put(service(name, in: namespace, selector: app))
        case 5:
            var node = Node()
            node.metadata.name = name
            node.unschedulable = Bool.random(using: &random)
            cluster.put(node)
        case 6: cluster.remove(pod(name, in: namespace, phase: ""))
        default:
            let state: LoadState = Bool.random(using: &random) ? .ready : .forbidden(reason: "no")
            cluster.states[Pod.kind.groupResource] = state
        }
    }
}
