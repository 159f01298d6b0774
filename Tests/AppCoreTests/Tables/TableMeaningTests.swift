import AppCore
import KubernetesModel
import Screen
import Testing

/// Health, style roles and sort keys: what rows mean, not how they read.
struct TableMeaningTests {
    private static let readyCondition = [(type: "Ready", status: "True", reason: "")]

    struct Sick: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pod: Pod
        var health: Health

        init(_ name: String, _ pod: Pod, _ health: Health) {
            (testDescription, self.pod, self.health) = (name, pod, health)
        }
    }

    @Test(arguments: [
        Sick("ready", .of("Running", conditions: readyCondition, statuses: [.running()]), .fine),
        Sick("not ready", .of("Running", statuses: [.running(isReady: false)]), .degraded),
        Sick("just made", .of("Pending", containers: 1, statuses: [.waiting("ContainerCreating")]), .degraded),
        Sick("done", .of("Succeeded", statuses: [.ended(0, reason: "Completed")]), .finished),
        Sick(
            "done once, to run again", .of("Running", statuses: [.ended(0, reason: "Completed")]), .degraded),
        Sick("failed", .of("Failed", reason: "Evicted"), .broken),
        Sick("lost", .of("Unknown"), .broken),
        Sick("crashing", .of("Running", statuses: [.waiting("CrashLoopBackOff")]), .broken),
        Sick("no image", .of("Pending", statuses: [.waiting("ImagePullBackOff")]), .broken),
        Sick("out of memory", .of("Running", statuses: [.ended(137, reason: "OOMKilled")]), .broken),
        Sick("init crashing", .of("Pending", inits: 1, initStatuses: [.waiting("CrashLoopBackOff")]), .broken),
        Sick(
            "going away", .of("Running", conditions: readyCondition, statuses: [.running()], isDeleted: true), .degraded
        ),
        Sick(
            "gate not open",
            .of("Running", conditions: [("Ready", "False", "ReadinessGatesNotReady")], statuses: [.running()]),
            .degraded),
    ])
    func healthOfAPodComesFromItsState(_ sick: Sick) throws {
        #expect(TableDefinition.pods.health(sick.pod) == sick.health)
        let role = try role(.pods, "STATUS", sick.pod)
        let roles: [Health: StyleRole] = [
            .fine: .fine, .finished: .finished, .degraded: .degraded, .broken: .broken,
        ]
        #expect(role == roles[sick.health])
    }

    @Test func aRestartOfTheLastHourStandsOut() throws {
        let recent = Timestamp(seconds: RecordedCluster.moment.seconds - 3000)
        let old = Timestamp(seconds: RecordedCluster.moment.seconds - 5000)
        func role(_ end: Timestamp) throws -> StyleRole {
            try self.role(.pods, "RESTARTS", .of("Running", statuses: [.running(restarts: 1, ended: end)]))
        }
        #expect(try role(recent) == .degraded)
        #expect(try role(old) == .plain)
    }

    private func deployment(
        desired: Int32, available: Int32, conditions: [(type: String, status: String, reason: String)] = []
    ) -> Deployment {
        var deployment = Deployment()
        deployment.replicas = desired
        deployment.updatedReplicas = desired
        deployment.availableReplicas = available
        deployment.conditions = Pod.of("", conditions: conditions).status.conditions
        return deployment
    }

    @Test func aDeploymentIsBrokenOnlyWhenItCannotGoOn() {
        let health = TableDefinition.deployments.health
        #expect(health(deployment(desired: 2, available: 2)) == .fine)
        #expect(health(deployment(desired: 0, available: 0)) == .fine)
        #expect(health(deployment(desired: 2, available: 1)) == .degraded)
        #expect(
            health(
                deployment(
                    desired: 2, available: 0, conditions: [("Progressing", "True", "ReplicaSetUpdated")])) == .degraded)
        #expect(
            health(
                deployment(
                    desired: 2, available: 0, conditions: [("Progressing", "True", "NewReplicaSetAvailable")]))
                == .broken)
        #expect(
            health(
                deployment(
                    desired: 2, available: 1, conditions: [("Progressing", "False", "ProgressDeadlineExceeded")]))
                == .broken)
        #expect(
            health(
                deployment(desired: 3, available: 1, conditions: [("ReplicaFailure", "True", "FailedCreate")]))
                == .broken)
    }

    @Test func aNodeIsBrokenWithoutItsKubelet() {
        func health(_ conditions: [(type: String, status: String, reason: String)], cordoned: Bool = false) -> Health {
            var node = Node()
            node.conditions = Pod.of("", conditions: conditions).status.conditions
            node.unschedulable = cordoned
            return TableDefinition.nodes.health(node)
        }
        #expect(health([("Ready", "True", "")]) == .fine)
        #expect(health([("Ready", "Unknown", "NodeStatusUnknown")]) == .broken)
        #expect(health([]) == .broken)
        #expect(health([("Ready", "True", "")], cordoned: true) == .degraded)
        #expect(health([("Ready", "True", ""), ("DiskPressure", "True", "")]) == .degraded)
    }

    @Test func warningsStandOutInEveryCell() {
        var event = Event()
        event.type = "Warning"
        let context = CellContext(now: RecordedCluster.moment)
        let table = TableDefinition.events
        let marked = table.columns.filter { $0.role(event, context) == .degraded }.map(\.title)
        #expect(marked == table.columns.map(\.title).filter { $0 != "NAME" })
        #expect(table.health(event) == .degraded)
        event.type = "Normal"
        #expect(table.health(event) == .fine)
    }

    @Test func aNamespaceThatCannotEndIsBroken() {
        var namespace = Namespace()
        namespace.phase = "Active"
        #expect(TableDefinition.namespaces.health(namespace) == .fine)
        namespace.phase = "Terminating"
        #expect(TableDefinition.namespaces.health(namespace) == .degraded)
        namespace.conditions =
            Pod.of("", conditions: [("NamespaceDeletionDiscoveryFailure", "True", "")])
            .status.conditions
        #expect(TableDefinition.namespaces.health(namespace) == .broken)
    }

    @Test func sortKeysAreTyped() throws {
        var pod = Pod.of("Running", containers: 2, statuses: [.running(restarts: 7), .waiting("x")])
        pod.metadata.name = "web-0"
        pod.metadata.creationTimestamp = Timestamp(seconds: 7)
        let keys = try ["NAME", "READY", "RESTARTS", "AGE"].map { title in
            try #require(TableDefinition.pods.columns.first { $0.title == title }).sortKey(pod)
        }
        #expect(keys == [.text("web-0"), .number(0.5), .number(7), .time(Timestamp(seconds: 7))])
        let age = try #require(TableDefinition.pods.columns.first { $0.title == "AGE" })
        #expect(age.sortKey(Pod()) == .missing)
    }

    private func role<Row>(_ table: TableDefinition<Row>, _ title: String, _ row: Row) throws -> StyleRole {
        try #require(table.columns.first { $0.title == title }).role(row, CellContext(now: RecordedCluster.moment))
    }
}
