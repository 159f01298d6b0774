import Foundation
import KubernetesModel
import Testing

@testable import DemoCluster

@Suite struct DemoSimulationTests {
    /// A cluster that ran for some steps of 2.5 seconds.
    private func cluster(after steps: Int, seed: UInt64 = 1) throws -> DemoObjectStore {
        var (simulation, store) = DemoSimulation.begin(try .standard(), seed: seed, at: beginning)
        for step in 0..<steps { simulation.step(at: moment(step), in: &store) }
        return store
    }

    private func moment(_ step: Int) -> Timestamp {
        Timestamp(microseconds: beginning.microseconds + Int64(step + 1) * 2_500_000)
    }

    private func statuses(_ store: DemoObjectStore, in namespaces: [String]) -> [String: Int] {
        namespaces.flatMap { store.documents(of: .pods, namespace: $0) }
            .reduce(into: [:]) { $0[PodSummary(of: $1).status, default: 0] += 1 }
    }

    @Test func theShopBeginsMostlyWellWithOneOfEveryTrouble() throws {
        let store = try cluster(after: 0)
        let old = ["default", "delivery", "kube-system", "monitoring", "payments", "shop"]
        #expect(
            statuses(store, in: old) == [
                "Running": 48, "CrashLoopBackOff": 4, "ImagePullBackOff": 1, "CreateContainerConfigError": 1,
                "ContainerCreating": 1, "Pending": 3, "Init:CrashLoopBackOff": 2, "Completed": 1, "Error": 1,
                "Terminating": 1,
            ])
        // Two Jobs have just begun.
        #expect(statuses(store, in: ["drones", "ingress-nginx"]) == ["Running": 16, "Pending": 2])
        #expect(store.documents(of: .nodes).count == 5)
        let namespaces = store.documents(of: .namespaces).map { $0.text("metadata", "name") }
        #expect(
            namespaces == [
                "default", "delivery", "drones", "ingress-nginx", "kube-node-lease", "kube-system", "lab-pods",
                "lab-policy", "lab-probes", "lab-restricted", "lab-scheduling", "lab-services", "lab-webhook",
                "monitoring",
                "payments", "shop",
            ])
    }

    @Test func podsThatFitNowhereSayWhyOfEveryNode() throws {
        let store = try cluster(after: 0)
        let pods = ["delivery", "payments"].flatMap { store.documents(of: .pods, namespace: $0) }
        let messages = pods.compactMap { pod -> String? in
            let scheduled = pod.at("status", "conditions")?.elements.first { $0.text("type") == "PodScheduled" }
            guard scheduled?.text("status") == "False" else { return nil }
            return scheduled?.text("message").components(separatedBy: " no new claims").first
        }
        #expect(
            Set(messages) == [
                "0/5 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
                "0/5 nodes are available: 1 node(s) were unschedulable, 2 Insufficient memory, "
                    + "2 node(s) had untolerated taint(s).",
                "0/5 nodes are available: 1 node(s) were unschedulable, "
                    + "2 node(s) didn't match Pod's node affinity/selector, 2 node(s) had untolerated taint(s).",
            ])
    }

    @Test func aWorkloadWhosePodsAreRefusedSaysSo() throws {
        let store = try cluster(after: 0)
        let deployment = try #require(
            store.documents(of: .deployments).first { $0.text("metadata", "name") == "battery-monitor" })
        let conditions = deployment.at("status", "conditions")?.elements ?? []
        #expect(conditions.map { $0.text("type") } == ["Available", "Progressing", "ReplicaFailure"])
        let events = store.documents(of: .events).filter { $0.text("reason") == "FailedCreate" }
        #expect(Set(events.map { $0.text("involvedObject", "kind") }) == ["ReplicaSet"])
        #expect(events.contains { $0.text("message").hasSuffix("serviceaccount \"battery-monitr\" not found") })
    }

    @Test func theSameSeedGivesTheSameCluster() throws {
        let first = try cluster(after: 40)
        let second = try cluster(after: 40)
        #expect(first.version == second.version)
        for resource in DemoResource.all { #expect(first.documents(of: resource) == second.documents(of: resource)) }
        #expect(try cluster(after: 40, seed: 2).documents(of: .pods) != first.documents(of: .pods))
    }

    /// Eight hours in steps of twenty seconds.
    @Test func theClusterStaysWholeForHours() throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning, historyLimit: 200)
        let pods = store.documents(of: .pods).count
        var now = beginning
        var version = store.version
        var rollouts: Set<String> = []
        for step in 0..<1440 {
            now = now.adding(seconds: 20)
            simulation.step(at: now, in: &store)
            #expect(store.version >= version)
            version = store.version
            guard step.isMultiple(of: 36) else { continue }
            let catalog = store.document(of: .deployments, namespace: "shop", name: "catalog")
            rollouts.insert(catalog?.text("metadata", "annotations", "deployment.kubernetes.io/revision") ?? "")
            // Autoscalers, rollouts and Jobs make some more at times.
            #expect((pods - 2...pods + 16).contains(store.documents(of: .pods).count))
            #expect(store.documents(of: .events).count <= 1550)
            #expect(store.documents(of: .replicaSets).count <= 60)
            #expect(store.documents(of: .jobs).count <= 12)
            expectConsistentSlices(store)
            expectSensibleEvents(store, at: now)
        }
        #expect(store.historyCount < 400)
        #expect(rollouts.count > 30)
        let crashing = store.documents(of: .pods).filter { $0.text("metadata", "name").hasPrefix("checkout") }
        #expect(crashing.allSatisfy { PodSummary(of: $0).restarts > 100 })
    }

    /// Expects that each slice has exactly the pods its service selects, and their readiness.
    private func expectConsistentSlices(_ store: DemoObjectStore) {
        let pods = store.documents(of: .pods)
        for service in store.documents(of: .services) {
            let name = service.text("metadata", "name")
            let namespace = service.text("metadata", "namespace")
            guard let selector = service.at("spec", "selector")?.textMembers else { continue }
            let slices = store.documents(of: .endpointSlices).filter {
                $0.text("metadata", "namespace") == namespace
                    && $0.text("metadata", "labels", "kubernetes.io/service-name") == name
            }
            let backing = pods.filter { pod in
                let labels = pod.at("metadata", "labels")?.textMembers ?? [:]
                return pod.text("metadata", "namespace") == namespace && !pod.text("status", "podIP").isEmpty
                    && selector.allSatisfy { labels[$0.key] == $0.value }
            }
            let expected = backing.map { pod in
                let isReady = (pod.at("status", "conditions")?.elements ?? []).contains {
                    $0.text("type") == "Ready" && $0.text("status") == "True"
                }
                let isDeleting = pod.at("metadata", "deletionTimestamp") != nil
                let isPublished = service.at("spec", "publishNotReadyAddresses")?.isTrue ?? false
                return "\(pod.text("metadata", "name")) \(isPublished || (isReady && !isDeleting))"
            }
            let found = slices.flatMap { $0["endpoints"]?.elements ?? [] }.map { endpoint in
                "\(endpoint.text("targetRef", "name")) \(endpoint.at("conditions", "ready")?.isTrue ?? false)"
            }
            #expect(slices.count == 1)
            #expect(found == expected, "\(namespace)/\(name)")
        }
    }

    private func expectSensibleEvents(_ store: DemoObjectStore, at now: Timestamp) {
        for event in store.documents(of: .events) {
            let isNew = event.at("firstTimestamp") == .null
            let first = Timestamp(event.text(isNew ? "eventTime" : "firstTimestamp"))
            let series = event.text("series", "lastObservedTime")
            let last = isNew ? (series.isEmpty ? first : Timestamp(series)) : Timestamp(event.text("lastTimestamp"))
            guard let first, let last else {
                Issue.record("an event has no times")
                return
            }
            #expect(first <= last && last <= now && (isNew || event.integer("count") > 0))
        }
    }

    @Test func aRolloutReplacesEveryPodWithoutLosingReadiness() throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        var lowest = 3
        for step in 0..<60 {
            simulation.step(at: moment(step), in: &store)
            let deployment = store.document(of: .deployments, namespace: "shop", name: "catalog")
            lowest = min(lowest, deployment?.integer("status", "readyReplicas") ?? 0)
        }
        #expect(lowest == 3)
        let images = store.documents(of: .pods).filter { $0.text("metadata", "name").hasPrefix("catalog-") }
            .map { $0.at("spec", "containers")?.elements.first?.text("image") }
        #expect(images == Array(repeating: "registry.example.com/shop/catalog:1.15.0", count: 3))
        let deployment = try #require(store.document(of: .deployments, namespace: "shop", name: "catalog"))
        #expect(deployment.integer("metadata", "generation") == 2)
        let conditions = deployment.at("status", "conditions")?.elements ?? []
        #expect(conditions.map { $0.text("reason") } == ["MinimumReplicasAvailable", "NewReplicaSetAvailable"])
    }

    @Test func aPodHasNoNodeBeforeItIsScheduled() throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        for step in 0..<60 {
            simulation.step(at: moment(step), in: &store)
            for pod in store.documents(of: .pods) {
                let isScheduled = (pod.at("status", "conditions")?.elements ?? []).contains {
                    $0.text("type") == "PodScheduled" && $0.text("status") == "True"
                }
                #expect(isScheduled == !pod.text("spec", "nodeName").isEmpty)
            }
        }
    }

    @Test func whatSteersTheSimulationIsNotServed() throws {
        let store = try cluster(after: 0)
        for resource in DemoResource.all {
            for document in store.documents(of: resource) { #expect(document["demo"] == nil) }
        }
    }

    @Test func manifestsThatMakeNoSenseSaySo() {
        #expect(throws: DemoScenarioFailure(description: "demo manifest: the kind v1 Gadget is not served")) {
            try DemoScenario(parsing: ["{apiVersion: v1, kind: Gadget, metadata: {name: x}}"])
        }
        #expect(throws: DemoScenarioFailure(description: "demo manifest: a Pod has no name")) {
            try DemoScenario(parsing: ["{apiVersion: v1, kind: Pod}"])
        }
        #expect(throws: DemoScenarioFailure.self) { try DemoScenario(parsing: ["{unclosed: ["]) }
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
        (1_795_228_437, "Sat, 21 Nov 2026 02:33:57 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func theDateHeaderIsWrittenAsHTTPWantsIt(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).httpDate == text)
    }
}
