import KubernetesModel
import Testing

@testable import DemoCluster

/// A cluster that is written to, without time.
private struct Cluster {
    var state: DemoClusterState

    init() throws {
        let (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        state = DemoClusterState(store: store, simulation: simulation)
    }

    mutating func ask(
        _ method: String, _ target: String, _ text: String = "", _ type: String = "application/json"
    ) throws -> Asked {
        try Asked(target, &state, method: method, sending: (type, text), at: beginning)
    }

    mutating func message(
        _ method: String, _ target: String, _ text: String, _ type: String = "application/json"
    ) throws -> String {
        let asked = try ask(method, target, text, type)
        return "\(asked.status) \(asked.body["message"].text ?? "")"
    }
}

private let shop = "/api/v1/namespaces/shop"
private let apps = "/apis/apps/v1/namespaces/shop"

private func pod(_ spec: String, name: String = "a") -> String {
    "{\"metadata\":{\"name\":\"\(name)\"},\"spec\":\(spec)}"
}

@Suite struct DemoValidationTests {
    @Test(arguments: [
        ("{\"containers\":[]}", "Pod \"a\" is invalid: spec.containers: Required value"),
        (
            "{\"containers\":[{\"name\":\"c\"}]}",
            "Pod \"a\" is invalid: spec.containers[0].image: Required value"
        ),
        (
            "{\"containers\":[{\"name\":\"c\",\"image\":\"i\"},{\"name\":\"c\",\"image\":\"i\"}]}",
            "Pod \"a\" is invalid: spec.containers[1].name: Duplicate value: \"c\""
        ),
        (
            "{\"restartPolicy\":\"Sometimes\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}",
            "Pod \"a\" is invalid: spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
                + "\"OnFailure\", \"Never\""
        ),
        (
            "{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\"}]}]}",
            "Pod \"a\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"v\""
        ),
        (
            "{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":[{\"containerPort\":70000}]}]}",
            "Pod \"a\" is invalid: spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 "
                + "and 65535, inclusive"
        ),
        (
            """
            {"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}
            """,
            "Pod \"a\" is invalid: spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or "
                + "equal to cpu limit of 1"
        ),
    ])
    func aPodThatCannotBeIsRefused(spec: String, words: String) throws {
        var cluster = try Cluster()
        #expect(try cluster.message("POST", "\(shop)/pods", pod(spec)) == "422 \(words)")
    }

    @Test func severalMistakesAreListedTogether() throws {
        var cluster = try Cluster()
        let asked = try cluster.ask(
            "POST", "\(shop)/pods", pod("{\"containers\":[{\"name\":\"C\"}]}", name: "A_b"))
        #expect(asked.status == 422)
        #expect(
            asked.body["message"].text?.hasPrefix("Pod \"A_b\" is invalid: [metadata.name: Invalid value: \"A_b\": a ")
                == true)
        #expect(
            asked.body["details"]["causes"].elements.map { $0["field"].text } == [
                "metadata.name", "spec.containers[0].name", "spec.containers[0].image",
            ])
    }

    @Test(arguments: [
        (
            "POST", "\(shop)/configmaps", "{\"metadata\":{\"name\":\"a\",\"namespace\":\"other\"}}",
            "400 the namespace of the provided object does not match the namespace sent on the request"
        ),
        (
            "POST", "/api/v1/namespaces/nowhere/configmaps", "{\"metadata\":{\"name\":\"a\"}}",
            "404 namespaces \"nowhere\" not found"
        ),
        (
            "POST", "\(shop)/configmaps", "{\"metadata\":{}}",
            "422 ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"
        ),
        (
            "POST", "\(shop)/configmaps", "{\"metadata\":{\"name\":\"a\"},\"data\":{\"a b\":\"\"}}",
            "422 ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of "
                + "alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used "
                + "for validation is '[-._a-zA-Z0-9]+')"
        ),
        (
            "POST", "\(shop)/configmaps", "{\"kind\":\"Secret\",\"apiVersion\":\"v1\"}",
            "400 Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): "
                + "unknown conversion"
        ),
        (
            "POST", "\(shop)/configmaps", "{\"kind\":\"Role\",\"apiVersion\":\"rbac.authorization.k8s.io/v1\"}",
            "400 the API version in the data (rbac.authorization.k8s.io/v1) does not match the expected API version (v1)"
        ),
        (
            "POST", "\(shop)/configmaps", "{",
            "400 the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse "
                + "error: unexpected end of JSON input ({)"
        ),
        (
            "PATCH", "\(apps)/deployments/frontend", "{\"spec\":{\"replicas\":-1}}",
            "422 Deployment.apps \"frontend\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
        ),
        (
            "PATCH", "\(apps)/deployments/frontend",
            "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"x\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"x\"}}}}}",
            "422 Deployment.apps \"frontend\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: "
                + "field is immutable"
        ),
    ])
    func aWriteThatMakesNoSenseIsRefused(method: String, path: String, body: String, words: String) throws {
        var cluster = try Cluster()
        let type = method == "PATCH" ? "application/merge-patch+json" : "application/json"
        #expect(try cluster.message(method, path, body, type) == words)
    }

