import KubernetesModel

/// Changes to a document, in the three forms that the API takes.
enum JSONPatch: Sendable {
    /// RFC 6902: a list of operations.
    case operations(JSONValue)
    /// RFC 7386: members to set, `null` for those to remove.
    case merge(JSONValue)
    /// As merge, but lists of objects are merged by the key that Kubernetes gives them.
    case strategic(JSONValue)

    /// More operations than this are refused.
    static let mostOperations = 10_000
    /// Operations may copy this many bytes of JSON in all: copies of copies grow without end.
    private static let mostCopiedBytes = 3 << 20

    /// Documents are no deeper than a text that is parsed may be.
    private static let deepest = 512

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
            var copied = 0
            for operation in operations { try Self.perform(operation, on: &result, &copied) }
            return result
        }
    }

    private static func merged(_ target: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        return .object(
            (target?.members ?? []).changed(by: changes) { old, change in
                change == .null ? nil : merged(old, change)
            })
    }

    // MARK: Strategic merge

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
                } else if change.key == "$retainKeys" {
                    let kept = change.value.elements.compactMap(\.text)
                    result = .object(result.members.filter { kept.contains($0.key) })
                } else if change.key.hasPrefix("$") {
                    continue
                } else if change.value == .null || change.value.text("$patch") == "delete" {
                    result.set(change.key, to: nil)
                } else {
                    result.set(change.key, to: strategically(result[change.key], change.value, key: change.key))
                }
            }
            for change in changes where change.key.hasPrefix("$setElementOrder/") {
                let list = String(change.key.dropFirst("$setElementOrder/".count))
                guard case .array(let elements)? = result[list] else { continue }
                result.set(list, to: .array(ordered(elements, as: change.value.elements, list: list)))
            }
            return result
        case .array(let changes):
            let old = target?.elements ?? []
            if key == "finalizers" { return .array(old + changes.filter { !old.contains($0) }) }
            guard let merge = ListKeys.keys(of: key, changes + old)?.first else { return patch }
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

    /// The elements in the order that a patch names; those it does not name come after the one before them.
    private static func ordered(_ elements: [JSONValue], as order: [JSONValue], list: String) -> [JSONValue] {
        let key = ListKeys.keys(of: list, elements)?.first
        func rank(_ element: JSONValue) -> Int? {
            order.firstIndex { place in
                guard let key else { return place == element }
                return place[key] != nil && place[key] == element[key]
            }
        }
        var last = -1
        let ranked = elements.enumerated().map { index, element -> (rank: Int, index: Int, element: JSONValue) in
            last = rank(element) ?? last
            return (last, index, element)
        }
        return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.element)
    }

    // MARK: Operations

    private static func perform(
        _ operation: JSONValue, on document: inout JSONValue, _ copiedBytes: inout Int
    ) throws(Failure) {
        let path = try pointer(operation.text("path"))[...]
        func add(_ value: JSONValue) throws(Failure) {
            guard value.isNested(atMost: deepest - path.count) else { throw Failure() }
            try self.add(value, to: &document, path)
        }
        switch operation.text("op") {
        case "add": try add(operation["value"] ?? .null)
        case "remove": _ = try remove(from: &document, path)
        case "replace":
            if !path.isEmpty { _ = try remove(from: &document, path) }
            try add(operation["value"] ?? .null)
        case "test":
            guard try value(at: path, in: document).canonical == operation["value"]?.canonical else { throw Failure() }
        case "move":
            let moved = try remove(from: &document, try pointer(operation.text("from"))[...])
            try add(moved)
        case "copy":
            let copied = try value(at: try pointer(operation.text("from"))[...], in: document)
            copiedBytes += copied.jsonBytes.count
            guard copiedBytes <= mostCopiedBytes else { throw Failure() }
            try add(copied)
        default: throw Failure()
        }
    }

    /// The keys of a JSON pointer (RFC 6901).
    private static func pointer(_ text: String) throws(Failure) -> [String] {
        if text.isEmpty { return [] }
        guard text.hasPrefix("/"), text.utf8.count(where: { $0 == UInt8(ascii: "/") }) < deepest else {
            throw Failure()
        }
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
