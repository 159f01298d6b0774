/// `docs/keys.md`, from the declarations.
package func keysPage() -> String {
    var page = """
        # Keys and commands

        Generated from the code (`CommandInfo`, `KeyMap`): `RECORD_DOCS=1 swift test --filter AppCoreTests` writes it anew.

        """
    let titles: [(KeyContext, String)] = [
        (.table, "In a table"), (.contexts, "In the contexts"), (.document, "In a document"), (.log, "In logs"),
        (.triage, "In triage"), (.why, "In why"), (.probes, "In probes"),
        (.forwards, "In the forwards"), (.action, "In the dialog of an action"),
    ]
    for (context, title) in titles {
        page += "\n## \(title)\n\n| Keys | Does |\n|---|---|\n"
        let bindings = KeyMap.bindings(in: context)
        for info in CommandInfo.all {
            let keys = bindings.filter { $0.command == info.command }.flatMap(\.keys)
            guard !keys.isEmpty else { continue }
            let labels = KeyMap.label(of: keys).map { [$0] } ?? keys.map(\.label)
            page += "| \(labels.map { "`\($0)`" }.joined(separator: " ")) | \(info.help) |\n"
        }
    }
    page += "\n## At the prompt\n\n"
    page +=
        "`Enter` accepts, `Esc` cancels, `Tab` completes, `Up` and `Down` go through what was typed before; readline's keys edit.\n"
    page += "\n## Filters\n\n| Typed after `/` | Shows |\n|---|---|\n"
    page += HelpPage.filters.map { "| `\($0.0.replacing("|", with: "\\|"))` | \($0.1.replacing("|", with: "\\|")) |\n" }
        .joined()
    page += "\n## Commands\n\n| Typed after `:` | Shows |\n|---|---|\n"
    page += HelpPage.commands.map { "| `\($0.0)` | \($0.1) |\n" }.joined()
    return page
}
