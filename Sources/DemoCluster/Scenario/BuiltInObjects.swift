import KubernetesModel

/// What every cluster has that was set up as usual: what its server, its controllers and its drivers make themselves.
enum BuiltInObjects {
    /// Adds what is not there yet; it is as old as the namespace `kube-system`.
    static func install(in store: inout DemoObjectStore, at now: Timestamp) {
        let system = store.document(of: .namespaces, name: "kube-system")
        guard let created = system?.at("metadata", "creationTimestamp") else { return }
        let time = created.text.flatMap { Timestamp($0) } ?? now
        let objects =
            BuiltInRoles.objects + accounts + apiServices(at: created) + fairness + drivers(of: store)
            + [serviceRange] + serverAddresses(of: store) + leases(since: time, at: now) + settings
        for (resource, object) in objects {
            let key = DemoObjectStore.Key(
                namespace: object.text("metadata", "namespace"), name: object.text("metadata", "name"))
            guard store.entry(of: resource, key) == nil else { continue }
            var object = object
            object.set("metadata", "creationTimestamp", to: created)
            store.apply(resource, object, at: time)
        }
        for namespace in store.documents(of: .namespaces) {
            var certificates = rootCertificates(in: namespace.text("metadata", "name"))
            certificates.set(
                "metadata", "creationTimestamp", to: namespace.at("metadata", "creationTimestamp") ?? created)
            store.apply(.configMaps, certificates, at: time)
        }
    }

    /// The certificate that the API server is known by.
    static let authority = String(decoding: PackageResources.ca_crt, as: UTF8.self)

    /// The certificates that the pods of a namespace trust.
    static func rootCertificates(in namespace: String) -> JSONValue {
        var metadata = named("kube-root-ca.crt", namespace: namespace)
        metadata.set(
            "annotations",
            to: .texts([
                "kubernetes.io/description":
                    "Contains a CA bundle that can be used to verify the kube-apiserver when "
                    + "using internal endpoints such as the internal service IP or kubernetes.default.svc. No other "
                    + "usage is guaranteed across distributions of Kubernetes clusters."
            ]))
        return .members(["metadata": metadata, "data": .texts(["ca.crt": authority])])
    }

    private static func named(_ name: String, namespace: String? = nil) -> JSONValue {
        .members(["name": .string(name), "namespace": namespace.map { .string($0) }])
    }

    // MARK: What the control plane keeps for itself

    /// Where the API server answers: the Service `kubernetes` has no selector, so the server says it itself.
    private static func serverAddresses(of store: DemoObjectStore) -> [BuiltInRoles.Object] {
        let address = store.documents(of: .nodes).lazy
            .filter { $0.at("metadata", "labels", "node-role.kubernetes.io/control-plane") != nil }
            .compactMap { $0.at("status", "addresses")?.elements.first?.text("address") }.first
        guard let address, store.document(of: .services, namespace: "default", name: "kubernetes") != nil else {
            return []
        }
        let port = JSONValue.members([
            "name": .string("https"), "port": .integer(6443), "protocol": .string("TCP"),
        ])
        var metadata = named("kubernetes", namespace: "default")
        metadata.set("labels", to: .texts(["kubernetes.io/service-name": "kubernetes"]))
        let slice = JSONValue.members([
            "metadata": metadata, "addressType": .string("IPv4"),
            "endpoints": .array([
                .members([
                    "addresses": .array([.string(address)]), "conditions": .members(["ready": .bool(true)]),
                ])
            ]), "ports": .array([port]),
        ])
        metadata.set("labels", to: .texts(["endpointslice.kubernetes.io/skip-mirror": "true"]))
        let subset = JSONValue.members([
            "addresses": .array([.texts(["ip": address])]), "ports": .array([port]),
        ])
        let endpoints = JSONValue.members(["metadata": metadata, "subsets": .array([subset])])
        return [(.endpointSlices, slice), (.endpoints, endpoints)]
    }

    private static func leases(since created: Timestamp, at now: Timestamp) -> [BuiltInRoles.Object] {
        let server = "apiserver-k4w7zt2mpqhvx3dnyb6rcj5u2e"
        let holders: [(name: String, holder: String, seconds: Int)] = [
            ("kube-controller-manager", "node-1_b0c6a3de-5f57-4a2c-9d0e-7c1f4c3f9a11", 15),
            ("kube-scheduler", "node-1_6d1f0b3a-58c5-4b43-a0d5-3f0a5d5f1c53", 15),
            (server, "\(server)_2f1c94d3-0c61-4f1b-8c0c-6a4be2a1d7e5", 3600),
        ]
        return holders.map { name, holder, seconds in
            var metadata = named(name, namespace: "kube-system")
            if name == server {
                metadata.set("labels", to: .texts(["apiserver.kubernetes.io/identity": "kube-apiserver"]))
            }
            return (
                .leases,
                .members([
                    "metadata": metadata,
                    "spec": .members([
                        "holderIdentity": .string(holder), "leaseDurationSeconds": .integer(seconds),
                        "acquireTime": .string(created.microText), "renewTime": .string(now.microText),
                        "leaseTransitions": name == server ? nil : .integer(2),
                    ]),
                ])
            )
        }
    }

