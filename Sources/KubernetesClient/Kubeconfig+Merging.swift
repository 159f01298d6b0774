import Yams

extension Kubeconfig {
    /// Adds the entries of one file; names that are already there are left as they are.
    mutating func merge(file: String, bytes: [UInt8]) throws(KubeconfigFailure) {
        files.append(file)
        let root: Node?
        do {
            root = try compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Self.failure(of: error, file: file)
        }
        guard let root, !root.isNull else {
            warnings.append("\(file) is empty")
            return
        }
        guard let mapping = root.mapping else {
            throw KubeconfigFailure(
                file: file, problem: "is not a kubeconfig: expected keys such as clusters, users and contexts",
                remedy: "check that this is the right file")
        }
        if let kind = mapping["kind"]?.scalarText, !kind.isEmpty, kind != "Config" {
            throw KubeconfigFailure(
                file: file, line: mapping["kind"]?.mark?.line, problem: "is of kind \(kind), not Config",
                remedy: "check that this is the right file")
        }
        if currentContext == nil {
            currentContext = mapping["current-context"]?.scalarText.flatMap { $0.isEmpty ? nil : $0 }
        }

        for item in items("clusters", "cluster", of: mapping, file: file) {
            guard !clusters.contains(where: { $0.name == item.name }) else { continue }
            clusters.append(item.entry { Cluster($0, directory: Self.directory(of: file)) })
        }
        for item in items("users", "user", of: mapping, file: file) {
            guard !users.contains(where: { $0.name == item.name }) else { continue }
            users.append(item.entry { User($0, directory: Self.directory(of: file)) })
        }
        for item in items("contexts", "context", of: mapping, file: file) {
            guard !contexts.contains(where: { $0.name == item.name }) else { continue }
            let body = item.body?.mapping
            contexts.append(
                Context(
                    name: item.name, cluster: body?["cluster"]?.scalarText ?? "", user: body?["user"]?.scalarText ?? "",
                    namespace: body?["namespace"]?.scalarText.flatMap { $0.isEmpty ? nil : $0 }))
        }
    }

    /// An item of one of the three lists.
    private struct Item {
        var name: String
        var place: Place
        var what: String
        var body: Node?

        /// The entry that a reader of its fields makes.
        func entry<Value>(_ read: (Node.Mapping) -> Value) -> Entry<Value> {
            guard let mapping = body?.mapping else {
                let failure = KubeconfigFailure(
                    file: place.file, line: place.line, entry: "\(what) \"\(name)\"",
                    problem: "has no fields under `\(what)`", remedy: "fill it in or remove the entry")
                return Entry(name: name, place: place, value: .failure(failure))
            }
            return Entry(name: name, place: place, value: .success(read(mapping)))
        }
    }

    private mutating func items(_ list: String, _ what: String, of root: Node.Mapping, file: String) -> [Item] {
        guard let node = root[list], !node.isNull else { return [] }
        guard let sequence = node.sequence else {
            warnings.append("\(file):\(node.mark?.line ?? 0): `\(list)` is not a list; passed over")
            return []
        }
        var result: [Item] = []
        for node in sequence {
            guard let mapping = node.mapping, let name = mapping["name"]?.scalarText, !name.isEmpty else {
                warnings.append("\(file):\(node.mark?.line ?? 0): an entry of `\(list)` has no name; passed over")
                continue
            }
            result.append(
                Item(name: name, place: Place(file: file, line: node.mark?.line), what: what, body: mapping[what]))
        }
        return result
    }

    private static func directory(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// Words a YAML problem without quoting the file, which may hold secrets.
    private static func failure(of error: any Error, file: String) -> KubeconfigFailure {
        let remedy = "correct it, or point --kubeconfig to another file"
        func at(_ mark: Mark, _ problem: String) -> KubeconfigFailure {
            KubeconfigFailure(file: file, line: mark.line, problem: "is not valid YAML: \(problem)", remedy: remedy)
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let line = context.mark.line
            return KubeconfigFailure(
                file: file, line: line,
                problem:
                    "is not valid YAML: the key \(duplicates.map { "`\($0)`" }.sorted().joined(separator: ", ")) is there twice",
                remedy: remedy)
        case .reader(let problem, _, _, _):
            return KubeconfigFailure(file: file, problem: "is not a text file: \(problem)", remedy: remedy)
        default:
            return KubeconfigFailure(file: file, problem: "is not valid YAML", remedy: remedy)
        }
    }
}

extension Kubeconfig.Cluster {
    /// Reads the fields of `cluster`.
    init(_ fields: Node.Mapping, directory: String) {
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
    init(_ fields: Node.Mapping, directory: String) {
        clientCertificate = fields.path("client-certificate", in: directory)
        clientCertificateData = fields.text("client-certificate-data")
        clientKey = fields.path("client-key", in: directory)
        clientKeyData = fields.text("client-key-data").map { Secret($0) }
        token = fields.text("token").map { Secret($0) }
        tokenFile = fields.path("tokenFile", in: directory)
        username = fields.text("username")
        password = fields.text("password").map { Secret($0) }
        if let user = fields.text("as") {
            var extra: [String: [String]] = [:]
            for (key, values) in fields["as-user-extra"]?.mapping ?? [:] {
                guard let key = key.scalarText else { continue }
                extra[key] = values.sequence?.compactMap(\.scalarText) ?? []
            }
            impersonation = ClusterAccess.Impersonation(
                user: user, uid: fields.text("as-uid"),
                groups: fields["as-groups"]?.sequence?.compactMap(\.scalarText) ?? [], extra: extra)
        }
        if let exec = fields["exec"], !exec.isNull {
            self.exec = ExecPlugin.read(exec.mapping ?? [:], directory: directory)
        }
        if let provider = fields["auth-provider"], !provider.isNull {
            authProvider = provider.mapping?.text("name") ?? ""
        }
    }
}

extension Node {
    /// The text of a scalar, whatever its type; `nil` for `null`, lists and mappings.
    var scalarText: String? { isNull ? nil : scalar?.string }

    var isNull: Bool { tag == Tag(.null) }
}

extension Node.Mapping {
    /// The text of a field; `nil` when it is absent, null or empty.
    func text(_ key: String) -> String? { self[key]?.scalarText.flatMap { $0.isEmpty ? nil : $0 } }

    func flag(_ key: String) -> Bool { self[key]?.bool ?? false }

    /// A path, made absolute from the directory of its file.
    fileprivate func path(_ key: String, in directory: String) -> String? {
        text(key).map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
    }
}
