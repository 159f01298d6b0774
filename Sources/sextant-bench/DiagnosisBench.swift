import ArgumentParser
import ClusterState
import Diagnosis
import KubernetesModel

/// Diagnosis of a cluster in memory, first as a whole, then one changed pod after the other.
struct DiagnosisBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnosis", abstract: "Diagnosis of a cluster in memory: as a whole, and after each change.")

    @Option(help: "How many pods there are, 50 of each Deployment, 200 on each node.")
    var pods = 10_000

    @Option(help: "How many of them crash again and again.")
    var failing = 100

    @Option(help: "How many of them fit on no node.")
    var pending = 100

    @Option(help: "How many changes are measured.")
    var changes = 300

    func run() {
        reportMachine()
        var cluster = BenchCluster()
        let templates = (0...(pods / 50)).map { BenchObjects.template($0, cpu: "100m") }
        let large = (0...(pods / 50)).map { BenchObjects.template($0, cpu: "900") }
        for number in 0..<pods {
            cluster.upsert(BenchObjects.pod(number, state(of: number), version: 1, templates, large))
        }
        for number in 0...(pods / 50) {
            cluster.upsert(BenchObjects.service(number))
            cluster.upsert(BenchObjects.deployment(number))
            cluster.upsert(BenchObjects.replicaSet(number))
        }
        for number in 0...(pods / 200) { cluster.upsert(BenchObjects.node(number)) }
        var diagnosis = Diagnosis()
        var findings = 0
        let first = cluster.snapshot()
        let whole = seconds {
            findings = diagnosis.update(first, now: Timestamp(seconds: 6000)).findings.count
        }
        report(
            "diagnosis of \(pods) pods, \(failing) crashing, \(pending) pending: \(findings) findings",
            "\(rounded(whole * 1000, 1)) ms", target: "1 s")

        var times: [Double] = []
        for change in 0..<changes {
            let number = change * 37 % max(pods, 1)
            cluster.upsert(
                BenchObjects.pod(number, change % 2 == 0 ? .crashing : .running, version: change + 2, templates, large))
            let snapshot = cluster.snapshot()
            times.append(
                seconds { _ = diagnosis.update(snapshot, now: Timestamp(seconds: 6000 + Int64(change))) })
        }
        times.sort()
        guard let worst = times.dropLast(times.count / 100).last else { return }
        report(
            "after a changed pod", "\(rounded(median(times) * 1000, 2)) ms, 99th \(rounded(worst * 1000, 2)) ms",
            target: "5 ms")
    }

    private func state(of number: Int) -> BenchObjects.State {
        if failing > 0, number % max(1, pods / failing) == 0 { return .crashing }
        if pending > 0, number % max(1, pods / pending) == 1 % max(1, pods / pending) { return .pending }
        return .running
    }
}
