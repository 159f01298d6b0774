import Access
import KubernetesModel

extension Kubeconfig {
    /// What a change did.
    public struct Changed: Sendable, Hashable {
        /// The files that were written.
        public var files: [String] = []
        /// The copies of what was there, beside them.
        public var backups: [String] = []
    }

    /// Changes the files that these contexts were read from.
    ///
    /// Only the bytes of what changes are touched. Each file is read again first, locked as kubectl locks it, and replaced
    /// at once; the changed text is parsed, and must say what was wanted and nothing else.
    ///
    /// - Parameters:
    ///   - change: What is asked for.
    ///   - now: Names the copies.
    /// - Returns: What was written.
    /// - Throws: Why nothing was, with the command of kubectl that does the same; or which of several files were.
    public func apply(_ change: ContextChange, now: Timestamp) throws(KubeconfigFailure) -> Changed {
        do throws(KubeconfigFailure) {
            return try applied(change, now)
        } catch {
            var failure = error
            if failure.remedy.isEmpty { failure.remedy = "nothing was changed; try: \(change.command)" }
            throw failure
        }
    }

    private func applied(_ change: ContextChange, _ now: Timestamp) throws(KubeconfigFailure) -> Changed {
        guard canBeReadAgain else {
            throw KubeconfigFailure(
                problem: "this kubeconfig came through a pipe: there is no file to change", remedy: " ")
        }
        var changed = Changed()
        let rewrites = try edits(for: change).map { KubeconfigRewrite(path: $0, edits: $1, now: now) }
        for (file, backup) in try KubeconfigRewrite.run(rewrites) {
            changed.files.append(file)
            changed.backups.append(backup)
        }
        return changed
    }

    /// What is to be changed in which file.
    private func edits(for change: ContextChange) throws(KubeconfigFailure) -> [(String, [KubeconfigEdit])] {
        let id = change.context
        let isFirst = contextPlaces[id.name]?.file == id.file
        let place = isFirst ? contextPlaces[id.name] : hidden.first { $0.isContext(id) }?.place
        guard let place, place.line != nil else {
            throw KubeconfigFailure(
                file: id.file, entry: "context \"\(id.name)\"",
                problem: place == nil ? "is not there any more" : "comes from the pod, not from a file", remedy: " ")
        }
        let isCurrent = isFirst && currentContext == id.name
        var edits: [(String, [KubeconfigEdit])] = []
        func add(_ file: String, _ edit: KubeconfigEdit) {
            if let index = edits.firstIndex(where: { $0.0 == file }) {
                edits[index].1.append(edit)
            } else {
                edits.append((file, [edit]))
            }
        }
        switch change {
        case .rename(_, let new):
            try Self.check(name: new)
            if let other = contextPlaces[new] ?? hidden.first(where: { $0.what == "context" && $0.name == new })?.place
            {
                throw KubeconfigFailure(problem: "there is a context \"\(new)\" already: \(other.text)", remedy: " ")
            }
            add(id.file, .rename(context: id.name, to: new))
            if isCurrent, let file = fileOfCurrentContext { add(file, .setCurrentContext(new)) }
        case .setNamespace(_, let namespace):
            guard namespace.isEmpty || KubeconfigLint.isLabel(namespace) else {
                throw KubeconfigFailure(
                    problem: "\"\(namespace)\" is no name of a namespace",
                    remedy: "use small letters, digits and `-`, at most 63")
            }
            add(id.file, .setNamespace(context: id.name, to: namespace))
        case .use:
            guard isFirst else {
                throw KubeconfigFailure(
                    problem: "the context \"\(id.name)\" of another file comes first", remedy: "rename one of them")
            }
            guard let file = fileOfCurrentContext ?? files.first else { break }
            add(file, .setCurrentContext(id.name))
        case .delete(_, let confirmed):
            add(id.file, .remove(what: "context", name: id.name))
            let own = isFirst ? contexts.first { $0.name == id.name } : hidden.first { $0.isContext(id) }?.context
            for part in own.map({ unusedParts(of: $0, in: id.file, uses) }) ?? []
            where confirmed.contains("\(part.what) \"\(part.name)\"") {
                add(id.file, .remove(what: part.what, name: part.name))
            }
            // One that names nothing makes kubectl fail, which is better than that another file's takes its place.
            let hasTwin = hidden.contains { $0.what == "context" && $0.name == id.name }
            if isCurrent, !hasTwin, fileOfNextCurrentContext == nil, let file = fileOfCurrentContext {
                add(file, .setCurrentContext(""))
            }
        }
        return edits
    }

    /// How many contexts name a cluster and a user.
    struct Uses {
        var clusters: [String: Int] = [:]
        var users: [String: Int] = [:]
    }

    /// What contexts name; `nil` where one of them, or one of the files, cannot be read.
    var uses: Uses? {
        let behind = hidden.filter { $0.what == "context" }
        guard contextFailures.isEmpty, problems.isEmpty, !behind.contains(where: { $0.context == nil }) else {
            return nil
        }
        var uses = Uses()
        for context in contexts + behind.compactMap(\.context) {
            uses.clusters[context.cluster, default: 0] += 1
            uses.users[context.user, default: 0] += 1
        }
        return uses
    }

    /// The cluster and the user of a context that are in its file and that no other context names.
    ///
    /// Entries of other files are left to those who look after them.
    func unusedParts(of context: Context, in file: String, _ uses: Uses?) -> [(what: String, name: String)] {
        guard let uses else { return [] }
        var parts: [(what: String, name: String)] = []
        if uses.clusters[context.cluster] == 1,
            clusters.first(where: { $0.name == context.cluster })?.place.file == file
        {
            parts.append(("cluster", context.cluster))
        }
        if uses.users[context.user] == 1, users.first(where: { $0.name == context.user })?.place.file == file {
            parts.append(("user", context.user))
        }
        return parts
    }

    private static func check(name: String) throws(KubeconfigFailure) {
        let isClean = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .lineSeparator
                && $0.properties.generalCategory != .paragraphSeparator
        }
        guard !name.isEmpty, isClean, name.utf8.count <= 253, name.first != " ", name.last != " " else {
            throw KubeconfigFailure(
                problem: "that is no name for a context",
                remedy: "use at most 253 bytes, without blanks at the ends and control characters")
        }
    }
}

extension Kubeconfig.HiddenEntry {
    fileprivate func isContext(_ id: ContextID) -> Bool {
        what == "context" && name == id.name && place.file == id.file
    }
}
