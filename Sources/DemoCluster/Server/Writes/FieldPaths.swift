import KubernetesModel

/// Which lists of the API are merged, and by which members their elements are told apart.
enum ListKeys {
    /// - Returns: `nil` for lists that are replaced as a whole.
    static func keys(of list: String, _ elements: [JSONValue]) -> [String]? {
        switch list {
        case "containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets", "secrets",
            "webhooks", "schedulingGates", "resourceClaims":
            ["name"]
        case "ports":
            if elements.contains(where: { $0["containerPort"] != nil }) {
                ["containerPort", "protocol"]
            } else if elements.contains(where: { $0["port"] != nil }) {
                ["port", "protocol"]
            } else {
                nil
            }
        case "volumeMounts": ["mountPath"]
        case "volumeDevices": ["devicePath"]
        case "conditions", "addresses": ["type"]
        case "taints": ["key", "effect"]
        case "ownerReferences": ["uid"]
        case "hostAliases", "podIPs", "hostIPs": ["ip"]
        case "topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"]
        case "resizePolicy": ["resourceName"]
        default: nil
        }
    }

    /// Lists of texts that are sets.
    static let sets: Set<String> = ["finalizers"]
}

/// The paths of the fields that somebody manages, as `managedFields` writes them.
struct FieldPaths: Equatable {
    /// From the top to a leaf: `f:NAME`, `k:{KEYS}`, `v:VALUE`, and `.` for an element itself.
    private(set) var paths: Set<[String]> = []

    private static let unmanaged: Set<String> = [
        "name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "managedFields",
        "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generateName",
    ]

    init() {}

    /// The fields of a document, but for those that nobody manages.
    init(of document: JSONValue) {
        for member in document.members where !["kind", "apiVersion", "status"].contains(member.key) {
            guard member.key == "metadata" else {
                insert(member.value, name: member.key, at: ["f:\(member.key)"])
                continue
            }
            for inner in member.value.members where !Self.unmanaged.contains(inner.key) {
                insert(inner.value, name: inner.key, at: ["f:metadata", "f:\(inner.key)"])
            }
        }
    }

    /// The fields of a `fieldsV1`.
    init(parsing fields: JSONValue) { read(fields, at: [], depth: 0) }

    private mutating func read(_ fields: JSONValue, at path: [String], depth: Int) {
        guard depth < 64 else { return }
        for member in fields.members {
            if member.value.members.isEmpty {
                paths.insert(path + [member.key])
            } else {
                read(member.value, at: path + [member.key], depth: depth + 1)
            }
        }
    }

    private mutating func insert(_ value: JSONValue, name: String, at path: [String]) {
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members { insert(member.value, name: member.key, at: path + ["f:\(member.key)"]) }
        case .array(let elements):
            if ListKeys.sets.contains(name) {
                for element in elements { paths.insert(path + ["v:\(element.writeJSON())"]) }
            } else if let keys = ListKeys.keys(of: name, elements) {
                for element in elements {
                    let item = path + [Self.item(element, keys)]
                    paths.insert(item + ["."])
                    for member in element.members {
                        insert(member.value, name: member.key, at: item + ["f:\(member.key)"])
                    }
                }
            } else {
                paths.insert(path)
            }
        default: paths.insert(path)
        }
    }

    static func item(_ element: JSONValue, _ keys: [String]) -> String {
        let members = keys.compactMap { key in keyed(element, key).map { JSONValue.Member(key, $0) } }
        return "k:\(JSONValue.object(members).writeJSON())"
    }

    /// A member that an element is told apart by, with its default.
    fileprivate static func keyed(_ element: JSONValue, _ key: String) -> JSONValue? {
        element[key] ?? (key == "protocol" ? .string("TCP") : nil)
    }

    var isEmpty: Bool { paths.isEmpty }

    mutating func formUnion(_ other: FieldPaths) { paths.formUnion(other.paths) }
    mutating func subtract(_ other: FieldPaths) { paths.subtract(other.paths) }
    mutating func formIntersection(_ other: FieldPaths) { paths.formIntersection(other.paths) }
    mutating func insert(_ path: [String]) { paths.insert(path) }
    mutating func remove(_ path: [String]) { paths.remove(path) }

    func subtracting(_ other: FieldPaths) -> FieldPaths {
        var result = self
        result.subtract(other)
        return result
    }

    /// As `fieldsV1` has them.
    var document: JSONValue {
        Self.document(paths.sorted { $0.lexicographicallyPrecedes($1) }[...], depth: 0)
    }

    /// What sorted paths that begin alike say below a depth.
    private static func document(_ paths: ArraySlice<[String]>, depth: Int) -> JSONValue {
        var members: [JSONValue.Member] = []
        var rest = paths.drop { $0.count <= depth }
        while let part = rest.first?[depth] {
            let same = rest.prefix { $0[depth] == part }
            members.append(JSONValue.Member(part, document(same, depth: depth + 1)))
            rest = rest.dropFirst(same.count)
        }
        return .object(members)
    }

    /// Such as `.spec.template.spec.containers[name="app"].image`, as conflicts say it.
    static func words(_ path: [String]) -> String {
        var text = ""
        for part in path {
            if part.hasPrefix("f:") {
                text += ".\(part.dropFirst(2))"
            } else if part.hasPrefix("k:"), let keys = try? DemoBody.json(Array(part.dropFirst(2).utf8)) {
                let pairs = keys.members.map { "\($0.key)=\($0.value.writeJSON())" }
                text += "[\(pairs.joined(separator: ","))]"
            } else if part.hasPrefix("v:") {
                text += "[=\(part.dropFirst(2))]"
            }
        }
        return text
    }
}

