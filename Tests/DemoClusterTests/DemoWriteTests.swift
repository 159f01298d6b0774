import KubernetesModel
import Testing

@testable import DemoCluster

/// A cluster that is written to and moves on in steps of 2.5 seconds.
private struct Cluster {
    var state: DemoClusterState
    var now = beginning

    init() throws {
        let (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        state = DemoClusterState(store: store, simulation: simulation)
    }

    @discardableResult
    mutating func ask(
        _ method: String, _ target: String, _ type: String = "application/json", _ text: String = "",
        token: String? = nil, options: DemoServer.Options = DemoServer.Options()
    ) throws -> Asked {
        try Asked(
            target, &state, method: method, sending: (type, text), token: token, options: options, at: now)
    }

    mutating func step(_ count: Int) {
        for _ in 0..<count {
            now = Timestamp(microseconds: now.microseconds + 2_500_000)
            state.simulation?.step(at: now, in: &state.store)
        }
    }

    /// The pods whose names begin so.
    func pods(_ prefix: String, in namespace: String = "shop") -> [JSONValue] {
        state.store.documents(of: .pods).filter {
            $0.text("metadata", "namespace") == namespace && $0.text("metadata", "name").hasPrefix(prefix)
        }
    }

    func names(_ prefix: String, in namespace: String = "shop") -> [String] {
        pods(prefix, in: namespace).map { $0.text("metadata", "name") }
    }

    func deployment(_ name: String) -> JSONValue {
        state.store.document(of: .deployments, namespace: "shop", name: name) ?? .null
    }

    func ready(_ prefix: String, in namespace: String = "shop") -> Int {
        pods(prefix, in: namespace).count { pod in
            pod.at("metadata", "deletionTimestamp") == nil
                && (pod.at("status", "conditions")?.elements ?? []).contains {
                    $0.text("type") == "Ready" && $0.text("status") == "True"
                }
        }
    }
}

private let shop = "/apis/apps/v1/namespaces/shop"
private let pods = "/api/v1/namespaces/shop/pods"
private let merge = "application/merge-patch+json"
private let strategic = "application/strategic-merge-patch+json"

@Suite struct DemoWriteTests {
    @Test func aDeletedPodTerminatesAndIsReplaced() throws {
        var cluster = try Cluster()
        let before = cluster.names("frontend-")
        let name = before[0]
        let answer = try cluster.ask("DELETE", "\(pods)/\(name)")
        #expect(answer.status == 200 && answer.body["kind"].text == "Pod")
        #expect(answer.body["metadata"]["deletionTimestamp"].text == beginning.adding(seconds: 30).rfc3339)
        #expect(cluster.names("frontend-").count == 4)
        cluster.step(12)
        let after = cluster.names("frontend-")
        #expect(after.count == 3 && !after.contains(name) && Set(after).intersection(before).count == 2)
        #expect(cluster.ready("frontend-") == 3)
    }

    @Test func aPodDeletedWithoutGraceIsGoneAtOnce() throws {
        var cluster = try Cluster()
        let name = cluster.names("frontend-")[0]
        let body = "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0}"
        let answer = try cluster.ask("DELETE", "\(pods)/\(name)", "application/json", body)
        #expect(answer.body["status"].text == "Success")
        #expect(try cluster.ask("GET", "\(pods)/\(name)").status == 404)
        #expect(try cluster.ask("DELETE", "\(pods)/\(name)").body["message"].text == "pods \"\(name)\" not found")
    }

    @Test func deletingADeploymentDeletesWhatBelongsToIt() throws {
        var cluster = try Cluster()
        let answer = try cluster.ask("DELETE", "\(shop)/deployments/frontend")
        #expect(answer.body["status"].text == "Success")
        #expect(cluster.pods("frontend-").allSatisfy { $0.at("metadata", "deletionTimestamp") != nil })
        cluster.step(4)
        #expect(cluster.pods("frontend-").isEmpty)
        let sets = cluster.state.store.documents(of: .replicaSets).map { $0.text("metadata", "name") }
        #expect(!sets.contains { $0.hasPrefix("frontend-") })
    }

