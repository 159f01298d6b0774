import DemoCluster
import Foundation
import Testing

/// kubectl changes the demo cluster as it would any: what it did is read back, not only its exit code.
@Suite(.needsKubectl, .serialized, .timeLimit(.minutes(20)))
struct KubectlWriteTests {
    private static let step = Duration.milliseconds(100)

    /// A demo whose time runs fast, and a namespace in it.
    private func withNamespace(
        _ name: String, _ body: @escaping @Sendable (DemoKubectl) async throws -> Void
    ) async throws {
        try await withDemoKubectl(stepInterval: Self.step) { kubectl in
            _ = try await kubectl.output("create namespace \(name)")
            try await body(kubectl)
        }
    }

    private static let manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          namespace: write
          labels: {app: web}
        spec:
          replicas: 2
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
              - name: web
                image: nginx:1.25
                ports: [{containerPort: 80}]
        """

    @Test func everyKindThatKubectlCreatesIsThere() async throws {
        try await withNamespace("write") { kubectl in
            let created: [(kind: String, arguments: [String], path: String, expected: String)] = [
                ("configmap", ["cm", "--from-literal=a=b"], "{.data.a}", "b"),
                ("secret", ["generic", "password", "--from-literal=p=quiet"], "{.data.p}", "cXVpZXQ="),
                ("serviceaccount", ["bot"], "{.metadata.name}", "bot"),
                ("role", ["reader", "--verb=get", "--resource=pods"], "{.rules[0].verbs[0]}", "get"),
                (
                    "rolebinding", ["readers", "--role=reader", "--serviceaccount=write:bot"],
                    "{.subjects[0].name}", "bot"
                ),
                ("quota", ["few", "--hard=pods=50"], "{.spec.hard.pods}", "50"),
                ("deployment", ["site", "--image=nginx"], "{.spec.replicas}", "1"),
                ("job", ["once", "--image=busybox"], "{.spec.completions}", "1"),
                ("cronjob", ["often", "--image=busybox", "--schedule=*/5 * * * *"], "{.spec.schedule}", "*/5 * * * *"),
                (
                    "poddisruptionbudget", ["safe", "--selector=app=site", "--min-available=1"], "{.spec.minAvailable}",
                    "1"
                ),
                ("ingress", ["door", "--rule=a.example.com/=site:80"], "{.spec.rules[0].host}", "a.example.com"),
                ("service", ["clusterip", "calls", "--tcp=80:8080"], "{.spec.ports[0].targetPort}", "8080"),
                ("priorityclass", ["keen", "--value=10"], "{.value}", "10"),
                ("clusterrole", ["looker", "--verb=list", "--resource=nodes"], "{.rules[0].resources[0]}", "nodes"),
                ("clusterrolebinding", ["lookers", "--clusterrole=looker", "--user=eve"], "{.roleRef.name}", "looker"),
            ]
            for one in created {
                _ = try await kubectl.output(["create", "-n", "write", one.kind] + one.arguments)
                let name = one.arguments.first { !["generic", "clusterip"].contains($0) } ?? ""
                let found = try await kubectl.output([
                    "get", one.kind, name, "-n", "write", "-o", "jsonpath=\(one.path)",
                ])
                #expect(found == one.expected, "\(one.kind)")
            }
            let again = try await kubectl.run("create configmap cm -n write")
            #expect(again.errors.contains("error: failed to create configmap: configmaps \"cm\" already exists"))
            #expect(try await kubectl.output("get sa,cm -n write -o name").contains("serviceaccount/default"))
        }
    }

    @Test func aDeploymentIsAppliedScaledChangedAndRolledBack() async throws {
        try await withNamespace("write") { kubectl in
            #expect(try await kubectl.output("apply -f -", input: Self.manifest) == "deployment.apps/web created\n")
            #expect(try await kubectl.output("apply -f -", input: Self.manifest) == "deployment.apps/web unchanged\n")
            let newer = Self.manifest.replacing("1.25", with: "1.26")
            let difference = try await kubectl.run("diff -f -", input: newer)
            #expect(difference.status == 1 && difference.output.contains("+      - image: nginx:1.26"))
            #expect(try await kubectl.output("apply -f -", input: newer) == "deployment.apps/web configured\n")
            _ = try await kubectl.output("rollout status deployment/web -n write --timeout=280s")
            #expect(
                try await kubectl.output(
                    "get pods -n write -l app=web -o jsonpath={.items[*].spec.containers[0].image}"
                )
                .split(separator: " ").contains("nginx:1.26"))
            _ = try await kubectl.output("scale deployment/web --replicas=4 -n write")
            _ = try await kubectl.output(
                "wait --for=jsonpath={.status.readyReplicas}=4 deployment/web -n write --timeout=280s")
            _ = try await kubectl.output("set image deployment/web web=nginx:1.27 -n write")
            _ = try await kubectl.output("set env deployment/web MODE=quick -n write")
            _ = try await kubectl.output("set resources deployment/web --limits=cpu=200m -n write")
            let container = try await kubectl.output(
                "get deployment web -n write -o jsonpath={.spec.template.spec.containers[0]['image','env','resources.limits.cpu']}"
            )
            #expect(container.contains("nginx:1.27") && container.contains("\"MODE\"") && container.contains("200m"))
            _ = try await kubectl.output("rollout status deployment/web -n write --timeout=280s")
            _ = try await kubectl.output("rollout undo deployment/web --to-revision=1 -n write")
            #expect(
                try await kubectl.output(
                    "get deployment web -n write -o jsonpath={.spec.template.spec.containers[0].image}")
                    == "nginx:1.25")
            _ = try await kubectl.output("rollout restart deployment/web -n write")
            _ = try await kubectl.output("rollout status deployment/web -n write --timeout=280s")
            #expect(
                try await kubectl.output("rollout history deployment/web -n write").split(separator: "\n").count > 4)
            _ = try await kubectl.output("rollout pause deployment/web -n write")
            #expect(try await kubectl.output("get deployment web -n write -o jsonpath={.spec.paused}") == "true")
            _ = try await kubectl.output("expose deployment web --port=80 -n write")
            _ = try await kubectl.output("autoscale deployment web --max=5 -n write")
            #expect(
                try await kubectl.output("get service,hpa -n write -o name") == """
                    service/web
                    horizontalpodautoscaler.autoscaling/web