    /// What the cluster was set up with.
    private static var settings: [BuiltInRoles.Object] {
        let texts: [(name: String, data: [String: String])] = [
            (
                "extension-apiserver-authentication",
                [
                    "client-ca-file": authority, "requestheader-allowed-names": "[\"front-proxy-client\"]",
                    "requestheader-client-ca-file": authority,
                    "requestheader-extra-headers-prefix": "[\"X-Remote-Extra-\"]",
                    "requestheader-group-headers": "[\"X-Remote-Group\"]",
                    "requestheader-username-headers": "[\"X-Remote-User\"]",
                ]
            ), ("kube-apiserver-legacy-service-account-token-tracking", ["since": "2026-04-23"]),
            (
                "kube-proxy",
                [
                    "config.conf":
                        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"
                        + "clusterCIDR: 10.244.0.0/16\nmode: iptables\n"
                ]
            ),
            (
                "kubeadm-config",
                [
                    "ClusterConfiguration":
                        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: demo\n"
                        + "kubernetesVersion: v1.36.2\nnetworking:\n  dnsDomain: cluster.local\n"
                        + "  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/12\n"
                ]
            ),
            (
                "kubelet-config",
                [
                    "kubelet":
                        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
                        + "clusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n"
                ]
            ),
        ]
        return texts.map { name, data in
            (.configMaps, .members(["metadata": named(name, namespace: "kube-system"), "data": .texts(data)]))
        }
    }

    private static var accounts: [BuiltInRoles.Object] {
        BuiltInRoles.controllers.map { (.serviceAccounts, .members(["metadata": named($0, namespace: "kube-system")])) }
    }

    // MARK: What serves which API

    private static func apiServices(at created: JSONValue) -> [BuiltInRoles.Object] {
        let discovery = DemoDiscovery()
        let core = DemoDiscovery.Group(name: "", versions: ["v1"])
        return ([core] + discovery.groups).flatMap { group in
            group.versions.map { version -> BuiltInRoles.Object in
                let isAggregated = group.name == DemoMetrics.group
                let isCustom = DemoResource.custom.contains { $0.group == group.name }
                let condition = JSONValue.members([
                    "type": .string("Available"), "status": .string("True"), "lastTransitionTime": created,
                    "reason": .string(isAggregated ? "Passed" : "Local"),
                    "message": .string(
                        isAggregated ? "all checks passed" : "Local APIServices are always available"),
                ])
                var spec = JSONValue.members([
                    "group": group.name.isEmpty ? nil : .string(group.name), "version": .string(version),
                    "groupPriorityMinimum": .integer(priority(of: group.name, isAggregated, isCustom)),
                    "versionPriority": .integer(isAggregated || isCustom ? 100 : version == "v2" ? 30 : 15),
                ])
                var metadata = named("\(version).\(group.name)")
                if isAggregated {
                    spec.set("insecureSkipTLSVerify", to: .bool(true))
                    spec.set(
                        "service",
                        to: .members([
                            "namespace": .string("kube-system"), "name": .string("metrics-server"),
                            "port": .integer(443),
                        ]))
                } else {
                    metadata.set(
                        "labels",
                        to: .texts(["kube-aggregator.kubernetes.io/automanaged": isCustom ? "true" : "onstart"]))
                }
                return (
                    .apiServices,
                    .members([
                        "metadata": metadata, "spec": spec,
                        "status": .members(["conditions": .array([condition])]),
                    ])
                )
            }
        }
    }

    private static func priority(of group: String, _ isAggregated: Bool, _ isCustom: Bool) -> Int {
        if group.isEmpty { return 18000 }
        if isAggregated { return 100 }
        return isCustom ? 1000 : 17000
    }

    // MARK: Who may ask how much at once

    private static var fairness: [BuiltInRoles.Object] {
        let levels: [(name: String, shares: Int, queues: Int?)] = [
            ("catch-all", 5, nil), ("exempt", 0, nil), ("global-default", 20, 128), ("leader-election", 10, 16),
            ("node-high", 40, 64), ("system", 30, 64), ("workload-high", 40, 128), ("workload-low", 100, 128),
        ]
        let schemas: [(name: String, level: String, precedence: Int, method: String?)] = [
            ("catch-all", "catch-all", 10000, "ByUser"), ("endpoint-controller", "workload-high", 150, "ByUser"),
            ("exempt", "exempt", 1, nil), ("global-default", "global-default", 9900, "ByUser"),
            ("kube-controller-manager", "workload-high", 800, "ByNamespace"),
            ("kube-scheduler", "workload-high", 800, "ByNamespace"),
            ("kube-system-service-accounts", "workload-high", 900, "ByNamespace"), ("probes", "exempt", 2, nil),
            ("service-accounts", "workload-low", 9000, "ByUser"),
            ("system-leader-election", "leader-election", 100, "ByUser"),
            ("system-node-high", "node-high", 400, "ByUser"), ("system-nodes", "system", 500, "ByUser"),
            ("workload-leader-election", "leader-election", 200, "ByUser"),
        ]
        return levels.map { level in levelObject(level.name, level.shares, level.queues) }
            + schemas.map { schema in
                schemaObject(schema.name, schema.level, schema.precedence, schema.method)
            }
    }

