import Access
import Screen

/// `:ctx`: choosing a context, and changing the files it is in.
extension AppState {
    /// The list of contexts, where it is the place on the screen.
    package internal(set) var shownContexts: ContextsView? {
        get { if case .contexts(let view) = place { view } else { nil } }
        set { if let newValue { place = .contexts(newValue) } }
    }

    /// The contexts that a list shows, in its order.
    package func rows(of view: ContextsView) -> [ContextInfo] { contexts.filter { view.shows($0, now: now) } }

    /// The context that is selected in the list.
    package var selectedContext: ContextInfo? {
        guard let view = shownContexts else { return nil }
        let rows = rows(of: view)
        return rows.indices.contains(view.selectedIndex) ? rows[view.selectedIndex] : nil
    }

    /// How many lines say more of the selected context, below the list: half of the room, and what the list leaves.
    package func panelRows(of view: ContextsView) -> Int {
        let room = visibleRows - view.reasonLines(columns: size.columns).count
        guard room >= 8 else { return 0 }
        return max(room - rows(of: view).count, room / 2)
    }

    /// How many contexts `:ctx` shows: a reason is above them, details below.
    package func visibleRows(of view: ContextsView) -> Int {
        max(1, visibleRows - view.reasonLines(columns: size.columns).count - panelRows(of: view))
    }

    mutating func selectContext(_ index: Int) {
        guard var view = shownContexts else { return }
        view.select(index, count: rows(of: view).count, visibleRows: visibleRows(of: view))
        shownContexts = view
    }

    /// Lines of what is said of the selected context.
    package var contextDetails: [ContextLine] {
        guard let view = shownContexts, let context = selectedContext else { return [] }
        return view.details(of: context, now: now, columns: size.columns)
    }

    mutating func scrollContextDetails(to line: Int) {
        let last = max(0, contextDetails.count - body.rows)
        shownContexts?.detailTop = max(0, min(line, last))
    }

    mutating func settleContexts() {
        guard let view = shownContexts else { return }
        selectContext(view.selectedIndex)
        if let top = view.detailTop { scrollContextDetails(to: top) }
    }

    /// Opens `:ctx`, or replaces it where it is open.
    mutating func openContexts(reason: String?, hint: String? = nil, selecting name: String) {
        closeLinePrompt()
        focusNavigable()
        var view = ContextsView()
        if case .contexts(let before) = place {
            // What is known stays, and is asked for again.
            view.findings = before.findings
            view.probes = before.probes
            view.revision = before.revision + 1
            places.removeLast()
        }
        view.reason = reason
        view.hint = hint
        pushPlace(.contexts(view))
        selectContext(contexts.firstIndex { $0.name == name } ?? 0)
    }

    mutating func filterContexts(_ text: String) {
        guard let view = shownContexts else { return }
        let selected = selectedContext?.id
        shownContexts?.filterText = text
        let index = rows(of: shownContexts ?? view).firstIndex { $0.id == selected } ?? 0
        selectContext(index)
    }

    // MARK: - Keys

    /// Why the selected context cannot be changed; `nil` when it can.
    var whyNoContext: String? {
        guard shownContexts != nil else { return nil }
        return selectedContext == nil ? "There is no context." : nil
    }

