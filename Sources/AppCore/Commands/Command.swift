import Access
import Diagnosis
import KubernetesModel

/// Everything a key can do.
///
/// Its title, help and when it is unavailable are in `CommandInfo`.
package enum Command: String, Sendable, CaseIterable {
    case moveDown, moveUp, pageDown, pageUp, moveToTop, moveToBottom
    case scrollRight, scrollLeft
    case why
    case open, back, commandPrompt, filterPrompt, help
    case allNamespaces, favouriteNamespace
    case viewYAML, describe, nextLink, previousLink, copyName, copyNamespace
    case showKinds
    case mark, markRange, clearMarks
    case deleteObject, scaleWorkload, restartWorkload
    case copyActionCommand, evictInstead, toggleForce, changePropagation
    case toggleFaults, toggleWide
    case sortByName, sortByAge, sortByStatus, sortByNamespace, sortByCPU, sortByMemory
    case chooseNextColumn, choosePreviousColumn, sortByChosenColumn
    case historyBack, historyForward, lastView
    case searchPrompt, searchNext, searchPrevious
    case toggleManagedFields, revealSecrets, toggleWrap, copyDocument
    case goToObject, showEvents, showLog, showPreviousLog, showProbes, testProbes, copyCommand, toggleSilenced
    case toggleFollow, togglePrevious, nextContainer, toggleAllContainers, toggleTimes, logRange
    case expandLine, includePrompt, excludePrompt, logLevel, chooseFields, saveWholeLog
    case showEventsBeside
    case nextPane, previousPane, zoomPane, paneCommand, cancelPaneCommand
    case focusLeft, focusDown, focusUp, focusRight, goToPane
    case splitBeside, splitBelow, rotateSplit, swapPanes, closePane, pinPane
    case widerPane, narrowerPane, tallerPane, shorterPane, equalPanes, showHiddenPanes
    case xray, toggleFold, foldAll
    case chooseColumns, toggleColumn, moveColumnDown, moveColumnUp, resetColumns
    case saveTable
    case openShell, attach, debugContainer, restartShell, leaveShell, typeToAllShells
    case beginCopyMode, toggleSelection, copySelection, moveToLineStart, moveToLineEnd
    case probeContexts, renameContext, setContextNamespace, useContext, deleteContext
    case confirmContextDeletion, toggleUnused
    case forward, showForwards, stopForward, copyURL, saveForward
    case accessNamespace, compareAccess, toggleDifferences, canI, whoCan, explainDangers, askAccessAgain
    case retry, repaint, quit
}

