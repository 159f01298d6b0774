import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// `:xray` on the screen: trees of what belongs together, with the health of each part.
package struct XrayView: Sendable, Equatable {
    /// A line of the trees.
    package struct Line: Sendable {
        package let node: XrayNode
        /// 0 for a root.
        package let depth: Int
        /// A bit for each level above, the root's lowest: whether more follows there, below this line.
        package let guides: UInt64
        /// Whether it is the last of its siblings.
        package let isLast: Bool
        package let isOpen: Bool
    }

    /// Levels that are drawn; there are no more.
    static let depthLimit = 40

    package let order: XrayOrder
    package let openedAt: Timestamp
    package internal(set) var filterText = ""
    package internal(set) var filterError: String?
    /// Only what is not well, and what it belongs to (`Ctrl-Z`).
    package internal(set) var faultsOnly = false
    package internal(set) var lines: [Line] = []
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// How wide the names are with what stands before them, in cells.
    package private(set) var nameWidth = 0

    private var tree: XrayTree
    private var pattern: TextPattern?
    /// Nodes that somebody unfolded, and folded.
    private var opened: Set<Int> = []
    private var closed: Set<Int> = []
    /// The node that is selected, and those above it.
    private var selectedPath: [Int] = []
    private var hasChosen = false
    /// Grows when the lines are made anew.
    private var revision: UInt64 = 0

    package init(_ order: XrayOrder, openedAt: Timestamp) {
        self.order = order
        self.openedAt = openedAt
        tree = XrayTree(order)
    }

    package static func == (left: XrayView, right: XrayView) -> Bool {
        left.order == right.order && left.revision == right.revision && left.tree.revision == right.tree.revision
            && left.selectedIndex == right.selectedIndex && left.top == right.top
            && left.filterText == right.filterText && left.filterError == right.filterError
            && left.faultsOnly == right.faultsOnly && left.openedAt == right.openedAt
            && left.opened == right.opened && left.closed == right.closed
    }

    // MARK: - What is known

    /// Sentences about what could not be looked at.
    package var notes: [XrayNode] { tree.notes }
    /// Kinds that are still being read.
    package var loading: [ResourceKind] { tree.loading }
    /// Whether there are lines of trees, and not only notes.
    package var showsTrees: Bool { lines.count > tree.notes.count }
    /// Whether the object that it is about was deleted, or never was there.
    package var isSubjectGone: Bool { tree.isSubjectGone }
    /// The node of the object that it is about.
    package var subject: Int? { tree.subject }
    /// How many trees there are, whatever is hidden.
    package var rootCount: Int { tree.roots.count }
    /// How many trees were made for the last change.
    package var madeCount: Int { tree.madeCount }

    /// How many trees have something that is broken, and how many of the others something that is degraded.
    package var faultyRoots: (broken: Int, degraded: Int) {
        var count = (broken: 0, degraded: 0)
        for root in tree.roots {
            if root.health == .broken || root.below.broken > 0 {
                count.broken += 1
            } else if root.health == .degraded || root.below.degraded > 0 {
                count.degraded += 1
            }
        }
        return count
    }

    package var selectedNode: XrayNode? { lines.indices.contains(selectedIndex) ? lines[selectedIndex].node : nil }

    // MARK: - Following the cluster

    /// Takes over what a snapshot knows.
    package mutating func apply(_ snapshot: ClusterSnapshot, visibleRows: Int) {
        if tree.update(snapshot) { layOut(snapshot, visibleRows: visibleRows) }
    }

    /// Makes the lines anew, and finds the selected one again.
    mutating func layOut(_ snapshot: ClusterSnapshot, visibleRows: Int) {
        revision &+= 1
        var maker = LineMaker(
            builder: XrayBuilder(snapshot, order), pattern: pattern, faultsOnly: faultsOnly, opened: opened,
            closed: closed)
        let before = lines.isEmpty ? 0 : selectedIndex - top
        maker.make(tree.notes + tree.roots)
        lines = maker.lines
        nameWidth = maker.nameWidth
        if !hasChosen, let subject = tree.subject, let index = lines.firstIndex(where: { $0.node.id == subject }) {
            return select(index, visibleRows: visibleRows, byHand: false)
        }
        guard hasChosen, !selectedPath.isEmpty else {
            let first = min(tree.notes.count, max(0, lines.count - 1))
            return select(first, visibleRows: visibleRows, byHand: false)
        }
        // What is gone or folded is stood for by what it belongs to, and the rest by its neighbour.
        let index = place(of: selectedPath)
        top = max(0, index - before)
        select(index, visibleRows: visibleRows, byHand: false)
        selectedPath = path(to: selectedIndex)
    }

    /// Where a node is by now; where it is not, its neighbour, or what it belonged to.
    private func place(of path: [Int]) -> Int {
        guard let id = path.last else { return selectedIndex }
        if let index = lines.firstIndex(where: { $0.node.id == id }) { return index }
        for index in [selectedIndex, selectedIndex - 1] where lines.indices.contains(index) {
            if self.path(to: index).dropLast() == path.dropLast() { return index }
        }
        for id in path.dropLast().reversed() {
            if let index = lines.firstIndex(where: { $0.node.id == id }) { return index }
        }
        return selectedIndex
    }

    // MARK: - Moving

    mutating func select(_ index: Int, visibleRows: Int, byHand: Bool = true) {
        let visible = max(1, visibleRows)
        if byHand { hasChosen = true }
        selectedIndex = max(0, min(index, lines.count - 1))
        top = max(0, min(top, lines.count - visible))
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
        if byHand || selectedPath.isEmpty { selectedPath = path(to: selectedIndex) }
    }

    private func path(to index: Int) -> [Int] {
        guard lines.indices.contains(index) else { return [] }
        var path = [lines[index].node.id]
        var depth = lines[index].depth
        for line in lines[..<index].reversed() where line.depth < depth {
            path.append(line.node.id)
            depth = line.depth
            if depth == 0 { break }
        }
        return path.reversed()
    }

    mutating func scroll(by step: Int, visibleRows: Int) {
        let visible = max(1, visibleRows)
        top = max(0, min(top + step, lines.count - visible))
        select(max(top, min(selectedIndex, top + visible - 1)), visibleRows: visible)
    }

    // MARK: - Folding

    /// Unfolds the selected node or folds it; `nil` does the other of both.
    ///
    /// To fold what is not unfolded selects the node above.
    mutating func fold(_ isOpen: Bool?, _ snapshot: ClusterSnapshot, visibleRows: Int) {
        guard lines.indices.contains(selectedIndex) else { return }
        let line = lines[selectedIndex]
        hasChosen = true
        selectedPath = path(to: selectedIndex)
        let opens = isOpen ?? !line.isOpen
        if !opens, !(line.isOpen && line.node.isFoldable) {
            guard isOpen != nil, let above = lines[..<selectedIndex].lastIndex(where: { $0.depth < line.depth }) else {
                return
            }
            return select(above, visibleRows: visibleRows)
        }
        guard line.node.isFoldable else { return }
        if opens, line.isOpen, isOpen != nil {
            return select(min(selectedIndex + 1, lines.count - 1), visibleRows: visibleRows)
        }
        set(line.node.id, isOpen: opens)
        layOut(snapshot, visibleRows: visibleRows)
    }

    private mutating func set(_ id: Int, isOpen: Bool) {
        if isOpen {
            opened.insert(id)
            closed.remove(id)
        } else {
            closed.insert(id)
            opened.remove(id)
        }
    }

    /// Folds every tree, or unfolds all of them as they were at first.
    mutating func foldAll(_ snapshot: ClusterSnapshot, visibleRows: Int) {
        let areFolded = tree.roots.allSatisfy { closed.contains($0.id) || !$0.isFoldable }
        opened = []
        closed = areFolded ? [] : Set(tree.roots.map(\.id))
        layOut(snapshot, visibleRows: visibleRows)
    }

    // MARK: - Hiding

    /// Shows only what matches, and what it belongs to.
    ///
    /// A text that is no pattern leaves the lines as they are, and says so.
    mutating func setFilter(_ text: String, _ snapshot: ClusterSnapshot, visibleRows: Int) {
        filterText = text
        do {
            pattern = text.isEmpty ? nil : try TextPattern(text)
            filterError = nil
            layOut(snapshot, visibleRows: visibleRows)
        } catch {
            filterError = error.description
        }
    }

    /// The text to highlight.
    package var literal: String? { pattern.flatMap { $0.isLiteral ? $0.source : nil } }

    mutating func toggleFaults(_ snapshot: ClusterSnapshot, visibleRows: Int) {
        faultsOnly.toggle()
        layOut(snapshot, visibleRows: visibleRows)
    }
}

