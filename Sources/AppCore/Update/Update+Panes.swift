import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// How many cells a border moves with a key.
    private static let growth = Size(columns: 4, rows: 2)

    /// Begins with one pane and nothing beside it.
    mutating func beginPanes(with place: Place) {
        panes = [Pane(id: .main, places: [place], size: screenSize, isNavigable: true)]
        layout = PaneLayout()
        layouts = [:]
        paneWork = [:]
        focusToKeep = nil
        awaitsPaneKey = false
        draggedBorder = nil
        layoutView = ""
        followView()
    }

    /// Has done outside what the panes show by now, and ends what nobody shows any more.
    mutating func updateWork(_ effects: inout [Effect]) {
        var wanted: [PaneID: PaneWork] = [:]
        for pane in panes { wanted[pane.id] = pane.place.work }
        if session == nil { wanted = wanted.filter { !$0.value.needsSession } }
        guard wanted != paneWork else { return }
        for id in paneWork.keys.sorted(by: { $0.number < $1.number }) where wanted[id] == nil {
            effects.append(.end(id))
        }
        for pane in panes {
            if let work = wanted[pane.id], work != paneWork[pane.id] { effects.append(.run(pane.id, work)) }
        }
        paneWork = wanted
    }

    /// Says in the panes that what goes on outside for them has ended with the connection.
    mutating func leavePanes() {
        let words = "Disconnected; Ctrl-R connects again."
        for id in panes.map(\.id) {
            inPane(id) { state in
                if var view = state.shownShell, !view.news.state.isEnded {
                    view.news.state = .failed(words, .other)
                    state.shownShell = view
                }
                guard case .log(let view) = state.place else { return }
                switch view.news.state {
                case .reading, .retrying:
                    var news = view.news
                    news.state = .failed(words)
                    state.take(news)
                case .ended, .failed: break
                }
            }
        }
    }

    // MARK: - Following the selection

    /// Shows what is selected in the table in the panes that are pinned to it.
    mutating func followPins() {
        guard panes.contains(where: \.isPinned) else { return }
        let main = focused(on: .main)
        guard let object = main.selectedObject else { return }
        for id in shownPanes {
            guard let pane = pane(id), pane.isPinned, let place = main.place(like: pane.place, about: object) else {
                continue
            }
            inPane(id) { state in
                state.place = place
                state.arrive()
            }
        }
    }

    /// The same as a place shows, about another object.
    ///
    /// - Returns: `nil` when it is about that object already, or that has no such thing.
    private func place(like place: Place, about object: ObjectID) -> Place? {
        switch place {
        case .document(let view):
            guard let resource = resource(ofKind: object.kind, group: object.group) else { return nil }
            let address = ObjectAddress(
                resource: resource, namespace: resource.isNamespaced ? object.namespace : "", name: object.name)
            return address == view.address ? nil : .document(DocumentView(address, form: view.form, now: now))
        case .findings(let view):
            guard view.subject != object, !view.showsProbes || object.kind == Pod.kind.kind else { return nil }
            var next = FindingsView(subject: object, scope: scope(for: object), openedAt: now)
            next.showsProbes = view.showsProbes
            return .findings(next)
        case .log(let view):
            guard case .success(var order) = selectedLogOrder else { return nil }
            order.range = view.order.range
            return order == view.order ? nil : .log(LogView(order, now: now))
        case .table(let view):
            let next = eventsView(about: [object])
            return view.restriction == next.restriction ? nil : .table(next)
        case .contexts, .forwards, .xray, .columns, .shell, .access: return nil
        }
    }

    /// The events about objects of one namespace.
    func eventsView(about objects: [ObjectID]) -> TableView {
        // Events about objects in no namespace are in `default`.
        let namespace = objects.first.map(\.namespace) ?? ""
        return TableView(
            resourceTable(of: Event.kind.groupResource) ?? .pods, namespace: namespace.isEmpty ? "default" : namespace,
            restriction: Restriction(.about(Set(objects)), title: objects.first?.shortText ?? ""), openedAt: now)
    }

    /// Shows the events about the selected object beside it.
    mutating func openEvents() {
        guard let object = selectedObject else { return }
        openPane(.table(eventsView(about: [object])))
        arrive()
    }

    // MARK: - Commands

    /// Why a pane cannot be pinned to the selection; `nil` when it can.
    var whyNotPinned: String? {
        switch focusedPane.place {
        case .document, .findings, .log, .table: focusedPane.isNavigable ? "This is the table itself." : nil
        case .contexts, .forwards, .xray, .columns, .shell, .access: "This is not about one object."
        }
    }

    /// Carries out a command for panes.
    ///
    /// - Returns: false when it is none.
    mutating func runInPanes(_ command: Command, key: Key) -> Bool {
        let goesOn = awaitsPaneKey
        awaitsPaneKey = false
        repeatsPaneKey = false
        switch command {
        case .paneCommand: awaitsPaneKey = true
        case .cancelPaneCommand: break
        case .nextPane, .previousPane:
            let order = layout.tree.panes
            let index = order.firstIndex(of: focus) ?? 0
            focus(on: order[(index + (command == .nextPane ? 1 : order.count - 1)) % order.count])
        case .focusLeft: focus(towards: .left)
        case .focusRight: focus(towards: .right)
        case .focusUp: focus(towards: .up)
        case .focusDown: focus(towards: .down)
        case .goToPane:
            guard case .character(let digit) = key, let number = digit.wholeNumberValue else { break }
            let order = layout.tree.panes
            if order.indices.contains(number - 1) {
                focus(on: order[number - 1])
            } else {
                show(.info, "There is no pane \(number).")
            }
        case .zoomPane:
            layout.zoomed = layout.zoomed == nil ? focus : nil
            layOut()
            inShownPanes { $0.arrive() }
        case .splitBeside: split(.beside)
        case .splitBelow: split(.below)
        case .rotateSplit: layout.tree.rotate(focus)
        case .swapPanes:
            let order = layout.tree.panes
            if let index = order.firstIndex(of: focus) { layout.tree.swap(focus, order[(index + 1) % order.count]) }
        case .widerPane: grow(.beside, by: Self.growth.columns, stays: goesOn)
        case .narrowerPane: grow(.beside, by: -Self.growth.columns, stays: goesOn)
        case .tallerPane: grow(.below, by: Self.growth.rows, stays: goesOn)
        case .shorterPane: grow(.below, by: -Self.growth.rows, stays: goesOn)
        case .equalPanes: layout.tree.equalize()
        case .closePane: closePane(focus)
        case .showHiddenPanes:
            for id in hiddenPanes { showHere(id) }
        case .pinPane:
            guard let index = panes.firstIndex(where: { $0.id == focus }) else { break }
            panes[index].isPinned.toggle()
        default: return false
        }
        layOut()
        return true
    }

    private mutating func focus(towards direction: Key) {
        // Of tabs those to the left and right are meant.
        guard hasTabs else {
            if let id = layout.tree.neighbour(of: focus, direction, in: panesRect) { focus(on: id) }
            return
        }
        let order = layout.tree.panes
        let index = (order.firstIndex(of: focus) ?? 0) + (direction == .left || direction == .up ? -1 : 1)
        if order.indices.contains(index) { focus(on: order[index]) }
    }

    private mutating func grow(_ axis: PaneTree.Axis, by cells: Int, stays: Bool) {
        awaitsPaneKey = stays
        repeatsPaneKey = stays
        guard !hasTabs else { return show(.info, "One pane has the whole screen.") }
        if !layout.tree.grow(focus, axis, by: cells, in: panesRect) {
            show(.info, axis == .beside ? "No pane is beside this one." : "No pane is above or below this one.")
        }
    }

    /// Shows the same once more, to go on from there.
    private mutating func split(_ axis: PaneTree.Axis) {
        guard mayAddPane() else { return }
        let before = focus
        var place = place
        if case .shell(let view) = place { place = .shell(ShellView(view.order)) }
        add(place, beside: focus, axis, share: 500, isNavigable: focusedPane.isNavigable)
        layout.focusedBefore.append(before)
        arrive()
        if isTooSmallForPanes { show(.info, "The screen has no room for panes side by side: they are tabs.") }
    }

    /// What a pane is called in a few words, in so many cells.
    private func tabTitle(width: Int) -> String {
        // Which pod it is says more than which container.
        if case .shell(let view) = place, textWidth(tabTitle) > width {
            let start = tabTitle.prefix { $0 != " " } + " "
            let room = width - start.count
            return room < 6 ? view.order.pod.cutInMiddle(to: width) : start + view.order.pod.cutInMiddle(to: room)
        }
        return tabTitle.cutInMiddle(to: width)
    }

    private var tabTitle: String {
        if case .document(let view) = place {
            if let (title, subject) = view.titleOfTopic {
                return title.split(separator: " ").joined(separator: " ").lowercased() + " " + subject
            }
            return (view.form == .yaml ? "yaml " : "describe ") + view.address.name
        }
        return crumbs.last ?? ""
    }

    // MARK: - Mouse

    /// The tabs, as they are on the second line of the screen.
    package struct Tab: Sendable, Equatable {
        package var pane: PaneID
        package var text: String
        package var columns: Range<Int>
    }

    /// The tabs of panes that have no room beside each other; empty when they have.
    package var tabs: [Tab] {
        guard hasTabs else { return [] }
        let order = layout.tree.panes
        let room = max(6, (screenSize.columns - 2) / order.count - 3)
        var column = 1
        return order.enumerated().map { index, id in
            let text = " \(index + 1) \(focused(on: id).tabTitle(width: room)) "
            defer { column += textWidth(text) + 1 }
            return Tab(pane: id, text: text, columns: column..<column + textWidth(text))
        }
    }

    /// Takes an action of the mouse to the pane that it is meant for.
    mutating func handle(_ event: MouseEvent, _ effects: inout [Effect]) {
        guard prompt == nil, forwardDialog == nil, dialog == nil else { return }
        if helpTop != nil { return handleInPane(event, &effects) }
        if let border = draggedBorder {
            if event.kind == .release { draggedBorder = nil }
            layout.tree.move(border, to: event.position)
            return layOut()
        }
        let isPress = event.kind == .press || event.kind == .doublePress
        if hasTabs, event.position.row == 1 {
            if isPress, let tab = tabs.first(where: { $0.columns.contains(event.position.column) }) {
                focus(on: tab.pane)
            }
            return
        }
        if isPress, let border = paneBorders.first(where: { $0.rect.contains(event.position) }) {
            draggedBorder = border
            if border.axis == .beside { return }
        }
        // What is pressed in a shell belongs to it until it is let go, wherever the pointer is.
        let held = grabbedPane.flatMap { id in paneRects[id].map { (key: id, value: $0) } }
        guard let (id, rect) = held ?? paneRects.first(where: { $0.value.contains(event.position) }) else { return }
        if isPress { focus(on: id) }
        // Twice on a title is zoom.
        if event.kind == .doublePress, event.position.row == rect.row, layout.tree.panes.count > 1 {
            draggedBorder = nil
            _ = runInPanes(.zoomPane, key: .enter)
            return
        }
        if case .shell? = pane(id)?.place, isPress { grabbedPane = id }
        if event.kind == .release { grabbedPane = nil }
        var local = event
        local.position = Position(
            column: event.position.column - rect.column, row: event.position.row - rect.row + 1)
        guard id != focus else { return handleInPane(local, &effects) }
        inPane(id) { $0.handleInPane(local, &effects) }
    }
}