    private static func levelObject(_ name: String, _ shares: Int, _ queues: Int?) -> BuiltInRoles.Object {
        let response: JSONValue =
            queues.map { queues in
                .members([
                    "type": .string("Queue"),
                    "queuing": .members([
                        "queues": .integer(queues), "handSize": .integer(6), "queueLengthLimit": .integer(50),
                    ]),
                ])
            } ?? .members(["type": .string("Reject")])
        let spec: JSONValue =
            name == "exempt"
            ? .members([
                "type": .string("Exempt"),
                "exempt": .members([
                    "nominalConcurrencyShares": .integer(0), "lendablePercent": .integer(0),
                ]),
            ])
            : .members([
                "type": .string("Limited"),
                "limited": .members([
                    "nominalConcurrencyShares": .integer(shares), "limitResponse": response,
                    "lendablePercent": .integer(name == "catch-all" ? 0 : 50),
                ]),
            ])
        return fairnessObject("prioritylevelconfigurations", name, spec)
    }

    private static func schemaObject(
        _ name: String, _ level: String, _ precedence: Int, _ method: String?
    ) -> BuiltInRoles.Object {
        fairnessObject(
            "flowschemas", name,
            .members([
                "priorityLevelConfiguration": .members(["name": .string(level)]),
                "matchingPrecedence": .integer(precedence),
                "distinguisherMethod": method.map { .members(["type": .string($0)]) },
            ]))
    }

    private static func fairnessObject(_ plural: String, _ name: String, _ spec: JSONValue) -> BuiltInRoles.Object {
        var metadata = named(name)
        metadata.set("annotations", to: .texts(["apf.kubernetes.io/autoupdate-spec": "true"]))
        let resource = DemoResource.all.first { $0.plural == plural } ?? .priorityClasses
        return (resource, .members(["metadata": metadata, "spec": spec, "status": .object([])]))
    }

    // MARK: Storage and addresses

    private static func drivers(of store: DemoObjectStore) -> [BuiltInRoles.Object] {
        func resource(_ kind: String) -> DemoResource? { .of(apiVersion: "storage.k8s.io/v1", kind: kind) }
        guard let classes = resource("StorageClass"), let drivers = resource("CSIDriver"),
            let nodes = resource("CSINode")
        else { return [] }
        let names = Set(store.documents(of: classes).map { $0.text("provisioner") })
            .filter { !$0.isEmpty && !$0.contains("/") }.sorted()
        let measured = Set(store.documents(of: Kinds.capacities).map { $0.text("storageClassName") })
        let measuring = Set(
            store.documents(of: classes).filter { measured.contains($0.text("metadata", "name")) }
                .map { $0.text("provisioner") })
        let registered = names.map { name -> BuiltInRoles.Object in
            (
                drivers,
                .members([
                    "metadata": named(name),
                    "spec": .members([
                        "attachRequired": .bool(true), "podInfoOnMount": .bool(false),
                        "volumeLifecycleModes": .array([.string("Persistent")]),
                        "storageCapacity": .bool(measuring.contains(name)),
                        "fsGroupPolicy": .string("ReadWriteOnceWithFSType"), "requiresRepublish": .bool(false),
                        "seLinuxMount": .bool(false),
                    ]),
                ])
            )
        }
        return registered
            + store.documents(of: .nodes).map { node in
                let name = node.text("metadata", "name")
                var metadata = named(name)
                metadata.set(
                    "ownerReferences",
                    to: .array([
                        .members([
                            "apiVersion": .string("v1"), "kind": .string("Node"), "name": .string(name),
                            "uid": node.at("metadata", "uid"),
                        ])
                    ]))
                let attached = names.map { driver in
                    JSONValue.members([
                        "name": .string(driver), "nodeID": .string(name), "topologyKeys": .null,
                        "allocatable": .members(["count": .integer(Scheduler.volumeLimit(of: driver))]),
                    ])
                }
                return (nodes, .members(["metadata": metadata, "spec": .members(["drivers": .array(attached)])]))
            }
    }

    private static var serviceRange: BuiltInRoles.Object {
        let resource = DemoResource.all.first { $0.plural == "servicecidrs" } ?? .priorityClasses
        return (
            resource,
            .members([
                "metadata": named("kubernetes"),
                "spec": .members(["cidrs": .array([.string("10.96.0.0/12")])]),
                "status": .members([
                    "conditions": .array([
                        .members([
                            "type": .string("Ready"), "status": .string("True"), "reason": .string(""),
                            "message": .string("Kubernetes Service CIDR is ready"),
                        ])
                    ])
                ]),
            ])
        )
    }
}
