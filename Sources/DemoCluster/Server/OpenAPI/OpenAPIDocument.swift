import CKubernetesSchema
import KubernetesModel
import Synchronization

/// What `/openapi/v3` tells of the kinds of a group version: enough for `kubectl explain`, and for clients that ask which
/// parameters a server knows.
struct OpenAPIDocument {
    /// Such as `apps/v1`.
    let groupVersion: String
    let resources: [DemoResource]

    /// Where its document is, such as `apis/apps/v1`.
    static func path(_ group: String, _ version: String) -> String {
        group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
    }

    // MARK: Words

    /// Short descriptions, by type, and by type and field.
    private static let descriptions: [Substring: Substring] = {
        var count = 0
        let text = String(
            decoding: UnsafeBufferPointer(start: kubernetes_descriptions(&count), count: count), as: UTF8.self)
        var descriptions: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let sides = line.split(separator: "\t", maxSplits: 1)
            if sides.count == 2 { descriptions[sides[0]] = sides[1] }
        }
        return descriptions
    }()

    private static let required: [String: Set<String>] = [
        "PodSpec": ["containers"], "Container": ["name"], "EphemeralContainer": ["name"], "EnvVar": ["name"],
        "ContainerPort": ["containerPort"], "VolumeMount": ["name", "mountPath"], "Volume": ["name"],
        "DeploymentSpec": ["selector", "template"], "ReplicaSetSpec": ["selector"],
        "StatefulSetSpec": ["selector", "template"], "DaemonSetSpec": ["selector", "template"],
        "JobSpec": ["template"], "CronJobSpec": ["schedule", "jobTemplate"], "ServicePort": ["port"],
        "HTTPGetAction": ["port"], "TCPSocketAction": ["port"], "PersistentVolumeClaimVolumeSource": ["claimName"],
        "HostPathVolumeSource": ["path"], "ConfigMapKeySelector": ["key"], "SecretKeySelector": ["key"],
        "ObjectFieldSelector": ["fieldPath"], "LabelSelectorRequirement": ["key", "operator"],
        "HorizontalPodAutoscalerSpec": ["scaleTargetRef", "maxReplicas"],
        "CrossVersionObjectReference": ["kind", "name"], "HTTPIngressPath": ["pathType", "backend"],
        "RoleBinding": ["roleRef"], "ClusterRoleBinding": ["roleRef"], "RoleRef": ["apiGroup", "kind", "name"],
        "Subject": ["kind", "name"], "PolicyRule": ["verbs"], "Taint": ["key", "effect"], "PriorityClass": ["value"],
        "StorageClass": ["provisioner"], "OwnerReference": ["apiVersion", "kind", "name", "uid"],
        "KeyToPath": ["key", "path"], "LimitRangeSpec": ["limits"], "LimitRangeItem": ["type"],
    ]

    private static let enumerations: [String: [String]] = [
        "Container.imagePullPolicy": ["Always", "IfNotPresent", "Never"],
        "PodSpec.restartPolicy": ["Always", "Never", "OnFailure"],
        "PodSpec.dnsPolicy": ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        "ContainerPort.protocol": ["SCTP", "TCP", "UDP"], "ServicePort.protocol": ["SCTP", "TCP", "UDP"],
        "ServiceSpec.type": ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
        "ServiceSpec.sessionAffinity": ["ClientIP", "None"],
        "DeploymentStrategy.type": ["Recreate", "RollingUpdate"],
        "CronJobSpec.concurrencyPolicy": ["Allow", "Forbid", "Replace"],
        "JobSpec.completionMode": ["Indexed", "NonIndexed"],
        "Taint.effect": ["NoExecute", "NoSchedule", "PreferNoSchedule"],
        "HTTPIngressPath.pathType": ["Exact", "ImplementationSpecific", "Prefix"],
        "StatefulSetSpec.podManagementPolicy": ["OrderedReady", "Parallel"],
    ]

    // MARK: The index

    /// What `/openapi/v3` lists.
    static func index(_ groupVersions: [(group: String, version: String, state: UInt64)]) -> JSONValue {
        let paths = groupVersions.map { entry in
            let path = path(entry.group, entry.version)
            let hash = String(stableHash("\(path)/\(entry.state)"), radix: 16, uppercase: true)
            return JSONValue.Member(
                path, .members(["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]))
        }
        return .members(["paths": .object(paths)])
    }

    // MARK: One document

    private static let finished = Mutex<[String: [UInt8]]>([:])

    /// The document of kinds whose types are part of Kubernetes; made once.
    func bytes() -> [UInt8] {
        if let known = Self.finished.withLock({ $0[groupVersion] }) { return known }
        let bytes = document(custom: [:]).jsonBytes
        Self.finished.withLock { $0[groupVersion] = bytes }
        return bytes
    }

    /// The document.
    /// - Parameter custom: the schemas of kinds that CustomResourceDefinitions define, by kind.
    /// - Returns: the document, an OpenAPI 3.0 one.
    func document(custom: [String: JSONValue]) -> JSONValue {
        let schema = APISchema.current
        var schemas: [String: JSONValue] = [:]
        var paths: [JSONValue.Member] = []
        for resource in resources {
            let identity = JSONValue.members([
                "group": .string(resource.group), "kind": .string(resource.kind),
                "version": .string(resource.version),
            ])
            let name: String
            if let index = schema.message(apiVersion: resource.apiVersion, kind: resource.kind) {
                name = Self.name(of: schema.messages[index])
                add(index, schema, to: &schemas)
            } else {
                let group = resource.group.split(separator: ".").reversed().joined(separator: ".")
                name = "\(group).\(resource.version).\(resource.kind)"
                schemas[name] = Self.customSchema(custom[resource.kind] ?? .object([]))
                if let meta = schema.message(apiVersion: "v1", kind: "Pod") {
                    add(meta, schema, to: &schemas, onlyMeta: true)
                }
            }
            schemas[name]?.set("x-kubernetes-group-version-kind", to: .array([identity]))
            paths += Self.paths(of: resource, identity, schema: name)
        }
        return .members([
            "openapi": .string("3.0.0"),
            "info": .texts(["title": "Kubernetes", "version": "v1.36.2"]),
            "paths": .object(paths),
            "components": .members([
                "schemas": .object(schemas.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) })
            ]),
        ])
    }

    private static func customSchema(_ given: JSONValue) -> JSONValue {
        var schema = given
        schema.fill("type", with: .string("object"))
        for key in ["apiVersion", "kind"] where schema.at("properties", key) == nil {
            schema.set(
                "properties", key,
                to: .members([
                    "description": .string(words(for: "TypeMeta.\(key)") ?? ""), "type": .string("string"),
                ]))
        }
        let meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
        schema.set(
            "properties", "metadata",
            to: .members([
                "description": .string(words(for: "ObjectMeta") ?? ""),
                "allOf": .array([.texts(["$ref": "#/components/schemas/\(meta)"])]),
            ]))
        return schema
    }

    // MARK: Types

    private static func name(of message: APISchema.Message) -> String {
        switch message.package {
        case "apis.meta.v1", "api.resource", "util.intstr": "io.k8s.apimachinery.pkg.\(message.package).\(message.name)"
        case "runtime": "io.k8s.apimachinery.pkg.runtime.\(message.name)"
        case "apiextensions.v1": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.\(message.name)"
        case "apiregistration.v1": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.\(message.name)"
        case "metrics.v1beta1": "io.k8s.metrics.pkg.apis.metrics.v1beta1.\(message.name)"
        default: "io.k8s.api.\(message.package).\(message.name)"
        }
    }

    private static func words(for key: String) -> String? { descriptions[key[...]].map(String.init) }

    /// Adds a type, and those of its fields.
    private func add(
        _ index: Int, _ schema: APISchema, to schemas: inout [String: JSONValue], onlyMeta: Bool = false
    ) {
        let message = schema.messages[index]
        let name = Self.name(of: message)
        guard schemas[name] == nil else { return }
        if onlyMeta {
            if case .message(let meta)? = message.members["metadata"]?.shape { add(meta, schema, to: &schemas) }
            return
        }
        schemas[name] = .object([])
        var properties: [JSONValue.Member] = []
        let isObject = message.members["metadata"]?.shape != nil && message.package != "apis.meta.v1"
        if isObject {
            for key in ["apiVersion", "kind"] where message.members[key] == nil {
                properties.append(
                    JSONValue.Member(
                        key,
                        .members([
                            "description": Self.words(for: "TypeMeta.\(key)").map { .string($0) },
                            "type": .string("string"),
                        ])))
            }
        }
        for field in message.members.values.sorted(by: { $0.name < $1.name }) {
            properties.append(
                JSONValue.Member(field.name, property(field, in: message, schema, &schemas)))
        }
        properties.sort { $0.key < $1.key }
        let required = Self.required[message.name]?.filter { message.members[$0] != nil }.sorted()
        schemas[name] = .members([
            "description": Self.words(for: message.name).map { .string($0) }, "type": .string("object"),
            "required": required.flatMap { $0.isEmpty ? nil : .array($0.map { .string($0) }) },
            "properties": .object(properties),
        ])
    }

    private func property(
        _ field: APISchema.Field, in owner: APISchema.Message, _ schema: APISchema,
        _ schemas: inout [String: JSONValue]
    ) -> JSONValue {
        let key = "\(owner.name).\(field.name)"
        let described =
            Self.words(for: key) ?? (owner.members["metadata"] == nil ? nil : Self.words(for: "*.\(field.name)"))
        var value = type(field.shape, schema, &schemas)
        switch field.count {
        case .one: break
        case .list:
            let keys = ListKeys.keys(of: field.name, [.object([.init("containerPort", .null), .init("port", .null)])])
            value = .members([
                "type": .string("array"), "items": value,
                "x-kubernetes-list-type": .string(keys == nil ? "atomic" : "map"),
                "x-kubernetes-list-map-keys": keys.map { .array($0.map { .string($0) }) },
                "x-kubernetes-patch-merge-key": keys?.first.map { .string($0) },
                "x-kubernetes-patch-strategy": keys == nil ? nil : .string("merge"),
            ])
        case .map: value = .members(["type": .string("object"), "additionalProperties": value])
        }
        if let values = Self.enumerations[key] { value.set("enum", to: .array(values.map { .string($0) })) }
        guard let described else { return value }
        return .object([JSONValue.Member("description", .string(described))] + value.members)
    }

    private func type(
        _ shape: APISchema.Shape, _ schema: APISchema, _ schemas: inout [String: JSONValue]
    ) -> JSONValue {
        func reference(_ name: String, _ definition: JSONValue) -> JSONValue {
            let full = "io.k8s.apimachinery.pkg.\(name)"
            schemas[full] = definition
            return .members(["allOf": .array([.texts(["$ref": "#/components/schemas/\(full)"])])])
        }
        switch shape {
        case .string, .duration: return .texts(["type": "string", "default": ""])
        case .bytes: return .texts(["type": "string", "format": "byte"])
        case .int32: return .texts(["type": "integer", "format": "int32"])
        case .int64: return .texts(["type": "integer", "format": "int64"])
        case .bool: return .texts(["type": "boolean"])
        case .double: return .texts(["type": "number", "format": "double"])
        case .time: return reference("apis.meta.v1.Time", .texts(["type": "string", "format": "date-time"]))
        case .microTime: return reference("apis.meta.v1.MicroTime", .texts(["type": "string", "format": "date-time"]))
        case .quantity:
            return reference(
                "api.resource.Quantity",
                .members([
                    "description": Self.words(for: "Quantity").map { .string($0) },
                    "oneOf": .array([.texts(["type": "string"]), .texts(["type": "number"])]),
                ]))
        case .intOrString:
            return reference(
                "util.intstr.IntOrString",
                .members([
                    "description": Self.words(for: "IntOrString").map { .string($0) },
                    "format": .string("int-or-string"),
                    "oneOf": .array([.texts(["type": "integer"]), .texts(["type": "string"])]),
                ]))
        case .texts: return .members(["type": .string("array"), "items": .texts(["type": "string"])])
        case .anything: return .members(["type": .string("object")])
        case .message(let index):
            add(index, schema, to: &schemas)
            let name = Self.name(of: schema.messages[index])
            return .members(["allOf": .array([.texts(["$ref": "#/components/schemas/\(name)"])])])
        }
    }

    // MARK: Paths

    private static func paths(
        of resource: DemoResource, _ identity: JSONValue, schema: String
    ) -> [JSONValue.Member] {
        let root = "/\(path(resource.group, resource.version))"
        let collection =
            resource.isNamespaced ? "\(root)/namespaces/{namespace}/\(resource.plural)" : "\(root)/\(resource.plural)"
        func operation(_ verb: String, _ parameters: [String]) -> JSONValue? {
            guard resource.verbs.contains(verb) else { return nil }
            return .members([
                "operationId": .string("\(verb)\(resource.isNamespaced ? "Namespaced" : "")\(resource.kind)"),
                "parameters": .array(
                    parameters.map { name in
                        .members([
                            "name": .string(name), "in": .string("query"),
                            "schema": .members(["type": .string(name == "force" ? "boolean" : "string")]),
                        ])
                    }),
                "responses": .members([
                    "200": .members([
                        "description": .string("OK"),
                        "content": .members([
                            "application/json": .members([
                                "schema": .texts(["$ref": "#/components/schemas/\(schema)"])
                            ])
                        ]),
                    ])
                ]),
                "x-kubernetes-group-version-kind": identity,
            ])
        }
        let changing = ["dryRun", "fieldManager", "fieldValidation"]
        let many = JSONValue.members([
            "get": operation(
                "list", ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"]),
            "post": operation("create", changing), "delete": operation("deletecollection", ["dryRun"]),
        ])
        let one = JSONValue.members([
            "get": operation("get", []), "put": operation("update", changing),
            "patch": operation("patch", changing + ["force"]), "delete": operation("delete", ["dryRun"]),
        ])
        var members: [JSONValue.Member] = []
        if !many.members.isEmpty { members.append(JSONValue.Member(collection, many)) }
        if !one.members.isEmpty { members.append(JSONValue.Member("\(collection)/{name}", one)) }
        return members
    }
}

extension DemoAPI {
    /// What the server tells of the types of its kinds.
    func openAPI(_ request: DemoRequest, store: DemoObjectStore) throws(DemoStatus) -> Answer {
        guard request.method == "GET" else { throw .notAllowed }
        let segments = Array(request.segments.dropFirst())
        guard segments.first == "v3" else { return Self.text("404 page not found\n", status: 404) }
        let custom = store.customResources
        let kinds = DemoResource.served.filter { !$0.isCustom } + custom
        if segments.count == 1 {
            var seen: [(group: String, version: String, state: UInt64)] = []
            for kind in kinds where !seen.contains(where: { $0.group == kind.group && $0.version == kind.version }) {
                let state = kind.isCustom ? store.definitionsVersion : 0
                seen.append((kind.group, kind.version, state))
            }
            return Self.whole(OpenAPIDocument.index(seen))
        }
        let (group, version) =
            segments.count == 3 && segments[1] == "api"
            ? ("", segments[2]) : segments.count == 4 && segments[1] == "apis" ? (segments[2], segments[3]) : ("", "")
        let served = kinds.filter { $0.group == group && $0.version == version }
        guard !served.isEmpty else { return Self.text("404 page not found\n", status: 404) }
        let document = OpenAPIDocument(
            groupVersion: OpenAPIDocument.path(group, version), resources: served)
        guard served.contains(where: \.isCustom) else {
            return .whole(status: 200, contentType: "application/json", body: document.bytes())
        }
        var schemas: [String: JSONValue] = [:]
        for definition in store.documents(of: .customResourceDefinitions)
        where definition.text("spec", "group") == group {
            let found = definition.at("spec", "versions")?.elements.first { $0.text("name") == version }
            schemas[definition.text("spec", "names", "kind")] = found?.at("schema", "openAPIV3Schema")
        }
        return .whole(
            status: 200, contentType: "application/json", body: document.document(custom: schemas).jsonBytes)
    }
}

extension DemoObjectStore {
    /// Changes with the CustomResourceDefinitions.
    fileprivate var definitionsVersion: UInt64 {
        items(of: .customResourceDefinitions).map(\.entry.version).max() ?? 0
    }
}