                    """)
        }
    }

    @Test(arguments: ["statefulset/cart-redis", "daemonset/node-exporter"])
    func aSetIsRolledBack(set: String) async throws {
        try await withNamespace("write") { kubectl in
            let home = set.hasPrefix("s") ? "shop" : "monitoring"
            func run(_ line: String) async throws -> String { try await kubectl.output("\(line) -n \(home)") }
            func image() async throws -> String {
                try await run("get \(set) -o jsonpath={.spec.template.spec.containers[0].image}")
            }
            let before = try await image()
            #expect(try await run("rollout history \(set)").contains("REVISION  CHANGE-CAUSE\n1         <none>\n"))
            _ = try await run("set image \(set) *=registry.example.com/other:2")
            _ = try await run("rollout status \(set) --timeout=280s")
            #expect(try await run("rollout history \(set) --revision=2").contains("registry.example.com/other:2"))
            #expect(try await run("rollout undo \(set)").contains("rolled back"))
            #expect(try await image() == before)
            _ = try await run("rollout status \(set) --timeout=280s")
            #expect(try await run("rollout history \(set)").contains("2         <none>\n3         <none>\n"))
        }
    }

    @Test func objectsAreLabelledPatchedEditedAndReplaced() async throws {
        try await withNamespace("write") { kubectl in
            _ = try await kubectl.output("create configmap cm --from-literal=a=1 -n write")
            _ = try await kubectl.output("label configmap cm team=red -n write")
            _ = try await kubectl.output("annotate configmap cm note=x -n write")
            let refused = try await kubectl.run("label configmap cm team=blue -n write")
            #expect(refused.status != 0)
            _ = try await kubectl.output("label configmap cm team=blue --overwrite -n write")
            _ = try await kubectl.output(["patch", "configmap", "cm", "-n", "write", "-p", "{\"data\":{\"b\":\"2\"}}"])
            _ = try await kubectl.output([
                "patch", "configmap", "cm", "-n", "write", "--type=merge", "-p", "{\"data\":{\"a\":null}}",
            ])
            _ = try await kubectl.output([
                "patch", "configmap", "cm", "-n", "write", "--type=json", "-p",
                "[{\"op\":\"add\",\"path\":\"/data/c\",\"value\":\"3\"}]",
            ])
            #expect(
                try await kubectl.output(
                    "get configmap cm -n write -o jsonpath={.data}{.metadata.labels.team}{.metadata.annotations.note}")
                    == "{\"b\":\"2\",\"c\":\"3\"}bluex")
            var editing = kubectl
            editing.environment["KUBE_EDITOR"] = "sed -i s/c:/d:/"
            _ = try await editing.output("edit configmap cm -n write")
            let text = try await kubectl.output("get configmap cm -n write -o yaml")
            #expect(text.contains("d: \"3\""))
            _ = try await kubectl.output("label configmap cm stale=yes -n write")
            let stale = try await kubectl.run("replace -f -", input: text)
            #expect(
                stale.errors.contains(
                    "the object has been modified; please apply your changes to the latest version and try again"))
            let fresh = text.split(separator: "\n").filter { !$0.contains("resourceVersion") }.joined(separator: "\n")
            #expect(try await kubectl.output("replace -f -", input: fresh) == "configmap/cm replaced\n")
        }
    }

    @Test func serverSideApplyFindsConflicts() async throws {
        try await withNamespace("write") { kubectl in
            _ = try await kubectl.output("apply --server-side -f -", input: Self.manifest)
            let more = Self.manifest.replacing("replicas: 2", with: "replicas: 3")
            let refused = try await kubectl.run("apply --server-side --field-manager=other -f -", input: more)
            #expect(
                refused.errors.contains("Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas"))
            _ = try await kubectl.output(
                "apply --server-side --force-conflicts --field-manager=other -f -", input: more)
            #expect(try await kubectl.output("get deployment web -n write -o jsonpath={.spec.replicas}") == "3")
            let managers = try await kubectl.output(
                "get deployment web -n write --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}")
            #expect(managers.split(separator: " ").contains("other"))
        }
    }

    @Test func dryRunsChangeNothing() async throws {
        try await withNamespace("write") { kubectl in
            #expect(
                try await kubectl.output("create deployment web --image=nginx -n write --dry-run=server")
                    == "deployment.apps/web created (server dry run)\n")
            let missing = try await kubectl.run("get deployment web -n write")
            #expect(missing.errors == "Error from server (NotFound): deployments.apps \"web\" not found\n")
            _ = try await kubectl.output("create configmap cm -n write")
            _ = try await kubectl.output("delete configmap cm -n write --dry-run=server")
            #expect(try await kubectl.output("get configmap cm -n write -o name") == "configmap/cm\n")
        }
    }

    @Test func mistakesAreRefusedInTheServersWords() async throws {
        try await withNamespace("write") { kubectl in
            let unknown = try await kubectl.run("apply -f -", input: Self.manifest.replacing("image:", with: "imag:"))
            #expect(
                unknown.errors.contains(
                    "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field "
                        + "\"spec.template.spec.containers[0].imag\""))
            let selector = try await kubectl.run(
                "apply -f -", input: Self.manifest.replacing("matchLabels: {app: web}", with: "matchLabels: {app: x}"))
            #expect(selector.errors.contains("`selector` does not match template `labels`"))
            let name = try await kubectl.run("create configmap Upper -n write")
            #expect(name.errors.contains("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"))
            let nowhere = try await kubectl.run("create configmap cm -n nowhere")
            #expect(nowhere.errors.contains("namespaces \"nowhere\" not found"))
            _ = try await kubectl.output("apply -f -", input: Self.manifest)
            let fixed = try await kubectl.run([
                "patch", "deployment", "web", "-n", "write", "-p",
                "{\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}}}}",
            ])
            #expect(fixed.errors.contains("field is immutable"))
            let system = try await kubectl.run("delete namespace kube-system")
            #expect(
                system.errors.contains("namespaces \"kube-system\" is forbidden: this namespace may not be deleted"))
        }
    }

    @Test func deletingGoesAsItIsAskedFor() async throws {
        try await withNamespace("write") { kubectl in
            _ = try await kubectl.output("apply -f -", input: Self.manifest)
            _ = try await kubectl.output("wait --for=condition=Available deployment/web -n write --timeout=280s")
            _ = try await kubectl.output("delete deployment web -n write --cascade=orphan")
            let sets = try await kubectl.output(
                "get replicasets -n write -o jsonpath={.items[*].metadata.ownerReferences}")
            #expect(sets.isEmpty)
            let pods = try await kubectl.output("get pods -n write -o name").split(separator: "\n")
            #expect(pods.count >= 2)
            _ = try await kubectl.output("delete pods --all -n write --force --grace-period=0")
            _ = try await kubectl.output("create configmap held -n write")
            _ = try await kubectl.output([
                "patch", "configmap", "held", "-n", "write", "-p",
                "{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}",
            ])
            _ = try await kubectl.output("delete configmap held -n write --wait=false")
            #expect(
                !(try await kubectl.output("get configmap held -n write -o jsonpath={.metadata.deletionTimestamp}"))
                    .isEmpty)
            _ = try await kubectl.output([
                "patch", "configmap", "held", "-n", "write", "-p", "{\"metadata\":{\"finalizers\":null}}",
            ])
            _ = try await kubectl.output("wait --for=delete configmap/held -n write --timeout=20s")
            _ = try await kubectl.output("delete namespace write --timeout=280s")
            #expect(try await kubectl.run("get namespace write").status == 1)
        }
    }

    @Test func aNodeIsCordonedTaintedAndDrained() async throws {
        try await withDemoKubectl(stepInterval: Self.step) { kubectl in
            let node = String(
                try await kubectl.output("get nodes -o jsonpath={.items[*].metadata.name}").split(separator: " ").last
                    ?? "")
            _ = try await kubectl.output("cordon \(node)")
            #expect(try await kubectl.output("get node \(node) -o jsonpath={.spec.unschedulable}") == "true")
            _ = try await kubectl.output("taint node \(node) maintenance=yes:NoSchedule")
            #expect(
                try await kubectl.output("get node \(node) -o jsonpath={.spec.taints[*].key}").contains("maintenance"))
            _ = try await kubectl.output("taint node \(node) maintenance-")
            _ = try await kubectl.output("uncordon \(node)")
            #expect(try await kubectl.output("get node \(node) -o jsonpath={.spec.unschedulable}").isEmpty)
        }
    }

    @Test func typesAreExplained() async throws {
        try await withDemoKubectl { kubectl in
            let text = try await kubectl.output("explain pods.spec.containers.image")
            #expect(text.contains("FIELD: image <string>") && text.contains("The image to run"))
            let tree = try await kubectl.output("explain deployments --recursive")
            #expect(tree.contains("        containers\t<[]Container> -required-"))
        }
    }
}
