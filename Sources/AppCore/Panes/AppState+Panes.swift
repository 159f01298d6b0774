import ClusterState
import KubernetesModel
import Screen

/// Panes as the rest of the state sees them: `place`, `size` and `body` are those of the pane that has the focus.
extension AppState {
    /// A screen smaller than this shows one pane at a time.
    private static let leastForPanes = Size(columns: 100, rows: 28)
    /// How many panes there can be.
    static let maximumPanes = 16

    private var focusIndex: Int { panes.firstIndex { $0.id == layout.focus } ?? 0 }

    /// The pane that keys go to.
    package var focus: PaneID { layout.focus }

    package var focusedPane: Pane { panes[focusIndex] }

    /// A pane by its id.
    package func pane(_ id: PaneID) -> Pane? { panes.first { $0.id == id } }

    /// The places of the pane that has the focus.
    package internal(set) var places: [Place] {
        get { panes[focusIndex].places }
        _modify { yield &panes[focusIndex].places }
    }

    /// Places that the pane went back from.
    var forwardPlaces: [Place] {
        get { panes[focusIndex].forwardPlaces }
        _modify { yield &panes[focusIndex].forwardPlaces }
    }

    /// What the table of the pane knows of usage.
    package internal(set) var usage: Usage {
        get { panes[focusIndex].usage }
        _modify { yield &panes[focusIndex].usage }
    }

    /// The size that the pane with the focus has, as if it were the terminal's.
    package var size: Size { isOnWholeScreen ? screenSize : panes[focusIndex].size }

    /// Of a state that is drawn over all panes, such as the help.
    package var onWholeScreen: AppState {
        var state = self
        state.isOnWholeScreen = true
        return state
    }

    /// The state as it is for a pane, whatever has the focus.
    package func focused(on id: PaneID) -> AppState {
        guard id != focus, pane(id) != nil else { return self }
        var state = self
        state.layout.focus = id
        return state
    }

    /// Does something in a pane as if it had the focus.
    mutating func inPane(_ id: PaneID, _ body: (inout AppState) -> Void) {
        guard panes.contains(where: { $0.id == id }) else { return }
        let before = layout.focus
        layout.focus = id
        body(&self)
        if layout.focus == id { layout.focus = before }
    }

    /// Does something in every pane that can be seen, the one with the focus last.
    mutating func inShownPanes(_ body: (inout AppState) -> Void) {
        for id in shownPanes where id != layout.focus { inPane(id, body) }
        body(&self)
    }

    /// The main pane, or another one of tables that has the focus.
    package var navigable: PaneID { focusedPane.isNavigable ? focus : .main }

    /// Whether something of these places can be seen.
    func isShown(_ isMeant: (Place) -> Bool) -> Bool {
        shownPanes.contains { id in pane(id).map { isMeant($0.place) } ?? false }
    }

    // MARK: - Layout

    /// Whether one pane at a time is shown: a small screen, a pane that is zoomed, or panes that have no room.
    package var hasTabs: Bool {
        guard layout.tree.panes.count > 1 else { return false }
        return layout.zoomed != nil || isTooSmallForPanes
    }

    /// Whether the screen has no room for panes beside each other.
    package var isTooSmallForPanes: Bool {
        screenSize.columns < Self.leastForPanes.columns || screenSize.rows < Self.leastForPanes.rows
            || !layout.tree.fits(panesRect(hasTabs: false))
    }

    /// The panes that can be seen, in their order.
    package var shownPanes: [PaneID] { hasTabs ? [focus] : layout.tree.panes }

    /// Panes that go on without being part of this view's layout.
    package var hiddenPanes: [PaneID] {
        let shown = Set(layout.tree.panes)
        return panes.map(\.id).filter { !shown.contains($0) }
    }

    private func panesRect(hasTabs: Bool) -> Rect {
        let first = hasTabs ? 2 : 1
        return Rect(column: 0, row: first, columns: screenSize.columns, rows: max(1, screenSize.rows - first - 1))
    }

    /// The part of the screen that panes share: all but header, tabs and footer.
    package var panesRect: Rect { panesRect(hasTabs: hasTabs) }

