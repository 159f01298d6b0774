import KubernetesModel

/// What an API server offers.
public struct Discovery: Sendable, Hashable {
    /// Every resource once, in the version that the server prefers; core first, then by group as the server lists them.
    public var resources: [APIResource]
    /// API groups that could not be read, and why, in words for the user.
    public var failures: [String]
    /// Every resource in every version that is served, most preferred first.
    public var served: [GroupResource: [APIResource]]

    /// What is offered, in the server's order of preference within each resource.
    public init(_ all: [APIResource], failures: [String] = []) {
        resources = []
        served = [:]
        self.failures = failures
        for resource in all {
            if served[resource.groupResource] == nil { resources.append(resource) }
            served[resource.groupResource, default: []].append(resource)
        }
    }

    /// The resource of a kind, in the first of its versions that is served; `nil` when the server has none of them.
    public func resource(for kind: ResourceKind) -> APIResource? {
        let candidates = served[kind.groupResource] ?? []
        for version in kind.versions {
            if let resource = candidates.first(where: { $0.version == version }) { return resource }
        }
        return nil
    }
}

extension Discovery {
    /// The versions of a group in aggregated discovery.
    ///
    /// Source: apidiscovery.k8s.io APIGroupDiscovery.
    static func aggregated(_ list: JSONValue) -> (resources: [APIResource], failures: [String])? {
        guard list["kind"]?.text == "APIGroupDiscoveryList" else { return nil }
        var resources: [APIResource] = []
        var failures: [String] = []
        for group in list["items"]?.elements ?? [] {
            let name = group["metadata"]?["name"]?.text ?? ""
            for version in group["versions"]?.elements ?? [] {
                guard let versionName = version["version"]?.text else { continue }
                if version["freshness"]?.text == "Stale" {
                    failures.append("\(name)/\(versionName): the server cannot reach the API behind it")
                }
                for item in version["resources"]?.elements ?? [] {
                    guard let plural = item["resource"]?.text else { continue }
                    resources.append(
                        APIResource(
                            groupResource: GroupResource(group: name, resource: plural), version: versionName,
                            kind: item["responseKind"]?["kind"]?.text ?? "",
                            singularName: item["singularResource"]?.text ?? "",
                            shortNames: item["shortNames"]?.texts ?? [],
                            isNamespaced: item["scope"]?.text == "Namespaced", verbs: item["verbs"]?.texts ?? [],
                            categories: item["categories"]?.texts ?? []))
                }
            }
        }
        return (resources, failures)
    }

    /// The resources of one version of a group; subresources are left out.
    ///
    /// Source: meta/v1 APIResourceList.
    static func resources(_ list: JSONValue, of version: GroupVersion) -> [APIResource] {
        (list["resources"]?.elements ?? []).compactMap { item in
            guard let plural = item["name"]?.text, !plural.contains("/") else { return nil }
            return APIResource(
                groupResource: GroupResource(group: version.group, resource: plural), version: version.version,
                kind: item["kind"]?.text ?? "", singularName: item["singularName"]?.text ?? "",
                shortNames: item["shortNames"]?.texts ?? [], isNamespaced: item["namespaced"] == .bool(true),
                verbs: item["verbs"]?.texts ?? [], categories: item["categories"]?.texts ?? [])
        }
    }

    /// The versions of all groups, each group's preferred one first.
    ///
    /// Source: meta/v1 APIGroupList.
    static func versions(_ groups: JSONValue) -> [GroupVersion] {
        (groups["groups"]?.elements ?? []).flatMap { group -> [GroupVersion] in
            let name = group["name"]?.text ?? ""
            let preferred = group["preferredVersion"]?["version"]?.text
            let all = (group["versions"]?.elements ?? []).compactMap { $0["version"]?.text }
            return (all.filter { $0 == preferred } + all.filter { $0 != preferred })
                .map { GroupVersion(group: name, version: $0) }
        }
    }
}

/// A version of an API group.
struct GroupVersion: Hashable, Sendable, CustomStringConvertible {
    /// Empty for the core group.
    var group: String
    var version: String

    var path: [String] { group.isEmpty ? ["api", version] : ["apis", group, version] }

    /// `v1`, or `apps/v1`.
    var description: String { group.isEmpty ? version : "\(group)/\(version)" }
}

extension JSONValue {
    /// The strings of an array.
    fileprivate var texts: [String] { elements.compactMap(\.text) }
}
