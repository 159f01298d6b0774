import KubernetesModel
import Testing

@testable import DemoCluster

@Suite struct DemoCrowdTests {
    private struct Cluster {
        var store = DemoObjectStore()
        var crowd: DemoCrowd

        init(pods: Int, changes: Int = 0, seed: UInt64 = 1) {
            crowd = DemoCrowd(pods: pods, changesPerSecond: changes, seed: seed, in: &store, at: beginning)
        }

        mutating func run(seconds: Int) {
            for tenth in 1...(seconds * 10) {
                let now = Timestamp(microseconds: beginning.microseconds + Int64(tenth) * 100_000)
                crowd.step(at: now, in: &store)
            }
        }

        /// Name, node, readiness and restarts of each pod.
        var pods: [String] {
            store.documents(of: .pods).map { pod in
                let status = pod.at("status", "containerStatuses")?.elements.first ?? .null
                return "\(pod.text("metadata", "namespace"))/\(pod.text("metadata", "name")) "
                    + "\(pod.text("spec", "nodeName")) \(status["ready"]?.isTrue ?? false) "
                    + "\(status.integer("restartCount"))"
            }
        }

        func deployment(_ name: String) -> JSONValue {
            store.document(of: .deployments, namespace: "hub-oslo", name: name) ?? .null
        }

        func pods(of app: String) throws -> [DemoObjectStore.Entry] {
            store.entries(in: try .pods(namespace: "hub-oslo", labels: "app.kubernetes.io/name=\(app)"))
        }
    }

    @Test func thereAreAsManyPodsAsAskedForInFiftyNamespaces() {
        for count in [1, 49, 50, 333, 2000] {
            let cluster = Cluster(pods: count)
            #expect(cluster.store.count(of: .pods) == count)
            #expect(cluster.store.count(of: .namespaces) == 50)
            let replicas = cluster.store.documents(of: .deployments).map { $0.integer("status", "replicas") }
            #expect(replicas.reduce(0, +) == count)
            #expect(cluster.store.count(of: .deployments) == cluster.store.count(of: .replicaSets))
            #expect(cluster.store.count(of: .services) == cluster.store.count(of: .endpointSlices))
        }
    }

    @Test func theSameSeedGivesTheSameCourse() {
        var first = Cluster(pods: 500, changes: 50)
        var second = Cluster(pods: 500, changes: 50)
        #expect(first.pods == second.pods)
        first.run(seconds: 20)
        second.run(seconds: 20)
        #expect(first.pods == second.pods)
        #expect(first.store.version == second.store.version)
        #expect(Cluster(pods: 500, seed: 2).pods != Cluster(pods: 500).pods)
    }

    @Test func podsChangeAsOftenAsAskedFor() throws {
        var cluster = Cluster(pods: 500, changes: 40)
        let start = cluster.store.version
        cluster.run(seconds: 10)
        let changes = try cluster.store.changes(in: .pods(), after: start)
        // A pod that is gone and the one in its place come at once.
        let deleted = changes.count { $0.kind == .deleted }
        #expect((399...401).contains(changes.count - deleted))
        #expect(deleted > 0 && changes.contains { $0.entry.document.at("metadata", "deletionTimestamp") != nil })
        #expect(cluster.store.count(of: .pods) == 500)
    }

