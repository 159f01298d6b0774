import KubernetesModel

extension DemoAPI {
    /// A pod with the ephemeral containers of a changed one; nothing else of that is taken.
    /// - Throws: `DemoStatus`, in the API server's words.
    func debugged(_ old: JSONValue, _ new: JSONValue, _ target: DemoTarget) throws(DemoStatus) -> JSONValue {
        let list = "ephemeralContainers"
        let before = old.at("spec", list)?.elements ?? []
        // A patched pod is read by the types of the API, which leaves out what is empty.
        let after = (new.at("spec", list)?.elements ?? []).map(Self.filled)
        let others = DemoContainer.all(of: old).filter { !$0.isEphemeral }.map(\.name)
        func invalid(_ field: String, _ reason: String, _ words: String) -> DemoStatus {
            .invalid(kind: "Pod", group: "", name: target.name, field: field, reason: reason, words)
        }
        guard before.allSatisfy({ container in after.contains { $0.canonical == Self.filled(container).canonical } })
        else {
            throw invalid(
                "spec.\(list)", "FieldValueForbidden",
                "Forbidden: existing ephemeral containers may not be removed or changed")
        }
        for (index, container) in after.enumerated() where !before.contains(where: { $0["name"] == container["name"] })
        {
            let field = "spec.\(list)[\(index)]"
            let name = container.text("name")
            let wanted = container.text("targetContainerName")
            if name.isEmpty { throw invalid("\(field).name", "FieldValueRequired", "Required value") }
            if container.text("image").isEmpty {
                throw invalid("\(field).image", "FieldValueRequired", "Required value")
            }
            if others.contains(name) {
                throw invalid("\(field).name", "FieldValueDuplicate", "Duplicate value: \"\(name)\"")
            }
            if !wanted.isEmpty, !others.contains(wanted) {
                throw invalid("\(field).targetContainerName", "FieldValueNotFound", "Not found: \"\(wanted)\"")
            }
        }
        var result = old
        result.set("spec", list, to: after.isEmpty ? nil : .array(after))
        return result
    }

    private static func filled(_ container: JSONValue) -> JSONValue {
        var container = container
        container.fill("imagePullPolicy", with: .string("IfNotPresent"))
        container.fill("resources", with: .object([]))
        container.fill("terminationMessagePath", with: .string("/dev/termination-log"))
        container.fill("terminationMessagePolicy", with: .string("File"))
        return container
    }
}
