import Yams

import func KubernetesModel.nearestName

extension ContextRules {
    /// A configuration file is not larger, in bytes.
    static let maximumBytes = 1 << 20
    /// No pattern is longer, in characters.
    private static let longestPattern = 1024

    /// Reads the rules of a configuration file.
    ///
    /// - Parameters:
    ///   - file: Its path.
    ///   - mustExist: Whether a file that is not there is a problem, and not the same as one without rules.
    public init(file: String, mustExist: Bool) {
        do {
            self.init(file: file, bytes: try LocalFile.read(file, limit: Self.maximumBytes))
        } catch {
            self.init()
            self.file = file
            let isBroken = error.isMissing && LocalFile.isBrokenLink(file)
            guard mustExist || isBroken || !error.isMissing else { return }
            problem = KubeconfigFailure(
                file: file, problem: "cannot be read: \(isBroken ? "a link that leads nowhere" : error.words)",
                remedy: Self.consequence)
        }
    }

    /// Reads the rules in the text of a configuration file.
    public init(file: String, bytes: [UInt8]) {
        self.init()
        self.file = file
        do throws(KubeconfigFailure) {
            guard bytes.count <= Self.maximumBytes else {
                throw KubeconfigFailure(problem: "is larger than \(Self.maximumBytes >> 20) MiB")
            }
            let document = try KubeconfigDocument(file: file, bytes: bytes)
            // What was passed over was to protect something.
            if let passedOver = document.passedOver.first { throw passedOver }
            if let root = document.root { try read(root) }
        } catch {
            rules = []
            problem = KubeconfigFailure(
                file: file, line: error.line, problem: error.problem, remedy: Self.consequence)
        }
    }

    /// What follows from a file that cannot be understood.
    private static let consequence = "until it is mended, every context is read-only (--allow-changes lifts that)"

    private mutating func read(_ root: Node) throws(KubeconfigFailure) {
        if root.isNothing { return }
        guard let mapping = root.mapping else {
            throw Self.failure(root, "must be keys with values, such as contexts:")
        }
        try Self.checkKeys(of: mapping)
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            // A place for anchors.
            if name.hasPrefix("x-") { continue }
            guard name == "contexts" else {
                // Rules that are passed over because of a slip would protect nothing.
                let hint = nearestName(to: name, among: ["contexts"]).map { "; did you mean `\($0)`?" } ?? ""
                throw Self.failure(key, "there is no key `\(Self.shown(name))`\(hint)")
            }
            guard !value.isNothing else { continue }
            guard let entries = value.sequence else {
                throw Self.failure(value, "`contexts` must be a list of rules")
            }
            for entry in entries { rules.append(try Self.rule(entry)) }
        }
    }

    private static func rule(_ node: Node) throws(KubeconfigFailure) -> Rule {
        guard let mapping = node.mapping else {
            throw failure(node, "a rule must have keys, such as match: \"*prod*\" and readOnly: true")
        }
        var rule = Rule(isReadOnly: false, line: node.mark?.line ?? 0)
        var isDecided = false
        try checkKeys(of: mapping)
        for (key, value) in mapping {
            switch key.scalar?.string ?? "" {
            case "match": rule.context = try pattern(value, "match")
            case "cluster": rule.cluster = try pattern(value, "cluster")
            case "server": rule.server = try pattern(value, "server")
            case "readOnly":
                guard let text = value.scalar?.string.lowercased(), ["true", "false"].contains(text) else {
                    throw failure(value, "readOnly must be true or false")
                }
                rule.isReadOnly = text == "true"
                isDecided = true
            case "confirm":
                guard value.scalar?.string == "name" else { throw failure(value, "confirm must be name") }
                rule.confirmsByName = true
                isDecided = true
            case let name:
                // Without it the rule might fit more than was meant.
                let known = ["match", "cluster", "server", "readOnly", "confirm"]
                let hint = nearestName(to: name, among: known).map { "; did you mean `\($0)`?" } ?? ""
                throw failure(key, "a rule has no key `\(shown(name))`\(hint)")
            }
        }
        guard isDecided else { throw failure(node, "a rule must say readOnly: true or false, or confirm: name") }
        guard rule.context != nil || rule.cluster != nil || rule.server != nil else {
            throw failure(node, "a rule must say for what: match, cluster or server")
        }
        return rule
    }

    /// Keys that differ in their tags only are others to YAML, and the same to us.
    private static func checkKeys(of mapping: Node.Mapping) throws(KubeconfigFailure) {
        var names = Set<String>()
        for (key, _) in mapping {
            let name = key.scalar?.string ?? ""
            guard names.insert(name).inserted else { throw failure(key, "the key `\(shown(name))` is there twice") }
        }
    }

    private static func pattern(_ node: Node, _ key: String) throws(KubeconfigFailure) -> NamePattern {
        guard let text = node.scalar?.string, !text.isEmpty, text.count <= longestPattern else {
            throw failure(node, "\(key) must be a name, in which * stands for any text")
        }
        return NamePattern(text)
    }

    private static func failure(_ node: Node, _ problem: String) -> KubeconfigFailure {
        KubeconfigFailure(line: node.mark?.line, problem: problem)
    }

    private static func shown(_ name: String) -> String { String(name.prefix(40)) }
}

extension Node {
    /// Whether it is empty.
    fileprivate var isNothing: Bool {
        guard let scalar else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}