    @Test func aPodLooksLikeOneThatIsKeptWhole() throws {
        let cluster = Cluster(pods: 100)
        let entry = try #require(cluster.store.entries(in: try .pods(namespace: "hub-oslo")).first)
        let pod = entry.document
        #expect(pod.members.map(\.key) == ["metadata", "spec", "status"])
        #expect(pod.text("metadata", "resourceVersion") == String(entry.version))
        #expect(pod.text("metadata", "uid").count == 36)
        #expect(
            pod.at("metadata", "labels")?.textMembers.keys.sorted() == ["app.kubernetes.io/name", "pod-template-hash"])
        for path in [["metadata", "name"], ["spec", "nodeName"], ["status", "phase"], ["status", "podIP"]] {
            #expect(entry.content.outline.at(path) == pod.at(path), "\(path)")
        }
        let owner = try #require(pod.at("metadata", "ownerReferences")?.elements.first)
        #expect(entry.content.ownerUIDs == [owner.text("uid")])
        let set = cluster.store.document(of: .replicaSets, namespace: "hub-oslo", name: owner.text("name"))
        #expect(set?.text("metadata", "uid") == owner.text("uid"))
    }

    @Test func addressesAreUniqueAndStandInSlices() throws {
        let cluster = Cluster(pods: 3000)
        let addresses = cluster.store.documents(of: .pods).map { $0.text("status", "podIP") }
        #expect(Set(addresses).count == 3000)
        let sliced = cluster.store.documents(of: .endpointSlices).flatMap { $0["endpoints"]?.elements ?? [] }
        #expect(Set(sliced.compactMap { $0["addresses"]?.elements.first?.text }) == Set(addresses))
    }

    @Test func aDeletedPodIsReplaced() throws {
        var cluster = Cluster(pods: 500)
        let pod = try #require(try cluster.pods(of: "arrivals").first).document
        cluster.store.delete(.pods, namespace: "hub-oslo", name: pod.text("metadata", "name"))
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(cluster.store.count(of: .pods) == 500)
        let pods = try cluster.pods(of: "arrivals").map(\.document)
        #expect(pods.count { $0.text("status", "phase") == "Pending" } == 1)
        #expect(cluster.deployment("arrivals").integer("status", "readyReplicas") == pods.count - 1)
        cluster.run(seconds: 15)
        #expect(try cluster.pods(of: "arrivals").allSatisfy { $0.document.text("status", "phase") == "Running" })
        #expect(cluster.deployment("arrivals").integer("status", "readyReplicas") == pods.count)
    }

    @Test func aDeploymentIsScaled() throws {
        var cluster = Cluster(pods: 500)
        for count in [7, 2, 0, 3] {
            var deployment = cluster.deployment("billing")
            deployment.set("spec", "replicas", to: .integer(count))
            cluster.store.apply(.deployments, deployment, at: beginning)
            cluster.crowd.observe(&cluster.store, at: beginning)
            #expect(try cluster.pods(of: "billing").count == count)
            #expect(cluster.deployment("billing").integer("status", "replicas") == count)
        }
    }

    /// An app of one pod is there all the time, because the new pod comes first; what happens is told.
    @Test(arguments: [1, 2, 8]) func anAppIsThereWhileItRolls(replicas: Int) throws {
        var cluster = Cluster(pods: 500)
        var deployment = cluster.deployment("billing")
        deployment.set("spec", "replicas", to: .integer(replicas))
        cluster.store.apply(.deployments, deployment, at: beginning)
        cluster.run(seconds: 30)
        deployment.set("spec", "template", "metadata", "annotations", to: .texts(["restarted": "now"]))
        cluster.store.apply(.deployments, deployment, at: beginning)
        var least = replicas
        var most = replicas
        for tenth in 301...2000 {
            let now = Timestamp(microseconds: beginning.microseconds + Int64(tenth) * 100_000)
            cluster.crowd.step(at: now, in: &cluster.store)
            let status = cluster.deployment("billing")["status"] ?? .null
            least = min(least, status.integer("availableReplicas"))
            most = max(most, status.integer("replicas"))
        }
        #expect(least >= replicas - replicas / 4)
        #expect(most <= replicas + (replicas + 3) / 4)
        let status = cluster.deployment("billing")["status"] ?? .null
        for key in ["replicas", "updatedReplicas", "readyReplicas"] {
            #expect(status.integer(key) == replicas, "\(key)")
        }
        #expect(try cluster.pods(of: "billing").count == replicas)
        let reasons = Set(cluster.store.documents(of: .events, namespace: "hub-oslo").map { $0.text("reason") })
        #expect(
            reasons.isSuperset(of: ["ScalingReplicaSet", "SuccessfulCreate", "Scheduled", "Started", "Killing"]))
    }

    @Test func aNewTemplateIsRolledOut() throws {
        var cluster = Cluster(pods: 500)
        let old = cluster.deployment("billing")
        var deployment = old
        deployment.set("spec", "template", "metadata", "annotations", to: .texts(["restarted": "now"]))
        cluster.store.apply(.deployments, deployment, at: beginning)
        cluster.run(seconds: 120)
        let status = cluster.deployment("billing")["status"] ?? .null
        #expect(status.integer("updatedReplicas") == old.integer("spec", "replicas"))
        #expect(status.integer("readyReplicas") == old.integer("spec", "replicas"))
        let sets = cluster.store.documents(of: .replicaSets, namespace: "hub-oslo")
            .filter { $0.text("metadata", "name").hasPrefix("billing-") }
        #expect(sets.map { $0.integer("status", "replicas") }.sorted() == [0, old.integer("spec", "replicas")])
        #expect(
            cluster.deployment("billing").text("metadata", "annotations", "deployment.kubernetes.io/revision") == "2")
        // Back to the first.
        var back = cluster.deployment("billing")
        back.set("spec", "template", to: old.at("spec", "template"))
        cluster.store.apply(.deployments, back, at: beginning)
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(
            cluster.store.documents(of: .replicaSets, namespace: "hub-oslo").count {
                $0.text("metadata", "name").hasPrefix("billing-")
            } == 2)
        #expect(
            cluster.deployment("billing").text("metadata", "annotations", "deployment.kubernetes.io/revision") == "3")
    }

    @Test func aPodThatSomebodyEditedStaysAsItIs() throws {
        var cluster = Cluster(pods: 200, changes: 100)
        var pod = try #require(try cluster.pods(of: "arrivals").first).document
        pod.set("metadata", "labels", "looked-at", to: .string("yes"))
        let applied = cluster.store.apply(.pods, pod, at: beginning)
        let change = try #require(applied)
        cluster.run(seconds: 30)
        let kept = cluster.store.document(of: .pods, namespace: "hub-oslo", name: change.key.name)
        #expect(kept == change.entry.document)
        cluster.store.delete(.pods, namespace: "hub-oslo", name: change.key.name)
        cluster.crowd.observe(&cluster.store, at: beginning.adding(seconds: 31))
        #expect(cluster.store.count(of: .pods) == 200)
    }

    @Test func whatADeploymentOrANamespaceHadGoesWithIt() throws {
        var cluster = Cluster(pods: 500)
        let gone = try cluster.pods(of: "charging").count
        cluster.store.delete(.deployments, namespace: "hub-oslo", name: "charging")
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(try cluster.pods(of: "charging").isEmpty)
        #expect(cluster.store.count(of: .pods) == 500 - gone)
        cluster.store.delete(.namespaces, name: "hub-oslo")
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(cluster.store.count(of: .pods, namespace: "hub-oslo") == 0)
        cluster.run(seconds: 10)
        #expect(cluster.store.count(of: .pods, namespace: "hub-oslo") == 0)
    }

    @Test func aCordonedNodeTakesNoPods() throws {
        var cluster = Cluster(pods: 1000)
        var node = try #require(cluster.store.document(of: .nodes, name: "pool-hubs-0002"))
        node.set("spec", "unschedulable", to: .bool(true))
        cluster.store.apply(.nodes, node, at: beginning)
        for entry in cluster.store.entries(in: try .pods(fields: "spec.nodeName=pool-hubs-0002")) {
            let pod = entry.document
            cluster.store.delete(
                .pods, namespace: pod.text("metadata", "namespace"), name: pod.text("metadata", "name"))
        }
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(cluster.store.entries(in: try .pods(fields: "spec.nodeName=pool-hubs-0002")).isEmpty)
        #expect(cluster.store.count(of: .pods) == 1000)
    }

    @Test func whatWasForgottenIsFoundByLooking() throws {
        var cluster = Cluster(pods: 100)
        let pod = try #require(cluster.store.entries(in: try .pods()).first).document
        cluster.store.delete(.pods, namespace: pod.text("metadata", "namespace"), name: pod.text("metadata", "name"))
        cluster.store.compact()
        cluster.crowd.observe(&cluster.store, at: beginning)
        #expect(cluster.store.count(of: .pods) == 100)
    }

    @Test func theUseOfGeneratedPodsIsMeasured() throws {
        let cluster = Cluster(pods: 400)
        let metrics = DemoMetrics(cluster.store, at: beginning)
        let nodes = metrics.documents(of: DemoObjectStore.Scope(resource: .nodes))
        #expect(nodes.count == 2)
        let pods = metrics.documents(of: try .pods())
        let crashing = cluster.store.documents(of: .pods).count { PodSummary(of: $0).status == "CrashLoopBackOff" }
        #expect(pods.count == 400 - crashing)
        #expect(pods[0].text("metadata", "namespace").hasPrefix("hub-"))
    }
}