    /// Where the panes that can be seen are; the first row of each is its title.
    package var paneRects: [PaneID: Rect] {
        hasTabs ? [focus: panesRect] : layout.tree.rects(in: panesRect)
    }

    /// The lines between them.
    package var paneBorders: [PaneTree.Border] { hasTabs ? [] : layout.tree.borders(in: panesRect) }

    /// Gives panes their sizes; what changed is made to fit.
    mutating func layOut() {
        let rects = paneRects
        for id in layout.tree.panes {
            guard let rect = rects[id] ?? (hasTabs ? panesRect : nil),
                let index = panes.firstIndex(where: { $0.id == id })
            else { continue }
            // The header is above the title, the footer below the last line.
            let size = Size(columns: max(0, rect.columns), rows: rect.rows + 2)
            guard panes[index].size != size else { continue }
            panes[index].size = size
            inPane(id) { $0.settle() }
        }
    }

    // MARK: - Opening and closing

    /// Shows something about one thing in a pane of its own, and gives it the focus.
    ///
    /// What shows the same already is used again.
    mutating func openPane(_ place: Place, isPinned: Bool = false) {
        if let id = layout.tree.panes.first(where: { id in pane(id)?.place.showsSame(as: place) == true }) {
            focus(on: id)
            return showAgain(place)
        }
        guard mayAddPane() else { return }
        let (neighbour, axis, share) = room(for: place)
        let from = layout.zoomed == nil ? focus : nil
        add(place, beside: neighbour, axis, share: share, isNavigable: false, isPinned: isPinned)
        if let from { layout.focusedBefore.append(from) }
        settle()
        if hasTabs, screenSize.columns >= Self.leastForPanes.columns, screenSize.rows >= Self.leastForPanes.rows {
            show(.info, "So many panes have no room side by side: they are tabs; ctrl-t c closes one.")
        }
    }

    /// Says so when there are as many panes as there may be.
    ///
    /// - Returns: whether there may be one more.
    mutating func mayAddPane() -> Bool {
        if panes.count < Self.maximumPanes { return true }
        show(.info, "There are \(panes.count) panes already: ctrl-t c closes one.")
        return false
    }

    /// Shows what the pane with the focus shows already, as it was asked for now.
    private mutating func showAgain(_ place: Place) {
        switch (self.place, place) {
        case (.document(let view), .document(let asked)):
            var hasFailed = view.isDeleted
            if case .failed = view.content { hasFailed = true }
            guard hasFailed else { break }
            // What failed or was deleted is got again.
            paneWork[focus] = nil
            self.place = .document(asked)
        case (.log(let view), .log):
            // What has ended or failed may have gone on since, and the run before may be another by now.
            if view.isOver || view.order.previous { readLogAgain() }
        case (.table, .table): break
        case (.shell(let view), .shell): if view.news.state.isEnded { self.place = .shell(view.again) }
        default: self.place = place
        }
        settle()
    }

    /// Where a new pane goes: below the table or beside it, or else next to the others.
    private func room(for place: Place) -> (PaneID, PaneTree.Axis, Int) {
        let rect = panesRect(hasTabs: false)
        let rects = layout.tree.rects(in: rect)
        let details = layout.tree.panes.filter { pane($0)?.isNavigable == false }
        // The largest one gives the room, as long as both have enough then.
        func area(_ id: PaneID) -> Int { rects[id].map { $0.columns * $0.rows * 2 } ?? 0 }
        for id in details.sorted(by: { area($0) > area($1) }) {
            guard let taken = rects[id] else { continue }
            let axes: [PaneTree.Axis] = taken.columns >= 100 ? [.beside, .below] : [.below, .beside]
            for axis in axes {
                var tree = layout.tree
                tree.split(id, axis, share: 500, new: PaneID(.max))
                if tree.fits(rect) { return (id, axis, 500) }
            }
        }
        guard let neighbour = details.last, let taken = rects[neighbour] else {
            if rect.columns >= 200, place.isNarrow { return (navigable, .beside, 450) }
            // A third for the table, which has ten lines at least.
            let above = max(10, rect.rows / 3)
            return (navigable, .below, min(900, (above * 1000 + rect.rows - 1) / max(1, rect.rows)))
        }
        return (neighbour, taken.columns >= 120 ? .beside : .below, 500)
    }

