import ClusterState
import KubernetesModel
import Screen

/// Why no shell can be opened, in words for the user.
struct ShellRefusal: Error {
    var words: String
}

extension AppState {
    /// As many shells are opened at once for marked rows.
    private static let shellsAtOnce = 6

    /// The shell in the pane with the focus; `nil` when something else is there.
    package var shownShell: ShellView? {
        get { if case .shell(let view) = place { view } else { nil } }
        set { if let newValue { place = .shell(newValue) } }
    }

    /// How many cells a shell has in the pane with the focus.
    package var shellSize: Size {
        Size(columns: min(max(1, body.columns), 1000), rows: min(max(1, body.rows), 500))
    }

    /// Whether what is typed into the shell in the pane with the focus goes to others too, and what is typed there to it.
    package var typesToAllShells: Bool { typingGroup?.contains(focus) == true }

    // MARK: - Opening

    /// The containers of what is selected or marked, or why there are none.
    func shellOrders(_ what: ShellOrder.What) -> Result<[ShellOrder], ShellRefusal> {
        if let view = shownXray {
            switch view.selectedNode?.content {
            case .container(let pod, let name, _): return order(pod.value, container: name, what).map { [$0] }
            case .object(let object, _):
                guard let pod = (object as? Stored<Pod>)?.value else { break }
                return order(pod, container: nil, what).map { [$0] }
            default: break
            }
            return .failure(ShellRefusal(words: "Only pods and containers have shells."))
        }
        guard let view = shownTable, !view.targets.isEmpty else {
            return .failure(ShellRefusal(words: "Nothing is selected."))
        }
        guard view.table.kind == Pod.kind || view.table.kind == ContainerRow.kind else {
            return .failure(ShellRefusal(words: "Only pods and containers have shells."))
        }
        var orders: [ShellOrder] = []
        for object in view.targets {
            let result: Result<ShellOrder, ShellRefusal>
            if let container = (object as? Stored<ContainerRow>)?.value {
                guard let pod = pod(named: container.podKey) else {
                    return .failure(ShellRefusal(words: "Pod \(container.pod) is gone."))
                }
                result = order(pod, container: container.metadata.name, what)
            } else if let pod = (object as? Stored<Pod>)?.value {
                result = order(pod, container: nil, what)
            } else {
                continue
            }
            switch result {
            case .success(let order): orders.append(order)
            // Of several, those that can are opened.
            case .failure(let refusal): if view.targets.count == 1 { return .failure(refusal) }
            }
        }
        return orders.isEmpty ? .failure(ShellRefusal(words: "None of these pods runs.")) : .success(orders)
    }

    private func pod(named key: ObjectKey) -> Pod? {
        let scope = KindScope(Pod.kind.groupResource, namespace: key.namespace)
        return (snapshot.resolve(scope)?[key] as? Stored<Pod>)?.value
    }

    private func order(
        _ pod: Pod, container: String?, _ what: ShellOrder.What
    ) -> Result<ShellOrder, ShellRefusal> {
        let names = pod.spec.containers.map(\.name)
        let usual = pod.metadata.annotations["kubectl.kubernetes.io/default-container"]
        guard let name = container ?? usual.flatMap({ names.contains($0) ? $0 : nil }) ?? names.first else {
            return .failure(ShellRefusal(words: "\(pod.metadata.name) has no container."))
        }
        guard !pod.isPhaseTerminal else {
            return .failure(ShellRefusal(words: "\(pod.metadata.name) has ended: nothing runs in it."))
        }
        let statuses =
            pod.status.containerStatuses + pod.status.initContainerStatuses + pod.status.ephemeralContainerStatuses
        switch statuses.first(where: { $0.name == name })?.state {
        case .terminated(let end)?:
            return .failure(
                ShellRefusal(words: "\(pod.metadata.name)/\(name) does not run: it exited \(end.exitCode)."))
        case .waiting(let reason, _)?:
            return .failure(
                ShellRefusal(
                    words: "\(pod.metadata.name)/\(name) does not run\(reason.isEmpty ? "" : ": \(reason)")."))
        default: break
        }
        return .success(
            ShellOrder(
                namespace: pod.metadata.namespace, pod: pod.metadata.name, uid: pod.metadata.uid, container: name,
                what: what))
    }

    /// Opens a pane for each container that is selected or marked.
    mutating func openShells(_ what: ShellOrder.What) {
        guard case .success(let orders) = shellOrders(what) else { return }
        for order in orders.prefix(Self.shellsAtOnce) { openPane(.shell(ShellView(order))) }
        if orders.count > 1 {
            let left = orders.count - Self.shellsAtOnce
            let more = left > 0 ? ", \(left) more were left out" : ""
            show(.info, "\(min(orders.count, Self.shellsAtOnce)) shells\(more); ctrl-t b types to all of them.")
        }
    }