/// Makes lines of trees.
private struct LineMaker {
    var builder: XrayBuilder
    let pattern: TextPattern?
    let faultsOnly: Bool
    let opened: Set<Int>
    let closed: Set<Int>

    var lines: [XrayView.Line] = []
    var nameWidth = 0
    /// Nodes that the filter lets through, each as itself or for what is below it.
    private var kept: Set<Int> = []
    /// Those that match themselves: what is below them is shown too.
    private var matching: Set<Int> = []
    private var isFiltering: Bool { pattern != nil || faultsOnly }

    init(
        builder: XrayBuilder, pattern: TextPattern?, faultsOnly: Bool, opened: Set<Int>, closed: Set<Int>
    ) {
        self.builder = builder
        self.pattern = pattern
        self.faultsOnly = faultsOnly
        self.opened = opened
        self.closed = closed
    }

    mutating func make(_ roots: [XrayNode]) {
        var shown = roots
        if isFiltering { shown = roots.filter { keep($0, depth: 0) } }
        lines.reserveCapacity(shown.count * 4)
        for root in shown { add(root, depth: 0, guides: 0, isLast: true, isBelowMatch: false) }
    }

    /// Whether a node is shown, itself or for what is below it.
    private mutating func keep(_ node: XrayNode, depth: Int) -> Bool {
        var isKept = matches(node)
        if isKept, pattern != nil { matching.insert(node.id) }
        if depth < XrayView.depthLimit {
            for child in children(of: node, asFiltered: true) where keep(child, depth: depth + 1) { isKept = true }
        }
        if isKept { kept.insert(node.id) }
        return isKept
    }

