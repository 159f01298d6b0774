import Screen

/// Where a key applies.
package enum KeyContext: String, Sendable, CaseIterable {
    case table, contexts, document, log, triage, why, probes, help, prompt, action
    case forwards, forwardDialog
    case xray, columns
}

/// Keys that carry out a command in some contexts.
package struct Binding: Sendable {
    package let contexts: [KeyContext]
    package let keys: [Key]
    package let command: Command

    init(_ contexts: [KeyContext], _ keys: [Key], _ command: Command) {
        self.contexts = contexts
        self.keys = keys
        self.command = command
    }
}

/// The keys: declared once, read by dispatch, footer, help and docs.
package enum KeyMap {
    private static let places: [KeyContext] = [
        .table, .contexts, .document, .log, .triage, .why, .probes, .forwards, .xray, .columns,
    ]
    private static let everywhere: [KeyContext] = places + [.help]
    private static let findings: [KeyContext] = [.triage, .why]

    /// In the order in which the footer shows what fits.
    package static let standard: [Binding] = [
        Binding([.table, .contexts, .document, .why, .probes, .forwards, .xray], [.enter], .open),
        Binding([.columns], [.character(" ")], .toggleColumn),
        Binding([.columns], [.shiftUp, .character("K")], .moveColumnUp),
        Binding([.columns], [.shiftDown, .character("J")], .moveColumnDown),
        Binding([.columns], [.character("r")], .resetColumns),
        Binding([.columns], [.enter], .back),
        Binding([.xray], [.character(" ")], .toggleFold),
        Binding([.xray], [.character("x")], .foldAll),
        Binding([.probes], [.character("t")], .testProbes),
        Binding([.triage], [.enter, .character("X")], .why),
        Binding([.table, .xray], [.character("X")], .why),
        Binding(findings, [.character("y")], .copyCommand),
        Binding(findings + [.probes], [.character("o")], .goToObject),
        Binding(findings + [.probes], [.character("e")], .showEvents),
        Binding(findings + [.table, .xray], [.character("l")], .showLog),
        Binding([.log], [.character("s")], .toggleFollow),
        Binding([.log], [.character("p")], .togglePrevious),
        Binding([.table, .xray, .document] + findings, [.character("d")], .describe),
        Binding([.table, .xray, .document], [.character("y")], .viewYAML),
        Binding([.document, .log], [.character("/")], .searchPrompt),
        Binding([.forwards], [.control("d")], .stopForward),
        Binding([.forwards], [.character("c")], .copyURL),
        Binding([.forwards], [.character("s")], .saveForward),
        Binding([.document, .log], [.character("n")], .searchNext),
        Binding([.document, .log], [.character("N")], .searchPrevious),
        Binding([.document], [.tab], .nextLink),
        Binding([.document], [.backTab], .previousLink),
        Binding([.document], [.character("m")], .toggleManagedFields),
        Binding([.document], [.character("x")], .revealSecrets),
        Binding([.document, .log], [.character("w")], .toggleWrap),
        Binding([.log], [.character("t")], .toggleTimes),
        Binding([.log], "0123456".map { .character($0) }, .logRange),
        Binding([.log], [.character("f")], .toggleFull),
        Binding([.log], [.character("o")], .nextContainer),
        Binding([.log], [.character("a")], .toggleAllContainers),
        Binding([.document, .log, .triage, .why, .probes], [.character("c")], .copyDocument),
        Binding([.triage], [.character("S")], .toggleSilenced),
        Binding([.triage, .why], [.character("b")], .showProbes),
        Binding([.table, .xray], [.character("/")], .filterPrompt),
        Binding(everywhere, [.character(":")], .commandPrompt),
        Binding(everywhere, [.character("?")], .help),
        Binding(everywhere, [.escape, .character("q")], .back),
        Binding([.table, .xray], [.control("z")], .toggleFaults),
        Binding([.table], [.control("w")], .toggleWide),
        Binding([.table, .xray], [.character("c")], .copyName),
        Binding([.xray], [.character("U")], .xray),
        Binding([.table], [.character(" ")], .mark),
        Binding([.table, .xray], [.character("p")], .showPreviousLog),
        Binding([.table], [.character("F")], .forward),
        Binding([.table], [.character("f")], .showForwards),
        Binding([.table, .xray], [.character("b")], .showProbes),
        Binding([.table], [.character("U")], .xray),
        Binding([.table], [.control("d")], .deleteObject),
        Binding([.table], [.character("s")], .scaleWorkload),
        Binding([.table], [.character("r")], .restartWorkload),
        Binding([.action], [.control("y")], .copyActionCommand),
        Binding([.action], [.control("e")], .evictInstead),
        Binding([.action], [.control("x")], .toggleForce),
        Binding([.action], [.control("o")], .changePropagation),
        Binding([.table], [.character("0")], .allNamespaces),
        Binding([.table], "123456789".map { .character($0) }, .favouriteNamespace),
        Binding([.table], [.character("n")], .copyNamespace),
        Binding([.table], [.control(" ")], .markRange),
        Binding([.table], [.control("\\")], .clearMarks),
        Binding([.table], [.character("|")], .chooseColumns),
        Binding([.table], [.control("s")], .saveTable),
        Binding([.table], [.character("N")], .sortByName),
        Binding([.table], [.character("A")], .sortByAge),
        Binding([.table], [.character("S")], .sortByStatus),
        Binding([.table], [.character("P")], .sortByNamespace),
        Binding([.table], [.character("C")], .sortByCPU),
        Binding([.table], [.character("M")], .sortByMemory),
        Binding([.table], [.shiftLeft], .choosePreviousColumn),
        Binding([.table], [.shiftRight], .chooseNextColumn),
        Binding([.table], [.character("O")], .sortByChosenColumn),
        Binding(everywhere, [.character("j"), .down], .moveDown),
        Binding(everywhere, [.character("k"), .up], .moveUp),
        Binding(everywhere, [.control("f"), .pageDown], .pageDown),
        Binding(everywhere, [.control("b"), .pageUp], .pageUp),
        Binding(everywhere, [.character("g"), .home], .moveToTop),
        Binding(everywhere, [.character("G"), .end], .moveToBottom),
        Binding([.table, .document, .log, .triage, .xray], [.right], .scrollRight),
        Binding([.table, .document, .log, .triage, .xray], [.left], .scrollLeft),
        Binding(places, [.character("-")], .lastView),
        Binding(places, [.character("[")], .historyBack),
        Binding(places, [.character("]")], .historyForward),
        Binding(places, [.control("a")], .showKinds),
        Binding(everywhere, [.control("r")], .retry),
        Binding(KeyContext.allCases, [.control("l")], .repaint),
        Binding(KeyContext.allCases, [.control("c")], .quit),
    ]

    private static let byKey: [KeyContext: [Key: Command]] = {
        var result: [KeyContext: [Key: Command]] = [:]
        for binding in standard {
            for context in binding.contexts {
                for key in binding.keys { result[context, default: [:]][key] = binding.command }
            }
        }
        return result
    }()

    /// What a key does; `nil` when it does nothing there.
    package static func command(for key: Key, in context: KeyContext) -> Command? { byKey[context]?[key] }

    /// How keys are written that are digits in a row, such as `1-9`; `nil` for others.
    package static func label(of keys: [Key]) -> String? {
        guard keys.count > 4, let first = keys.first, let last = keys.last else { return nil }
        return "\(first.label)-\(last.label)"
    }

    /// The bindings of a context, in the footer's order.
    package static func bindings(in context: KeyContext) -> [Binding] {
        standard.filter { $0.contexts.contains(context) }
    }
}

extension Key {
    /// As it is written in footer, help and docs, such as `ctrl-z`.
    package var label: String {
        switch self {
        case .character(" "): "space"
        case .character(let character): String(character)
        case .control(let character): "ctrl-\(character == " " ? "space" : String(character))"
        case .alt(let character): "alt-\(character)"
        case .function(let number): "f\(number)"
        case .shiftUp: "shift-up"
        case .shiftDown: "shift-down"
        case .shiftLeft: "shift-left"
        case .shiftRight: "shift-right"
        case .pageUp: "pgup"
        case .pageDown: "pgdn"
        case .escape: "esc"
        case .backTab: "shift-tab"
        case .up, .down, .left, .right, .home, .end, .insert, .delete, .enter, .tab, .backspace: "\(self)"
        }
    }
}