    mutating func runInContexts(_ command: Command, _ effects: inout [Effect]) {
        guard let view = shownContexts else { return }
        if view.deletion != nil { return runInDeletion(command, &effects) }
        if let top = view.detailTop {
            switch command {
            case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
                return scrollContextDetails(
                    to: moved(top, by: command, page: body.rows, count: contextDetails.count))
            case .describe:
                shownContexts?.detailTop = nil
                return settleContexts()
            default: break
            }
        }
        let context = selectedContext
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            selectContext(
                moved(view.selectedIndex, by: command, page: visibleRows(of: view), count: rows(of: view).count))
        case .describe: if context != nil { scrollContextDetails(to: 0) }
        case .probeContexts:
            shownContexts?.revision += 1
            shownContexts?.isProbing = true
            shownContexts?.probes = [:]
            effects.append(.readContexts)
        case .copyName: if let context { effects.append(.copy(context.name, what: context.name)) }
        case .copyDocument:
            let text = contextDetails.map {
                $0.label + String(repeating: " ", count: max(1, ContextLine.margin - $0.label.count)) + $0.text + "\n"
            }
            if let context { effects.append(.copy(text.joined(), what: "what is said of \(context.name)")) }
        case .renameContext: if let context { prompt = Prompt(.context(.name(context.id)), text: context.name) }
        case .setContextNamespace:
            guard let context else { return }
            var line = Prompt(.context(.namespace(context.id)), text: context.namespace)
            line.candidates = contextCandidates(.namespace(context.id), "")
            prompt = line
        case .useContext:
            guard let context else { return }
            if context.isCurrent { return show(.info, "\(context.name) is kubectl's current context already.") }
            effects.append(.changeContext(.use(context.id)))
        case .deleteContext:
            guard let context else { return }
            shownContexts?.detailTop = nil
            shownContexts?.deletion = ContextsView.Deletion(context: context, withUnused: false)
        default: break
        }
    }

    private mutating func runInDeletion(_ command: Command, _ effects: inout [Effect]) {
        guard let deletion = shownContexts?.deletion else { return }
        switch command {
        case .confirmContextDeletion:
            shownContexts?.deletion = nil
            effects.append(
                .changeContext(.delete(deletion.context.id, with: deletion.withUnused ? deletion.context.unused : [])))
        case .toggleUnused:
            if deletion.context.unused.isEmpty { return show(.info, "Its cluster and user may be used by others too.") }
            shownContexts?.deletion?.withUnused.toggle()
        default: break
        }
    }

    /// Goes back from what lies over the list.
    ///
    /// - Returns: false when nothing does.
    mutating func clearContexts() -> Bool {
        guard let view = shownContexts else { return false }
        if view.deletion != nil {
            shownContexts?.deletion = nil
        } else if view.detailTop != nil {
            shownContexts?.detailTop = nil
            settleContexts()
        } else if !view.filterText.isEmpty {
            filterContexts("")
        } else {
            return false
        }
        return true
    }

    // MARK: - Prompts

    func contextCandidates(_ what: ContextPrompt, _ text: String) -> [String] {
        guard case .namespace = what else { return [] }
        return knownNamespaces.filter { $0.hasPrefix(text) && $0 != text }
    }

    mutating func acceptContextPrompt(_ what: ContextPrompt, _ text: String, _ effects: inout [Effect]) {
        var text = text
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        switch what {
        case .name(let id):
            if text.isEmpty {
                prompt?.error = "A context needs a name."
                return
            }
            if text != id.name, let other = contexts.first(where: { $0.name == text }) {
                prompt?.error = "There is one already: \(other.place.isEmpty ? other.name : other.place)"
                return
            }
            prompt = nil
            if text != id.name { effects.append(.changeContext(.rename(id, to: text))) }
        case .namespace(let id):
            let before = contexts.first { $0.id == id }?.namespace
            guard text.isEmpty || text == before || Self.isNamespaceName(text) else {
                prompt?.error = "No namespace has that name: small letters, digits and `-`, at most 63."
                return
            }
            prompt = nil
            if text != before { effects.append(.changeContext(.setNamespace(id, to: text))) }
        }
    }

    /// Whether a text is a name by RFC 1123, as namespaces have it.
    private static func isNamespaceName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    // MARK: - News

    mutating func take(_ news: ContextsNews) {
        switch news {
        case .found(let findings): changeContexts { $0.findings = findings }
        case .probed(let name, let probe): changeContexts { $0.probes[name] = probe }
        case .probedAll: changeContexts { $0.isProbing = false }
        case .notChanged(let reason): show(.error, reason)
        case .changed(let change, let backups): contextsChanged(change, backups)
        }
    }

    private mutating func changeContexts(_ change: (inout ContextsView) -> Void) {
        for id in panes.map(\.id) {
            inPane(id) { state in
                guard var view = state.shownContexts else { return }
                change(&view)
                state.shownContexts = view
                state.settleContexts()
            }
        }
    }

    private mutating func contextsChanged(_ change: ContextChange, _ backups: [String]) {
        let kept = backups.first.map { " Before: \($0)" } ?? ""
        switch change {
        case .rename(let id, let new):
            // The session, the selection and what is kept go with the name.
            for index in contexts.indices where contexts[index].id == id {
                if contexts[index].hiddenBy == nil {
                    if session?.context == id.name { session?.context = new }
                    lastViews.rename(id.name, to: new)
                }
                contexts[index].name = new
            }
            changeContexts { $0.probes[new] = $0.probes.removeValue(forKey: id.name) }
            show(.info, "\(id.name) is \(new) now.\(kept)")
        case .setNamespace(let id, let namespace):
            show(.info, "\(id.name) begins in \(namespace.isEmpty ? "default" : namespace) from now on.\(kept)")
        case .use(let id): show(.info, "\(id.name) is what kubectl uses now.\(kept)")
        case .delete(let id, _): show(.info, "\(id.name) is deleted.\(kept)")
        }
        changeContexts { $0.revision += 1 }
    }
}
