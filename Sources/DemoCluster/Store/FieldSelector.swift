import KubernetesModel

/// A field selector of a request, such as `spec.nodeName=node-1,status.phase!=Running`.
struct FieldSelector: Sendable, Equatable {
    /// One condition on a field.
    struct Requirement: Sendable, Equatable {
        var path: [String]
        var value: String
        var isNegated: Bool
    }

    var requirements: [Requirement] = []

    /// Selects everything.
    init() {}

    /// Parses the text of a request about a resource.
    /// - Throws: `DemoStatus` with code 400 when the text does not parse, or names a field that cannot be selected.
    init(parsing text: String, of resource: DemoResource) throws(DemoStatus) {
        for part in text.split(separator: ",") {
            guard let sign = part.firstIndex(of: "=") else {
                throw .badRequest("invalid selector: '\(part)'; can't understand '\(part)'")
            }
            var field = part[..<sign]
            let isNegated = field.hasSuffix("!")
            if isNegated { field = field.dropLast() }
            var value = part[part.index(after: sign)...]
            if value.hasPrefix("=") { value = value.dropFirst() }
            let name = String(field).trimmingSpaces
            let known = ["metadata.name", "metadata.namespace"] + resource.selectableFields
            guard known.contains(name) else { throw .badRequest(Self.complaint(about: name, of: resource)) }
            let path = name.split(separator: ".").map(String.init)
            requirements.append(
                Requirement(path: path, value: String(value).trimmingSpaces, isNegated: isNegated))
        }
    }

    /// What the server says of a field that it cannot select by.
    private static func complaint(about name: String, of resource: DemoResource) -> String {
        if resource.kind == "Job" { return "field label \"\(name)\" not supported for Job" }
        if !resource.selectableFields.isEmpty || resource.isCustom { return "field label not supported: \(name)" }
        return "\"\(name)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    }

    /// The name that every object must have; `nil` when any will do.
    var name: String? {
        requirements.first { $0.path == ["metadata", "name"] && !$0.isNegated && !$0.value.isEmpty }?.value
    }

    /// Wants an object of a name besides.
    mutating func add(name: String) {
        requirements.append(Requirement(path: ["metadata", "name"], value: name, isNegated: false))
    }

    /// Whether an object meets every requirement; a missing field is the empty string, or `false`.
    func matches(_ object: JSONValue) -> Bool {
        requirements.allSatisfy { requirement in
            let found: String =
                switch object.at(requirement.path) {
                case .string(let text): text
                case .number(let text): text
                case .bool(let value): value ? "true" : "false"
                case .object(let members): members.first { $0.key == "component" }?.value.text ?? ""
                default: requirement.path == ["spec", "unschedulable"] ? "false" : ""
                }
            return (found == requirement.value) != requirement.isNegated
        }
    }
}

extension String {
    /// The text without spaces at its ends.
    var trimmingSpaces: String {
        var slice = self[...]
        while slice.first == " " { slice.removeFirst() }
        while slice.last == " " { slice.removeLast() }
        return String(slice)
    }
}
