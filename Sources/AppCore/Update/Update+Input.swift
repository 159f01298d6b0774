import ClusterState
import KubernetesModel
import Screen

extension AppState {
    mutating func handle(_ input: InputEvent, _ effects: inout [Effect]) {
        switch input {
        case .key(let key):
            if keyContext == .shell, KeyMap.command(for: key, in: .shell) == nil,
                typeIntoShell(.key(key), &effects)
            {
                return
            }
            handle(KeyMap.command(for: key, in: keyContext) == nil ? key.simplified : key, &effects)
        case .paste(let text):
            if dialog != nil {
                pasteIntoDialog(text)
            } else if forwardDialog != nil {
                pasteIntoForwardDialog(text)
            } else if prompt != nil {
                prompt?.editor.insert(text)
                promptEdited()
            } else {
                _ = typeIntoShell(.paste(text), &effects)
            }
        case .pasteTooLong: show(.warning, "The paste is longer than 1 MiB: nothing was pasted.")
        case .mouse(let event): handle(event, &effects)
        }
    }

    private mutating func handle(_ key: Key, _ effects: inout [Effect]) {
        // Over a slow link Esc and the key after it arrive together, which looks like Alt and that key.
        if case .alt(let character) = key, character != "\u{7F}", KeyMap.command(for: key, in: keyContext) == nil {
            handle(.escape, &effects)
            handle(.character(character), &effects)
            return
        }
        notice = nil
        if hasDiscovered || pendingCommand?.isQuiet == true { pendingCommand = nil }
        if dialog != nil, KeyMap.command(for: key, in: .action) == nil {
            handleDialogKey(key, &effects)
            return
        }
        if forwardDialog != nil, KeyMap.command(for: key, in: .forwardDialog) == nil {
            handleForwardDialogKey(key, &effects)
            return
        }
        if prompt != nil, KeyMap.command(for: key, in: .prompt) == nil {
            handlePromptKey(key, &effects)
            return
        }
        guard let command = KeyMap.command(for: key, in: keyContext) else {
            if awaitsPaneKey {
                awaitsPaneKey = false
                show(.info, "\(key.label) is no command for panes; ctrl-t ? lists them.")
            }
            return
        }
        run(command, key: key, &effects)
    }

