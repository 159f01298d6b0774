import KubernetesModel

/// Who manages which fields of an object: its `metadata.managedFields`.
struct ManagedFields {
    /// What one manager manages.
    struct Entry {
        var manager: String
        /// `Apply` or `Update`.
        var operation: String
        var apiVersion: String
        var time: String
        var fields: FieldPaths
    }

    /// Who writes, and as what.
    struct Writer {
        var manager: String
        var apiVersion: String
        var now: Timestamp
    }

    /// Fields that others manage.
    struct Conflict: Error {
        var fields: [(path: [String], owner: Entry)]
    }

    private(set) var entries: [Entry] = []

    init(of document: JSONValue) {
        entries = (document.at("metadata", "managedFields")?.elements ?? []).map { entry in
            Entry(
                manager: entry.text("manager"), operation: entry.text("operation"),
                apiVersion: entry.text("apiVersion"), time: entry.text("time"),
                fields: FieldPaths(parsing: entry["fieldsV1"] ?? .null))
        }
    }

    /// As an object has them; `nil` when nobody manages anything.
    var document: JSONValue? {
        let written = entries.filter { !$0.fields.isEmpty }.map { entry in
            JSONValue.members([
                "manager": .string(entry.manager), "operation": .string(entry.operation),
                "apiVersion": .string(entry.apiVersion), "time": .string(entry.time),
                "fieldsType": .string("FieldsV1"), "fieldsV1": entry.fields.document,
            ])
        }
        return written.isEmpty ? nil : .array(written)
    }

    private mutating func entry(of writer: Writer, _ operation: String) -> Int {
        if let index = entries.firstIndex(where: { $0.manager == writer.manager && $0.operation == operation }) {
            return index
        }
        entries.append(
            Entry(
                manager: writer.manager, operation: operation, apiVersion: writer.apiVersion,
                time: writer.now.wholeSeconds.rfc3339, fields: FieldPaths()))
        return entries.count - 1
    }

    /// Notes a change that somebody made without applying.
    static func updated(_ new: JSONValue, from old: JSONValue?, by writer: Writer) -> JSONValue {
        var managed = ManagedFields(of: old ?? .null)
        let after = FieldPaths(of: new)
        var changed = after
        if let old {
            changed = FieldPaths()
            for path in after.paths where new.managed(path)?.canonical != old.managed(path)?.canonical {
                changed.insert(path)
            }
        }
        for index in managed.entries.indices {
            managed.entries[index].fields.formIntersection(after)
            managed.entries[index].fields.subtract(changed)
        }
        if !changed.isEmpty {
            let own = managed.entry(of: writer, "Update")
            managed.entries[own].fields.formUnion(changed)
            managed.entries[own].time = writer.now.wholeSeconds.rfc3339
        }
        var result = new
        result.set("metadata", "managedFields", to: managed.document)
        return result
    }

    /// Applies what a manager wants: its fields get its values, and those it no longer names go unless others have them.
    /// - Throws: `Conflict` when others manage fields that would change, unless it is forced.
    static func applied(
        _ wanted: JSONValue, to live: JSONValue?, by writer: Writer, force: Bool
    ) throws(Conflict) -> JSONValue {
        var managed = ManagedFields(of: live ?? .null)
        if let live, managed.entries.isEmpty {
            var first = writer
            first.manager = "before-first-apply"
            let index = managed.entry(of: first, "Update")
            managed.entries[index].fields = FieldPaths(of: live)
        }
        let fields = FieldPaths(of: wanted)
        let own = managed.entry(of: writer, "Apply")
        var conflicts: [(path: [String], owner: Entry)] = []
        if let live {
            for path in fields.paths where live.managed(path)?.canonical != wanted.managed(path)?.canonical {
                for index in managed.entries.indices
                where index != own && managed.entries[index].fields.paths.contains(path) {
                    conflicts.append((path, managed.entries[index]))
                    managed.entries[index].fields.remove(path)
                }
            }
        }
        guard conflicts.isEmpty || force else {
            throw Conflict(fields: conflicts.sorted { $0.path.lexicographicallyPrecedes($1.path) })
        }
        var gone = managed.entries[own].fields.subtracting(fields)
        for index in managed.entries.indices where index != own { gone.subtract(managed.entries[index].fields) }
        managed.entries[own].fields = fields
        managed.entries[own].time = writer.now.wholeSeconds.rfc3339
        var result = live ?? .object([])
        // Elements go as a whole, so they come first.
        for path in gone.paths.sorted(by: { ($0.last == "." ? 0 : 1, $0.count) < ($1.last == "." ? 0 : 1, $1.count) }) {
            result.removeManaged(path[...])
        }
        result = .laid(wanted, over: result, name: "")
        result.set("metadata", "managedFields", to: managed.document)
        return result
    }
}

extension ManagedFields.Conflict {
    /// As the API server says it.
    var status: DemoStatus {
        func name(_ entry: ManagedFields.Entry) -> String {
            "\"\(entry.manager)\"" + (entry.operation == "Update" ? " using \(entry.apiVersion)" : "")
        }
        var words = "Apply failed with \(fields.count) conflict\(fields.count == 1 ? "" : "s"): "
        if fields.count == 1, let only = fields.first {
            words += "conflict with \(name(only.owner)): \(FieldPaths.words(only.path))"
        } else {
            var groups: [(owner: String, paths: [String])] = []
            for field in fields {
                let owner = name(field.owner)
                if let index = groups.firstIndex(where: { $0.owner == owner }) {
                    groups[index].paths.append(FieldPaths.words(field.path))
                } else {
                    groups.append((owner, [FieldPaths.words(field.path)]))
                }
            }
            words += groups.map { group in
                "conflicts with \(group.owner):\n" + group.paths.map { "- \($0)" }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
        let causes = fields.map {
            DemoStatus.Cause(
                field: FieldPaths.words($0.path), reason: "FieldManagerConflict",
                message: "conflict with \(name($0.owner))")
        }
        var status = DemoStatus(409, "Conflict", words)
        status.cause = causes.first
        status.moreCauses = Array(causes.dropFirst())
        return status
    }
}