    /// Gives a pane that is there a place in this view's layout.
    mutating func showHere(_ id: PaneID) {
        guard let shown = pane(id)?.place else { return }
        let (neighbour, axis, share) = room(for: shown)
        layout.tree.split(neighbour, axis, share: share, new: id)
        layOut()
        inPane(id) { $0.arrive() }
    }

    mutating func add(
        _ place: Place, beside neighbour: PaneID, _ axis: PaneTree.Axis, share: Int, isNavigable: Bool,
        isPinned: Bool = false
    ) {
        let id = PaneID(paneCount + 1)
        paneCount += 1
        panes.append(Pane(id: id, places: [place], size: size, isNavigable: isNavigable, isPinned: isPinned))
        layout.tree.split(neighbour, axis, share: share, new: id)
        layout.zoomed = nil
        layout.focus = id
        layOut()
    }

    /// Ends a pane and what it shows, and nothing else.
    mutating func closePane(_ id: PaneID) {
        guard id != .main, let index = panes.firstIndex(where: { $0.id == id }) else { return }
        let hadFocus = focus == id
        panes.remove(at: index)
        for view in layouts.keys { layouts[view]?.forget(id) }
        layout.forget(id)
        layOut()
        if hadFocus { arrive() }
    }

    /// Gives a pane the focus.
    mutating func focus(on id: PaneID) {
        guard id != focus, layout.tree.panes.contains(id) else { return }
        let wasShown = shownPanes.contains(id)
        layout.focusedBefore.removeAll { $0 == id }
        layout.focusedBefore.append(focus)
        layout.focus = id
        if layout.zoomed != nil { layout.zoomed = id }
        layOut()
        if !wasShown { arrive() }
    }

    /// Goes to the pane in which tables open; the view that is left keeps its focus for when it comes back.
    mutating func focusNavigable() {
        guard !focusedPane.isNavigable else { return }
        if focusToKeep == nil { focusToKeep = focus }
        focus(on: .main)
        if layout.zoomed != nil { layout.zoomed = nil }
        layOut()
    }

    /// Puts a place on top of the main pane, or of another one of tables.
    mutating func pushPlace(_ place: Place) {
        focusNavigable()
        forwardPlaces = []
        places.append(place)
        if places.count > 50 { places.remove(at: 0) }
    }

    // MARK: - A layout per view

    /// What the main pane shows, as far as layouts go.
    private var mainView: String {
        switch panes[0].place {
        case .table(let view): "\(view.kind)"
        case .contexts: "contexts"
        case .xray: "xray"
        case .findings: "triage"
        case .access: "access"
        case .columns, .document, .log, .forwards, .shell: layoutView
        }
    }

    /// Puts the panes as they were when the main pane showed this last; a view that is new takes them over as they are.
    mutating func followView() {
        let view = mainView
        defer { focusToKeep = nil }
        guard view != layoutView else { return }
        var left = layout
        if let focusToKeep { left.focus = focusToKeep }
        layouts[layoutView] = left
        layoutView = view
        guard var known = layouts[view] else { return }
        let present = Set(panes.map(\.id))
        known.tree = known.tree.keeping { present.contains($0) } ?? .pane(.main)
        guard known.tree != layout.tree || known.focus != layout.focus else { return }
        layout = known
        if !layout.tree.panes.contains(layout.focus) { layout.focus = .main }
        layOut()
        inShownPanes { $0.arrive() }
    }
}

extension PaneLayout {
    /// Takes a pane away.
    fileprivate mutating func forget(_ id: PaneID) {
        tree = tree.keeping { $0 != id } ?? .pane(.main)
        focusedBefore.removeAll { $0 == id }
        if zoomed == id { zoomed = nil }
        guard focus == id else { return }
        let there = tree.panes
        focus = focusedBefore.last { there.contains($0) } ?? .main
        focusedBefore.removeAll { $0 == focus }
    }
}

extension Place {
    /// Whether its lines are made to fit, so that it can stand beside a table.
    fileprivate var isNarrow: Bool {
        switch self {
        case .findings, .document: true
        case .table, .contexts, .log, .forwards, .xray, .columns, .shell, .access: false
        }
    }
}