    /// Carries out a command, or says why not.
    mutating func run(_ command: Command, key: Key, _ effects: inout [Effect]) {
        let refused = refusedCommand
        refusedCommand = nil
        if let reason = CommandInfo.of(command)?.unavailable(self) {
            show(.info, reason)
            return
        }
        // The server has the last word: who insists may ask it.
        if dialog == nil, helpTop == nil, refused != command, let missing = missingPermission(for: command) {
            refusedCommand = command
            show(.warning, "You may not \(missing); \(key.label) again tries it all the same.")
            return
        }
        if command == .cancelPaneCommand, key == .control("t") {
            // Twice it is for the program in a shell; elsewhere, or after a key that can be repeated, it begins again.
            let isRepeated = repeatsPaneKey
            repeatsPaneKey = false
            if isRepeated || shownShell?.isLive != true { return }
            awaitsPaneKey = false
            if typeIntoShell(.key(key), &effects) { return }
        }
        let isAboutPanes = awaitsPaneKey
        if runInPanes(command, key: key) { return }
        if dialog != nil, command != .quit, command != .repaint { return runInDialog(command, &effects) }
        if helpTop != nil, runInHelp(command) { return }
        switch command {
        case .quit:
            if mayEndShells("ctrl-c once more leaves all the same.") { effects.append(.quit) }
        case .repaint: effects.append(.repaint)
        case .retry:
            if connection == .stopped, let session {
                effects.append(.switchContext(session.context))
            } else {
                effects.append(.retryNow)
                if shownLog?.isOver == true { readLogAgain() }
            }
            permissions.forget()
            show(.info, "Trying again.")
        case .help:
            helpTop = 0
            if isAboutPanes { scrollHelp(to: HelpPage.panesLine(for: onWholeScreen)) }
        case .commandPrompt:
            helpTop = nil
            var line = Prompt(.command)
            line.candidates = commandCandidates(for: "")
            prompt = line
            if session != nil { effects.append(.discover) }
        case .showEventsBeside: openEvents()
        case .showKinds: openKinds(filter: nil, &effects)
        case .filterPrompt:
            let text = shownTable?.filterText ?? shownXray?.filterText ?? shownContexts?.filterText
            shownContexts?.detailTop = nil
            prompt = Prompt(.filter, text: text ?? "")
        case .searchPrompt:
            switch place {
            case .document(let view): prompt = Prompt(.search, text: view.search)
            case .shell(let view): prompt = Prompt(.search, text: view.copyMode?.search ?? "")
            case .log(let view): prompt = Prompt(.search, text: view.search.text)
            default: break
            }
        case .xray: openXrayOfSelection()
        case .chooseColumns: openColumns()
        case .saveTable where shownLog == nil: askForFile()
        case .back:
            if key == .escape, !clearsSomething, endSearch(&effects) || stopWaiting(&effects) { return }
            if places.count == 1, !clearsSomething, key == .character("q") {
                show(.info, "This is the first view; :q or ctrl-c leaves.")
            }
            goBack(&effects)
        case .historyBack: goBack(&effects)
        case .historyForward:
            if let next = forwardPlaces.popLast() {
                if next.isDetail {
                    openPane(next)
                } else {
                    noteScope()
                    places.append(next)
                }
                arrive()
            }
        case .lastView:
            if let scope = previousScope, let table = resourceTable(of: scope.kind) {
                push(TableView(table, namespace: scope.namespace, openedAt: now))
            }
        case .allNamespaces: switchNamespace(nil)
        case .favouriteNamespace: switchToFavourite(key)
        case .open: open(&effects)
        case .openShell: openShells(.shell)
        case .attach: openShells(.attach)
        case .debugContainer: askDebug(image: nil, &effects)
        case .leaveShell: focus(on: .main)
        case .typeToAllShells: runInShell(command, &effects)
        case .forward: askForward()
        case .showForwards: openForwards()
        default:
            switch place {
            case .table: runInTable(command, &effects)
            case .contexts: runInContexts(command, &effects)
            case .document(var view):
                run(command, in: &view, &effects)
                place = .document(view)
            case .log: runInLog(command, key: key, &effects)
            case .findings: runInFindings(command, &effects)
            case .forwards: runInForwards(command, &effects)
            case .access: runInAccess(command, &effects)
            case .xray: runInXray(command, &effects)
            case .columns: runInColumns(command, &effects)
            case .shell:
                runInShell(command, &effects)
                // Who asks for the page above wants to see it.
                if command == .beginCopyMode, key != .character("[") { runInShell(.pageUp, &effects) }
            }
        }
    }

    /// Says that shells run which would end, unless it was said in the last seconds.
    ///
    /// - Returns: whether they may end.
    mutating func mayEndShells(_ hint: String) -> Bool {
        let shells = panes.count {
            if case .shell(let view) = $0.place { view.news.state == .running } else { false }
        }
        guard shells > 0, quitAskedAt.map({ now.seconds - $0.seconds > 10 }) ?? true else { return true }
        quitAskedAt = now
        show(.warning, (shells == 1 ? "A shell is open: " : "\(shells) shells are open: ") + hint)
        return false
    }

    private mutating func runInHelp(_ command: Command) -> Bool {
        switch command {
        case .back, .help: helpTop = nil
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            let whole = onWholeScreen
            let count = HelpPage.lines(for: whole).count
            scrollHelp(to: moved(helpTop ?? 0, by: command, page: whole.body.rows, count: count))
        default: return false
        }
        return true
    }

    mutating func scrollHelp(to line: Int) {
        let whole = onWholeScreen
        let last = max(0, HelpPage.lines(for: whole).count - whole.body.rows)
        helpTop = max(0, min(line, last))
    }

    private mutating func switchToFavourite(_ key: Key) {
        guard case .character(let character) = key, let number = character.wholeNumberValue, number >= 1 else { return }
        guard number <= favourites.count else {
            show(.info, "No namespace is on \(number) yet: it gets there when you use it (:ns).")
            return
        }
        switchNamespace(favourites[number - 1])
    }

    /// Where a movement leads from an index in a list.
    func moved(_ index: Int, by command: Command, page: Int, count: Int) -> Int {
        let target: Int
        switch command {
        case .moveDown: target = index + 1
        case .moveUp: target = index - 1
        case .pageDown: target = index + max(1, page)
        case .pageUp: target = index - max(1, page)
        case .moveToTop: target = 0
        case .moveToBottom: target = count - 1
        default: target = index
        }
        return max(0, min(target, count - 1))
    }