    @Test func orphansLiveOn() throws {
        var cluster = try Cluster()
        try cluster.ask("DELETE", "\(shop)/statefulsets/cart-redis?propagationPolicy=Orphan")
        cluster.step(4)
        let left = cluster.pods("cart-redis-")
        #expect(left.count == 2 && left.allSatisfy { $0.at("metadata", "ownerReferences") == nil })
    }

    @Test func aPreconditionThatDoesNotHoldIsAConflict() throws {
        var cluster = try Cluster()
        let pod = cluster.pods("frontend-")[0]
        let name = pod.text("metadata", "name")
        let answer = try cluster.ask(
            "DELETE", "\(pods)/\(name)", "application/json", "{\"preconditions\":{\"uid\":\"x\"}}")
        #expect(answer.status == 409)
        #expect(
            answer.body["message"].text == """
                Operation cannot be fulfilled on Pod "\(name)": the UID in the precondition (x) does not match the UID \
                in record (\(pod.text("metadata", "uid"))). The object might have been deleted and then recreated
                """)
        #expect(cluster.names("frontend-").contains(name))
    }

    @Test func scalingGoesThroughTheSubresource() throws {
        var cluster = try Cluster()
        // Its autoscaler would have a word in this.
        try cluster.ask(
            "DELETE", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/frontend", "application/json", "")
        let path = "\(shop)/deployments/frontend/scale"
        // Otherwise it would scale back.
        try cluster.ask("DELETE", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/frontend")
        let answer = try cluster.ask("PATCH", path, merge, "{\"spec\":{\"replicas\":5}}")
        #expect(answer.body["kind"].text == "Scale" && answer.status == 200)
        cluster.step(8)
        #expect(cluster.ready("frontend-") == 5)
        let scale = try cluster.ask("GET", path).text
        let stale = scale.replacing("\"resourceVersion\":\"", with: "\"resourceVersion\":\"9")
        #expect(try cluster.ask("PUT", path, "application/json", stale).status == 409)
        let down = scale.replacing("\"spec\":{\"replicas\":5}", with: "\"spec\":{\"replicas\":1}")
        #expect(try cluster.ask("PUT", path, "application/json", down).status == 200)
        cluster.step(8)
        #expect(cluster.names("frontend-").count == 1)
        let wrong = try cluster.ask("PATCH", path, merge, "{\"spec\":{\"replicas\":-1}}")
        #expect(wrong.status == 422)
        #expect(
            wrong.body["message"].text
                == "Scale.autoscaling \"frontend\" is invalid: spec.replicas: Invalid value: -1: "
                + "must be greater than or equal to 0")
    }

    @Test func aStatefulSetScalesFromItsEnd() throws {
        var cluster = try Cluster()
        let path = "\(shop)/statefulsets/cart-redis/scale"
        try cluster.ask("PATCH", path, merge, "{\"spec\":{\"replicas\":4}}")
        cluster.step(8)
        #expect(cluster.names("cart-redis-") == (0...3).map { "cart-redis-\($0)" })
        try cluster.ask("PATCH", path, merge, "{\"spec\":{\"replicas\":1}}")
        cluster.step(12)
        #expect(cluster.names("cart-redis-") == ["cart-redis-0"])
    }

    @Test(arguments: [("deployments/frontend", "frontend-", 3), ("statefulsets/cart-redis", "cart-redis-", 2)])
    func aRestartReplacesPodByPod(path: String, prefix: String, count: Int) throws {
        var cluster = try Cluster()
        let before = Set(cluster.pods(prefix).map { $0.text("metadata", "uid") })
        let patch = """
            {"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-21T02:33:57Z"}}}}}
            """
        #expect(try cluster.ask("PATCH", "\(shop)/\(path)", strategic, patch).status == 200)
        var fewest = count
        for _ in 0..<60 {
            cluster.step(1)
            fewest = min(fewest, cluster.ready(prefix))
        }
        #expect(fewest == (prefix == "frontend-" ? 3 : 1))
        let after = cluster.pods(prefix)
        #expect(after.count == count && before.isDisjoint(with: after.map { $0.text("metadata", "uid") }))
        #expect(
            after.allSatisfy {
                $0.text("metadata", "annotations", "kubectl.kubernetes.io/restartedAt") == "2026-11-21T02:33:57Z"
            })
    }

