import KubernetesModel

/// What the server tells about the kinds it serves.
struct DemoDiscovery: Sendable {
    static let version = JSONValue.members([
        "major": .string("1"), "minor": .string("36"), "emulationMajor": .string("1"),
        "emulationMinor": .string("36"), "minCompatibilityMajor": .string("1"),
        "minCompatibilityMinor": .string("35"), "gitVersion": .string("v1.36.2"),
        "gitCommit": .string("98b35193b2ac7a23a673325f5e9b830ecd5ba406"), "gitTreeState": .string("clean"),
        "buildDate": .string("2026-08-21T11:29:11Z"), "goVersion": .string("go1.26.4"), "compiler": .string("gc"),
        "platform": .string("linux/amd64"),
    ])

    /// The groups of a cluster without custom kinds, in the order that a real server lists them.
    private static let order = [
        "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
        "autoscaling", "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io",
        "storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io",
        "coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
    ]

    /// A group and its versions, the preferred one first.
    struct Group: Sendable {
        var name: String
        var versions: [String]
    }

    /// Every kind that is served, by name.
    let resources: [DemoResource]
    /// The groups besides core.
    let groups: [Group]

    /// What a server with these kinds tells.
    init(_ served: [DemoResource] = DemoResource.served) {
        resources = served.sorted { $0.plural < $1.plural }
        var versions: [String: [String]] = [:]
        for resource in served where !resource.group.isEmpty {
            let known = versions[resource.group] ?? []
            if !known.contains(resource.version) { versions[resource.group] = known + [resource.version] }
        }
        // What an aggregated server serves comes last.
        let others = versions.keys.filter { !Self.order.contains($0) && $0 != DemoMetrics.group }.sorted()
        groups = (Self.order + others + [DemoMetrics.group]).compactMap { name in
            versions[name].map { Group(name: name, versions: $0.sorted(by: Self.isPreferred)) }
        }
    }

