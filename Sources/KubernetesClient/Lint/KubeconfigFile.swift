import Glibc
import Yams

/// One kubeconfig file, read by itself, and where its fields stand.
struct KubeconfigFile {
    let path: String
    /// Its entries alone.
    let config: Kubeconfig
    /// What was read, to be merged with that of other files.
    let document: KubeconfigDocument
    private let root: Node.Mapping
    /// Entries by list and name: all that have the name.
    private let entries: [String: [String: [Node.Mapping]]]
    /// Entries that are passed over since they have no name.
    let nameless: [KubeconfigFailure]
    /// Whether there may be secrets in parts of it that do not count.
    let mayHideSecrets: Bool

    /// Reads a file.
    init(path: String, bytes: [UInt8]) throws(KubeconfigFailure) {
        self.path = path
        document = try KubeconfigDocument(file: path, bytes: bytes)
        var config = Kubeconfig()
        try config.merge(file: path, document: document)
        self.config = config
        root = document.root?.mapping ?? [:]
        var entries: [String: [String: [Node.Mapping]]] = [:]
        var nameless: [KubeconfigFailure] = []
        for list in ["clusters", "users", "contexts"] {
            for node in root[list]?.sequence ?? [] {
                guard let entry = node.mapping, let name = entry["name"]?.scalarText, !name.isEmpty else {
                    nameless.append(
                        KubeconfigFailure(
                            file: path, line: node.mark?.line,
                            problem: "an entry of `\(list)` has no name and is passed over",
                            remedy: "name it or remove it"))
                    continue
                }
                entries[list, default: [:]][name, default: []].append(entry)
            }
        }
        self.entries = entries
        self.nameless = nameless
        let keys = ["token:", "password:", "client-key-data:", "client-secret:"]
        mayHideSecrets =
            !(nameless.isEmpty && document.passedOver.isEmpty)
            && keys.contains { bytes.firstRange(of: Array($0.utf8)) != nil }
    }

    /// The line of a top-level field.
    func line(of field: String) -> Int? { Self.line(of: field, in: root) }

    /// The line of a field of an entry; of the entry itself where it has no such field.
    ///
    /// - Parameters:
    ///   - what: `cluster`, `user` or `context`.
    ///   - name: The entry's name.
    ///   - path: The field, and the field in it.
    /// - Returns: A line, counted from 1; `nil` where there is no such entry.
    func line(_ what: String, _ name: String, _ path: String...) -> Int? {
        guard let entry = entries["\(what)s"]?[name]?.first else { return nil }
        var line = Self.line(of: "name", in: entry)
        guard var mapping = entry[what]?.mapping else { return line }
        for field in path {
            guard let next = Self.line(of: field, in: mapping) else { break }
            line = next
            mapping = mapping[field]?.mapping ?? [:]
        }
        return line
    }

    /// The lines of all entries with a name.
    func lines(_ what: String, _ name: String) -> [Int] {
        (entries["\(what)s"]?[name] ?? []).compactMap { Self.line(of: "name", in: $0) }
    }

    /// The names of a list, each once, in their order.
    func names(_ what: String) -> [String] {
        switch what {
        case "cluster": config.clusters.map(\.name)
        case "user": config.users.map(\.name)
        default: config.contexts.map(\.name)
        }
    }

    private static func line(of field: String, in mapping: Node.Mapping) -> Int? {
        mapping.first { $0.key.scalarText == field }?.key.mark?.line
    }
}

/// Who may do what with a file (stat(2)).
struct FileProtection {
    var isReadableByOthers: Bool
    var isWritableByOthers: Bool
    /// Such as `0644`.
    var mode: String
    /// The owner of the symbolic link that the path is; `nil` when it is none.
    var linkOwner: UInt32?

    /// What a path has; `nil` when it cannot be looked at.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let bits = status.st_mode & 0o777
        // What is in no file system protects itself.
        let isKept = status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFDIR
        let isShared = status.st_mode & S_ISVTX != 0
        isReadableByOthers = isKept && bits & 0o077 != 0
        isWritableByOthers = isKept && bits & 0o022 != 0 && !isShared
        let octal = String(bits, radix: 8)
        mode = String(repeating: "0", count: 4 - octal.count) + octal
        var link = stat()
        if lstat(path, &link) == 0, link.st_mode & S_IFMT == S_IFLNK { linkOwner = link.st_uid }
    }
}