extension JSONValue {
    /// The value of a managed field; `nil` when there is none.
    func managed(_ path: some Collection<String>) -> JSONValue? {
        guard let part = path.first else { return self }
        let rest = path.dropFirst()
        if part == "." { return .bool(true) }
        if part.hasPrefix("f:") { return self[String(part.dropFirst(2))]?.managed(rest) }
        guard case .array(let elements) = self else { return nil }
        if part.hasPrefix("v:") { return elements.first { "v:\($0.writeJSON())" == part } }
        return element(part)?.managed(rest)
    }

    private func element(_ part: String) -> JSONValue? {
        elements.first { $0.isElement(part) }
    }

    fileprivate func isElement(_ part: String) -> Bool {
        guard let keys = try? DemoBody.json(Array(part.dropFirst(2).utf8)) else { return false }
        return keys.members.allSatisfy { FieldPaths.keyed(self, $0.key) == $0.value }
    }

    /// Takes a managed field out, and objects that are then empty.
    mutating func removeManaged(_ path: ArraySlice<String>) {
        guard let part = path.first else { return }
        let rest = path.dropFirst()
        if part.hasPrefix("f:") {
            let key = String(part.dropFirst(2))
            guard var child = self[key] else { return }
            if rest.isEmpty {
                set(key, to: nil)
                return
            }
            child.removeManaged(rest)
            let isEmpty = child == .object([]) || child == .array([])
            set(key, to: isEmpty ? nil : child)
        } else if case .array(var elements) = self {
            if part.hasPrefix("v:") {
                elements.removeAll { "v:\($0.writeJSON())" == part }
            } else if let index = elements.firstIndex(where: { $0.isElement(part) }) {
                if rest.first == "." {
                    elements.remove(at: index)
                } else {
                    elements[index].removeManaged(rest)
                }
            }
            self = .array(elements)
        }
    }

    /// What somebody applies, laid over what is there.
    static func laid(_ applied: JSONValue, over live: JSONValue?, name: String) -> JSONValue {
        switch applied {
        case .object(let members):
            guard case .object(let old)? = live else { return applied }
            var names = members.filter { $0.value != .null }.map(\.key)[...]
            return .object(
                old.changed(by: members.filter { $0.value != .null }) { old, change in
                    laid(change, over: old, name: names.popFirst() ?? "")
                })
        case .array(let elements):
            guard case .array(var result)? = live else { return applied }
            if ListKeys.sets.contains(name) {
                return .array(result + elements.filter { !result.contains($0) })
            }
            guard let keys = ListKeys.keys(of: name, elements + result) else { return applied }
            for element in elements {
                let item = FieldPaths.item(element, keys)
                if let index = result.firstIndex(where: { FieldPaths.item($0, keys) == item }) {
                    result[index] = laid(element, over: result[index], name: "")
                } else {
                    result.append(element)
                }
            }
            return .array(result)
        default: return applied
        }
    }
}