    @Test func aRestartedDaemonSetHasAPodOnEveryNode() throws {
        var cluster = try Cluster()
        // Pods of nodes that are lost are missing already, and a rollout waits for them.
        for node in ["node-4", "node-5"] { try cluster.ask("DELETE", "/api/v1/nodes/\(node)") }
        let before = Set(cluster.pods("node-exporter-", in: "monitoring").map { $0.text("metadata", "uid") })
        try cluster.ask(
            "PATCH", "/apis/apps/v1/namespaces/monitoring/daemonsets/node-exporter", strategic,
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}}}")
        cluster.step(80)
        let after = cluster.pods("node-exporter-", in: "monitoring")
        #expect(before.isDisjoint(with: after.map { $0.text("metadata", "uid") }))
        #expect(Set(after.map { $0.text("spec", "nodeName") }) == ["node-1", "node-2", "node-3"])
    }

    @Test func aCrashingDeploymentStillCrashesAfterARestartAndNotAfterANewImage() throws {
        var cluster = try Cluster()
        let image = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"checkout\",\"image\":\"x:2\"}]}}}}"
        try cluster.ask(
            "PATCH", "\(shop)/deployments/checkout", strategic,
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}}}")
        cluster.step(40)
        #expect(cluster.deployment("checkout").integer("status", "readyReplicas") == 0)
        let answer = try cluster.ask("PATCH", "\(shop)/deployments/checkout", strategic, image)
        #expect(answer.text.contains("registry.example.com/platform/proxy:1.9.4"))
        cluster.step(60)
        #expect(cluster.deployment("checkout").integer("status", "readyReplicas") == 2)
        #expect(cluster.names("checkout-").count == 2)
    }

    @Test func goingBackToATemplateTakesItsReplicaSetAgain() throws {
        var cluster = try Cluster()
        let old = cluster.deployment("frontend")
        try cluster.ask(
            "PATCH", "\(shop)/deployments/frontend", strategic,
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"frontend\",\"image\":\"x:2\"}]}}}}")
        cluster.step(40)
        let template = String(decoding: (old.at("spec", "template") ?? .null).jsonBytes, as: UTF8.self)
        try cluster.ask(
            "PATCH", "\(shop)/deployments/frontend", "application/json-patch+json",
            "[{\"op\":\"replace\",\"path\":\"/spec/template\",\"value\":\(template)}]")
        cluster.step(40)
        let sets = cluster.state.store.documents(of: .replicaSets).filter {
            $0.text("metadata", "name").hasPrefix("frontend-")
        }
        #expect(sets.map { $0.integer("spec", "replicas") }.sorted() == [0, 3])
        #expect(
            cluster.deployment("frontend").text("metadata", "annotations", "deployment.kubernetes.io/revision") == "3")
    }

    @Test func labelsAndAnnotationsStayThroughTheSimulation() throws {
        var cluster = try Cluster()
        let name = cluster.names("cart-")[0]
        try cluster.ask("PATCH", "\(pods)/\(name)", merge, "{\"metadata\":{\"labels\":{\"app\":\"out\",\"x\":\"1\"}}}")
        try cluster.ask(
            "PATCH", "\(shop)/deployments/cart", merge, "{\"metadata\":{\"annotations\":{\"note\":\"mine\"}}}")
        try cluster.ask("PATCH", "/api/v1/nodes/node-1", merge, "{\"spec\":{\"unschedulable\":true}}")
        cluster.step(40)
        #expect(cluster.pods(name)[0].at("metadata", "labels")?.textMembers["x"] == "1")
        #expect(cluster.deployment("cart").text("metadata", "annotations", "note") == "mine")
        #expect(cluster.state.store.document(of: .nodes, name: "node-1")?.at("spec", "unschedulable") == .bool(true))
        let slice = cluster.state.store.documents(of: .endpointSlices).first {
            $0.text("metadata", "name").hasPrefix("cart-")
        }
        let targets = (slice?["endpoints"]?.elements ?? []).map { $0.text("targetRef", "name") }
        #expect(!targets.contains(name))
    }

    @Test func aFinalizerThatIsRemovedLetsThePodGo() throws {
        var cluster = try Cluster()
        let path = "/api/v1/namespaces/payments/pods/settlement-batch"
        try cluster.ask("DELETE", path)
        cluster.step(10)
        #expect(try cluster.ask("GET", path).status == 200)
        #expect(try cluster.ask("PATCH", path, merge, "{\"metadata\":{\"finalizers\":null}}").status == 200)
        #expect(try cluster.ask("GET", path).status == 404)
    }

    @Test func aDryRunChangesNothing() throws {
        var cluster = try Cluster()
        let version = cluster.state.store.version
        #expect(try cluster.ask("DELETE", "\(shop)/deployments/frontend?dryRun=All").status == 200)
        let patch = try cluster.ask(
            "PATCH", "\(shop)/deployments/frontend?dryRun=All", merge, "{\"spec\":{\"replicas\":7}}")
        #expect(patch.text.contains("\"replicas\":7"))
        #expect(cluster.state.store.version == version)
        #expect(try cluster.ask("DELETE", "\(shop)/deployments/frontend?dryRun=Some").status == 422)
    }

    @Test func aViewerIsRefusedInTheServersWords() throws {
        var cluster = try Cluster()
        var options = DemoServer.Options()
        options.users = ["view": .viewer]
        let answer = try cluster.ask(
            "PATCH", "\(shop)/deployments/cart/scale", merge, "{}", token: "view", options: options)
        #expect(answer.status == 403)
        #expect(
            answer.body["message"].text == """
                deployments.apps "cart" is forbidden: User "system:serviceaccount:shop:viewer" cannot patch resource \
                "deployments/scale" in API group "apps" in the namespace "shop"
                """)
        func isAllowed(_ verb: String) throws -> Bool {
            let question = """
                {"spec":{"resourceAttributes":{"verb":"\(verb)","group":"apps","resource":"deployments","namespace":"shop"}}}
                """
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            return try cluster.ask("POST", path, "application/json", question, token: "view", options: options)
                .body["status"]["allowed"].value as? Bool ?? false
        }
        #expect(try isAllowed("list"))
        #expect(try !isAllowed("patch"))
    }

    @Test func requestsThatMakeNoSenseSaySo() throws {
        var cluster = try Cluster()
        let path = "\(shop)/deployments/cart"
        #expect(try cluster.ask("PATCH", path, merge, "{\"metadata").status == 400)
        #expect(try cluster.ask("PATCH", path, "text/plain", "{}").status == 415)
        #expect(try cluster.ask("PATCH", path, merge, "{\"metadata\":{\"resourceVersion\":\"1\"}}").status == 409)
        #expect(try cluster.ask("PATCH", path, merge, "{\"metadata\":{\"name\":\"other\"}}").status == 400)
        let test = "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":99}]"
        #expect(try cluster.ask("PATCH", path, "application/json-patch+json", test).status == 422)
        #expect(try cluster.ask("PATCH", "\(shop)/deployments/nope", merge, "{}").status == 404)
        #expect(try cluster.ask("PATCH", path, merge, "{\"spec\":{\"replicas\":99999999999}}").status == 400)
    }

    @Test func aBudgetForbidsAnEviction() throws {
        var cluster = try Cluster()
        let name = cluster.names("tracker-", in: "delivery")[0]
        let answer = try cluster.ask(
            "POST", "/api/v1/namespaces/delivery/pods/\(name)/eviction", "application/json", "{}")
        #expect(answer.status == 429)
        let free = cluster.names("frontend-")[0]
        #expect(try cluster.ask("POST", "\(pods)/\(free)/eviction", "application/json", "{}").status == 201)
    }

    @Test func aNamespaceGoesWithAllThatIsInIt() throws {
        var cluster = try Cluster()
        try cluster.ask("DELETE", "/api/v1/namespaces/delivery")
        #expect(
            cluster.state.store.document(of: .namespaces, name: "delivery")?.text("status", "phase") == "Terminating")
        cluster.step(6)
        #expect(cluster.state.store.document(of: .namespaces, name: "delivery") == nil)
        for resource in DemoResource.all {
            #expect(
                !cluster.state.store.documents(of: resource).contains { $0.text("metadata", "namespace") == "delivery" }
            )
        }
    }

    @Test func whatIsCreatedLives() throws {
        var cluster = try Cluster()
        let deployment = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,\
            "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},\
            "spec":{"containers":[{"name":"web","image":"web:1"}]}}}}
            """
        #expect(try cluster.ask("POST", "\(shop)/deployments", "application/json", deployment).status == 201)
        #expect(try cluster.ask("POST", "\(shop)/deployments", "application/json", deployment).status == 409)
        let pod = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"one"},"spec":{"containers":[{"name":"one","image":"one:1"}]}}
            """
        #expect(try cluster.ask("POST", pods, "application/json", pod).status == 201)
        cluster.step(8)
        #expect(cluster.ready("web-") == 2)
        #expect(cluster.ready("one") == 1)
    }

    @Test(arguments: [
        (
            "{\"a\":{\"b\":null,\"c\":2}}", merge,
            "{\"a\":{\"x\":[1,2],\"c\":2},\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}"
        ),
        (
            "{\"env\":[{\"name\":\"A\",\"value\":\"2\"},{\"name\":\"B\"}]}", strategic,
            "{\"a\":{\"b\":1,\"x\":[1,2]},\"env\":[{\"name\":\"A\",\"value\":\"2\"},{\"name\":\"B\"}]}"
        ),
        (
            "{\"env\":[{\"$patch\":\"delete\",\"name\":\"A\"}],\"a\":{\"$patch\":\"replace\",\"z\":1}}", strategic,
            "{\"a\":{\"z\":1},\"env\":[]}"
        ),
        (
            "[{\"op\":\"add\",\"path\":\"/a/x/-\",\"value\":3},{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/a/x/0\"},"
                + "{\"op\":\"copy\",\"from\":\"/a/x/0\",\"path\":\"/c~1d\"},{\"op\":\"remove\",\"path\":\"/env/0/value\"}]",
            "application/json-patch+json", "{\"a\":{\"x\":[1,1,2,3]},\"env\":[{\"name\":\"A\"}],\"c/d\":1}"
        ),
    ])
    func patchesAreAppliedByTheirRules(patch: String, type: String, expected: String) throws {
        func json(_ text: String) throws -> JSONValue {
            try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
        }
        let document = try json("{\"a\":{\"b\":1,\"x\":[1,2]},\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}")
        let change = try #require(JSONPatch(contentType: type, try json(patch)))
        #expect(try change.applied(to: document) == json(expected))
    }
}

