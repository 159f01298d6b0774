import Screen

/// Where a key applies.
package enum KeyContext: String, Sendable, CaseIterable {
    case table, contexts, document, log, triage, why, probes, help, prompt, action
    case forwards, forwardDialog, access
    /// Where it is asked whether a context is to be deleted.
    case contextDeletion
    case xray, columns
    /// Tables of pods and of containers: what is not bound for them is as in other tables.
    case pods
    case shell, endedShell, copyMode
    /// After the key that begins a command for panes.
    case panes
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
        .table, .contexts, .document, .log, .triage, .why, .probes, .forwards, .xray, .columns, .access,
        .endedShell,
    ]
    private static let everywhere: [KeyContext] = places + [.help, .copyMode]
    private static let notInShells: [KeyContext] = KeyContext.allCases.filter { $0 != .shell && $0 != .pods }
    private static let findings: [KeyContext] = [.triage, .why]

    /// In the order in which the footer shows what fits.
    package static let standard: [Binding] = [
        Binding([.table, .contexts, .document, .why, .probes, .forwards, .xray, .access], [.enter], .open),
        Binding([.contexts], [.character("r")], .probeContexts),
        Binding([.contexts], [.character("d")], .describe),
        Binding([.contexts], [.character("u")], .useContext),
        Binding([.contexts], [.character("n")], .setContextNamespace),
        Binding([.contexts], [.character("R")], .renameContext),
        Binding([.contexts], [.control("d")], .deleteContext),
        Binding([.contextDeletion], [.character("y")], .confirmContextDeletion),
        Binding([.contextDeletion], [.character("x")], .toggleUnused),
        Binding([.contextDeletion], [.escape, .character("n"), .character("q")], .back),
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
        Binding([.pods, .xray], [.character("s")], .openShell),
        Binding([.pods, .xray], [.character("a")], .attach),
        Binding([.endedShell], [.enter, .character("r")], .restartShell),
        Binding([.endedShell], [.character("d")], .debugContainer),
        Binding([.shell], [.control("]")], .leaveShell),
        Binding([.copyMode], [.character(" "), .character("v")], .toggleSelection),
        Binding([.copyMode], [.character("y"), .enter], .copySelection),
        Binding([.copyMode], [.character("l"), .right], .scrollRight),
        Binding([.copyMode], [.character("h"), .left], .scrollLeft),
        Binding([.copyMode], [.character("0")], .moveToLineStart),
        Binding([.copyMode], [.character("$")], .moveToLineEnd),
        Binding([.table, .xray, .document] + findings, [.character("d")], .describe),
        Binding([.table, .xray, .document], [.character("y")], .viewYAML),
        Binding([.log], [.character(" ")], .toggleFollow),
        Binding([.log], [.enter], .expandLine),
        Binding([.document, .log, .copyMode], [.character("/")], .searchPrompt),
        Binding([.log], [.character("f")], .includePrompt),
        Binding([.log], [.character("F")], .excludePrompt),
        Binding([.log], "12345".map { .character($0) }, .logLevel),
        Binding([.log], [.character("s")], .logRange),
        Binding([.log], [.character("t")], .toggleTimes),
        Binding([.log], [.character("|")], .chooseFields),
        Binding([.log], [.character("p")], .togglePrevious),
        Binding([.log], [.character("o")], .nextContainer),
        Binding([.log], [.character("a")], .toggleAllContainers),
        Binding([.log], [.character("S")], .saveTable),
        Binding([.log], [.control("s")], .saveWholeLog),
        Binding([.forwards], [.control("d")], .stopForward),
        Binding([.forwards], [.character("c")], .copyURL),
        Binding([.forwards], [.character("s")], .saveForward),
        Binding([.document, .log, .copyMode], [.character("n")], .searchNext),
        Binding([.document, .log, .copyMode], [.character("N")], .searchPrevious),
        Binding([.document, .access], [.character("J"), .shiftDown], .nextLink),
        Binding([.document, .access], [.character("K"), .shiftUp], .previousLink),
        Binding([.document], [.character("m")], .toggleManagedFields),
        Binding([.document], [.character("x")], .revealSecrets),
        Binding([.document, .log], [.character("w")], .toggleWrap),
        Binding([.access], [.character("n")], .accessNamespace),
        Binding([.access], [.character("w")], .whoCan),
        Binding([.access], [.character("v")], .compareAccess),
        Binding([.access], [.character("d")], .toggleDifferences),
        Binding([.access], [.character("c")], .canI),
        Binding([.access], [.character("e")], .explainDangers),
        Binding([.access], [.character("r")], .askAccessAgain),
        Binding([.access], [.character("C")], .copyDocument),
        Binding([.document, .log, .triage, .why, .probes], [.character("c")], .copyDocument),
        Binding([.triage], [.character("S")], .toggleSilenced),
        Binding([.triage, .why], [.character("b")], .showProbes),
        Binding([.table, .xray, .contexts], [.character("/")], .filterPrompt),
        Binding(everywhere, [.character(":")], .commandPrompt),
        Binding(everywhere, [.character("?")], .help),
        Binding(everywhere, [.escape, .character("q")], .back),
        Binding([.table, .xray], [.control("z")], .toggleFaults),
        Binding([.table], [.control("w")], .toggleWide),
        Binding([.table, .xray, .contexts], [.character("c")], .copyName),
        Binding([.contexts], [.character("C")], .copyDocument),
        Binding([.xray], [.character("U")], .xray),
        Binding([.table], [.character(" ")], .mark),
        Binding([.table, .xray], [.character("p")], .showPreviousLog),
        Binding([.table], [.character("F")], .forward),
        Binding([.table], [.character("f")], .showForwards),
        Binding([.table, .xray], [.character("b")], .showProbes),
        Binding([.table], [.character("U")], .xray),
        Binding([.pods], [.character("D")], .debugContainer),
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
        Binding([.table, .xray, .triage, .why], [.character("E")], .showEventsBeside),
        Binding(places, [.tab], .nextPane),
        Binding(places, [.backTab], .previousPane),
        Binding([.document, .log, .why, .probes, .forwards], [.character("z")], .zoomPane),
        Binding(places + [.shell, .copyMode], [.control("t")], .paneCommand),
        Binding([.shell], [.modified(.pageUp, .shift)], .beginCopyMode),
        Binding([.panes], [.character("[")], .beginCopyMode),
        Binding([.panes], [.character("b")], .typeToAllShells),
        Binding(places, [.modified(.left, .alt)], .focusLeft),
        Binding(places, [.modified(.down, .alt)], .focusDown),
        Binding(places, [.modified(.up, .alt)], .focusUp),
        Binding(places, [.modified(.right, .alt)], .focusRight),
        Binding([.panes], [.left, .character("h")], .focusLeft),
        Binding([.panes], [.down, .character("j")], .focusDown),
        Binding([.panes], [.up, .character("k")], .focusUp),
        Binding([.panes], [.right, .character("l")], .focusRight),
        Binding([.panes], [.character("z")], .zoomPane),
        Binding([.panes], [.character("v")], .splitBeside),
        Binding([.panes], [.character("s")], .splitBelow),
        Binding([.panes], [.character("c"), .character("q")], .closePane),
        Binding([.panes], [.character("p")], .pinPane),
        Binding([.panes], [.character("r")], .rotateSplit),
        Binding([.panes], [.character("x")], .swapPanes),
        Binding([.panes], [.character(">")], .widerPane),
        Binding([.panes], [.character("<")], .narrowerPane),
        Binding([.panes], [.character("+")], .tallerPane),
        Binding([.panes], [.character("-")], .shorterPane),
        Binding([.panes], [.character("=")], .equalPanes),
        Binding([.panes], [.character("w")], .showHiddenPanes),
        Binding([.panes], [.tab], .nextPane),
        Binding([.panes], [.backTab], .previousPane),
        Binding([.panes], "123456789".map { .character($0) }, .goToPane),
        Binding([.panes], [.character("?")], .help),
        Binding([.panes], [.escape, .enter, .control("t")], .cancelPaneCommand),
        Binding(places, [.character("-")], .lastView),
        Binding(places, [.character("[")], .historyBack),
        Binding(places, [.character("]")], .historyForward),
        Binding(places, [.control("a")], .showKinds),
        Binding(everywhere, [.control("r")], .retry),
        Binding(notInShells, [.control("l")], .repaint),
        Binding(notInShells.filter { $0 != .copyMode }, [.control("c")], .quit),
        Binding([.copyMode], [.control("c")], .back),
        Binding([.copyMode, .endedShell], [.control("]")], .leaveShell),
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
    package static func command(for key: Key, in context: KeyContext) -> Command? {
        byKey[context]?[key] ?? (context == .pods ? byKey[.table]?[key] : nil)
    }

    /// How keys are written that are digits in a row, such as `1-9`; `nil` for others.
    package static func label(of keys: [Key]) -> String? {
        guard keys.count > 4, let first = keys.first, let last = keys.last else { return nil }
        return "\(first.label)-\(last.label)"
    }

    /// The bindings of a context, in the footer's order.
    package static func bindings(in context: KeyContext) -> [Binding] {
        guard context == .pods else { return standard.filter { $0.contexts.contains(context) } }
        return standard.filter { binding in
            let isFree = !binding.keys.contains { byKey[.pods]?[$0] != nil }
            return binding.contexts.contains(.pods) || (binding.contexts.contains(.table) && isFree)
        }
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
        case .modified(let key, let modifiers):
            [(KeyModifiers.control, "ctrl-"), (.alt, "alt-"), (.shift, "shift-")]
                .map { modifiers.contains($0.0) ? $0.1 : "" }.joined() + Key(key, []).label
        }
    }
}
