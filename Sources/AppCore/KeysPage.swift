/// `docs/keys.md`, from the declarations.
package func keysPage() -> String {
    var page = """
        # Keys and commands

        Generated from the code (`CommandInfo`, `KeyMap`): `RECORD_DOCS=1 swift test --filter AppCoreTests` writes it anew.

        """
    let titles: [(KeyContext, String)] = [
        (.table, "In a table"), (.pods, "In a table of pods or containers, besides"), (.contexts, "In the contexts"),
        (.contextDeletion, "Where it is asked whether a context is to be deleted"),
        (.document, "In a document"), (.log, "In logs"),
        (.triage, "In triage"), (.why, "In why"), (.probes, "In probes"),
        (.shell, "In a shell"), (.copyMode, "In a shell, looking back"), (.endedShell, "In a shell that has ended"),
        (.forwards, "In the forwards"), (.access, "In what you may do"), (.action, "In the dialog of an action"),
    ]
    for (context, title) in titles {
        page += "\n## \(title)\n\n| Keys | Does |\n|---|---|\n"
        let bindings = KeyMap.standard.filter { $0.contexts.contains(context) }
        for info in CommandInfo.all {
            let keys = bindings.filter { $0.command == info.command }.flatMap(\.keys)
            guard !keys.isEmpty else { continue }
            let labels = KeyMap.label(of: keys).map { [$0] } ?? keys.map(\.label)
            let needs = info.needs.map { " Needs `\($0.words)`." } ?? ""
            page += "| \(labels.map { "`\($0)`" }.joined(separator: " ")) | \(info.help)\(needs) |\n"
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