    /// Whether a version comes before another: `v2` before `v1` before `v1beta1`.
    private static func isPreferred(_ left: String, _ right: String) -> Bool {
        func rank(_ version: String) -> (Int, Int, Int) {
            let parts = version.dropFirst().split { !$0.isNumber }.compactMap { Int($0) }
            let maturity = version.contains("alpha") ? 0 : version.contains("beta") ? 1 : 2
            return (maturity, parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
        }
        return rank(left) > rank(right)
    }

    private func resources(_ group: String, _ version: String) -> [DemoResource] {
        resources.filter { $0.group == group && $0.version == version }
    }

    static func apiVersions(address: String) -> JSONValue {
        .members([
            "kind": .string("APIVersions"), "versions": .array([.string("v1")]),
            "serverAddressByClientCIDRs": .array([
                .members(["clientCIDR": .string("0.0.0.0/0"), "serverAddress": .string(address)])
            ]),
        ])
    }

    // MARK: Plain

    /// All groups besides core; `broken` adds one whose server does not answer.
    func groupList(broken: Bool) -> JSONValue {
        .members([
            "kind": .string("APIGroupList"), "apiVersion": .string("v1"),
            "groups": .array((groups + (broken ? [Self.brokenGroup] : [])).map { Self.document($0, isWhole: false) }),
        ])
    }

    private static let brokenGroup = Group(
        name: DemoResource.brokenGroup.name, versions: [DemoResource.brokenGroup.version])

    /// One group, as `/apis/GROUP` tells it.
    func group(_ name: String) -> JSONValue? {
        groups.first { $0.name == name }.map { Self.document($0, isWhole: true) }
    }

    private static func document(_ group: Group, isWhole: Bool) -> JSONValue {
        let versions = group.versions.map { version in
            JSONValue.members([
                "groupVersion": .string("\(group.name)/\(version)"), "version": .string(version),
            ])
        }
        return .members([
            "kind": isWhole ? .string("APIGroup") : nil, "apiVersion": isWhole ? .string("v1") : nil,
            "name": .string(group.name), "versions": .array(versions), "preferredVersion": versions.first,
        ])
    }

    /// The resources of a group version, as `/api/v1` and `/apis/GROUP/VERSION` tell them.
    func resourceList(group: String, version: String) -> JSONValue? {
        let served = resources(group, version)
        guard let first = served.first else { return nil }
        return .members([
            "kind": .string("APIResourceList"), "apiVersion": .string("v1"), "groupVersion": .string(first.apiVersion),
            "resources": .array(
                served.flatMap { resource in
                    [Self.plain(resource)] + resource.subresources.map { Self.plain($0, of: resource) }
                }),
        ])
    }

    private static func plain(_ resource: DemoResource) -> JSONValue {
        let isStored = resource.verbs.contains("watch")
        return .members([
            "name": .string(resource.plural), "singularName": .string(resource.singular),
            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
            "verbs": texts(resource.verbs), "shortNames": some(resource.shortNames),
            "categories": some(resource.categories),
            "storageVersionHash": isStored ? .string(hash(of: resource)) : nil,
        ])
    }

    private static func plain(_ subresource: DemoResource.Subresource, of resource: DemoResource) -> JSONValue {
        .members([
            "name": .string("\(resource.plural)/\(subresource.name)"), "singularName": .string(""),
            "namespaced": .bool(resource.isNamespaced),
            "group": subresource.group.isEmpty ? nil : .string(subresource.group),
            "version": subresource.group.isEmpty ? nil : .string("v1"), "kind": .string(subresource.kind),
            "verbs": texts(subresource.verbs),
        ])
    }

    /// Eight bytes in base 64 that stay the same as long as objects are stored in the same way.
    private static func hash(of resource: DemoResource) -> String {
        let text = "\(resource.group)/\(resource.stored.version)/\(resource.kind)"
        let number = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return Base64.text((0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }

    // MARK: Aggregated

    /// All groups besides core, or core alone, in the form of `apidiscovery.k8s.io`.
    ///
    /// `broken` adds a group whose server does not answer.
    func aggregated(core: Bool, version: String = "v2", broken: Bool = false) -> JSONValue {
        let listed =
            core ? [Group(name: "", versions: ["v1"])] : groups + (broken ? [Self.brokenGroup] : [])
        return .members([
            "kind": .string("APIGroupDiscoveryList"), "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": .object([]),
            "items": .array(
                listed.map { group in
                    .members([
                        "metadata": .members(["name": group.name.isEmpty ? nil : .string(group.name)]),
                        "versions": .array(
                            group.versions.map { version in
                                .members([
                                    "version": .string(version),
                                    "resources": .array(resources(group.name, version).map(Self.aggregated)),
                                    "freshness": .string(
                                        group.name == Self.brokenGroup.name ? "Stale" : "Current"),
                                ])
                            }),
                    ])
                }),
        ])
    }

    private static func aggregated(_ resource: DemoResource) -> JSONValue {
        .members([
            "resource": .string(resource.plural),
            "responseKind": kind(
                resource.isCustom ? resource.group : "", resource.isCustom ? resource.version : "", resource.kind),
            "scope": .string(resource.isNamespaced ? "Namespaced" : "Cluster"),
            "singularResource": .string(resource.singular), "verbs": texts(resource.verbs),
            "shortNames": some(resource.shortNames), "categories": some(resource.categories),
            "subresources": resource.subresources.isEmpty
                ? nil
                : .array(
                    resource.subresources.map { subresource in
                        let isOwn = subresource.group.isEmpty
                        let isCustom = isOwn && resource.isCustom
                        return .members([
                            "subresource": .string(subresource.name),
                            "responseKind": kind(
                                isCustom ? resource.group : subresource.group,
                                isCustom ? resource.version : isOwn ? "" : "v1", subresource.kind),
                            "verbs": texts(subresource.verbs),
                        ])
                    }),
        ])
    }

    private static func kind(_ group: String, _ version: String, _ kind: String) -> JSONValue {
        .members(["group": .string(group), "version": .string(version), "kind": .string(kind)])
    }

    private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    private static func some(_ list: [String]) -> JSONValue? { list.isEmpty ? nil : texts(list) }
}
