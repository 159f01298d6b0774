import KubernetesModel

/// A line of a file that says which findings somebody does not want to see, and why.
///
/// `pod/crash-loop, pod/image-pull deployment/shop/checkout: known until Friday`
package struct Silence: Sendable, Equatable {
    /// Why a line is no silence.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// From 1.
        package var line: Int
        package var reason: String

        package var description: String { "line \(line): \(reason)" }
    }

    /// Ids of rules; `*` is every rule.
    package var rules: [String]
    /// Such as `Deployment`; `*` is any.
    package var kind: String
    /// Empty for cluster-scoped objects; may end in `*`.
    package var namespace: String
    /// May end in `*`.
    package var name: String
    package var reason: String

    /// The silences of a file: one a line; empty lines and those that begin with `#` say nothing.
    package static func parse(_ text: String) throws(Failure) -> [Silence] {
        var silences: [Silence] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            guard let first = line.first, first != "#" else { continue }
            do {
                silences.append(try Silence(line))
            } catch {
                throw Failure(line: index + 1, reason: error.reason)
            }
        }
        return silences
    }

    private struct Problem: Error {
        var reason: String
    }

    private init(_ line: Substring) throws(Problem) {
        let colon = line.indices.first { index in
            line[index] == ":" && [" ", "\t"].contains(line[line.index(after: index)...].first)
        }
        guard let colon else {
            throw Problem(reason: "a reason is missing: write RULES OBJECT: REASON")
        }
        reason = line[colon...].dropFirst().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var words = line[..<colon].split { $0 == " " || $0 == "\t" || $0 == "," }.map(String.init)
        guard !reason.isEmpty, words.count >= 2, let object = words.popLast() else {
            throw Problem(
                reason: "write RULES OBJECT: REASON, such as pod/crash-loop pod/shop/web-0: known until Friday")
        }
        rules = words
        for rule in rules where rule != "*" && DiagnosisRule.named(rule) == nil {
            let nearest = nearestName(to: rule, among: DiagnosisRule.all.map(\.id))
            throw Problem(reason: "there is no rule \(rule)" + (nearest.map { " (did you mean \($0)?)" } ?? ""))
        }
        let parts = object.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts.contains("") else {
            throw Problem(reason: "\(object) is no object: write KIND/NAMESPACE/NAME, or KIND/NAME without a namespace")
        }
        guard let kind = parts[0] == "*" ? "*" : ObjectID.kind(named: parts[0]) else {
            throw Problem(reason: "\(parts[0]) is no kind that rules know")
        }
        self.kind = kind
        namespace = parts.count == 3 ? parts[1] : ""
        name = parts[parts.count - 1]
    }

    /// Whether it is about a finding: on its subject, or on its only member.
    func matches(_ finding: Finding) -> Bool {
        guard rules.contains(where: { $0 == "*" || $0 == finding.rule }) else { return false }
        let objects = finding.members.count == 1 ? [finding.subject] + finding.members : [finding.subject]
        return objects.contains { object in
            (kind == "*" || kind == object.kind) && Self.matches(namespace, object.namespace)
                && Self.matches(name, object.name)
        }
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        pattern.last == "*" ? text.hasPrefix(pattern.dropLast()) : pattern == text
    }
}
