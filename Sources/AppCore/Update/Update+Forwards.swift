import ClusterState
import KubernetesModel
import Screen

extension AppState {
    /// What `:pf` lists: what runs or failed, and then what is saved.
    package var forwardRows: [ForwardInfo] {
        let running = Set(forwards.map(\.request))
        return forwards + savedForwards.filter { !running.contains($0) }.map { ForwardInfo($0, .stopped) }
    }

    package var shownForwards: ForwardsView? {
        if case .forwards(let view) = place { view } else { nil }
    }

    /// The forward that is selected in `:pf`.
    var selectedForward: ForwardInfo? {
        guard let view = shownForwards else { return nil }
        let rows = forwardRows
        return rows.indices.contains(view.selectedIndex) ? rows[view.selectedIndex] : nil
    }

    /// Names of the objects of a kind, with their namespaces, that a running forward leads to.
    package func forwarded(_ kind: ResourceKind) -> Set<ObjectKey> {
        var keys: Set<ObjectKey> = []
        for info in forwards where info.isRunning {
            if kind == Pod.kind, !info.pod.isEmpty {
                keys.insert(ObjectKey(namespace: info.request.namespace, name: info.pod))
            } else if info.request.kind == kind.kind.lowercased() {
                keys.insert(ObjectKey(namespace: info.request.namespace, name: info.request.name))
            }
        }
        return keys
    }

    // MARK: - News

    mutating func take(_ event: ForwardsEvent) {
        let rowsBefore = forwardRows
        switch event {
        case .saved(let requests): savedForwards = requests
        case .running(let infos):
            for info in infos {
                guard case .failed(let words) = info.state,
                    forwards.contains(where: { $0.request == info.request && $0.isRunning })
                else { continue }
                show(.error, "The forward of \(info.request.target) ended: \(words)")
            }
            forwards = infos
        }
        // The selection stays on its forward.
        let rows = forwardRows
        inShownPanes { state in
            guard var view = state.shownForwards else { return }
            let selected = rowsBefore.indices.contains(view.selectedIndex) ? rowsBefore[view.selectedIndex] : nil
            let index = rows.firstIndex { $0.request == selected?.request } ?? view.selectedIndex
            view.select(index, count: rows.count, visibleRows: state.visibleRows)
            state.place = .forwards(view)
        }
    }

    /// Forgets the forwards of the context that is left, and says that they ended.
    mutating func leaveForwards() {
        let count = forwards.count { $0.isRunning }
        forwards = []
        savedForwards = []
        forwardDialog = nil
        if count > 0 {
            show(.info, "\(count == 1 ? "The forward" : "The \(count) forwards") of the context before ended.")
        }
    }

    // MARK: - The view

    mutating func openForwards() {
        if case .forwards = place { return }
        noteScope()
        openPane(.forwards(ForwardsView()))
    }

    mutating func runInForwards(_ command: Command, _ effects: inout [Effect]) {
        guard var view = shownForwards else { return }
        switch command {
        case .open: openForward(&effects)
        case .stopForward:
            guard let info = selectedForward else { return }
            if info.isRunning || info.state != .stopped {
                effects.append(.stopForward(info.request))
            } else {
                setSaved(info.request, false, &effects)
            }
        case .copyURL:
            if let url = selectedForward?.url { effects.append(.copy(url, what: url)) }
        case .saveForward:
            if let request = selectedForward?.request {
                setSaved(request, !savedForwards.contains(request), &effects)
            }
        default:
            let count = forwardRows.count
            view.select(
                moved(view.selectedIndex, by: command, page: visibleRows, count: count), count: count,
                visibleRows: visibleRows)
            place = .forwards(view)
        }
    }

    /// Enter: begins what does not run, and goes to the pod of what does.
    private mutating func openForward(_ effects: inout [Effect]) {
        guard let info = selectedForward else { return }
        guard info.isRunning else {
            effects.append(.startForward(info.request, orAnyPort: false))
            return
        }
        guard !info.pod.isEmpty, let table = ResourceTable.named(Pod.kind.groupResource) else {
            show(.info, "It has no pod yet.")
            return
        }
        var view = TableView(table, namespace: info.request.namespace, openedAt: now)
        view.wanted = ObjectKey(namespace: info.request.namespace, name: info.pod)
        namespace = info.request.namespace
        push(view)
    }

    private mutating func setSaved(_ request: ForwardRequest, _ isSaved: Bool, _ effects: inout [Effect]) {
        savedForwards.removeAll { $0 == request }
        if isSaved { savedForwards.append(request) }
        show(
            .info,
            isSaved
                ? "Saved: \(request.target) is listed whenever this context is used."
                : "No longer saved: \(request.target).")
        effects.append(.saveForwards(savedForwards))
        let count = forwardRows.count
        guard var view = shownForwards else { return }
        view.select(view.selectedIndex, count: count, visibleRows: visibleRows)
        place = .forwards(view)
    }

    // MARK: - The dialog

    /// Why what is selected cannot be forwarded to; `nil` when it can.
    package var cannotForward: String? {
        guard let object = shownTable?.selection else { return "Nothing is selected." }
        guard ForwardDialog.offers(of: object) != nil else {
            return "Only pods, Services and workloads can be forwarded to."
        }
        guard let service = (object as? Stored<Service>)?.value else { return nil }
        if service.spec.type == "ExternalName" {
            return
                "Service \(service.metadata.name) is another name of \(service.spec.externalName): no pod is behind it."
        }
        return service.spec.selector.isEmpty
            ? "Service \(service.metadata.name) has no selector: nothing says which pods it stands for." : nil
    }

    mutating func askForward() {
        guard let view = shownTable, let object = view.selection,
            let offers = ForwardDialog.offers(of: object)
        else { return }
        let table = view.table
        let taken = forwards.filter(\.isRunning).compactMap(\.localPort)
        forwardDialog = ForwardDialog(
            kind: selectedContainer == nil ? table.kind.kind.lowercased() : "pod",
            namespace: object.metadata.namespace, name: selectedContainer?.pod ?? object.metadata.name,
            offers: offers, taken: Set(taken))
    }

    mutating func handleForwardDialogKey(_ key: Key, _ effects: inout [Effect]) {
        guard var dialog = forwardDialog else { return }
        switch key {
        case .escape:
            forwardDialog = nil
            return
        case .enter:
            if let request = dialog.request() {
                guard let running = forwards.first(where: { $0.request == request && $0.isRunning }) else {
                    effects.append(.startForward(request, orAnyPort: dialog.isLocalGuessed))
                    forwardDialog = nil
                    return
                }
                dialog.error = "This is forwarded already, at \(running.address)."
            }
        case .tab: dialog.move(1)
        case .backTab: dialog.move(-1)
        case .down: if dialog.field == .remote, !dialog.offers.isEmpty { dialog.choose(1) } else { dialog.move(1) }
        case .up: if dialog.field == .remote, !dialog.offers.isEmpty { dialog.choose(-1) } else { dialog.move(-1) }
        default: dialog.edit { $0.handle(key) }
        }
        forwardDialog = dialog
    }

    mutating func pasteIntoForwardDialog(_ text: String) {
        forwardDialog?.edit { editor in
            editor.insert(text)
            return true
        }
    }
}