    /// `:shell POD`, `:attach POD`; without a name, of what is selected.
    mutating func openShell(_ what: ShellOrder.What, pod name: String?, container: String?) {
        if let reason = CommandInfo.of(what == .attach ? .attach : .openShell)?.unavailable(self), name == nil {
            return show(.info, reason)
        }
        if let whyReadOnly { return show(.info, whyReadOnly) }
        guard let name else { return openShells(what) }
        let namespace = namespace ?? shownTable?.selection?.metadata.namespace ?? "default"
        guard let pod = pod(named: ObjectKey(namespace: namespace, name: name)) else {
            return show(.info, "No pod \(name) is known in \(namespace).")
        }
        if let container, !ContainerRow.rows(of: pod).contains(where: { $0.metadata.name == container }) {
            return show(.info, "\(name) has no container \(container).")
        }
        switch order(pod, container: container, what) {
        case .success(let order): openPane(.shell(ShellView(order)))
        case .failure(let refusal): show(.info, refusal.words)
        }
    }

    // MARK: - News

    mutating func take(_ news: ShellNews, from pane: PaneID) {
        inPane(pane) { state in state.shownShell?.take(news) }
    }

    /// Tells the shells that have another size by now.
    mutating func updateShells(_ effects: inout [Effect]) {
        var sizes: [PaneID: Size] = [:]
        for pane in panes {
            guard case .shell = pane.place else { continue }
            let size = focused(on: pane.id).shellSize
            sizes[pane.id] = size
            if let before = shellSizes[pane.id], before != size { effects.append(.resizeShell(pane.id, size)) }
        }
        shellSizes = sizes
        // What nobody sees on this screen gets nothing that is typed, nor what is started in the place of one that ended.
        if let group = typingGroup {
            let here = Set(layout.tree.panes)
            let rest = group.filter { hasShell($0) && here.contains($0) }
            typingGroup = rest.count > 1 ? rest : nil
        }
    }

    // MARK: - Typing

    /// Gives what is typed to the program.
    ///
    /// - Returns: false when it is not for a program.
    mutating func typeIntoShell(_ input: ShellInput, _ effects: inout [Effect]) -> Bool {
        guard let view = shownShell, view.isLive, dialog == nil, forwardDialog == nil, prompt == nil, helpTop == nil
        else { return false }
        var panes = [focus]
        if let typingGroup, typingGroup.contains(focus), !isMouse(input) {
            panes += typingGroup.filter { $0 != focus && hasShell($0) }
        }
        notice = nil
        effects.append(.type(panes, input))
        return true
    }

    private func isMouse(_ input: ShellInput) -> Bool { if case .mouse = input { true } else { false } }

    /// Whether a pane has a shell that has not ended, looked back at or not.
    private func hasShell(_ id: PaneID) -> Bool {
        if case .shell(let view)? = pane(id)?.place { !view.news.state.isEnded } else { false }
    }

    /// The shells of this view's layout that have not ended.
    var shellsOfLayout: [PaneID] { layout.tree.panes.filter(hasShell) }

    // MARK: - Commands

    mutating func runInShell(_ command: Command, _ effects: inout [Effect]) {
        let rows = max(1, shellSize.rows)
        switch command {
        case .restartShell:
            if let again = shownShell?.again { shownShell = again }
        case .beginCopyMode: shownShell?.beginCopyMode(rows: rows)
        case .typeToAllShells:
            if typingGroup != nil {
                typingGroup = nil
                show(.info, "What is typed goes to one shell again.")
            } else {
                typingGroup = shellsOfLayout
                show(.warning, "What is typed goes to \(shellsOfLayout.count) shells; ctrl-t b ends that.")
            }
        case .moveDown: changeCopyMode { $0.move(lines: 1, rows: rows) }
        case .moveUp: changeCopyMode { $0.move(lines: -1, rows: rows) }
        case .pageDown: changeCopyMode { $0.scroll(by: rows - 1, rows: rows) }
        case .pageUp: changeCopyMode { $0.scroll(by: 1 - rows, rows: rows) }
        case .moveToTop: changeCopyMode { $0.move(lines: -.max / 2, rows: rows) }
        case .moveToBottom: changeCopyMode { $0.move(lines: .max / 2, rows: rows) }
        case .scrollRight: changeCopyMode { $0.move(columns: 1, rows: rows) }
        case .scrollLeft: changeCopyMode { $0.move(columns: -1, rows: rows) }
        case .moveToLineStart: changeCopyMode { $0.move(columns: -.max / 2, rows: rows) }
        case .moveToLineEnd: changeCopyMode { $0.moveToLineEnd(rows: rows) }
        case .searchNext: changeCopyMode { $0.findNext(forward: false, rows: rows) }
        case .searchPrevious: changeCopyMode { $0.findNext(forward: true, rows: rows) }
        case .toggleSelection: changeCopyMode { $0.toggleSelection() }
        case .copySelection: copySelection(&effects)
        default: break
        }
    }

