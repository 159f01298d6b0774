import AppCore
import KubernetesModel
import Testing

/// Tables of what keeps pods.
struct WorkloadTableTests {
    private func cells<Row>(_ definition: TableDefinition<Row>, _ row: Row, _ titles: String...) -> [String] {
        let cells = definition.cells(of: row)
        return titles.map { cells[$0] ?? "no such column" }
    }

    @Test func aStatefulSetCountsReadyPods() {
        var set = StatefulSet()
        set.replicas = 3
        set.readyReplicas = 2
        #expect(cells(.statefulSets, set, "READY") == ["2/3"])
        #expect(TableDefinition.statefulSets.health(set) == .degraded)
        set.readyReplicas = 3
        #expect(TableDefinition.statefulSets.health(set) == .fine)
        (set.currentRevision, set.updateRevision) = ("db-1", "db-2")
        #expect(TableDefinition.statefulSets.health(set) == .degraded)
        set.updateStrategy = "OnDelete"
        #expect(TableDefinition.statefulSets.health(set) == .fine)
    }

    @Test func aDaemonSetCountsNodes() {
        var set = DaemonSet()
        set.desiredNumberScheduled = 3
        (set.currentNumberScheduled, set.numberReady, set.updatedNumberScheduled, set.numberAvailable) = (3, 2, 1, 2)
        set.template.spec.nodeSelector = ["kubernetes.io/os": "linux"]
        #expect(
            cells(.daemonSets, set, "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR")
                == ["3", "3", "2", "1", "2", "kubernetes.io/os=linux"])
        #expect(TableDefinition.daemonSets.health(set) == .degraded)
        set.numberReady = 3
        set.updatedNumberScheduled = 3
        set.template.spec.nodeSelector = Labels()
        #expect(TableDefinition.daemonSets.health(set) == .fine)
        #expect(cells(.daemonSets, set, "NODE SELECTOR") == ["<none>"])
    }

    @Test func aReplicaSetOfThePastIsQuiet() {
        var set = ReplicaSet()
        set.replicas = 0
        #expect(cells(.replicaSets, set, "DESIRED", "CURRENT", "READY") == ["0", "0", "0"])
        #expect(TableDefinition.replicaSets.health(set) == .finished)
        set.replicas = nil
        #expect(cells(.replicaSets, set, "DESIRED") == ["1"])
        #expect(TableDefinition.replicaSets.health(set) == .degraded)
    }
}
