import AppCore
import KubernetesModel
import Testing

/// Our columns say what a 1.36 server printed of the same objects at the same moment, ages included.
struct RecordedTableTests {
    @Test func podsAgreeWithTheServer() throws {
        try expectAgreement(.pods, "pods")
    }

    @Test func servicesAgreeWithTheServer() throws {
        try expectAgreement(.services, "services")
    }

    @Test func deploymentsAgreeWithTheServer() throws {
        try expectAgreement(.deployments, "deployments")
    }

    @Test func eventsAgreeWithTheServer() throws {
        try expectAgreement(.events, "events")
    }

    private func expectAgreement<Row>(_ definition: TableDefinition<Row>, _ name: String) throws {
        let rows = try RecordedCluster.list("demo/\(name)", of: Row.self)
        let printed = try RecordedCluster.table(name)
        #expect(Set(rows.map(\.metadata.name)) == Set(printed.keys))
        for row in rows {
            let cells = definition.cells(of: row)
            for (title, text) in printed[row.metadata.name] ?? [:] {
                #expect(cells[title] == text, "\(title) of \(row.metadata.name)")
            }
        }
    }

    @Test func brokenPodsSayWhatIsWrong() throws {
        let pods = try RecordedCluster.list("broken/pods", of: Pod.self)
        let rows = Dictionary(
            uniqueKeysWithValues: pods.map { pod in
                let cells = TableDefinition.pods.cells(of: pod)
                let told = ["READY", "STATUS", "RESTARTS"].map { cells[$0] ?? "" }.joined(separator: " ")
                return (pod.metadata.name, "\(TableDefinition.pods.health(pod)): \(told)")
            })
        #expect(
            rows == [
                "bad-command": "broken: 0/1 CrashLoopBackOff 15 (4m7s ago)",
                "bad-image": "broken: 0/1 ImagePullBackOff 0",
                "bad-liveness": "broken: 0/1 CrashLoopBackOff 16 (3m31s ago)",
                "checkout-5f5f97998c-vbfd9": "fine: 1/1 Running 2",
                "crasher-c64c76f56-sk2zb": "broken: 0/1 CrashLoopBackOff 14 (4m8s ago)",
                "failing-job-c4vm9": "broken: 0/1 Error 0",
                "failing-job-g574v": "broken: 0/1 Error 0",
                "failing-job-h786g": "broken: 0/1 Error 0",
                "init-crash": "broken: 0/1 Init:CrashLoopBackOff 15 (4m15s ago)",
                "invalid-image-name": "broken: 0/1 InvalidImageName 0",
                "missing-configmap-volume": "degraded: 0/1 ContainerCreating 0",
                "missing-secret-env": "broken: 0/1 CreateContainerConfigError 0",
                "never-pull": "broken: 0/1 ErrImageNeverPull 0",
                "no-node-for-me": "degraded: 0/1 Pending 0",
                "not-ready-845ddd7dd4-24znr": "degraded: 0/1 Running 2",
                "not-ready-845ddd7dd4-9vfjm": "degraded: 0/1 Running 2",
                "oom": "broken: 0/1 CrashLoopBackOff 14 (4m8s ago)",
                "too-big": "degraded: 0/1 Pending 0",
                "waits-for-volume": "degraded: 0/1 Pending 0",
            ])
    }
}
