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

        Or write it into `$XDG_CONFIG_HOME/sextant/silences` (`~/.config/sextant/silences`), or into a file that `--silences`
        names: rules, the object as `KIND/NAMESPACE/NAME` (`KIND/NAME` without a namespace; a part may be or end in `*`), and the
        reason after a colon and a space. What a silenced finding explains goes with it.

        ```
        # shop is switched off in May
        *                               */shop/*: is switched off in May
        pod/crash-loop, pod/image-pull  deployment/payments/checkout: known until Friday
        pod/node-lost                   pod/batch/worker-*: the node comes back by itself
        ```

        What `sextant check -o json` writes is described in [check-json.md](check-json.md).

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
