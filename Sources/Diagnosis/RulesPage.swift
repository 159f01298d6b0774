import KubernetesModel

/// `docs/rules.md`, from the declarations.
package func rulesPage(_ rules: [DiagnosisRule] = DiagnosisRule.all) -> String {
    var page = """
        # Rules

        Generated from the code (`DiagnosisRule`): `RECORD_DOCS=1 swift test --filter DiagnosisTests` writes it anew.

        *broken*: does not work. *degraded*: works with less than was asked for. *hygiene*: works, and will hurt some day. A
        finding may be milder than its rule. A rule is not run, and says so, while a kind that it needs cannot be read.

        To silence a rule on an object, annotate the object, or the workload that makes it: `sextant/silence:
        "pod/crash-loop, pod/image-pull: known until Friday"`; `*` is every rule, the reason after the colon is shown.

        """
    for rule in rules.sorted(by: { $0.id < $1.id }) {
        func list(_ types: [any KubernetesObject.Type]) -> String {
            types.map { "\($0.kind.groupResource)" }.joined(separator: ", ")
        }
        page += "\n## \(rule.id)\n\n\(rule.title) (*\(rule.severity.rawValue)*). \(rule.remedy)\n\n"
        page += "Needs \(list(rule.needs))."
        if !rule.uses.isEmpty { page += " Says more with \(list(rule.uses))." }
        page += " [Documentation](\(rule.source)).\n"
    }
    return page
}
