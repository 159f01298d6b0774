import KubernetesModel

/// Derives the EndpointSlice of a service from the pods that its selector matches.
enum EndpointSlices {
    /// The slice of a service; `nil` for one without a selector.
    static func slice(of service: JSONValue, pods: [JSONValue]) -> JSONValue? {
        let selector = service.at("spec", "selector")?.textMembers ?? [:]
        guard !selector.isEmpty else { return nil }
        let name = service.text("metadata", "name")
        let namespace = service.text("metadata", "namespace")
        let backing = pods.filter { pod in
            guard pod.text("metadata", "namespace") == namespace, !pod.text("status", "podIP").isEmpty else {
                return false
            }
            guard !["Succeeded", "Failed"].contains(pod.text("status", "phase")) else { return false }
            let labels = pod.at("metadata", "labels")
            return selector.allSatisfy { labels?[$0.key]?.text == $0.value }
        }
        var random = DemoRandom(seed: stableHash("\(namespace)/\(name)"))
        return .members([
            "metadata": .members([
                "name": .string("\(name)-\(random.suffix(5))"), "generateName": .string("\(name)-"),
                "namespace": .string(namespace), "creationTimestamp": service.at("metadata", "creationTimestamp"),
                "labels": .texts([
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                    "kubernetes.io/service-name": name,
                ]),
                "ownerReferences": .array([owner(service, apiVersion: "v1", kind: "Service")]),
            ]),
            "addressType": .string("IPv4"),
            "endpoints": backing.isEmpty
                ? .null
                : .array(
                    backing.map {
                        endpoint($0, isAlwaysReady: service.at("spec", "publishNotReadyAddresses")?.isTrue ?? false)
                    }),
            "ports": backing.isEmpty ? .null : ports(of: service, on: backing[0]),
        ])
    }

    /// The Endpoints of a service, which say what its slice does.
    static func endpoints(of service: JSONValue, _ slice: JSONValue) -> JSONValue {
        let endpoints = (slice["endpoints"]?.elements ?? []).filter {
            !($0.at("conditions", "terminating")?.isTrue ?? false)
        }
        func addresses(isReady: Bool) -> JSONValue? {
            let chosen = endpoints.filter { ($0.at("conditions", "ready")?.isTrue ?? false) == isReady }
            if chosen.isEmpty { return nil }
            return .array(
                chosen.map { endpoint in
                    .members([
                        "ip": endpoint["addresses"]?.elements.first, "nodeName": endpoint["nodeName"],
                        "targetRef": endpoint["targetRef"],
                    ])
                })
        }
        let subset = JSONValue.members([
            "addresses": addresses(isReady: true), "notReadyAddresses": addresses(isReady: false),
            "ports": slice["ports"].flatMap { $0.elements.isEmpty ? nil : $0 },
        ])
        return .members([
            "metadata": .members([
                "name": .string(service.text("metadata", "name")),
                "namespace": .string(service.text("metadata", "namespace")),
                "creationTimestamp": service.at("metadata", "creationTimestamp"),
            ]),
            "subsets": endpoints.isEmpty ? nil : .array([subset]),
        ])
    }

    private static func endpoint(_ pod: JSONValue, isAlwaysReady: Bool) -> JSONValue {
        let isTerminating = pod.at("metadata", "deletionTimestamp") != nil
        let isServing = (pod.at("status", "conditions")?.elements ?? []).contains {
            $0.text("type") == "Ready" && $0.text("status") == "True"
        }
        return .members([
            "addresses": .array([.string(pod.text("status", "podIP"))]),
            "conditions": .members([
                "ready": .bool(isAlwaysReady || (isServing && !isTerminating)), "serving": .bool(isServing),
                "terminating": .bool(isTerminating),
            ]),
            "targetRef": .members([
                "kind": .string("Pod"), "namespace": .string(pod.text("metadata", "namespace")),
                "name": .string(pod.text("metadata", "name")), "uid": .string(pod.text("metadata", "uid")),
            ]),
            "nodeName": .string(pod.text("spec", "nodeName")),
        ])
    }

    /// The ports of a service as numbers on a pod; a named port that no container declares is left out.
    private static func ports(of service: JSONValue, on pod: JSONValue) -> JSONValue {
        let sidecars = (pod.at("spec", "initContainers")?.elements ?? []).filter {
            $0.text("restartPolicy") == "Always"
        }
        let declared = ((pod.at("spec", "containers")?.elements ?? []) + sidecars)
            .flatMap { $0["ports"]?.elements ?? [] }
        let ports = (service.at("spec", "ports")?.elements ?? []).compactMap { port -> JSONValue? in
            let target = port["targetPort"]
            let number =
                target?.integer
                ?? declared.first { declaration in
                    let isSame = declaration.text("protocol") == port.text("protocol")
                    return declaration["name"] != nil && declaration["name"] == target && isSame
                }?["containerPort"]?.integer
            guard let number else { return nil }
            return .members([
                "name": .string(port.text("name")), "protocol": .string(port.text("protocol")),
                "port": .integer(number),
            ])
        }
        return .array(ports)
    }
}

/// A reference to the object that controls another.
func owner(_ object: JSONValue, apiVersion: String, kind: String) -> JSONValue {
    .members([
        "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(object.text("metadata", "name")),
        "uid": .string(object.text("metadata", "uid")), "controller": .bool(true), "blockOwnerDeletion": .bool(true),
    ])
}
