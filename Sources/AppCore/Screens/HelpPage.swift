import Screen

/// The help: every key of the place on the screen, and how to filter.
package enum HelpPage {
    package struct Line: Sendable, Equatable {
        /// Keys, or what is typed; empty on a heading.
        package var keys: String
        package var text: String
        /// Whether it cannot be used right now.
        package var isUnavailable: Bool
    }

    /// Cells for the keys, on a screen that many cells wide.
    package static func keyWidth(columns: Int) -> Int { columns < 60 ? 11 : 20 }

    /// The lines for the place below the help, wrapped to the screen.
    package static func lines(for state: AppState) -> [Line] {
        let room = max(8, state.size.columns - keyWidth(columns: state.size.columns) - 6)
        return entries(for: state).flatMap { entry -> [Line] in
            guard !entry.keys.isEmpty else { return [entry] }
            return wrapped(entry.text, width: room).enumerated().map { index, text in
                Line(keys: index == 0 ? entry.keys : " ", text: text, isUnavailable: entry.isUnavailable)
            }
        }
    }

    /// The line with which the keys for panes begin.
    static func panesLine(for state: AppState) -> Int {
        lines(for: state).firstIndex { $0.keys.isEmpty && $0.text == panesHeading } ?? 0
    }

    private static let panesHeading = "Panes (ctrl-t and then)"

    private static func entries(for state: AppState) -> [Line] {
        let context = state.placeContext
        var lines = [Line(keys: "", text: "Keys", isUnavailable: false)] + keyLines(in: context, state)
        lines.append(Line(keys: "", text: panesHeading, isUnavailable: false))
        lines += keyLines(in: .panes, state)
        if context == .table || context == .pods {
            lines.append(Line(keys: "", text: "Filters (/)", isUnavailable: false))
            lines += filters.map { Line(keys: $0.0, text: $0.1, isUnavailable: false) }
        }
        lines.append(Line(keys: "", text: "Commands (:)", isUnavailable: false))
        lines += commands.map { Line(keys: $0.0, text: $0.1, isUnavailable: false) }
        return lines
    }

    private static func keyLines(in context: KeyContext, _ state: AppState) -> [Line] {
        let bindings = KeyMap.bindings(in: context)
        var lines: [Line] = []
        for info in CommandInfo.all {
            let keys = bindings.filter { $0.command == info.command }.flatMap(\.keys)
            guard !keys.isEmpty else { continue }
            let label = KeyMap.label(of: keys) ?? keys.map(\.label).joined(separator: " ")
            let reason = info.unavailable(state) ?? state.missingPermission(for: info.command).map { "needs: \($0)" }
            lines.append(
                Line(
                    keys: label, text: reason.map { "\(info.help) (\($0))" } ?? info.help, isUnavailable: reason != nil)
            )
        }
        return lines
    }

    package static let filters = [
        ("text", "rows with this text; *, +, [ ], ( ) and | make it a regular expression"),
        ("!text", "rows without it"),
        ("-l app=web", "rows with these labels"),
        ("-f chkt", "names with these letters in this order"),
        ("status:crash", "a column that contains a text; the start of its title is enough"),
        ("restarts>5 age<2h", "columns compared with numbers, quantities, durations; all must hold"),
        ("\"a b\"", "a text with a space"),
    ]

    package static let commands = [
        ("pods payments", "a kind, in a namespace; all for all namespaces"),
        ("po /crash", "a kind, filtered"),
        ("ns, ns payments", "the namespaces; another namespace"),
        ("pf", "what is forwarded to this machine"),
        ("ctx, ctx prod", "the contexts; another context"),
        ("access, access payments", "who you are here, until when, what you may do, and the worst of it"),
        ("who-can delete pods", "who may do something, by which binding; pods/log, pods/web-0, -n payments, -A"),
        ("subject group/ops", "what a user/, group/ or sa/NAMESPACE/ may do, and why; of the selected pod its account"),
        ("subjects, users, groups", "everybody whom bindings name, and the worst that they may do"),
        ("access --as alice, access vs prod", "the same of somebody else; two contexts or users side by side"),
        ("can-i delete pods", "ask the server whether you may; -n, -A and --subresource as for kubectl"),
        ("triage, triage all", "what is wrong in the namespace or in all of them, causes first"),
        ("probes, probes web-0", "what the kubelet asks the selected pod, or another, and what comes of it"),
        ("xray, xray svc", "what belongs together as trees: the workloads, or another kind"),
        ("xray deploy/web", "one object: what owns it, what it owns and needs, what uses it"),
        (
            "logs deploy/web",
            "logs of a pod or workload, of several, or of what is marked; -l app=web, -A, -c, -p, --since 1h"
        ),
        ("find checkout", "objects of any kind with such a name; *, ? and a namespace or all work too"),
        ("columns", "which columns are shown, and in which order"),
        (
            "shell, shell web-0 -c app",
            "a shell in the selected pod, or another; attach joins the program that runs in it"
        ),
        ("debug, debug busybox", "add a container with a shell to the selected pod"),
        ("scale, scale 3", "set how many replicas the marked or selected objects are to have"),
        ("login", "sign in again: the kubeconfig's credential program gets the terminal"),
        ("suspend", "back to the shell until fg"),
        ("q", "leave"),
    ]
}
