import ConcurrencyTestSupport
import DemoCluster
import Foundation
import KubernetesModel
import Testing

/// kubectl reads from the demo cluster what it would from any.
@Suite(.needsKubectl, .timeLimit(.minutes(20)))
struct KubectlReadTests {
    // MARK: What there is

    @Test func tellsItsVersionAndKinds() async throws {
        try await withDemoKubectl { kubectl in
            #expect(try await kubectl.output("version").contains("Server Version: v1.36.2"))
            let kinds = try await kubectl.run("api-resources --no-headers").lines
            let deployments = kinds.first { $0.hasPrefix("deployments ") }?.split(separator: " ").map(String.init)
            #expect(deployments == ["deployments", "deploy", "apps/v1", "true", "Deployment"])
            let listable = Set(try await kubectl.run("api-resources --verbs=list -o name").lines)
            #expect(
                Set(DemoResource.all.map { $0.group.isEmpty ? $0.plural : "\($0.plural).\($0.group)" })
                    .isSubset(of: listable))
            #expect(!listable.contains("selfsubjectreviews.authentication.k8s.io"))
            #expect(
                try await kubectl.run("api-resources --api-group=batch -o name").lines == [
                    "cronjobs.batch", "jobs.batch",
                ])
            #expect(
                try await kubectl.output("api-resources --categories=all -o name").contains("statefulsets.apps\n"))
            let versions = try await kubectl.run("api-versions").lines
            #expect(
                Set(["v1", "apps/v1", "autoscaling/v1", "autoscaling/v2", "delivery.example.com/v1alpha1"])
                    .isSubset(of: versions))
            #expect(
                try await kubectl.output("cluster-info")
                    .contains("Kubernetes control plane is running at \(kubectl.server.url)"))
            #expect(try await kubectl.output(["get", "--raw", "/readyz?verbose"]).hasSuffix("readyz check passed\n"))
        }
    }

    // MARK: Every kind

    /// Kinds whose objects one list tells, each object once.
    private static let kinds = DemoResource.all.filter { $0 != .events }
    private static let names = kinds.map { $0.group.isEmpty ? $0.plural : "\($0.plural).\($0.version).\($0.group)" }
        .joined(separator: ",")

    /// Every object of those kinds: `kind.group/name`, as kubectl names it.
    private func objects(_ server: DemoServer) -> [String] {
        let store = server.store
        return Self.kinds.flatMap { resource in
            store.documents(of: resource).map { object in
                let kind = resource.kind.lowercased() + (resource.group.isEmpty ? "" : ".\(resource.group)")
                return "\(kind)/\(object["metadata"]?["name"].flatMap(Self.text) ?? "")"
            }
        }.sorted()
    }

    private static func text(_ value: JSONValue) -> String? {
        guard case .string(let text) = value else { return nil }
        return text
    }

    @Test func getsEveryKindInEveryForm() async throws {
        try await withDemoKubectl { kubectl in
            let expected = objects(kubectl.server)
            #expect(try await kubectl.run("get \(Self.names) -A -o name").lines.sorted() == expected)
            for form in [[], ["-o", "wide"]] {
                let table = try await kubectl.output(["get", Self.names, "-A"] + form)
                let words = Set(table.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))
                #expect(expected.filter { !words.contains($0) } == [])
                #expect(!table.contains("<invalid>"))
            }
            let json = try JSONSerialization.jsonObject(
                with: Data(try await kubectl.output("get \(Self.names) -A -o json").utf8))
            let items = (json as? [String: Any])?["items"] as? [[String: Any]] ?? []
            #expect(items.count == expected.count)
            #expect(items.allSatisfy { $0["kind"] is String && $0["apiVersion"] is String && $0["metadata"] != nil })
            let yaml = try await kubectl.output("get \(Self.names) -A -o yaml")
            #expect(yaml.split(separator: "\n").count { $0.hasPrefix("  kind: ") } == expected.count)
        }
    }

    @Test func showsOtherVersionsOfWhatIsStored() async throws {
        try await withDemoKubectl { kubectl in
            let events = try await kubectl.run("get events.v1.events.k8s.io -A -o jsonpath={.items[*].note}")
            #expect(events.status == 0 && !events.output.isEmpty)
            let name = "horizontalpodautoscalers.v1.autoscaling"
            let cpu = "jsonpath={.spec.targetCPUUtilizationPercentage}"
            #expect(try await kubectl.output("get \(name) frontend -n shop -o \(cpu)") == "70")
            let old = try await kubectl.output("get endpoints -n shop -o name")
            #expect(old.contains("endpoints/frontend"))
            #expect(
                try await kubectl.run("get endpoints -n shop").errors
                    == "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n")
        }
    }

    /// kubectl before 1.33 asks for address ranges in a version that no server has any more.
    private static let describedNames = names.split(separator: ",").filter { !$0.hasPrefix("servicecidrs.") }
        .joined(separator: ",")

    @Test func describesEveryKind() async throws {
        let (described, expected) = try await withDemoKubectl { kubectl in
            (try await kubectl.run("describe \(Self.describedNames) -A"), objects(kubectl.server))
        }
        #expect(described.status == 0, "\(described.errors.suffix(400))")
        let names = Set(
            described.lines.filter { $0.hasPrefix("Name:") }
                .map { $0.dropFirst(5).trimmingCharacters(in: .whitespaces) })
        let missing = expected.filter { object in
            !object.hasPrefix("servicecidr.")
                && !names.contains(String(object.split(separator: "/", maxSplits: 1)[1]))
        }
        #expect(missing == [])
        // Metrics that are missing on purpose say so.
        let unknown = described.lines.filter { $0.contains("<unknown>") && !$0.contains("(as a percentage") }
        #expect(unknown == [])
        #expect(described.lines.filter { $0.contains("%!") } == [])
    }

    // MARK: Choosing and printing

    @Test func printsWhatIsAskedForOnly() async throws {
        try await withDemoKubectl { kubectl in
            let pods = try await kubectl.run("get pods -n shop -o name").lines
            let carts = try await kubectl.run("get pods -n shop -l app=cart -o name").lines
            #expect(!carts.isEmpty && carts.allSatisfy { $0.hasPrefix("pod/cart-") } && carts.count < pods.count)
            let others = try await kubectl.run(["get", "pods", "-n", "shop", "-l", "app notin (cart)", "-o", "name"])
            #expect(Set(others.lines).union(carts) == Set(pods) && Set(others.lines).isDisjoint(with: carts))
            let one = try await kubectl.output([
                "get", "pods", "-A", "--field-selector", "status.phase=Running,spec.nodeName=node-1", "-o",
                "jsonpath={range .items[*]}{.spec.nodeName}={.status.phase} {end}",
            ])
            #expect(Set(one.split(separator: " ")) == ["node-1=Running"])
            #expect(
                try await kubectl.output([
                    "get", "node", "node-1", "-o", "custom-columns=NAME:.metadata.name,UNKNOWN:.spec.nothing",
                ]) == "NAME     UNKNOWN\nnode-1   <none>\n")
            let created = try await kubectl.output([
                "get", "configmaps", "-A", "--sort-by=.metadata.creationTimestamp", "-o",
                "jsonpath={range .items[*]}{.metadata.creationTimestamp} {end}",
            ]).split(separator: " ")
            #expect(created.count > 2 && created == created.sorted())
            #expect(
                try await kubectl.run("get pods -A --chunk-size=7 -o name").lines.count
                    == kubectl.server.store.documents(of: .pods).count)
            #expect(try await kubectl.output("get pods -n shop --show-labels").contains("app=cart,"))
            #expect(try await kubectl.run("get all -n shop -o name").lines.contains("deployment.apps/cart"))
        }
    }

    /// Gives a ConfigMap seven keys.
    private static func fill(_ server: DemoServer) {
        server.update { store in
            let map = store.document(of: .configMaps, namespace: "kube-system", name: "coredns")
            guard case .object(var members)? = map else { return }
            members.removeAll { $0.key == "data" }
            members.append(.init("data", .object((0..<7).map { .init("key\($0)", .string("x")) })))
            store.apply(.configMaps, .object(members), at: .systemNow)
        }
    }

    /// A pod one of whose containers ended and began again.
    private static func crashed(_ server: DemoServer) -> String? {
        for pod in server.store.documents(of: .pods) {
            guard case .array(let statuses)? = pod["status"]?["containerStatuses"], statuses.count == 1,
                statuses.contains(where: { $0["state"]?["waiting"]?["reason"] == .string("CrashLoopBackOff") }),
                let name = pod["metadata"]?["name"].flatMap(text),
                let namespace = pod["metadata"]?["namespace"].flatMap(text)
            else { continue }
            return "\(name) -n \(namespace)"
        }
        return nil
    }

    @Test func watchesWhatChanges() async throws {
        try await withDemoKubectl { kubectl in
            let printed = try await kubectl.follow("get configmap coredns -n kube-system -w --no-headers") { printed in
                let lines = printed.split(separator: "\n").count
                if lines == 1 {
                    // kubectl takes the first event of a watch for what it printed already.
                    try await until { kubectl.server.openWatchCount > 0 }
                    Self.fill(kubectl.server)
                }
                return lines > 1 && printed.hasSuffix("\n")
            }
            let cells = printed.split(separator: "\n").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
            #expect(cells.last == "coredns 7")
        }
    }

    // MARK: Logs, events, usage

    @Test func readsLogs() async throws {
        try await withDemoKubectl { kubectl in
            let two = try await kubectl.run("logs -n shop deploy/cart --tail=2")
            #expect(two.lines.count == 2 && two.errors.hasPrefix("Found 2 pods, using pod/cart-"))
            let stamped = try await kubectl.run("logs -n shop deploy/cart --tail=1 --timestamps").lines
            #expect(stamped.allSatisfy { Timestamp(String($0.prefix { $0 != " " })) != nil } && stamped.count == 1)
            let all = try await kubectl.run("logs -n shop -l app=cart --all-containers --prefix --tail=1").lines
            #expect(all.count == 2 && all.allSatisfy { $0.hasPrefix("[pod/cart-") })
            let since = try await kubectl.run("logs -n shop deploy/cart --since=1m").lines
            let whole = try await kubectl.run("logs -n shop deploy/cart").lines
            #expect(since.count < whole.count)
            let followed = try await kubectl.follow("logs -n shop deploy/cart -f --tail=1") { $0.contains("\n") }
            #expect(!followed.isEmpty)
            let crashed = try #require(Self.crashed(kubectl.server))
            #expect(try await kubectl.run("logs \(crashed) --previous").status == 0)
            let unknown = try await kubectl.run("logs -n shop deploy/cart -c nope")
            #expect(unknown.status == 1 && unknown.errors.contains("container nope is not valid for pod cart-"))
        }
    }

    @Test func showsEventsAndUsage() async throws {
        try await withDemoKubectl { kubectl in
            let events = try await kubectl.output("events -A --types=Warning -o jsonpath={.items[*].type}")
            #expect(Set(events.split(separator: " ")) == ["Warning"])
            let nodes = try await kubectl.run("top nodes --no-headers").lines.map { String($0.prefix { $0 != " " }) }
            // Those without measurements come last, in any order.
            #expect(
                nodes.sorted()
                    == kubectl.server.store.documents(of: .nodes).compactMap {
                        $0["metadata"]?["name"].flatMap(Self.text)
                    }.sorted())
            let memory = try await kubectl.run("top pods -A --sort-by=memory --no-headers").lines.compactMap {
                Int(($0.split(separator: " ").last ?? "").dropLast(2))
            }
            #expect(memory.count > 5 && memory == memory.sorted(by: >))
            let containers = try await kubectl.run("top pods -n shop -l app=cart --containers --no-headers").lines
            #expect(containers.count == 2 && containers.allSatisfy { $0.contains(" cart ") })
        }
    }

    // MARK: Access

    @Test func tellsWhoOneIsAndWhatOneMay() async throws {
        try await withDemoKubectl { kubectl in
            let developer = kubectl.with(context: "demo-developer")
            let nobody = kubectl.with(context: "demo-nobody")
            #expect(
                try await developer.output("auth whoami -o jsonpath={.status.userInfo.username}") == "demo-developer")
            #expect(try await kubectl.output("auth can-i delete nodes") == "yes\n")
            #expect(try await developer.output("auth can-i delete pods -n shop") == "yes\n")
            #expect(
                try await developer.run("auth can-i delete pods -n payments")
                    == .init(status: 1, output: "no\n", errors: ""))
            #expect(try await developer.output("auth can-i --list -n shop").contains("deployments.apps"))
            #expect(
                try await nobody.run("get pods").errors
                    == "Error from server (Forbidden): pods is forbidden: User \"demo-nobody\" cannot list resource "
                    + "\"pods\" in API group \"\" in the namespace \"shop\"\n")
            #expect(try await kubectl.output("auth can-i get pods --as=jane@example.com") == "yes\n")
            #expect(try await kubectl.run("get secrets --as=jane@example.com").status == 1)
            // What is bound counts from then on.
            #expect(try await nobody.output("api-versions").contains("apps/v1"))
            _ = try await kubectl.output(
                "create rolebinding nobody-may-view --clusterrole=view --user=demo-nobody -n shop")
            #expect(try await nobody.output("auth can-i list pods -n shop") == "yes\n")
            #expect(try await nobody.run("get pods -n shop -o name").lines.isEmpty == false)
            #expect(try await nobody.run("get secrets -n shop").status == 1)
            _ = try await kubectl.output("delete rolebinding nobody-may-view -n shop")
            #expect(try await nobody.run("get pods -n shop").status == 1)
        }
    }

    @Test func givesServiceAccountsTokens() async throws {
        try await withDemoKubectl { kubectl in
            let token = try await kubectl.output("create token deployer -n shop --duration=20m")
                .trimmingCharacters(in: .newlines)
            let who = "auth whoami --token=\(token) -o jsonpath={.status.userInfo.username}"
            let account = kubectl.with(context: "demo-nobody")
            #expect(try await account.output(who) == "system:serviceaccount:shop:deployer")
            #expect(try await account.run("get pods -n shop --token=\(token)").status == 0)
            #expect(try await account.run("get secrets -n shop --token=\(token)").status == 1)
            #expect(
                try await account.run("get pods -n shop --token=\(token)x").errors
                    == "error: You must be logged in to the server (Unauthorized)\n")
        }
    }

    // MARK: Mistakes

    @Test(arguments: [
        ("get pod missing", "Error from server (NotFound): pods \"missing\" not found\n"),
        ("get nosuch", "error: the server doesn't have a resource type \"nosuch\"\n"),
        (
            "get pods -l a+b,=",
            "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"a+b,=\", "
                + "field selector \"\": unable to parse requirement: key: Invalid value: \"a+b\": name part must consist "
                + "of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
                + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\n"
        ),
        (
            "get pods --field-selector spec.foo=x",
            "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"\", field "
                + "selector \"spec.foo=x\": field label not supported: spec.foo\n"
        ),
        ("get --raw /api/v1/nope", "Error from server (NotFound): the server could not find the requested resource\n"),
        (
            "get --raw /api/v1/pods?limit=x",
            "Error from server (BadRequest): strconv.ParseInt: parsing \"x\": invalid syntax\n"
        ),
    ])
    func mistakesAreToldInTheServersWords(line: String, words: String) async throws {
        let outcome = try await withDemoKubectl { try await $0.run(line) }
        #expect(outcome == .init(status: 1, output: "", errors: words))
    }

    @Test func kindsThatAreDefinedAreServed() async throws {
        try await withDemoKubectl { kubectl in
            let definition = """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: rockets.space.example.com}
                spec:
                  group: space.example.com
                  names: {plural: rockets, singular: rocket, kind: Rocket, listKind: RocketList, shortNames: [rk]}
                  scope: Namespaced
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                    additionalPrinterColumns:
                    - {name: Engines, type: integer, jsonPath: .spec.engines}
                    - {name: First, type: string, jsonPath: '.spec.payload[?(@.kind=="sat")].name'}
                """
            let rocket = """
                apiVersion: space.example.com/v1
                kind: Rocket
                metadata: {name: falcon}
                spec: {engines: 9, payload: [{kind: crew, name: bob}, {kind: sat, name: one}]}
                """
            _ = try await kubectl.output("create --validate=false -f -", input: definition)
            _ = try await kubectl.output("create --validate=false -f -", input: rocket)
            #expect(try await kubectl.output("get rk") == "NAME     ENGINES   FIRST\nfalcon   9         one\n")
            #expect(
                try await kubectl.run("api-resources --api-group=space.example.com -o name").lines
                    == ["rockets.space.example.com"])
            #expect(try await kubectl.output("describe rocket falcon").contains("Engines:  9"))
        }
    }
}
