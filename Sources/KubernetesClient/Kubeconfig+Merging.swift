import Yams

extension Kubeconfig {
    /// Adds the entries of one file; names that other files have are left as they are.
    ///
    /// - Throws: When the file is no kubeconfig; then nothing of it is added.
    mutating func merge(file: String, bytes: [UInt8]) throws(KubeconfigFailure) {
        try merge(file: file, document: KubeconfigDocument(file: file, bytes: bytes))
    }

    /// Adds the entries of one file that was parsed; names that other files have are left as they are.
    ///
    /// - Throws: When the file is no kubeconfig; then nothing of it is added.
    mutating func merge(file: String, document: KubeconfigDocument) throws(KubeconfigFailure) {
        guard let root = document.root, !root.isNull else {
            files.append(file)
            warnings.append("\(file) is empty")
            return
        }
        guard let mapping = root.mapping else {
            throw KubeconfigFailure(
                file: file, problem: "is not a kubeconfig: expected keys such as clusters, users and contexts",
                remedy: "check that this is the right file")
        }
        for (key, wanted) in [("kind", "Config"), ("apiVersion", "v1")] {
            guard let text = mapping[key]?.scalarText, !text.isEmpty, text != wanted else { continue }
            throw KubeconfigFailure(
                file: file, line: mapping[key]?.mark?.line, problem: "is of \(key) \(text), not \(wanted)",
                remedy: "check that this is the right file")
        }
        files.append(file)
        warnings += document.warnings
        if let name = mapping["current-context"]?.scalarText, !name.isEmpty {
            if currentContext == nil {
                currentContext = name
                fileOfCurrentContext = file
            } else {
                fileOfNextCurrentContext = fileOfNextCurrentContext ?? file
            }
        }

        let directory = LocalFile.directory(of: file)
        let knownClusters = Dictionary(clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for item in items("clusters", "cluster", of: mapping, file: file) {
            let entry = item.entry { Cluster(&$0, directory: directory) }
            if let known = knownClusters[item.name] {
                note(hidden: item, isSame: (try? known.value.get()) == (try? entry.value.get()))
            } else {
                clusters.append(entry)
            }
        }
        let knownUsers = Dictionary(users.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for item in items("users", "user", of: mapping, file: file) {
            let entry = item.entry { User(&$0, directory: directory) }
            if let known = knownUsers[item.name] {
                note(hidden: item, isSame: (try? known.value.get()) == (try? entry.value.get()))
            } else {
                users.append(entry)
            }
        }
        let knownContexts = Set(contexts.map(\.name))
        for item in items("contexts", "context", of: mapping, file: file) {
            let entry = item.entry { Context(&$0, name: item.name) }
            if knownContexts.contains(item.name) {
                note(hidden: item)
                if case .success(let context) = entry.value { hidden[hidden.count - 1].context = context }
                continue
            }
            contextPlaces[item.name] = entry.place
            switch entry.value {
            case .success(let context): contexts.append(context)
            case .failure(let failure):
                contexts.append(Context(name: item.name, cluster: "", user: ""))
                contextFailures[item.name] = failure
            }
        }
    }

    private mutating func note(hidden item: Item, isSame: Bool = false) {
        hidden.append(HiddenEntry(what: item.what, name: item.name, place: item.place, isSame: isSame))
    }

    /// An item of one of the three lists.
    private struct Item {
        var name: String
        var place: Place
        var what: String
        var body: Node?
        /// The line of another item with the same name.
        var twin: Int?

        /// The entry that a reader of its fields makes.
        func entry<Value>(_ read: (inout EntryFields) -> Value) -> Entry<Value> {
            func failure(_ line: Int?, _ problem: String, _ remedy: String) -> Entry<Value> {
                let failure = KubeconfigFailure(
                    file: place.file, line: line ?? place.line, entry: "\(what) \"\(name)\"", problem: problem,
                    remedy: remedy)
                return Entry(name: name, place: place, value: .failure(failure))
            }
            if let twin {
                return failure(
                    nil, "is there twice, in lines \(place.line ?? 0) and \(twin)", "rename or remove one of them")
            }
            if let body, !body.isNull, body.mapping == nil {
                return failure(body.mark?.line, "its `\(what)` holds no fields", "write them as `key: value`")
            }
            var fields = EntryFields(body?.mapping ?? [:])
            let value = read(&fields)
            if let problem = fields.problem {
                return failure(problem.line, "its `\(problem.key)` is not \(problem.expected)", "correct it")
            }
            return Entry(name: name, place: place, value: .success(value))
        }
    }

    private mutating func items(_ list: String, _ what: String, of root: Node.Mapping, file: String) -> [Item] {
        guard let node = root[list], !node.isNull else { return [] }
        guard let sequence = node.sequence else {
            problems.append(
                KubeconfigFailure(
                    file: file, line: node.mark?.line, problem: "its `\(list)` is not a list",
                    remedy: "write it as `- name: ...`"))
            return []
        }
        var result: [Item] = []
        var indexes: [String: Int] = [:]
        for node in sequence {
            guard let mapping = node.mapping, let name = mapping["name"]?.scalarText, !name.isEmpty else {
                warnings.append("\(file):\(node.mark?.line ?? 0): an entry of `\(list)` has no name; passed over")
                continue
            }
            if let twin = indexes[name] {
                result[twin].twin = result[twin].twin ?? node.mark?.line
                continue
            }
            indexes[name] = result.count
            result.append(
                Item(name: name, place: Place(file: file, line: node.mark?.line), what: what, body: mapping[what]))
        }
        return result
    }
}

/// Reads the fields of an entry and remembers the first that is not what it should be.
struct EntryFields {
    /// A field of another form than expected.
    struct Problem {
        var key: String
        var line: Int?
        /// Such as `text`.
        var expected: String
    }

    let mapping: Node.Mapping
    private(set) var problem: Problem?

    init(_ mapping: Node.Mapping) { self.mapping = mapping }

    /// A field; `nil` when it is absent or null.
    subscript(_ key: String) -> Node? { mapping[key].flatMap { $0.isNull ? nil : $0 } }

    /// The text of a field; `nil` when it is absent, null or empty.
    mutating func text(_ key: String) -> String? {
        guard let node = self[key] else { return nil }
        guard let text = node.scalarText else { return note(key, node, "text") }
        return text.isEmpty ? nil : text
    }

    /// Whether a field is true.
    mutating func flag(_ key: String) -> Bool {
        guard let node = self[key] else { return false }
        return node.bool ?? note(key, node, "true or false") ?? false
    }

    /// The texts of a list.
    mutating func texts(_ key: String) -> [String] {
        guard let node = self[key] else { return [] }
        let texts = node.sequence?.map(\.scalarText)
        guard let texts, !texts.contains(nil) else { return note(key, node, "a list of texts") ?? [] }
        return texts.compactMap(\.self)
    }

    /// The lists of texts of a mapping.
    mutating func lists(_ key: String) -> [String: [String]] {
        guard let node = self[key] else { return [:] }
        guard let mapping = node.mapping else { return note(key, node, "lists by key") ?? [:] }
        var result: [String: [String]] = [:]
        for (name, values) in mapping {
            guard let name = name.scalarText, let texts = values.sequence?.map(\.scalarText), !texts.contains(nil)
            else {
                return note(key, node, "lists of texts by key") ?? [:]
            }
            result[name] = texts.compactMap(\.self)
        }
        return result
    }

    /// A path, made absolute from a directory.
    mutating func path(_ key: String, in directory: String) -> String? {
        text(key).map { LocalFile.absolute($0, in: directory) }
    }

    private mutating func note<Value>(_ key: String, _ node: Node, _ expected: String) -> Value? {
        problem = problem ?? Problem(key: key, line: node.mark?.line, expected: expected)
        return nil
    }
}

extension Kubeconfig.Context {
    /// Reads the fields of `context`.
    fileprivate init(_ fields: inout EntryFields, name: String) {
        self.init(
            name: name, cluster: fields.text("cluster") ?? "", user: fields.text("user") ?? "",
            namespace: fields.text("namespace"))
    }
}

extension Kubeconfig.Cluster {
    /// Reads the fields of `cluster`.
    fileprivate init(_ fields: inout EntryFields, directory: String) {
        server = fields.text("server") ?? ""
        certificateAuthority = fields.path("certificate-authority", in: directory)
        certificateAuthorityData = fields.text("certificate-authority-data")
        insecureSkipTLSVerify = fields.flag("insecure-skip-tls-verify")
        tlsServerName = fields.text("tls-server-name")
        proxyURL = fields.text("proxy-url")
        disableCompression = fields.flag("disable-compression")
        execConfiguration = ExecPlugin.clusterConfiguration(extensions: fields["extensions"])
    }
}

extension Kubeconfig.User {
    /// Reads the fields of `user`.
    fileprivate init(_ fields: inout EntryFields, directory: String) {
        clientCertificate = fields.path("client-certificate", in: directory)
        clientCertificateData = fields.text("client-certificate-data")
        clientKey = fields.path("client-key", in: directory)
        clientKeyData = fields.text("client-key-data").map { Secret($0) }
        token = fields.text("token").map { Secret($0) }
        tokenFile = fields.path("tokenFile", in: directory)
        username = fields.text("username")
        password = fields.text("password").map { Secret($0) }
        impersonation.user = fields.text("as")
        impersonation.uid = fields.text("as-uid")
        impersonation.groups = fields.texts("as-groups")
        impersonation.extra = fields.lists("as-user-extra")
        exec = fields["exec"].map { ExecPlugin.read($0.mapping ?? [:], directory: directory) }
        authProvider = fields["auth-provider"].map { provider in
            let config = provider.mapping?["config"]?.mapping ?? [:]
            return Kubeconfig.AuthProvider(
                name: provider.mapping?.text("name") ?? "", idToken: config.text("id-token").map { Secret($0) },
                holdsSecret: config.contains { key, value in
                    value.scalarText?.isEmpty == false && Kubeconfig.User.soundsSecret(key.scalarText ?? "")
                })
        }
    }
}

extension Node {
    /// The text of a scalar, whatever its type; `nil` for `null`, lists and mappings.
    var scalarText: String? { isNull ? nil : scalar?.string }

    /// Whether it says nothing.
    var isNull: Bool {
        // Resolving the tag of a long text, such as a certificate, tries it against every form of numbers and dates.
        if let scalar, scalar.string.utf8.count > 4 { return false }
        return tag == Tag(.null)
    }
}

extension Node.Mapping {
    /// A field; without resolving the tags of all keys, as comparing nodes does.
    subscript(_ key: String) -> Node? { reversed().first { $0.key.scalar?.string == key }?.value }

    /// The text of a field; `nil` when it is absent, null or empty.
    func text(_ key: String) -> String? { self[key]?.scalarText.flatMap { $0.isEmpty ? nil : $0 } }

    func flag(_ key: String) -> Bool { self[key]?.bool ?? false }
}