    mutating func changeCopyMode(_ change: (inout CopyMode) -> Void) {
        guard var view = shownShell, var mode = view.copyMode else { return }
        change(&mode)
        view.copyMode = mode
        shownShell = view
    }

    private mutating func copySelection(_ effects: inout [Effect]) {
        guard let text = shownShell?.copyMode?.copiedText else { return }
        shownShell?.copyMode = nil
        guard !text.isEmpty else { return show(.info, "Nothing is written there.") }
        let lines = text.count(where: \.isNewline) + 1
        effects.append(.copy(text, what: lines > 1 ? "\(lines) lines" : "\(text.count) characters"))
    }

    /// Searches in copy mode as the text is typed.
    mutating func searchInCopyMode(_ text: String) -> Bool {
        let rows = shellSize.rows
        changeCopyMode { $0.find(text, rows: rows) }
        return text.isEmpty || shownShell?.copyMode?.match != nil
    }

    /// Makes copy mode fit its pane.
    mutating func settleShell() {
        let rows = shellSize.rows
        changeCopyMode { $0.settle(rows: rows) }
    }

    // MARK: - Mouse

    /// Takes an action of the mouse in a shell, by the cells of its pane.
    mutating func handleInShell(_ event: MouseEvent, _ effects: inout [Effect]) {
        guard let view = shownShell, let picture = view.news.picture else { return }
        var local = event
        local.position.row -= body.row
        let (rows, columns) = (shellSize.rows, shellSize.columns)
        let isInside = (0..<rows).contains(local.position.row) && (0..<columns).contains(local.position.column)
        if view.isLive, picture.mouse != .none, !event.modifiers.contains(.shift) {
            if isInside { _ = typeIntoShell(.mouse(local), &effects) }
            return
        }
        switch event.kind {
        case .wheelUp, .wheelDown:
            if view.isLive, picture.isAlternate {
                // A program that has the screen to itself has nothing to look back at: it gets arrows, as terminals do.
                let key = Key(event.kind == .wheelUp ? .up : .down, [])
                for _ in 0..<3 { effects.append(.type([focus], .key(key))) }
                return
            }
            if view.copyMode == nil {
                guard event.kind == .wheelUp else { return }
                shownShell?.beginCopyMode(rows: rows)
                changeCopyMode { $0.endsAtBottom = true }
            }
            changeCopyMode { $0.scroll(by: event.kind == .wheelUp ? -3 : 3, rows: rows) }
            if let mode = shownShell?.copyMode, mode.endsAtBottom, mode.anchor == nil, event.kind == .wheelDown,
                mode.isAtBottom(rows: rows)
            {
                shownShell?.copyMode = nil
            }
        case .press, .doublePress, .drag, .release:
            guard event.button == .left else { return }
            takeSelection(event.kind, at: local.position, rows, columns, &effects)
        }
    }

    /// Selects with the mouse, and copies when it is let go.
    private mutating func takeSelection(
        _ kind: MouseEvent.Kind, at position: Position, _ rows: Int, _ columns: Int, _ effects: inout [Effect]
    ) {
        let top = shownShell?.copyMode?.top ?? shownShell?.news.picture.map { $0.firstScreenLine } ?? 0
        let place = LinePosition(
            line: top + max(0, min(position.row, rows - 1)), column: max(0, min(position.column, columns - 1)))
        switch kind {
        case .press:
            changeCopyMode { mode in
                mode.dropSelection()
                mode.move(to: place, rows: rows)
            }
            pressedInShell = place
        case .drag:
            guard let pressedInShell else { return }
            if shownShell?.copyMode == nil {
                shownShell?.beginCopyMode(rows: rows)
                changeCopyMode { $0.endsAtBottom = true }
            }
            changeCopyMode { mode in
                if mode.anchor == nil { mode.select(from: pressedInShell) }
                mode.move(to: place, rows: rows)
            }
        case .doublePress:
            shownShell?.beginCopyMode(rows: rows)
            changeCopyMode { $0.selectWord(at: place, rows: rows) }
            if shownShell?.copyMode?.selection != nil { copySelection(&effects) } else { shownShell?.copyMode = nil }
        case .release:
            pressedInShell = nil
            guard let mode = shownShell?.copyMode, let selection = mode.selection,
                selection.lowerBound != selection.upperBound
            else { return }
            copySelection(&effects)
        default: break
        }
    }
}
