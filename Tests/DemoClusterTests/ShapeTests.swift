import Foundation
import KubernetesModel
import Testing

@testable import DemoCluster

/// What the demo answers has the structure of what a 1.36 server answered to the same requests.
@Suite struct ShapeTests {
    private static let store: DemoObjectStore? = {
        guard let scenario = try? DemoScenario.standard() else { return nil }
        return DemoSimulation.begin(scenario, at: beginning).store
    }()

    private func fixture(_ path: String) throws -> JSONValue {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(path)", withExtension: nil))
        return try Data(contentsOf: url).withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    private func answer(_ target: String, accept: String = "application/json") throws -> JSONValue {
        let answer = try Asked(target, try #require(Self.store), accept: accept)
        return try Array(answer.text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    // MARK: Objects

    /// Which members the objects of some lists have, by the path of the object that they are in.
    private struct Shape {
        struct Member {
            var count = 0
            var types: Set<String> = []
        }

        var objects: [String: Int] = [:]
        var members: [String: [String: Member]] = [:]

        /// Objects whose members people name.
        private static let maps: Set<String> = [
            "labels", "annotations", "matchLabels", "nodeSelector", "data", "binaryData", "limits", "requests",
            "capacity", "allocatable", "hard", "used", "selector", "default", "defaultRequest", "max", "min",
            "parameters", "allocatedResources", "extra",
        ]

        mutating func add(_ value: JSONValue, at path: String = "") {
            switch value {
            case .object(let list):
                let name = path.split(separator: ".").last.map(String.init) ?? ""
                let isPlain = list.allSatisfy { if case .object = $0.value { false } else { true } }
                if Self.maps.contains(name), isPlain { return }
                objects[path, default: 0] += 1
                for member in list {
                    members[path, default: [:]][member.key, default: Member()].count += 1
                    if member.value != .null {
                        members[path, default: [:]][member.key, default: Member()].types.insert(Self.type(member.value))
                    }
                    add(member.value, at: "\(path).\(member.key)")
                }
            case .array(let elements): for element in elements { add(element, at: path + "[]") }
            default: break
            }
        }

        private static func type(_ value: JSONValue) -> String {
            switch value {
            case .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        }
    }

    /// Members that every recorded object has and not every one of the demo, and why.
    private static let lacking: [(reason: String, members: Set<String>)] = [
        (
            "whoever wrote the recorded manifests chose to have them",
            [
                ".metadata.annotations", ".metadata.labels", "containers[].command", "initContainers[].command",
                "env[].valueFrom", "Probe.httpGet", "containers[].volumeMounts", "initContainers[].volumeMounts",
                ".spec.volumes", ".status.initContainerStatuses[].volumeMounts",
                ".status.containerStatuses[].volumeMounts", ".spec.names.shortNames",
                ".status.acceptedNames.shortNames", ".spec.metrics[].resource", ".spec.rules",
                ".spec.volumeClaimTemplates", ".spec.hostPath",
                ".spec.hostNetwork", ".spec.tolerations", ".resources.requests", "Probe.tcpSocket",
                ".spec.limits[].defaultRequest", ".spec.ingress[].from", ".spec.ingress[].ports",
                ".from[].namespaceSelector", ".affinity.nodeAffinity", ".nodeSelectorTerms[].matchFields",
                ".spec.volumes[].configMap.defaultMode",
            ]
        ),
        (
            "they depend on what happens to the object",
            [
                ".subsets[].ports", ".status.currentMetrics", ".status.currentMetrics[].resource",
                "jobs .status.conditions", "pods .status.conditions", "events .count", "events .source.component",
                ".involvedObject.namespace",
                ".initContainerStatuses[].lastState.terminated", ".status.readyReplicas", ".status.currentReplicas",
                ".status.updatedReplicas", ".spec.claimRef.uid", ".spec.claimRef.apiVersion",
                ".spec.claimRef.resourceVersion", ".status.lastPhaseTransitionTime", ".metadata.finalizers",
            ]
        ),
        ("a kubelet does not know it when it tells of its node", [".involvedObject.resourceVersion"]),
        (
            "the API server is no pod",
            [".subsets[].addresses[].nodeName", ".subsets[].addresses[].targetRef"]
        ),
        (
            "an ExternalName Service has no addresses",
            [
                ".spec.ports", ".spec.clusterIP", ".spec.clusterIPs", ".spec.ipFamilies", ".spec.ipFamilyPolicy",
                ".spec.internalTrafficPolicy",
            ]
        ),
        (
            "the demo does not keep them",
            [
                ".spec.conversion", ".metadata.generation", ".spec.revisionHistoryLimit", ".spec.manualSelector",
                ".spec.suspend",
                ".spec.podReplacementPolicy", ".spec.persistentVolumeClaimRetentionPolicy",
                ".status.declaredFeatures",
            ]
        ),
    ]

    private static func isAllowed(_ member: String) -> Bool {
        lacking.contains { $0.members.contains { member.hasSuffix($0) } }
    }

    private static let recorded: [String] = {
        let root = Bundle.module.bundleURL.appending(path: "Fixtures/lists")
        let folders = ["demo", "broken", "shop", "kube-system", "cluster"]
        let files = folders.flatMap { folder in
            (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        }
        return Set(files.map { String($0.dropLast(".json".count)) }).sorted()
    }()

    @Test func objectsHaveTheMembersOfRecordedOnes() throws {
        var findings: [String] = []
        #expect(Self.recorded.count > 25)
        for plural in Self.recorded {
            let resource = try #require(DemoResource.all.first { $0.plural == plural }, "\(plural)")
            var (theirs, ours) = (Shape(), Shape())
            var lists: [JSONValue] = []
            for folder in ["demo", "broken", "shop", "kube-system", "cluster"] {
                let file = "Fixtures/lists/\(folder)/\(plural).json"
                guard Bundle.module.url(forResource: file, withExtension: nil) != nil else { continue }
                let list = try fixture("lists/\(folder)/\(plural).json")
                lists.append(list)
                for item in list["items"]?.elements ?? [] { theirs.add(item) }
            }
            let path = resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.apiVersion)"
            let list = try answer("\(path)/\(plural)")
            #expect(list["kind"] == lists.first?["kind"] && list["apiVersion"] == lists.first?["apiVersion"])
            for item in list["items"]?.elements ?? [] { ours.add(item) }
            findings += differences(plural, theirs, ours)
        }
        #expect(findings == [])
    }

    private func differences(_ plural: String, _ theirs: Shape, _ ours: Shape) -> [String] {
        theirs.objects.keys.sorted().flatMap { path -> [String] in
            guard let count = ours.objects[path] else { return [] }
            return (theirs.members[path] ?? [:]).sorted { $0.key < $1.key }.flatMap { key, member -> [String] in
                let own = ours.members[path]?[key] ?? Shape.Member()
                let name = "\(plural) \(path).\(key)"
                // These are numbers, or names or percentages.
                let mayBeBoth = ["port", "targetPort", "maxSurge", "maxUnavailable", "minAvailable"].contains(key)
                if !mayBeBoth, !member.types.isEmpty, !own.types.isSubset(of: member.types) {
                    return ["\(name) is of type \(own.types.sorted()), recorded \(member.types.sorted())"]
                }
                let isAlways = member.count == theirs.objects[path]
                if isAlways, own.count < count, !Self.isAllowed(name) { return ["\(name) is not always there"] }
                return []
            }
        }
    }

    @Test func objectsHaveNoMembersThatTheAPIDoesNotKnow() throws {
        let store = try #require(Self.store)
        var findings: Set<String> = []
        for resource in DemoResource.all where !resource.isCustom && resource != .customResourceDefinitions {
            for object in store.documents(of: resource) {
                let body = try DemoBody(object, apiVersion: resource.apiVersion, kind: resource.kind)
                findings.formUnion(body.findings.map { "\(resource.kind): \($0)" })
            }
        }
        #expect(findings.sorted() == [])
    }

    // MARK: Other answers

    /// The keys of an object, with the types of their values; of an array, of all its elements together.
    private func outline(_ value: JSONValue) -> [String] {
        var shape = Shape()
        shape.add(value)
        return shape.members.flatMap { path, members in
            members.map { key, member in "\(path).\(key): \(member.types.sorted().joined(separator: "|"))" }
        }.sorted()
    }

    @Test func discoveryHasTheRecordedStructure() throws {
        let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        #expect(outline(try answer("/version")) == outline(try fixture("discovery/version.json")))
        #expect(outline(try answer("/api")) == outline(try fixture("discovery/api.json")))
        #expect(outline(try answer("/apis")) == outline(try fixture("discovery/apis.json")))
        #expect(outline(try answer("/apis/apps/v1")) == outline(try fixture("discovery/apis_apps_v1.json")))
        #expect(
            outline(try answer("/apis/metrics.k8s.io/v1beta1"))
                == outline(try fixture("discovery/apis_metrics.k8s.io_v1beta1.json")))
        #expect(
            outline(try answer("/api", accept: aggregated)) == outline(try fixture("discovery/api-aggregated.json")))
        #expect(
            outline(try answer("/apis", accept: aggregated)) == outline(try fixture("discovery/apis-aggregated.json")))
    }

    @Test func discoveryOffersWhatARealServerOffers() throws {
        func offers(_ list: JSONValue) -> Set<String> {
            Set(
                (list["resources"]?.elements ?? []).map { resource in
                    let verbs = (resource["verbs"]?.elements ?? []).compactMap(\.text).joined(separator: ",")
                    let names = (resource["shortNames"]?.elements ?? []).compactMap(\.text).joined(separator: ",")
                    return [
                        resource.text("name"), resource.text("singularName"), resource.text("kind"), verbs, names,
                        resource["namespaced"] == .bool(true) ? "namespaced" : "",
                    ].joined(separator: " ")
                })
        }
        #expect(offers(try answer("/api/v1")) == offers(try fixture("discovery/api_v1.json")))
        #expect(offers(try answer("/apis/apps/v1")) == offers(try fixture("discovery/apis_apps_v1.json")))
        let groups = (try fixture("discovery/apis.json")["groups"]?.elements ?? []).map { $0.text("name") }
        let own = (try answer("/apis")["groups"]?.elements ?? []).map { $0.text("name") }
        let custom = ["cert-manager.io", "delivery.example.com", "space.example.com"]
        #expect(own.filter { !custom.contains($0) } == groups.filter { !custom.contains($0) })
    }

    @Test func metricsHaveTheRecordedStructure() throws {
        let path = "/apis/metrics.k8s.io/v1beta1"
        #expect(outline(try answer("\(path)/nodes")) == outline(try fixture("metrics/nodes.json")))
        #expect(outline(try answer("\(path)/pods")) == outline(try fixture("metrics/pods.json")))
    }

    @Test(arguments: ["pods": "v1", "services": "v1", "deployments": "apps/v1"])
    func tablesHaveTheRecordedColumns(plural: String, version: String) throws {
        let path = version == "v1" ? "/api/v1" : "/apis/\(version)"
        let table = try answer("\(path)/\(plural)", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        let recorded = try fixture("tables/\(plural).json")
        func columns(_ table: JSONValue) -> [String] {
            (table["columnDefinitions"]?.elements ?? []).map { column in
                "\(column.text("name")) \(column.text("type")) \(column.text("format")) \(column.integer("priority"))"
            }
        }
        #expect(columns(table) == columns(recorded))
        func cells(_ table: JSONValue) -> Set<String> {
            Set(
                (table["rows"]?.elements ?? []).map { row in
                    (row["cells"]?.elements ?? []).map { $0.text == nil ? "number" : "text" }.joined(separator: " ")
                })
        }
        #expect(cells(table) == cells(recorded))
    }

    @Test(arguments: [
        "400-fieldselector", "400-selector", "404-path", "406-accept",
    ])
    func failuresHaveTheRecordedWords(name: String) throws {
        let recorded = try fixture("errors/\(name).json")
        let target = String(recorded.text("request").dropFirst("GET ".count))
        let answer = try Asked(target, try #require(Self.store))
        #expect(answer.status == recorded.integer("status"))
        #expect(answer.contentType == recorded.text("headers", "Content-Type"))
        #expect(answer.text == recorded.text("body"))
    }

    @Test func reviewsHaveTheRecordedStructure() throws {
        func recorded(_ name: String) throws -> JSONValue {
            let body = try fixture("access/\(name).json").text("body")
            var document = try Array(body.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
            // The demo keeps no managed fields of what it does not store.
            document.set("metadata", "managedFields", to: nil)
            return document
        }
        var cluster = DemoClusterState(store: try #require(Self.store))
        var options = DemoServer.Options()
        options.users = ["admin": .admin, "developer": .developer]
        func ask(_ path: String, _ body: String, as token: String) throws -> JSONValue {
            let answer = try Asked(
                path, &cluster, method: "POST", sending: ("application/json", body), token: token, options: options)
            #expect(answer.status == 201)
            return try Array(answer.text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
        }
        let access = "/apis/authorization.k8s.io/v1"
        let question =
            "{\"spec\":{\"resourceAttributes\":{\"namespace\":\"kube-system\",\"verb\":\"delete\",\"resource\":\"pods\"}}}"
        #expect(
            outline(try ask("\(access)/selfsubjectaccessreviews", question, as: "admin"))
                == outline(try recorded("admin-can-delete-pods")))
        #expect(
            outline(try ask("\(access)/selfsubjectaccessreviews", question, as: "developer"))
                == outline(try recorded("viewer-can-delete-pods")))
        let rules = try ask("\(access)/selfsubjectrulesreviews", "{\"spec\":{\"namespace\":\"shop\"}}", as: "developer")
        #expect(outline(rules) == outline(try recorded("viewer-rules-demo")))
    }
}
