import KubernetesModel

/// The roles and bindings that a server makes for itself when it begins.
enum BuiltInRoles {
    /// An object with its kind.
    typealias Object = (resource: DemoResource, document: JSONValue)

    private static let group = "rbac.authorization.k8s.io"

    /// Every role and binding, without UIDs and times.
    static var objects: [Object] {
        var objects = roles(roles) + roles(controllerRoles) + bindings.split(separator: "\n").compactMap(binding)
        for object in objects where object.document.text("metadata", "name").hasPrefix(controllerPrefix) {
            guard object.resource == .clusterRoles else { continue }
            let name = object.document.text("metadata", "name")
            let account = name.dropFirst(controllerPrefix.count)
            objects += [binding("bind \(name) \(name) S:kube-system/\(account)")].compactMap { $0 }
        }
        return objects
    }

    private static let controllerPrefix = "system:controller:"

    /// The controllers, which all have a service account in `kube-system`.
    static var controllers: [String] {
        roles(controllerRoles).map { String($0.document.text("metadata", "name").dropFirst(controllerPrefix.count)) }
    }

    private static func roles(_ text: String) -> [Object] {
        var found: [(name: String, to: [String], from: [String], rules: [JSONValue])] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.first == "role", words.count > 1 {
                func labels(_ prefix: String) -> [String] {
                    let word = words.first { $0.hasPrefix(prefix) } ?? ""
                    return word.dropFirst(prefix.count).split(separator: ",").map(String.init)
                }
                found.append((words[1], labels("to="), labels("from="), []))
            } else if !found.isEmpty {
                found[found.count - 1].rules.append(rule(words))
            }
        }
        return found.map { role in
            let isWithin = role.name.contains("/")
            return (
                isWithin ? .roles : .clusterRoles,
                .members([
                    "metadata": metadata(role.name, role.to),
                    "aggregationRule": role.from.isEmpty ? nil : aggregation(role.from),
                    "rules": .array(role.from.isEmpty ? role.rules : collected(role.from, from: found)),
                ])
            )
        }
    }

    /// What the roles together allow that are labelled for one that collects.
    private static func collected(
        _ labels: [String], from roles: [(name: String, to: [String], from: [String], rules: [JSONValue])]
    ) -> [JSONValue] {
        roles.filter { role in role.to.contains { labels.contains($0) } }.flatMap { role in
            role.from.isEmpty
                ? role.rules : collected(role.from.filter { !labels.contains($0) }, from: roles)
        }
    }

    private static func rule(_ words: [String]) -> JSONValue {
        func texts(_ index: Int) -> JSONValue? {
            guard words.indices.contains(index) else { return nil }
            return .array(words[index].split(separator: ",").map { .string($0 == "core" ? "" : String($0)) })
        }
        if words.count == 2, words[1].hasPrefix("urls=") {
            let urls = words[1].dropFirst(5).split(separator: ",").map { JSONValue.string(String($0)) }
            return .members(["verbs": texts(0), "nonResourceURLs": .array(urls)])
        }
        return .members([
            "verbs": texts(0), "apiGroups": texts(1), "resources": texts(2), "resourceNames": texts(3),
        ])
    }

    private static func aggregation(_ labels: [String]) -> JSONValue {
        .members([
            "clusterRoleSelectors": .array(
                labels.map { label in
                    .members(["matchLabels": .texts(["\(group)/aggregate-to-\(label)": "true"])])
                })
        ])
    }

    private static func metadata(_ place: String, _ to: [String]) -> JSONValue {
        let parts = place.split(separator: "/", maxSplits: 1).map(String.init)
        var labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
        for label in to { labels["\(group)/aggregate-to-\(label)"] = "true" }
        return .members([
            "name": .string(parts.last ?? ""), "namespace": parts.count == 2 ? .string(parts[0]) : nil,
            "labels": .texts(labels),
            "annotations": .texts(["rbac.authorization.kubernetes.io/autoupdate": "true"]),
        ])
    }

    /// Reads `bind NAME ROLE SUBJECT…`.
    private static func binding(_ line: some StringProtocol) -> Object? {
        let words = line.split(separator: " ").map { String($0) }
        guard words.count > 2 else { return nil }
        let isWithin = words[1].contains("/")
        let role = words[2].hasPrefix("Role:") ? String(words[2].dropFirst(5)) : words[2]
        let subjects = words.dropFirst(3).map { word -> JSONValue in
            let name = String(word.dropFirst(2))
            if word.hasPrefix("S:") {
                let parts = name.split(separator: "/").map(String.init)
                return .members([
                    "kind": .string("ServiceAccount"), "name": .string(parts.last ?? ""),
                    "namespace": .string(parts.first ?? ""),
                ])
            }
            return .members([
                "kind": .string(word.hasPrefix("U:") ? "User" : "Group"), "apiGroup": .string(group),
                "name": .string(name),
            ])
        }
        return (
            isWithin ? .roleBindings : .clusterRoleBindings,
            .members([
                "metadata": metadata(words[1], []), "subjects": subjects.isEmpty ? nil : .array(subjects),
                "roleRef": .members([
                    "apiGroup": .string(group), "kind": .string(isWithin ? "Role" : "ClusterRole"),
                    "name": .string(role),
                ]),
            ])
        )
    }
}