    // MARK: - Tables

    private mutating func runInTable(_ command: Command, _ effects: inout [Effect]) {
        guard var view = shownTable else { return }
        let table = view.table
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            let index = moved(view.selectedIndex, by: command, page: visibleRows, count: view.rows.count)
            view.select(index: index, visibleRows: visibleRows)
        case .scrollRight:
            view.columnOffset = min(view.columnOffset + 1, max(0, view.visibleColumns(of: table).count - 2))
        case .scrollLeft: view.columnOffset = max(0, view.columnOffset - 1)
        case .mark:
            if view.selection != nil, let uid = view.selectedRow?.place.uid {
                if view.marks.remove(uid) == nil { view.marks.insert(uid) }
                view.markAnchor = uid
                view.select(index: view.selectedIndex + 1, visibleRows: visibleRows)
            }
        case .markRange: view.markRange()
        case .clearMarks:
            view.marks = []
            view.markAnchor = nil
        case .deleteObject: return ask(.delete(Action.Deletion()), &effects)
        case .scaleWorkload: return askScale(to: nil, &effects)
        case .restartWorkload: return ask(.restart, &effects)
        case .toggleFaults:
            view.faultsOnly.toggle()
            shownTable = view
            return filterTable()
        case .toggleWide:
            view.isWide.toggle()
            view.columnOffset = 0
            shownTable = view
            return remakeTable()
        case .sortByName: return sort(by: "NAME")
        case .sortByAge: return sort(by: table.index(ofColumn: "AGE") == nil ? "LAST SEEN" : "AGE")
        case .sortByStatus: return sort(by: table.index(ofColumn: "STATUS") == nil ? "TYPE" : "STATUS")
        case .sortByNamespace: return sort(by: "NAMESPACE")
        case .sortByCPU: return sort(by: "CPU")
        case .sortByMemory: return sort(by: "MEM")
        case .sortByChosenColumn: return sort(by: view.chosenColumn ?? "NAME")
        case .chooseNextColumn, .choosePreviousColumn:
            let titles = view.visibleColumns(of: table).map { table.columns[$0].title }
            let current = titles.firstIndex(of: view.chosenColumn ?? view.sort.column) ?? 0
            let next = current + (command == .chooseNextColumn ? 1 : titles.count - 1)
            view.chosenColumn = titles[next % titles.count]
        case .why:
            openWhy()
            return
        case .showProbes:
            if let pod = selectedPod { openProbes(of: pod) }
            return
        case .showLog, .showPreviousLog:
            openSelectedLog(previous: command == .showPreviousLog)
            return
        case .describe:
            if let row = view.selection as? Stored<RoleHolderRow> { return open(row.value.holder, &effects) }
            if view.selection is Stored<OfferedKind> {
                return show(.info, "This is no object of the cluster; Enter opens it.")
            }
            if table.isMadeHere, let named = selectedObject {
                openDescription(of: named, &effects)
            } else if let object = view.selection {
                openDescription(of: object, kind: table.kind, &effects)
            }
            return
        case .viewYAML:
            if view.selection is Stored<RoleHolderRow> {
                return show(.info, "This is no object of the cluster; Enter says what it may do.")
            }
            if view.selection is Stored<OfferedKind> {
                return show(.info, "This is no object of the cluster; Enter opens it.")
            }
            if let container = selectedContainer {
                openDocument(of: container, &effects)
            } else if view.selection is Stored<FoundObject> {
                selectedObject.map { openDocument(of: $0, &effects) }
            } else if let object = view.selection {
                openDocument(of: object, kind: table.kind, &effects)
            }
            return
        case .copyName:
            let names = view.targets.map(\.metadata.name)
            effects.append(
                .copy(names.joined(separator: "\n"), what: names.count == 1 ? names[0] : "\(names.count) names"))
        case .copyNamespace:
            if let object = view.selection {
                let namespace = object.metadata.namespace
                if namespace.isEmpty {
                    show(.info, "\(object.metadata.name) is in no namespace.")
                } else {
                    effects.append(.copy(namespace, what: namespace))
                }
            }
        default: break
        }
        shownTable = view
    }

    /// Sorts by a column; by the one it is sorted by already turns the order round.
    mutating func sort(by title: String) {
        guard let view = shownTable,
            let index = view.table.index(ofColumn: title)
        else { return }
        let table = view.table
        let descending =
            view.sort.column == title ? !view.sort.descending : table.columns[index].sortsDescendingFirst
        sortTable(by: TableSort(column: title, descending: descending))
    }

    // MARK: - Documents

    private mutating func run(_ command: Command, in view: inout DocumentView, _ effects: inout [Effect]) {
        let height = max(1, body.rows)
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            // The line that is cut at the bottom of one page is the first of the next.
            let page = view.wraps ? view.lastLine(visibleRows: height, columns: size.columns) - view.top : height
            view.scroll(
                to: moved(view.top, by: command, page: page, count: view.lines.count), visibleRows: height,
                columns: size.columns)
        case .scrollRight: view.leftColumn = min(view.leftColumn + 8, max(0, view.longestLine - 8))
        case .scrollLeft: view.leftColumn = max(0, view.leftColumn - 8)
        case .searchNext: view.goToMatch(forward: true, visibleRows: height, columns: size.columns)
        case .searchPrevious: view.goToMatch(forward: false, visibleRows: height, columns: size.columns)
        case .toggleManagedFields:
            view.foldsManagedFields.toggle()
            view.layOut()
            view.scroll(to: view.top, visibleRows: height, columns: size.columns)
        case .revealSecrets:
            view.masksSecrets.toggle()
            view.layOut()
            view.describe(snapshot, now: now)
        case .describe, .viewYAML:
            guard view.isOfObject else { return show(.info, "The server has no object of this.") }
            view.show(command == .describe ? .description : .yaml)
            view.describe(snapshot, now: now)
        case .nextLink, .previousLink:
            if !view.selectLink(forward: command == .nextLink, visibleRows: height, columns: size.columns) {
                show(.info, "This names no other object.")
            }
        case .toggleWrap:
            view.wraps.toggle()
            view.leftColumn = 0
            view.scroll(to: view.top, visibleRows: height, columns: size.columns)
        case .copyDocument:
            effects.append(.copy(view.copiedText, what: view.address.name))
        default: break
        }
    }

    mutating func openDocument(of object: any StoredObject, kind: ResourceKind, _ effects: inout [Effect]) {
        let address = ObjectAddress(
            resource: resource(for: kind), namespace: object.metadata.namespace, name: object.metadata.name)
        openPane(.document(DocumentView(address, now: now)))
    }

    // MARK: - Back

    /// Whether going back only takes away a search, a filter or the restriction to faults.
    private var clearsSomething: Bool {
        switch place {
        case .document(let view): !view.search.isEmpty
        case .log(let view): view.isNarrowed
        case .table(let view): !view.filterText.isEmpty || view.faultsOnly
        case .xray(let view): !view.filterText.isEmpty || view.faultsOnly
        case .shell(let view): view.copyMode != nil
        case .contexts(let view): view.deletion != nil || view.detailTop != nil || !view.filterText.isEmpty
        case .findings, .forwards, .columns, .access: false
        }
    }

    private mutating func goBack(_ effects: inout [Effect]) {
        if clearsSomething {
            switch place {
            case .document(var view):
                view.find("")
                place = .document(view)
            case .log:
                changeLog {
                    $0.clear()
                    $0.settle($1)
                }
            case .table(let view) where !view.filterText.isEmpty: setFilter("")
            case .table(var view):
                view.faultsOnly = false
                place = .table(view)
                filterTable()
            case .xray: clearXray()
            case .shell: shownShell?.copyMode = nil
            case .contexts: _ = clearContexts()
            case .findings, .forwards, .columns, .access: break
            }
            return
        }
        guard places.count > 1 else {
            guard focus != .main else { return }
            let left = place
            closePane(focus)
            inPane(navigable) { $0.forwardPlaces.append(left) }
            return
        }
        noteScope()
        forwardPlaces.append(places.removeLast())
        arrive()
    }

    /// Brings the place that was gone back or forward to up to date.
    mutating func arrive() {
        if focusedPane.isNavigable, let view = shownTable, view.table.kind.isNamespaced, view.restriction == nil {
            namespace = view.namespace
        }
        applySnapshot()
        applySnapshotToXray()
        settle()
        refreshDescription()
    }
}
