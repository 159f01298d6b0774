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
        var log = SARIF()
        for rule in rules {
            log.add(rule: rule.id, title: rule.title, help: rule.remedy, source: rule.source, severity: rule.severity)
        }
        for finding in findings {
            let subject = finding.subject
            let place = [subject.namespace, subject.kind, subject.name].filter { !$0.isEmpty }.joined(separator: "/")
            log.add(
                result: finding.rule, finding.severity, "\(finding.title). \(finding.cause) \(finding.nextStep)",
                at: .object(place), fingerprint: finding.id)
        }
        return log.json(version: version)
    }
}