/// What a command is, for the footer, the help and the docs.
package struct CommandInfo: Sendable {
    package let command: Command
    /// One or two words for the footer.
    package let title: String
    /// One sentence for help and docs.
    package let help: String
    /// Whether it changes the cluster: refused where that is read-only.
    package let changesCluster: Bool
    /// What the cluster must allow for it; `nil` for nothing that is known beforehand.
    package let needs: Permission?
    /// Why it cannot be done right now; `nil` when it can.
    package let unavailable: @Sendable (AppState) -> String?

    private init(
        _ command: Command, _ title: String, _ help: String, changesCluster: Bool = false, needs: Permission? = nil,
        unavailable: @escaping @Sendable (AppState) -> String? = { _ in nil }
    ) {
        self.command = command
        self.title = title
        self.help = help
        self.changesCluster = changesCluster
        self.needs = needs
        self.unavailable = { state in
            if changesCluster, let words = state.whyReadOnly { return words }
            return unavailable(state)
        }
    }

    /// One or two words for the footer, as they are now.
    package func title(in state: AppState) -> String {
        command == .toggleFollow && state.shownLog?.follows == false ? "follow" : title
    }

    /// Every command once, in the order of the help.
    package static let all: [CommandInfo] = [
        CommandInfo(
            .open, "open",
            "Go to what the line stands for: a Deployment's pods, an Event's object, YAML, the log of a finding.",
            unavailable: { $0.shownDocument == nil ? needsSelection($0) : needsDescription($0) }),
        CommandInfo(
            .why, "why", "Say what is wrong with the object and why, with the evidence.",
            unavailable: { state in
                if case .findings(let view) = state.place {
                    return view.selectedLine == nil ? "Nothing is selected." : nil
                }
                return state.selectedObject == nil ? "Nothing is selected." : nil
            }),
        CommandInfo(
            .copyCommand, "copy command", "Copy the command of the next step.",
            unavailable: { state in
                guard let finding = state.selectedFinding else { return "No finding is selected." }
                return finding.command.isEmpty ? "This finding has no command." : nil
            }),
        CommandInfo(
            .goToObject, "object", "Go to the object that the finding is about.",
            unavailable: { $0.selectedObject == nil ? "No finding is selected." : nil }),
        CommandInfo(
            .showEvents, "events", "Show the events about the objects of the finding.",
            unavailable: { $0.selectedFinding == nil ? "No finding is selected." : nil }),
        CommandInfo(
            .showLog, "logs",
            "Follow the logs of the pod, of all pods of the workload or Service, of all that is marked, or of the finding.",
            needs: .logs,
            unavailable: { state in
                if case .failure(let refusal) = state.selectedLogOrder { refusal.words } else { nil }
            }),
        CommandInfo(
            .openShell, "shell",
            "Open a shell in the container, or in the usual one of the pod; of marked pods one each.",
            changesCluster: true, needs: .exec, unavailable: needsContainer(.shell)),
        CommandInfo(
            .attach, "attach", "Join the program that runs in the container.", changesCluster: true,
            needs: .attach, unavailable: needsContainer(.attach)),
        CommandInfo(
            .debugContainer, "debug container",
            "Add a container with a shell to the pod: for images that have none.", changesCluster: true,
            needs: .debugging, unavailable: { $0.whyNoDebugger }),
        CommandInfo(
            .leaveShell, "leave", "Go back to the table; the shell goes on."),
        CommandInfo(.restartShell, "again", "Start it once more."),
        CommandInfo(
            .beginCopyMode, "copy mode", "Look back at what a shell has shown: move, search, select, copy.",
            unavailable: { $0.shownShell?.news.picture == nil ? "Only a shell has lines to look back at." : nil }),
        CommandInfo(
            .typeToAllShells, "type to all", "Give what is typed to all shells on the screen, or to one again.",
            unavailable: { state in
                state.typesToAllShells || state.shellsOfLayout.count > 1 ? nil : "There are no two shells here."
            }),
        CommandInfo(.toggleSelection, "select", "Begin a selection at the cursor, or give it up."),
        CommandInfo(.copySelection, "copy", "Copy the selection, or the line of the cursor."),
        CommandInfo(.moveToLineStart, "line start", "Go to the first cell of the line."),
        CommandInfo(.moveToLineEnd, "line end", "Go to the last character of the line."),
        CommandInfo(
            .showPreviousLog, "previous logs", "Show the log of the run before the last restart.",
            needs: .logs,
            unavailable: { state in
                if case .failure(let refusal) = state.selectedLogOrder { refusal.words } else { nil }
            }),
        CommandInfo(.toggleFollow, "pause", "Stay here while the logs grow, or stay at their end again."),
        CommandInfo(
            .expandLine, "expand", "Show the fields of the line below it, JSON as a tree; or hide them.",
            unavailable: { ($0.shownLog?.shownCount ?? 0) == 0 ? "There is no line." : nil }),
        CommandInfo(
            .includePrompt, "include",
            "Show only lines with a text, and the stack traces below: text, !text, -f fuzzy, a regular expression."),
        CommandInfo(.excludePrompt, "exclude", "Hide lines with one of these texts, and what belongs to them."),
        CommandInfo(
            .logLevel, "level",
            "Show all lines (1), or only those of at least debug (2), info (3), warning (4) or error (5)."),
        CommandInfo(
            .chooseFields, "fields",
            "Show these fields of JSON and logfmt lines as columns, such as level,msg,order.id; nothing for the text."),
        CommandInfo(.saveWholeLog, "save all", "Write every line that is kept to a file, with its time and container."),
        CommandInfo(.togglePrevious, "previous", "Show the run before the last restart, or the one now."),
        CommandInfo(
            .nextContainer, "container", "Show the next container.",
            unavailable: { state in
                (state.shownLog?.news.containers.count ?? 0) < 2 ? "There is only one container." : nil
            }),
        CommandInfo(.toggleAllContainers, "all containers", "Show all containers, or the usual one."),
        CommandInfo(.toggleTimes, "times", "Show when each line was written: by local time, in UTC, or not."),
        CommandInfo(
            .logRange, "since",
            "Choose from when on logs are read: 15m, 2h, 1d, 500 for the last lines, or all."),
        CommandInfo(
            .showEventsBeside, "events", "Show the events about the object in a pane.",
            needs: .events, unavailable: { $0.selectedObject == nil ? "Nothing is selected." : nil }),
        CommandInfo(.nextPane, "next pane", "Go to the next pane.", unavailable: needsPanes),
        CommandInfo(.previousPane, "previous pane", "Go to the pane before this one.", unavailable: needsPanes),
        CommandInfo(
            .zoomPane, "zoom", "Give the pane the whole screen, or show the others again.", unavailable: needsPanes),
        CommandInfo(.paneCommand, "panes", "Begin a command for panes: split, move, resize, close."),
        CommandInfo(.cancelPaneCommand, "nothing", "Go on where you were."),
        CommandInfo(.focusLeft, "left", "Go to the pane on the left.", unavailable: needsPanes),
        CommandInfo(.focusDown, "down", "Go to the pane below.", unavailable: needsPanes),
        CommandInfo(.focusUp, "up", "Go to the pane above.", unavailable: needsPanes),
        CommandInfo(.focusRight, "right", "Go to the pane on the right.", unavailable: needsPanes),
        CommandInfo(.goToPane, "go to", "Go to the pane of that number.", unavailable: needsPanes),
        CommandInfo(.splitBeside, "split beside", "Show the same once more, beside this pane."),
        CommandInfo(.splitBelow, "split below", "Show the same once more, below this pane."),
        CommandInfo(
            .rotateSplit, "turn", "Put what is beside the pane below it, or the other way round.",
            unavailable: needsPanes),
        CommandInfo(.swapPanes, "swap", "Change places with the next pane.", unavailable: needsPanes),
        CommandInfo(
            .closePane, "close", "Close the pane, and end what it shows.",
            unavailable: { $0.focus == .main ? "The pane of the table stays." : nil }),
        CommandInfo(
            .pinPane, "pin", "Have the pane show whatever is selected in the table, or stay with what it shows.",
            unavailable: { $0.whyNotPinned }),
        CommandInfo(.widerPane, "wider", "Make the pane wider.", unavailable: needsPanes),
        CommandInfo(.narrowerPane, "narrower", "Make the pane narrower.", unavailable: needsPanes),
        CommandInfo(.tallerPane, "taller", "Make the pane taller.", unavailable: needsPanes),
        CommandInfo(.shorterPane, "shorter", "Make the pane less tall.", unavailable: needsPanes),
        CommandInfo(
            .showHiddenPanes, "show all", "Show the panes that were opened in other views here too.",
            unavailable: { $0.hiddenPanes.isEmpty ? "Every pane is here." : nil }),
        CommandInfo(.equalPanes, "equal", "Give all panes the same room.", unavailable: needsPanes),
        CommandInfo(
            .showProbes, "probes", "Show the pod's probes: what the kubelet asks and when, and what comes of it.",
            unavailable: { $0.selectedPod == nil ? "Only pods have probes." : nil }),
        CommandInfo(
            .testProbes, "test",
            "Make the pod's probes by hand: in the container, through a port-forward and through the API server.",
            unavailable: { state in
                guard let view = state.shownFindings, view.showsProbes else {
                    return "Open the probes of a pod first: b."
                }
                guard let pod = state.pod(of: view) else { return "The pod is not there." }
                if state.probing?.isDone == false { return "They are being tested." }
                let readings = ProbeReading.probes(of: pod, events: [], now: state.now)
                return readings.isEmpty ? "The pod has no probes." : nil
            }),
        CommandInfo(
            .toggleSilenced, "silenced", "Show silenced findings too, or hide them.",
            unavailable: { state in
                state.diagnosis?.report.silenced.isEmpty == false ? nil : "Nothing is silenced."
            }),
        CommandInfo(
            .forward, "forward", "Forward a port of the object to this machine.",
            needs: .forwarding, unavailable: { $0.cannotForward }),
        CommandInfo(.showForwards, "forwards", "List what is forwarded to this machine."),
        CommandInfo(
            .stopForward, "stop", "End the forward; of one that is stopped, forget that it was saved.",
            unavailable: needsForward),
        CommandInfo(
            .copyURL, "copy URL", "Copy the URL of the forward.",
            unavailable: { $0.selectedForward?.url == nil ? "Its port is not open." : nil }),
        CommandInfo(
            .saveForward, "save", "Keep the forward for the next time this context is used, or no longer.",
            unavailable: needsForward),
        CommandInfo(.probeContexts, "ask again", "Read the kubeconfig files and ask all servers again."),
        CommandInfo(
            .useContext, "make current", "Make it the context that kubectl uses when none is named (current-context).",
            unavailable: { $0.whyNoContext }),
        CommandInfo(
            .setContextNamespace, "namespace", "Set the namespace in which the context begins; nothing for default.",
            unavailable: { $0.whyNoContext }),
        CommandInfo(
            .renameContext, "rename", "Give the context another name, in its file.", unavailable: { $0.whyNoContext }),
        CommandInfo(
            .deleteContext, "delete", "Delete the context from its file, after asking; a copy of the file is kept.",
            unavailable: { $0.whyNoContext }),
        CommandInfo(.confirmContextDeletion, "delete", "Delete the context."),
        CommandInfo(
            .toggleUnused, "cluster and user too", "Delete its cluster and user too, or keep them."),
        CommandInfo(
            .xray, "used by", "Show what owns the object, what it owns and needs, and what uses it, as a live tree.",
            unavailable: { $0.selectedObject == nil ? "Nothing is selected." : nil }),
        CommandInfo(.toggleFold, "fold", "Show what is below the line, or hide it.", unavailable: needsSelection),
        CommandInfo(.foldAll, "fold all", "Fold all trees, or unfold them again."),
        CommandInfo(
            .describe, "describe", "Describe the object in words, live, with its events.",
            needs: .reading,
            unavailable: { state in
                if case .findings = state.place, state.selectedObject == nil { return "No finding is selected." }
                return needsSelection(state)
            }),
        CommandInfo(.chooseColumns, "columns", "Choose which columns are shown, and in which order."),
        CommandInfo(
            .toggleColumn, "show/hide", "Show the column, or hide it; a wide one always, never, or in wide mode.",
            unavailable: { state in
                guard case .columns(let view) = state.place else { return nil }
                return view.whyFixed
            }),
        CommandInfo(.moveColumnDown, "move right", "Move the column one place to the right."),
        CommandInfo(.moveColumnUp, "move left", "Move the column one place to the left."),
        CommandInfo(.resetColumns, "reset", "Show the columns as at first."),
        CommandInfo(
            .saveTable, "save",
            "Save the rows and columns that are shown as a text, CSV or JSON file; of logs the lines that are shown.",
            unavailable: {
                $0.shownTable == nil && $0.shownLog == nil ? "Only tables and logs can be saved." : nil
            }),
        CommandInfo(.viewYAML, "yaml", "Show the object as YAML, live.", needs: .reading, unavailable: needsSelection),
        CommandInfo(
            .nextLink, "next link", "Choose the next object that is named here; enter goes to it.",
            unavailable: needsDescription),
        CommandInfo(
            .previousLink, "previous link", "Choose the object that is named before this one.",
            unavailable: needsDescription),
        CommandInfo(
            .filterPrompt, "filter",
            "Filter the rows: text, !text, -l label=value, -f fuzzy, status:crash restarts>5 age<2h."),
        CommandInfo(.commandPrompt, "command", "Go to a kind, a namespace or a context: pods, svc, ns payments, ctx."),
        CommandInfo(.showKinds, "kinds", "List every kind that the server has; Enter opens one."),
        CommandInfo(.help, "help", "Show the keys that work here."),
        CommandInfo(.toggleFaults, "faults", "Show only what is not well, or everything again."),
        CommandInfo(.toggleWide, "wide", "Show the wide columns too, or hide them."),
        CommandInfo(.back, "back", "Close what is open, clear the filter, or go back to the view before."),
        CommandInfo(.allNamespaces, "all namespaces", "Show all namespaces.", unavailable: needsNamespacedTable),
        CommandInfo(
            .favouriteNamespace, "namespace", "Show the namespace of that number in the title line.",
            unavailable: needsNamespacedTable),
        CommandInfo(
            .mark, "mark", "Mark the row, or take the mark away, and go to the next.", unavailable: needsSelection),
        CommandInfo(
            .markRange, "mark range", "Mark the rows from the one marked last to this one.",
            unavailable: needsSelection),
        CommandInfo(.clearMarks, "clear marks", "Take all marks away.") {
            $0.shownTable?.marks.isEmpty == false ? nil : "Nothing is marked."
        },
        CommandInfo(
            .deleteObject, "delete", "Delete the marked objects, or the selected one, after asking.",
            changesCluster: true, needs: .deletion, unavailable: { $0.whyNoDeletion }),
        CommandInfo(
            .scaleWorkload, "scale", "Set how many replicas the marked objects, or the selected one, are to have.",
            changesCluster: true, needs: .scaling, unavailable: { $0.whyNoScaling }),
        CommandInfo(
            .restartWorkload, "restart",
            "Replace the pods of the marked objects, or of the selected one, after asking.",
            changesCluster: true, needs: .patching, unavailable: { $0.whyNoRestart }),
        CommandInfo(.copyActionCommand, "copy command", "Copy the kubectl command that does the same."),
        CommandInfo(
            .evictInstead, "evict", "Evict the pods, which PodDisruptionBudgets may refuse; or delete them after all.",
            unavailable: needsPods),
        CommandInfo(
            .toggleForce, "by force", "Delete at once, without the time to end; or not.", unavailable: needsDeletion),
        CommandInfo(
            .changePropagation, "owned", "What becomes of owned objects: deleted after, before, or left as orphans.",
            unavailable: needsDeletion),
        CommandInfo(
            .copyName, "copy", "Copy the names of the marked rows, or of the selected one.", unavailable: needsSelection
        ),
        CommandInfo(
            .copyNamespace, "copy namespace", "Copy the namespace of the selected row.", unavailable: needsSelection),
        CommandInfo(.sortByName, "sort name", "Sort by name; again turns the order round."),
        CommandInfo(
            .sortByAge, "sort age", "Sort by age; again turns the order round.",
            unavailable: needsColumn("AGE", "LAST SEEN")),
        CommandInfo(
            .sortByStatus, "sort status", "Sort by status; again turns the order round.",
            unavailable: needsColumn("STATUS", "TYPE")),
        CommandInfo(
            .sortByNamespace, "sort namespace", "Sort by namespace; again turns the order round.",
            unavailable: needsNamespacedTable),
        CommandInfo(
            .sortByCPU, "sort CPU", "Sort by processor in use; again turns the order round.",
            unavailable: needsUsage("CPU")),
        CommandInfo(
            .sortByMemory, "sort memory", "Sort by memory in use; again turns the order round.",
            unavailable: needsUsage("MEM")),
        CommandInfo(.choosePreviousColumn, "column left", "Choose the column to the left for sorting."),
        CommandInfo(.chooseNextColumn, "column right", "Choose the column to the right for sorting."),
        CommandInfo(.sortByChosenColumn, "sort column", "Sort by the chosen column; again turns the order round.") {
            $0.shownTable?.chosenColumn == nil ? "Choose a column first, with Shift-Left or Shift-Right." : nil
        },
        CommandInfo(.moveDown, "down", "Go down a line."),
        CommandInfo(.moveUp, "up", "Go up a line."),
        CommandInfo(.pageDown, "page down", "Go down a screenful."),
        CommandInfo(.pageUp, "page up", "Go up a screenful."),
        CommandInfo(.moveToTop, "top", "Go to the first line."),
        CommandInfo(.moveToBottom, "bottom", "Go to the last line."),
        CommandInfo(
            .scrollRight, "right", "Scroll to columns that do not fit; in triage and xray, show what is below the line."
        ),
        CommandInfo(
            .scrollLeft, "left", "Scroll back to the first columns; in triage and xray, hide what is below the line."),
        CommandInfo(.lastView, "last view", "Go to the view that was shown before this one.") {
            $0.previousScope == nil ? "There is no view before this one." : nil
        },
        CommandInfo(.historyBack, "history back", "Go back, as Esc does.") {
            $0.places.count > 1 || $0.focus != .main ? nil : "This is the first view."
        },
        CommandInfo(.historyForward, "history forward", "Go where history back came from.") {
            $0.forwardPlaces.isEmpty ? "There is nothing to go forward to." : nil
        },
        CommandInfo(.searchPrompt, "search", "Search in the document or the logs."),
        CommandInfo(.searchNext, "next", "Go to the next match.", unavailable: needsMatch),
        CommandInfo(.searchPrevious, "previous", "Go to the previous match.", unavailable: needsMatch),
        CommandInfo(.toggleManagedFields, "managed fields", "Show or fold metadata.managedFields.") { state in
            state.shownDocument?.form == .description ? "Only YAML shows managed fields: y." : nil
        },
        CommandInfo(.revealSecrets, "reveal", "Show the values of a Secret, or mask them again.") { state in
            guard case .document(let view) = state.place, case .loaded(let document) = view.content,
                document["kind"] != .string("Secret")
            else { return nil }
            return "Only a Secret has values that are masked."
        },
        CommandInfo(.toggleWrap, "wrap", "Wrap long lines, or cut them."),
        CommandInfo(.copyDocument, "copy", "Copy the document, the line of the log or its end, or the findings."),
        CommandInfo(.accessNamespace, "namespace", "Say what is allowed in another namespace, or in all."),
        CommandInfo(
            .whoCan, "who can…", "Say who may do something, and by which binding: delete pods, get secrets/tls."),
        CommandInfo(
            .compareAccess, "compare…", "Compare with another context, or with another user: prod-readonly, as alice."),
        CommandInfo(
            .toggleDifferences, "differences", "Show only where the two differ, or everything.",
            unavailable: { state in
                if case .compared? = state.shownAccess?.order { return nil }
                return "There is one here alone; v compares."
            }),
        CommandInfo(
            .canI, "can I…",
            "Ask the server about one thing: delete pods, create pods --subresource exec, get /metrics."),
        CommandInfo(
            .explainDangers, "what it means",
            "Say what somebody would do with the selected danger, or with all of them."),
        CommandInfo(.askAccessAgain, "again", "Ask the server again; an answer counts for five minutes."),
        CommandInfo(
            .retry, "retry now",
            "Connect again now, instead of at the end of the wait; a log that has ended is read again."),
        CommandInfo(.repaint, "repaint", "Draw the whole screen again."),
        CommandInfo(.quit, "quit", "Leave Sextant."),
    ]

    private static let byCommand = Dictionary(uniqueKeysWithValues: all.map { ($0.command, $0) })

    package static func of(_ command: Command) -> CommandInfo? { byCommand[command] }

    private static let needsPanes: @Sendable (AppState) -> String? = { state in
        state.layout.tree.panes.count > 1 ? nil : "There is only one pane: l, d, y, X and b open others."
    }

    private static func needsContainer(_ what: ShellOrder.What) -> @Sendable (AppState) -> String? {
        { state in
            if case .failure(let refusal) = state.shellOrders(what) { refusal.words } else { nil }
        }
    }

    private static let needsForward: @Sendable (AppState) -> String? = { state in
        state.selectedForward == nil ? "Nothing is forwarded." : nil
    }

    private static let needsDescription: @Sendable (AppState) -> String? = { state in
        state.shownAccess != nil || state.shownDocument?.form == .description
            ? nil : "Only descriptions name other objects: d."
    }

    private static let needsSelection: @Sendable (AppState) -> String? = { state in
        switch state.place {
        case .forwards: return needsForward(state)
        case .contexts, .findings, .document, .columns, .shell, .access: return nil
        case .xray: return state.selectedObject == nil ? "Nothing is selected." : nil
        case .table, .log: break
        }
        return state.shownTable?.selection == nil ? "Nothing is selected." : nil
    }

    private static let needsNamespacedTable: @Sendable (AppState) -> String? = { state in
        guard let view = state.shownTable, view.table.kind.isNamespaced
        else { return "This view has no namespaces." }
        return nil
    }

    private static let needsPods: @Sendable (AppState) -> String? = { state in
        if let dialog = state.dialog, dialog.kind == Pod.kind { return nil }
        return "Only pods can be evicted."
    }

    private static let needsDeletion: @Sendable (AppState) -> String? = { state in
        if case .delete? = state.dialog?.action { return nil }
        return "This is about deleting only."
    }

    private static let needsMatch: @Sendable (AppState) -> String? = { state in
        switch state.place {
        case .document(let view) where !view.matches.isEmpty: return nil
        case .log(let view) where !view.matches.isEmpty: return nil
        case .shell(let view) where view.copyMode?.match != nil: return nil
        default: return "Nothing matches."
        }
    }

    private static func needsUsage(_ title: String) -> @Sendable (AppState) -> String? {
        { state in
            guard let view = state.shownTable, let index = view.table.index(ofColumn: title) else {
                return "This view has no column \(title)."
            }
            guard let source = view.table.columns[index].needs, !view.usage.has(source) else { return nil }
            return "There are no metrics" + (state.usageReason.map { ": \($0)" } ?? " yet") + "."
        }
    }

    private static func needsColumn(_ titles: String...) -> @Sendable (AppState) -> String? {
        { state in
            guard let view = state.shownTable,
                titles.contains(where: { view.table.index(ofColumn: $0) != nil })
            else { return "This view has no column \(titles[0])." }
            return nil
        }
    }
}
