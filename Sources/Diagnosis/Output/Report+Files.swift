import KubernetesModel

extension Report {
    /// The report as JUnit XML: a test case for each rule, failed by its findings, skipped where it could not look.
    package func junit(rules: [DiagnosisRule]) -> String {
        var cases: [String] = []
        var failures = 0
        var skipped = 0
        for rule in rules {
            let name = "<testcase classname=\"sextant\" name=\"\(Self.xml(rule.id))\""
            let found = findings.filter { $0.rule == rule.id }
            let missing = notEvaluated.filter { $0.rule == rule.id }
            if !found.isEmpty {
                failures += 1
                let bodies = found.map {
                    "<failure type=\"\($0.severity.rawValue)\" message=\"\(Self.xml("\($0.subject): \($0.title)"))\">"
                        + "\(Self.xml($0.text))</failure>"
                }
                cases.append("\(name)>\(bodies.joined())</testcase>")
            } else if let first = missing.first {
                skipped += 1
                let words = Self.xml("\(first.missing): \(first.reason)")
                cases.append("\(name)><skipped message=\"\(words)\"/></testcase>")
            } else {
                cases.append("\(name)/>")
            }
        }
        let counts = "tests=\"\(rules.count)\" failures=\"\(failures)\" skipped=\"\(skipped)\""
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites><testsuite name="sextant check" \(counts)>
            \(cases.joined(separator: "\n"))
            </testsuite></testsuites>

            """
    }

    /// A text in XML; characters that XML does not know become U+FFFD.
    private static func xml(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The report as SARIF 2.1.0.
    package func sarif(rules: [DiagnosisRule], version: String) -> JSONValue {
        let level: (Severity) -> JSONValue = {
            switch $0 {
            case .broken: .string("error")
            case .degraded: .string("warning")
            case .hygiene: .string("note")
            }
        }
        func message(_ text: String) -> JSONValue { .object([.init("text", .string(text))]) }
        let descriptors = rules.map { rule -> JSONValue in
            .object([
                .init("id", .string(rule.id)), .init("shortDescription", message(rule.title)),
                .init("help", message(rule.remedy)), .init("helpUri", .string(rule.source)),
                .init("defaultConfiguration", .object([.init("level", level(rule.severity))])),
            ])
        }
        let results = findings.map { finding -> JSONValue in
            let subject = finding.subject
            let place = [subject.namespace, subject.kind, subject.name].filter { !$0.isEmpty }.joined(separator: "/")
            return .object([
                .init("ruleId", .string(finding.rule)), .init("level", level(finding.severity)),
                .init("message", message("\(finding.title). \(finding.cause) \(finding.nextStep)")),
                .init(
                    "locations",
                    .array([
                        .object([
                            .init(
                                "logicalLocations",
                                .array([
                                    .object([
                                        .init("fullyQualifiedName", .string(place)), .init("kind", .string("resource")),
                                    ])
                                ]))
                        ])
                    ])),
                .init("partialFingerprints", .object([.init("sextant/v1", .string(finding.id))])),
            ])
        }
        let driver = JSONValue.object([
            .init("name", .string("sextant")), .init("version", .string(version)), .init("rules", .array(descriptors)),
        ])
        return .object([
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            .init("version", .string("2.1.0")),
            .init(
                "runs",
                .array([
                    .object([
                        .init("tool", .object([.init("driver", driver)])), .init("results", .array(results)),
                    ])
                ])),
        ])
    }
}
