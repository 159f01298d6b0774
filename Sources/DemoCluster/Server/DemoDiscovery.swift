import KubernetesModel

/// What the server tells about the kinds it serves.
enum DemoDiscovery {
    static let version = JSONValue.members([
        "major": .string("1"), "minor": .string("36"), "gitVersion": .string("v1.36.2"),
        "gitCommit": .string("98b35193b2ac7a23a673325f5e9b830ecd5ba406"), "gitTreeState": .string("clean"),
        "buildDate": .string("2026-08-21T11:29:11Z"), "goVersion": .string("go1.26.4"), "compiler": .string("gc"),
        "platform": .string("linux/amd64"),
    ])

    private static let verbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// The groups besides core, with their one version.
    private static let groups: [(name: String, version: String)] = {
        var groups: [(name: String, version: String)] = []
        for resource in DemoResource.all where !resource.group.isEmpty {
            if !groups.contains(where: { $0.name == resource.group }) {
                groups.append((resource.group, resource.version))
            }
        }
        return groups + [
            ("authentication.k8s.io", "v1"), ("authorization.k8s.io", "v1"), (DemoMetrics.group, DemoMetrics.version),
        ]
    }()

    /// What is asked by creating it: who one is, and what one may do.
    static let reviews = [
        DemoResource(
            "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", isNamespaced: false),
        DemoResource(
            "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", isNamespaced: false),
        DemoResource(
            "authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", isNamespaced: false),
    ]

    private static func resources(_ group: String) -> [DemoResource] {
        (DemoResource.all + reviews + DemoMetrics.resources).filter { $0.group == group }
    }

    static func apiVersions(address: String) -> JSONValue {
        .members([
            "kind": .string("APIVersions"), "versions": .array([.string("v1")]),
            "serverAddressByClientCIDRs": .array([
                .members(["clientCIDR": .string("0.0.0.0/0"), "serverAddress": .string(address)])
            ]),
        ])
    }

    /// All groups besides core; `broken` adds one whose server does not answer.
    static func groupList(broken: Bool) -> JSONValue {
        let listed = groups + (broken ? [DemoResource.brokenGroup] : [])
        return .members([
            "kind": .string("APIGroupList"), "apiVersion": .string("v1"),
            "groups": .array(listed.map { group($0.name, $0.version, isWhole: false) }),
        ])
    }

    /// One group, as `/apis/GROUP` tells it.
    static func group(_ name: String) -> JSONValue? {
        groups.first { $0.name == name }.map { group($0.name, $0.version, isWhole: true) }
    }

    private static func group(_ name: String, _ version: String, isWhole: Bool) -> JSONValue {
        let served = JSONValue.members([
            "groupVersion": .string("\(name)/\(version)"), "version": .string(version),
        ])
        return .members([
            "kind": isWhole ? .string("APIGroup") : nil, "apiVersion": isWhole ? .string("v1") : nil,
            "name": .string(name), "versions": .array([served]), "preferredVersion": served,
        ])
    }

    /// The resources of a group version, as `/api/v1` and `/apis/GROUP/VERSION` tell them.
    static func resourceList(group: String, version: String) -> JSONValue? {
        let served = resources(group).filter { $0.version == version }
        guard let first = served.first else { return nil }
        return .members([
            "kind": .string("APIResourceList"), "apiVersion": .string("v1"), "groupVersion": .string(first.apiVersion),
            "resources": .array(
                served.flatMap { resource in
                    [
                        JSONValue.members([
                            "name": .string(resource.plural), "singularName": .string(resource.kind.lowercased()),
                            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
                            "verbs": verbs(of: resource), "shortNames": shortNames(of: resource),
                            "categories": categories(of: resource),
                        ])
                    ]
                        + resource.subresources.map { subresource in
                            .members([
                                "name": .string("\(resource.plural)/\(subresource.name)"), "singularName": .string(""),
                                "namespaced": .bool(resource.isNamespaced),
                                "group": subresource.group.isEmpty ? nil : .string(subresource.group),
                                "version": subresource.group.isEmpty ? nil : .string("v1"),
                                "kind": .string(subresource.kind),
                                "verbs": .array(subresource.verbs.map { .string($0) }),
                            ])
                        }
                }),
        ])
    }

    /// All groups besides core, or core alone, in the form of `apidiscovery.k8s.io/v2`.
    ///
    /// `broken` adds a group whose server does not answer.
    static func aggregated(core: Bool, broken: Bool = false) -> JSONValue {
        let listed =
            core ? [(name: "", version: "v1")] : groups + (broken ? [DemoResource.brokenGroup] : [])
        return .members([
            "kind": .string("APIGroupDiscoveryList"), "apiVersion": .string("apidiscovery.k8s.io/v2"),
            "metadata": .object([]),
            "items": .array(
                listed.map { group in
                    .members([
                        "metadata": .members(["name": group.name.isEmpty ? nil : .string(group.name)]),
                        "versions": .array([
                            .members([
                                "version": .string(group.version),
                                "resources": .array(resources(group.name).map(aggregated)),
                                "freshness": .string(
                                    group.name == DemoResource.brokenGroup.name ? "Stale" : "Current"),
                            ])
                        ]),
                    ])
                }),
        ])
    }

    private static func aggregated(_ resource: DemoResource) -> JSONValue {
        .members([
            "resource": .string(resource.plural),
            "responseKind": .members([
                "group": .string(""), "version": .string(""), "kind": .string(resource.kind),
            ]),
            "scope": .string(resource.isNamespaced ? "Namespaced" : "Cluster"),
            "singularResource": .string(resource.kind.lowercased()), "verbs": verbs(of: resource),
            "shortNames": shortNames(of: resource), "categories": categories(of: resource),
            "subresources": resource.subresources.isEmpty
                ? nil
                : .array(
                    resource.subresources.map { subresource in
                        .members([
                            "subresource": .string(subresource.name),
                            "responseKind": .members([
                                "group": .string(subresource.group),
                                "version": .string(subresource.group.isEmpty ? "" : "v1"),
                                "kind": .string(subresource.kind),
                            ]),
                            "verbs": .array(subresource.verbs.map { .string($0) }),
                        ])
                    }),
        ])
    }

    private static func verbs(of resource: DemoResource) -> JSONValue {
        if DemoMetrics.resources.contains(resource) { return .array([.string("get"), .string("list")]) }
        return .array((reviews.contains(resource) ? ["create"] : verbs).map { .string($0) })
    }

    private static func shortNames(of resource: DemoResource) -> JSONValue? {
        resource.shortNames.isEmpty ? nil : .array(resource.shortNames.map { .string($0) })
    }

    private static func categories(of resource: DemoResource) -> JSONValue? {
        resource.isInAll ? .array([.string("all")]) : nil
    }
}