    private func matches(_ node: XrayNode) -> Bool {
        if case .note = node.content { return true }
        if faultsOnly, node.health < .degraded { return false }
        guard let pattern else { return true }
        var bytes: [UInt8] = []
        appendLowercased(node.searchText, to: &bytes)
        bytes.append(0)
        return pattern.occurs(in: bytes)
    }

    /// What is below a node; the parts of a pod only where they matter.
    private mutating func children(of node: XrayNode, asFiltered: Bool) -> [XrayNode] {
        guard let pod = node.pod, node.children.isEmpty else { return node.children }
        if asFiltered, faultsOnly, node.health < .degraded { return [] }
        return builder.parts(of: pod, parent: node.id)
    }

    private mutating func add(_ node: XrayNode, depth: Int, guides: UInt64, isLast: Bool, isBelowMatch: Bool) {
        let isOpen =
            node.isFoldable && depth < XrayView.depthLimit
            && (opened.contains(node.id)
                || (!closed.contains(node.id) && (node.isOpenAtFirst || (isFiltering && hasKeptParts(node)))))
        lines.append(XrayView.Line(node: node, depth: depth, guides: guides, isLast: isLast, isOpen: isOpen))
        nameWidth = max(nameWidth, (depth + 1) * 2 + node.nameWidth)
        guard isOpen else { return }
        var children = children(of: node, asFiltered: false)
        let showsAll = isBelowMatch || matching.contains(node.id)
        if isFiltering, !(showsAll && !faultsOnly) { children = children.filter { kept.contains($0.id) } }
        let below = depth == 0 || isLast ? guides : guides | (1 << UInt64(depth))
        for (index, child) in children.enumerated() {
            add(
                child, depth: depth + 1, guides: below, isLast: index == children.count - 1, isBelowMatch: showsAll)
        }
    }

    /// Whether something below a node that is folded at first is what was looked for.
    private mutating func hasKeptParts(_ node: XrayNode) -> Bool {
        children(of: node, asFiltered: true).contains { kept.contains($0.id) }
    }
}