    @Test func unknownFieldsAreWarnedOfOrRefused() throws {
        var cluster = try Cluster()
        let body = "{\"metadata\":{\"name\":\"a\"},\"dat\":{}}"
        let path = "\(shop)/configmaps"
        #expect(
            try cluster.message("POST", "\(path)?fieldValidation=Strict", body)
                == "400 ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dat\""
        )
        let warned = try cluster.ask("POST", "\(path)?dryRun=All", body)
        #expect(warned.status == 201 && warned.warnings == ["unknown field \"dat\""])
        #expect(try cluster.ask("POST", "\(path)?dryRun=All&fieldValidation=Ignore", body).warnings == [])
        #expect(
            try cluster.message(
                "PATCH", "\(apps)/deployments/frontend?fieldValidation=Strict", "{\"spec\":{\"foo\":1}}",
                "application/strategic-merge-patch+json")
                == "422 Deployment.apps \"\" is invalid: patch: Invalid value: \"map[spec:map[foo:1]]\": strict decoding "
                + "error: unknown field \"spec.foo\"")
    }

    @Test func aQuotaRefusesWhatGoesBeyondIt() throws {
        var cluster = try Cluster()
        let quota = "{\"metadata\":{\"name\":\"few\"},\"spec\":{\"hard\":{\"configmaps\":\"1\"}}}"
        _ = try cluster.ask("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"small\"}}")
        #expect(try cluster.ask("POST", "/api/v1/namespaces/small/resourcequotas", quota).status == 201)
        _ = try cluster.ask("POST", "/api/v1/namespaces/small/configmaps", "{\"metadata\":{\"name\":\"a\"}}")
        let used = cluster.state.store.count(of: .configMaps, namespace: "small")
        #expect(
            try cluster.message("POST", "/api/v1/namespaces/small/configmaps", "{\"metadata\":{\"name\":\"b\"}}")
                == "403 configmaps \"b\" is forbidden: exceeded quota: few, requested: configmaps=1, used: "
                + "configmaps=\(used), limited: configmaps=1")
    }

    @Test func aRestrictedNamespaceRefusesPodsThatMayTooMuch() throws {
        var cluster = try Cluster()
        let home =
            "{\"metadata\":{\"name\":\"safe\",\"labels\":{\"pod-security.kubernetes.io/enforce\":\"restricted\"}}}"
        _ = try cluster.ask("POST", "/api/v1/namespaces", home)
        #expect(
            try cluster.message(
                "POST", "/api/v1/namespaces/safe/pods", pod("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"))
                == "403 pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != "
                + "false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), unrestricted "
                + "capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != "
                + "true (pod or container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or "
                + "container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
        )
    }

    @Test func aCreatedPodHasTheDefaultsOfAServer() throws {
        var cluster = try Cluster()
        let answer = try cluster.ask(
            "POST", "/api/v1/namespaces/default/pods?dryRun=All",
            pod("{\"containers\":[{\"name\":\"c\",\"image\":\"nginx\"}]}"))
        let text = answer.text.replacing(/kube-api-access-[a-z0-9]{5}/, with: "kube-api-access-NAME")
        var document = try DemoBody.json(Array(text.utf8))
        document = document["spec"] ?? .null
        #expect(
            document.canonical
                == (try DemoBody.json(
                    Array(
                        """
                        {"containers":[{"name":"c","image":"nginx","imagePullPolicy":"Always","resources":{},
                        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                        "volumeMounts":[{"name":"kube-api-access-NAME","readOnly":true,
                        "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}],
                        "volumes":[{"name":"kube-api-access-NAME","projected":{"defaultMode":420,"sources":[
                        {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
                        {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
                        {"downwardAPI":{"items":[{"path":"namespace",
                        "fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}],
                        "dnsPolicy":"ClusterFirst","enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority",
                        "priority":0,"restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},
                        "serviceAccount":"default","serviceAccountName":"default","terminationGracePeriodSeconds":30,
                        "tolerations":[
                        {"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},
                        {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}
                        """.utf8)
                ).canonical))
    }

    @Test func aLabelDoesNotChangeAnythingElse() throws {
        var cluster = try Cluster()
        for (resource, path) in [
            (DemoResource.deployments, "\(apps)/deployments/frontend"),
            (.statefulSets, "\(apps)/statefulsets/cart-redis"),
        ] {
            let name = String(path.split(separator: "/").last ?? "")
            let before = cluster.state.store.document(of: resource, namespace: "shop", name: name)
            let answer = try cluster.ask(
                "PATCH", path, "{\"metadata\":{\"labels\":{\"team\":\"a\"}}}", "application/merge-patch+json")
            #expect(answer.status == 200)
            let after = cluster.state.store.document(of: resource, namespace: "shop", name: name)
            #expect(after?["spec"] == before?["spec"])
            #expect(after?.integer("metadata", "generation") == before?.integer("metadata", "generation"))
        }
    }

    @Test func finalizersHoldAnObjectUntilTheyAreGone() throws {
        var cluster = try Cluster()
        let path = "\(shop)/configmaps/held"
        _ = try cluster.ask(
            "POST", "\(shop)/configmaps", "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"example.com/wait\"]}}")
        let deleted = try cluster.ask("DELETE", path)
        #expect(deleted.body["metadata"]["deletionTimestamp"].text != nil)
        #expect(
            try cluster.message(
                "PATCH", path, "{\"metadata\":{\"finalizers\":[\"example.com/wait\",\"a/b\"]}}",
                "application/merge-patch+json")
                == "422 ConfigMap \"held\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if "
                + "the object is being deleted, found new finalizers []string{\"a/b\"}")
        _ = try cluster.ask("PATCH", path, "{\"metadata\":{\"finalizers\":null}}", "application/merge-patch+json")
        #expect(try cluster.ask("GET", path).status == 404)
    }

    @Test func inTheForegroundDependentsGoFirst() throws {
        var cluster = try Cluster()
        let answer = try cluster.ask("DELETE", "\(apps)/deployments/frontend?propagationPolicy=Foreground")
        #expect(answer.body["metadata"]["finalizers"].elements.map(\.text) == ["foregroundDeletion"])
        for step in 1...20 {
            cluster.state.simulation?.step(
                at: beginning.adding(seconds: step * 3), in: &cluster.state.store)
        }
        #expect(try cluster.ask("GET", "\(apps)/deployments/frontend").status == 404)
        let left = cluster.state.store.documents(of: .pods, namespace: "shop").filter {
            $0.text("metadata", "name").hasPrefix("frontend-")
        }
        #expect(left.isEmpty)
    }

    @Test func defaultsOfDefaultsAreTheSame() throws {
        for manifest in try DemoScenario.standard().manifests {
            guard let resource = DemoResource.of(apiVersion: manifest.text("apiVersion"), kind: manifest.text("kind"))
            else {
                continue
            }
            #expect(ServerDefaults.filled(manifest, resource).canonical == manifest.canonical)
        }
    }

    @Test func typesAreTold() throws {
        var cluster = try Cluster()
        let index = try cluster.ask("GET", "/openapi/v3")
        #expect(
            index.body["paths"]["apis/apps/v1"]["serverRelativeURL"].text?.hasPrefix("/openapi/v3/apis/apps/v1?hash=")
                == true)
        let document = try cluster.ask("GET", "/openapi/v3/apis/apps/v1")
        let schemas = document.body["components"]["schemas"]
        #expect(
            schemas["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"]["allOf"].elements.first?["$ref"].text
                == "#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec")
        #expect(schemas["io.k8s.api.core.v1.Container"]["properties"]["image"]["type"].text == "string")
        #expect(try cluster.ask("GET", "/openapi/v3/apis/nothing/v1").status == 404)
    }
}
