import KubernetesModel

/// A log of SARIF 2.1.0: what a tool looks for, and what it found.
package struct SARIF {
    private var rules: [JSONValue] = []
    private var results: [JSONValue] = []

    package init() {}

    /// Where a result is.
    package enum Location {
        /// An object of the cluster, such as `shop/Pod/web`.
        case object(String)
        /// A line of a file, counted from 1; `nil` for the whole file.
        case file(String, line: Int?)
    }

    /// Adds something that is looked for.
    package mutating func add(
        rule id: String, title: String, help: String? = nil, source: String? = nil, severity: Severity? = nil
    ) {
        rules.append(
            .object(
                [
                    .init("id", .string(id)), .init("shortDescription", Self.message(title)),
                    help.map { .init("help", Self.message($0)) }, source.map { .init("helpUri", .string($0)) },
                    severity.map { .init("defaultConfiguration", .object([.init("level", Self.level($0))])) },
                ].compactMap(\.self)))
    }

    /// Adds something that was found.
    package mutating func add(
        result rule: String, _ severity: Severity, _ text: String, at location: Location, fingerprint: String? = nil
    ) {
        let place: JSONValue.Member
        switch location {
        case .object(let name):
            place = .init(
                "logicalLocations",
                .array([.object([.init("fullyQualifiedName", .string(name)), .init("kind", .string("resource"))])]))
        case .file(let path, let line):
            let artifact = JSONValue.Member("artifactLocation", .object([.init("uri", .string(Self.uri(path)))]))
            let region = line.map {
                JSONValue.Member("region", .object([.init("startLine", .number(String(max(1, $0))))]))
            }
            place = .init("physicalLocation", .object([artifact, region].compactMap(\.self)))
        }
        results.append(
            .object(
                [
                    .init("ruleId", .string(rule)), .init("level", Self.level(severity)),
                    .init("message", Self.message(text)), .init("locations", .array([.object([place])])),
                    fingerprint.map {
                        .init("partialFingerprints", .object([.init("sextant/v1", .string($0))]))
                    },
                ].compactMap(\.self)))
    }

    /// The log as JSON.
    ///
    /// - Parameter version: Of this program.
    /// - Returns: One run.
    package func json(version: String) -> JSONValue {
        let driver = JSONValue.object([
            .init("name", .string("sextant")), .init("version", .string(version)), .init("rules", .array(rules)),
        ])
        return .object([
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            .init("version", .string("2.1.0")),
            .init(
                "runs",
                .array([
                    .object([.init("tool", .object([.init("driver", driver)])), .init("results", .array(results))])
                ])),
        ])
    }

    private static func message(_ text: String) -> JSONValue { .object([.init("text", .string(text))]) }

    private static func level(_ severity: Severity) -> JSONValue {
        switch severity {
        case .broken: .string("error")
        case .degraded: .string("warning")
        case .hygiene: .string("note")
        }
    }

    /// A path as a URI reference (RFC 3986): a relative path stays relative.
    private static func uri(_ path: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let text = path.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "%0\(digits)" : "%\(digits)"
        }.joined()
        return path.hasPrefix("/") ? "file://\(text)" : text
    }
}