// MARK: - What people do with kubectl

extension DemoWriteTests {
    private static func path(_ resource: DemoResource, _ document: JSONValue) -> String {
        let namespace = document.text("metadata", "namespace")
        return (resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.apiVersion)")
            + (resource.isNamespaced ? "/namespaces/\(namespace)" : "") + "/\(resource.plural)/"
            + document.text("metadata", "name")
    }

    /// What somebody keeps in a file of an object: nothing that the server says.
    private static func manifest(_ text: String) throws -> JSONValue {
        var manifest = try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
        for key in ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"] {
            manifest.set("metadata", key, to: nil)
        }
        return manifest
    }

    private static func text(_ document: JSONValue) -> String { String(decoding: document.jsonBytes, as: UTF8.self) }

    @Test func everyKindIsTakenBackAsItWasRead() throws {
        var cluster = try Cluster()
        var failures: [String] = []
        for resource in DemoResource.all where resource.verbs.contains("update") {
            for document in cluster.state.store.documents(of: resource).prefix(12) {
                let path = Self.path(resource, document)
                let read = try cluster.ask("GET", path)
                let replaced = try cluster.ask("PUT", path + "?fieldValidation=Strict", "application/json", read.text)
                let applied = try cluster.ask(
                    "PATCH", path + "?fieldValidation=Strict&fieldManager=test&force=true",
                    "application/apply-patch+yaml", Self.text(try Self.manifest(read.text)))
                for answer in [replaced, applied] where answer.status != 200 {
                    failures.append("\(path): \(answer.status) \(answer.body["message"].text ?? "")")
                }
            }
        }
        #expect(failures == [])
    }

    @Test func aClaimThatWasDeletedWithItsPodIsMadeAgain() throws {
        var cluster = try Cluster()
        func claim() -> JSONValue? {
            cluster.state.store.document(of: Kinds.claims, namespace: "drones", name: "data-database-0")
        }
        let old = try #require(claim())
        let home = "/api/v1/namespaces/drones"
        try cluster.ask("DELETE", "\(home)/persistentvolumeclaims/data-database-0")
        #expect(claim()?.at("metadata", "deletionTimestamp") != nil)
        try cluster.ask("DELETE", "\(home)/pods/database-0")
        for _ in 0..<40 where claim()?.at("metadata", "uid") == old.at("metadata", "uid") { cluster.step(1) }
        cluster.step(12)
        #expect(cluster.ready("database-0", in: "drones") == 1)
        #expect(claim()?.at("metadata", "uid") != old.at("metadata", "uid"))
        #expect(claim()?.text("status", "phase") == "Bound")
    }

    @Test func aRequestForACertificateIsApproved() throws {
        var cluster = try Cluster()
        let path = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
        let request = """
            {"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"joe"},\
            "spec":{"request":"YQ==","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"],\
            "username":"somebody else"}}
            """
        let made = try cluster.ask("POST", path, "application/json", request)
        #expect(made.status == 201)
        #expect(made.body["spec"]["username"].text == "demo-admin")
        #expect(made.body["spec"]["groups"].elements.compactMap(\.text).contains("system:masters"))
        var approved = try Self.manifest(made.text)
        approved.set(
            "status", "conditions",
            to: .array([.texts(["type": "Approved", "status": "True", "reason": "KubectlApprove", "message": "yes"])]))
        let answer = try cluster.ask("PUT", "\(path)/joe/approval", "application/json", Self.text(approved))
        #expect(answer.status == 200)
        let condition = try #require(answer.body["status"]["conditions"].elements.first)
        #expect(condition["type"].text == "Approved")
        #expect(condition["lastTransitionTime"].text != nil)
        let kept = try cluster.ask("PUT", "\(path)/joe", "application/json", made.text)
        #expect(kept.status == 409 || kept.body["status"]["conditions"].elements.count == 1)
    }

    @Test func everySubresourceThatIsOfferedIsServed() throws {
        var cluster = try Cluster()
        var failures: [String] = []
        for resource in DemoResource.all {
            guard let document = cluster.state.store.documents(of: resource).first else { continue }
            let path = Self.path(resource, document)
            for subresource in resource.subresources {
                let target = "\(path)/\(subresource.name)"
                let isStream = ["attach", "exec", "portforward", "proxy", "log"].contains(subresource.name)
                guard !isStream else { continue }
                for (verb, method) in [("get", "GET"), ("update", "PUT")] where subresource.verbs.contains(verb) {
                    let from = subresource.verbs.contains("get") ? target : path
                    let body = method == "GET" ? "" : try cluster.ask("GET", from).text
                    let answer = try cluster.ask(method, target, "application/json", body)
                    if answer.status != 200 {
                        failures.append("\(method) \(target): \(answer.status) \(answer.body["message"].text ?? "")")
                    }
                }
            }
        }
        #expect(failures == [])
    }

    @Test func evictionsAskTheBudgetOnlyWhenItMatters() throws {
        func answer(_ policy: String?, phase: String, isReady: Bool, healthy: Int) throws -> Int {
            var store = DemoObjectStore()
            var guarded = pod("a", labels: ["app": "a"], phase: phase)
            guarded.set(
                "status", "conditions", to: .array([.texts(["type": "Ready", "status": isReady ? "True" : "False"])]))
            store.apply(.pods, guarded, at: beginning)
            let budget = JSONValue.members([
                "metadata": .texts(["name": "a", "namespace": "shop"]),
                "spec": .members([
                    "selector": .members(["matchLabels": .texts(["app": "a"])]),
                    "unhealthyPodEvictionPolicy": policy.map { .string($0) },
                ]),
                "status": .members([
                    "disruptionsAllowed": .integer(0), "desiredHealthy": .integer(2),
                    "currentHealthy": .integer(healthy),
                ]),
            ])
            let budgets = try #require(DemoResource.of(apiVersion: "policy/v1", kind: "PodDisruptionBudget"))
            store.apply(budgets, budget, at: beginning)
            var state = DemoClusterState(store: store)
            return try Asked(
                "\(pods)/a/eviction", &state, method: "POST", sending: ("application/json", "{}")
            ).status
        }
        #expect(try answer(nil, phase: "Running", isReady: true, healthy: 2) == 429)
        #expect(try answer(nil, phase: "Running", isReady: false, healthy: 1) == 429)
        #expect(try answer("IfHealthyBudget", phase: "Running", isReady: false, healthy: 2) == 201)
        #expect(try answer("AlwaysAllow", phase: "Running", isReady: false, healthy: 1) == 201)
        #expect(try answer("AlwaysAllow", phase: "Running", isReady: true, healthy: 1) == 429)
        for phase in ["Pending", "Succeeded", "Failed"] {
            #expect(try answer(nil, phase: phase, isReady: false, healthy: 1) == 201)
        }
    }

    @Test(arguments: [("deployments/frontend", "frontend-", 3), ("statefulsets/cart-redis", "cart-redis-", 2)])
    func aWorkloadThatIsMadeAgainTakesItsOrphans(path: String, prefix: String, count: Int) throws {
        var cluster = try Cluster()
        let before = cluster.names(prefix)
        let manifest = try Self.manifest(try cluster.ask("GET", "\(shop)/\(path)").text)
        try cluster.ask("DELETE", "\(shop)/\(path)?propagationPolicy=Orphan")
        cluster.step(4)
        let collection = path.split(separator: "/")[0]
        let made = try cluster.ask("POST", "\(shop)/\(collection)", "application/json", Self.text(manifest))
        #expect(made.status == 201)
        let uid = try #require(made.body["metadata"]["uid"].text)
        cluster.step(12)
        #expect(before.count == count && cluster.names(prefix) == before)
        let sets = cluster.state.store.documents(of: .replicaSets).filter {
            $0.text("metadata", "name").hasPrefix(prefix) && $0.integer("spec", "replicas") > 0
        }
        let owned = path.hasPrefix("deployments") ? sets : cluster.pods(prefix)
        #expect(!owned.isEmpty)
        for document in owned {
            #expect(document.at("metadata", "ownerReferences")?.elements.map { $0.text("uid") } == [uid])
        }
    }

    @Test func aPausedDeploymentHasNotRolledOut() throws {
        var cluster = try Cluster()
        func condition() -> JSONValue {
            let conditions = cluster.deployment("frontend").at("status", "conditions")?.elements ?? []
            return conditions.first { $0.text("type") == "Progressing" } ?? .null
        }
        let before = condition()
        try cluster.ask("PATCH", "\(shop)/deployments/frontend", merge, #"{"spec":{"paused":true}}"#)
        let template = #"{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}"#
        try cluster.ask("PATCH", "\(shop)/deployments/frontend", merge, template)
        cluster.step(4)
        #expect(cluster.deployment("frontend").integer("status", "updatedReplicas") == 0)
        #expect(condition().text("reason") == "DeploymentPaused" && condition().text("status") == "Unknown")
        #expect(condition()["lastTransitionTime"] != before["lastTransitionTime"])
        try cluster.ask("PATCH", "\(shop)/deployments/frontend", merge, #"{"spec":{"paused":false}}"#)
        let since = condition()["lastTransitionTime"]
        cluster.step(40)
        #expect(cluster.deployment("frontend").integer("status", "updatedReplicas") == 3)
        #expect(condition().text("reason") == "NewReplicaSetAvailable")
        // It says something else since then, and is as true as it was.
        #expect(condition()["lastTransitionTime"] == since && condition()["lastUpdateTime"] != since)
    }

    @Test func aVersionIsNotGivenToWhatIsCreated() throws {
        var cluster = try Cluster()
        let map = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"7"}}"#
        let answer = try cluster.ask("POST", "/api/v1/namespaces/shop/configmaps", "application/json", map)
        #expect(answer.status == 500 && answer.body["reason"].text == nil)
        #expect(answer.body["message"].text == "resourceVersion should not be set on objects to be created")
    }

    @Test func aPodWithoutRequestsKeepsAwayFromANodeShortOfMemory() throws {
        var cluster = try Cluster()
        let node = cluster.state.store.document(of: .nodes, name: "node-2")
        #expect(
            node?.at("spec", "taints")?.elements.map { $0.text("key") } == ["node.kubernetes.io/memory-pressure"])
        let pod = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"careless"},"spec":{\
            "nodeSelector":{"disktype":"ssd"},"containers":[{"name":"a","image":"a:1"}]}}
            """
        try cluster.ask("POST", "/api/v1/namespaces/default/pods", "application/json", pod)
        cluster.step(8)
        #expect(cluster.ready("careless", in: "default") == 0)
        func spec(_ resources: JSONValue) -> JSONValue {
            .members(["containers": .array([.members(["name": .string("a"), "resources": resources])])])
        }
        let careful = spec(.members(["requests": .texts(["memory": "1Mi"])]))
        #expect(Scheduler.toleratesTaints(of: try #require(node), careful))
        #expect(!Scheduler.toleratesTaints(of: try #require(node), spec(.object([]))))
    }

    @Test func theControlPlaneHasWhatItMakesItself() throws {
        let store = try Cluster().state.store
        let slice = store.document(of: .endpointSlices, namespace: "default", name: "kubernetes")
        let addresses = slice?["endpoints"]?.elements.first?["addresses"]?.elements
        #expect(addresses == [.string("10.0.1.11")])
        #expect(store.document(of: .endpoints, namespace: "default", name: "kubernetes")?["subsets"] != nil)
        for namespace in store.documents(of: .namespaces) {
            let name = namespace.text("metadata", "name")
            #expect(
                store.document(of: .configMaps, namespace: name, name: "kube-root-ca.crt")?.at("data", "ca.crt") != nil)
        }
        let leases = store.documents(of: .leases, namespace: "kube-system").map { $0.text("metadata", "name") }
        #expect(leases.contains("kube-controller-manager") && leases.contains { $0.hasPrefix("apiserver-") })
        let served = store.documents(of: .apiServices).compactMap { $0.at("spec", "service") }
        #expect(!served.isEmpty)
        for service in served {
            let name = service.text("name")
            #expect(store.document(of: .services, namespace: service.text("namespace"), name: name) != nil)
        }
    }
}
