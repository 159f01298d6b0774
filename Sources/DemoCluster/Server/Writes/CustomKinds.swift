import KubernetesModel

/// What an API server makes of CustomResourceDefinitions.
enum CustomKinds {
    /// The status of a definition whose kind is served.
    static func established(_ definition: JSONValue, at now: Timestamp) -> JSONValue {
        var names = definition.at("spec", "names") ?? .object([])
        names.fill("listKind", with: .string("\(names.text("kind"))List"))
        names.fill("singular", with: .string(names.text("kind").lowercased()))
        let stored = (definition.at("spec", "versions")?.elements ?? []).filter { $0["storage"]?.isTrue ?? false }
        return .members([
            "conditions": .array([
                condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
            ]),
            "acceptedNames": names, "storedVersions": .array(stored.compactMap { $0["name"] }),
        ])
    }

    private static func condition(_ type: String, _ reason: String, _ message: String, _ now: Timestamp) -> JSONValue {
        .members([
            "type": .string(type), "status": .string("True"), "lastTransitionTime": .time(now),
            "reason": .string(reason), "message": .string(message),
        ])
    }

    /// The kinds that a definition defines.
    static func kinds(of definition: JSONValue, in store: DemoObjectStore) -> [DemoResource] {
        store.customResources.filter {
            $0.group == definition.text("spec", "group") && $0.plural == definition.text("spec", "names", "plural")
        }
    }
}
