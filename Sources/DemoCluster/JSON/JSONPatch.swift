import KubernetesModel

/// Changes to a document, in the three forms that the API takes.
enum JSONPatch: Sendable {
    /// RFC 6902: a list of operations.
    case operations(JSONValue)
    /// RFC 7386: members to set, `null` for those to remove.
    case merge(JSONValue)
    /// As merge, but lists of objects are merged by the key that Kubernetes gives them.
    case strategic(JSONValue)

    /// A patch that does not fit the document.
    struct Failure: Error, Equatable {}

    /// The patch of a body.
    /// - Returns: `nil` for a content type that is no patch.
    init?(contentType: String, _ body: JSONValue) {
        switch contentType {
        case "application/json-patch+json": self = .operations(body)
        case "application/merge-patch+json": self = .merge(body)
        case "application/strategic-merge-patch+json": self = .strategic(body)
        default: return nil
        }
    }

    /// The document after the changes.
    /// - Throws: `Failure` when an operation names what is not there, or a test fails.
    func applied(to document: JSONValue) throws(Failure) -> JSONValue {
        switch self {
        case .merge(let patch): return Self.merged(document, patch)
        case .strategic(let patch): return Self.strategically(document, patch, key: "")
        case .operations(let list):
            guard case .array(let operations) = list else { throw Failure() }
            var result = document
            for operation in operations { try Self.perform(operation, on: &result) }
            return result
        }
    }

    private static func merged(_ target: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result: JSONValue = .object(target?.members ?? [])
        for change in changes {
            result.set(change.key, to: change.value == .null ? nil : merged(result[change.key], change.value))
        }
        return result
    }

    // MARK: Strategic merge

    /// By which member the elements of a list are told apart; `nil` for lists that are replaced.
    private static func mergeKey(of list: String, _ elements: [JSONValue]) -> String? {
        switch list {
        case "containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets", "secrets":
            "name"
        case "ports": elements.contains { $0["containerPort"] != nil } ? "containerPort" : "port"
        case "volumeMounts": "mountPath"
        case "conditions", "addresses": "type"
        case "taints": "key"
        case "ownerReferences": "uid"
        case "hostAliases": "ip"
        default: nil
        }
    }

    private static func strategically(_ target: JSONValue?, _ patch: JSONValue, key: String) -> JSONValue {
        switch patch {
        case .object(let changes):
            if patch.text("$patch") == "replace" { return .object(changes.filter { $0.key != "$patch" }) }
            var result: JSONValue = .object(target?.members ?? [])
            for change in changes {
                if change.key.hasPrefix("$deleteFromPrimitiveList/") {
                    let list = String(change.key.dropFirst("$deleteFromPrimitiveList/".count))
                    let left = (result[list]?.elements ?? []).filter { !change.value.elements.contains($0) }
                    result.set(list, to: .array(left))
                } else if change.key.hasPrefix("$") {
                    continue
                } else if change.value == .null || change.value.text("$patch") == "delete" {
                    result.set(change.key, to: nil)
                } else {
                    result.set(change.key, to: strategically(result[change.key], change.value, key: change.key))
                }
            }
            return result
        case .array(let changes):
            let old = target?.elements ?? []
            if key == "finalizers" { return .array(old + changes.filter { !old.contains($0) }) }
            guard let merge = mergeKey(of: key, changes + old) else { return patch }
            if changes.contains(where: { $0.text("$patch") == "replace" }) {
                return .array(changes.filter { $0["$patch"] == nil })
            }
            var result = old
            for change in changes {
                let index = result.firstIndex { $0[merge] != nil && $0[merge] == change[merge] }
                if change.text("$patch") == "delete" {
                    if let index { result.remove(at: index) }
                } else if let index {
                    result[index] = strategically(result[index], change, key: "")
                } else {
                    result.append(strategically(nil, change, key: ""))
                }
            }
            return .array(result)
        default: return patch
        }
    }

    // MARK: Operations

    private static func perform(_ operation: JSONValue, on document: inout JSONValue) throws(Failure) {
        let path = try pointer(operation.text("path"))[...]
        switch operation.text("op") {
        case "add": try add(operation["value"] ?? .null, to: &document, path)
        case "remove": _ = try remove(from: &document, path)
        case "replace":
            if !path.isEmpty { _ = try remove(from: &document, path) }
            try add(operation["value"] ?? .null, to: &document, path)
        case "test":
            guard try value(at: path, in: document).canonical == operation["value"]?.canonical else { throw Failure() }
        case "move":
            let moved = try remove(from: &document, try pointer(operation.text("from"))[...])
            try add(moved, to: &document, path)
        case "copy":
            let copied = try value(at: try pointer(operation.text("from"))[...], in: document)
            try add(copied, to: &document, path)
        default: throw Failure()
        }
    }

    /// The keys of a JSON pointer (RFC 6901).
    private static func pointer(_ text: String) throws(Failure) -> [String] {
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { throw Failure() }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            var key = ""
            var isEscape = false
            for character in part {
                if isEscape {
                    key.append(character == "1" ? "/" : character == "0" ? "~" : character)
                    isEscape = false
                } else if character == "~" {
                    isEscape = true
                } else {
                    key.append(character)
                }
            }
            return key
        }
    }

    private static func index(_ key: String, below count: Int) throws(Failure) -> Int {
        guard let index = Int(key), (0..<count).contains(index) else { throw Failure() }
        return index
    }

    private static func value(at path: ArraySlice<String>, in document: JSONValue) throws(Failure) -> JSONValue {
        guard let key = path.first else { return document }
        if case .array(let elements) = document {
            return try value(at: path.dropFirst(), in: elements[try index(key, below: elements.count)])
        }
        guard let child = document[key] else { throw Failure() }
        return try value(at: path.dropFirst(), in: child)
    }

    private static func add(
        _ value: JSONValue, to document: inout JSONValue, _ path: ArraySlice<String>
    ) throws(Failure) {
        guard let key = path.first else {
            document = value
            return
        }
        let rest = path.dropFirst()
        if case .array(var elements) = document {
            if rest.isEmpty {
                elements.insert(value, at: key == "-" ? elements.count : try index(key, below: elements.count + 1))
            } else {
                try add(value, to: &elements[try index(key, below: elements.count)], rest)
            }
            document = .array(elements)
            return
        }
        guard case .object = document else { throw Failure() }
        var child = document[key]
        if rest.isEmpty {
            child = value
        } else {
            guard var inner = child else { throw Failure() }
            try add(value, to: &inner, rest)
            child = inner
        }
        document.set(key, to: child)
    }

    private static func remove(
        from document: inout JSONValue, _ path: ArraySlice<String>
    ) throws(Failure) -> JSONValue {
        guard let key = path.first else { throw Failure() }
        let rest = path.dropFirst()
        if case .array(var elements) = document {
            let index = try index(key, below: elements.count)
            let removed = rest.isEmpty ? elements.remove(at: index) : try remove(from: &elements[index], rest)
            document = .array(elements)
            return removed
        }
        guard var child = document[key] else { throw Failure() }
        let removed = rest.isEmpty ? child : try remove(from: &child, rest)
        document.set(key, to: rest.isEmpty ? nil : child)
        return removed
    }
}
