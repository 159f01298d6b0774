import Screen

/// Names a pane for as long as it is there.
package struct PaneID: Sendable, Hashable {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    /// The pane that is always there: tables and what leads on from them.
    package static let main = PaneID(0)
}

/// How panes share the screen: what is not a pane is split in two.
package indirect enum PaneTree: Sendable, Equatable {
    package enum Axis: Sendable { case beside, below }

    case pane(PaneID)
    /// The first part, on the left or above, gets `share` thousandths.
    case split(Axis, share: Int, PaneTree, PaneTree)

    /// The cells that a pane needs: a title and some lines.
    private static let least = Size(columns: 24, rows: 4)
    /// The shares that a split can have.
    private static let shares = 50...950

    /// From left to right and from top to bottom.
    package var panes: [PaneID] {
        switch self {
        case .pane(let id): [id]
        case .split(_, _, let first, let second): first.panes + second.panes
        }
    }

    /// A line between two parts, which can be moved.
    package struct Border: Sendable, Equatable {
        /// The split, as the way from the root: `true` goes to the second part.
        package var path: [Bool]
        package var axis: Axis
        /// The cells of the line: a column, or the title line of what is below.
        package var rect: Rect
        /// What is split.
        package var whole: Rect
    }

    /// The part of the screen that each pane gets; its first row is its title.
    package func rects(in rect: Rect) -> [PaneID: Rect] {
        switch self {
        case .pane(let id): return [id: rect]
        case .split(let axis, let share, let first, let second):
            let (left, right) = Self.parts(of: rect, axis, share)
            return first.rects(in: left).merging(second.rects(in: right)) { one, _ in one }
        }
    }

    package func borders(in rect: Rect, path: [Bool] = []) -> [Border] {
        guard case .split(let axis, let share, let first, let second) = self else { return [] }
        let (left, right) = Self.parts(of: rect, axis, share)
        var line = right
        switch axis {
        case .beside:
            line.column -= 1
            line.columns = min(1, rect.columns)
        case .below: line.rows = min(1, right.rows)
        }
        return [Border(path: path, axis: axis, rect: line, whole: rect)]
            + first.borders(in: left, path: path + [false]) + second.borders(in: right, path: path + [true])
    }

    private static func parts(of rect: Rect, _ axis: Axis, _ share: Int) -> (Rect, Rect) {
        var (first, second) = (rect, rect)
        switch axis {
        case .beside:
            first.columns = max(0, min(rect.columns - 1, rect.columns * share / 1000))
            second.column += min(rect.columns, first.columns + 1)
            second.columns = max(0, rect.columns - first.columns - 1)
        case .below:
            first.rows = max(0, min(rect.rows, rect.rows * share / 1000))
            second.row += first.rows
            second.rows = rect.rows - first.rows
        }
        return (first, second)
    }

    /// Whether every pane has room enough to be of use.
    package func fits(_ rect: Rect) -> Bool {
        rects(in: rect).values.allSatisfy { $0.columns >= Self.least.columns && $0.rows >= Self.least.rows }
    }

    // MARK: - Changes

    /// Puts a new pane beside or below one that is there.
    mutating func split(_ id: PaneID, _ axis: Axis, share: Int, new: PaneID) {
        self = mapped { $0 == id ? .split(axis, share: share, .pane(id), .pane(new)) : .pane($0) }
    }

    /// Takes panes away; the others get their room.
    ///
    /// - Returns: `nil` when none is left.
    func keeping(_ isKept: (PaneID) -> Bool) -> PaneTree? {
        switch self {
        case .pane(let id): return isKept(id) ? self : nil
        case .split(let axis, let share, let first, let second):
            switch (first.keeping(isKept), second.keeping(isKept)) {
            case (let first?, let second?): return .split(axis, share: share, first, second)
            case (let rest?, nil), (nil, let rest?): return rest
            case (nil, nil): return nil
            }
        }
    }

    mutating func swap(_ one: PaneID, _ other: PaneID) {
        self = mapped { .pane($0 == one ? other : $0 == other ? one : $0) }
    }

    private func mapped(_ replacing: (PaneID) -> PaneTree) -> PaneTree {
        switch self {
        case .pane(let id): replacing(id)
        case .split(let axis, let share, let first, let second):
            .split(axis, share: share, first.mapped(replacing), second.mapped(replacing))
        }
    }

    /// Turns the innermost split that holds a pane: beside becomes below.
    mutating func rotate(_ id: PaneID) {
        guard let path = path(to: id), !path.isEmpty else { return }
        change(at: path.dropLast()) { tree in
            guard case .split(let axis, let share, let first, let second) = tree else { return }
            tree = .split(axis == .beside ? .below : .beside, share: share, first, second)
        }
    }

    /// Gives every part as much as the other.
    mutating func equalize() {
        guard case .split(let axis, _, var first, var second) = self else { return }
        first.equalize()
        second.equalize()
        self = .split(axis, share: 500, first, second)
    }

    /// Makes a pane larger or smaller by some cells, at the innermost border of that direction.
    ///
    /// - Returns: false when there is no such border.
    mutating func grow(_ id: PaneID, _ axis: Axis, by cells: Int, in rect: Rect) -> Bool {
        guard let path = path(to: id) else { return false }
        let borders = borders(in: rect)
        for length in stride(from: path.count - 1, through: 0, by: -1) {
            let way = Array(path.prefix(length))
            guard let border = borders.first(where: { $0.path == way && $0.axis == axis }) else { continue }
            let whole = max(1, axis == .beside ? border.whole.columns : border.whole.rows)
            let step = (path[length] ? -cells : cells) * 1000 / whole
            change(at: way[...]) { tree in
                guard case .split(let axis, let share, let first, let second) = tree else { return }
                tree = .split(axis, share: Self.bounded(share + step), first, second)
            }
            return true
        }
        return false
    }

    /// Moves a border to a cell of the screen.
    mutating func move(_ border: Border, to position: Position) {
        let offset: Int
        switch border.axis {
        case .beside: offset = (position.column - border.whole.column) * 1000 / max(1, border.whole.columns)
        case .below: offset = (position.row - border.whole.row) * 1000 / max(1, border.whole.rows)
        }
        change(at: border.path[...]) { tree in
            guard case .split(let axis, _, let first, let second) = tree else { return }
            // Rounded up, so that the border is where the pointer is.
            tree = .split(axis, share: Self.bounded(offset + 1), first, second)
        }
    }

    private static func bounded(_ share: Int) -> Int { min(max(share, shares.lowerBound), shares.upperBound) }

    private func path(to id: PaneID) -> [Bool]? {
        switch self {
        case .pane(let own): return own == id ? [] : nil
        case .split(_, _, let first, let second):
            if let path = first.path(to: id) { return [false] + path }
            return second.path(to: id).map { [true] + $0 }
        }
    }

    private mutating func change(at path: ArraySlice<Bool>, _ body: (inout PaneTree) -> Void) {
        guard let goesOn = path.first else { return body(&self) }
        guard case .split(let axis, let share, var first, var second) = self else { return }
        if goesOn {
            second.change(at: path.dropFirst(), body)
        } else {
            first.change(at: path.dropFirst(), body)
        }
        self = .split(axis, share: share, first, second)
    }

    // MARK: - Neighbours

    /// The pane that lies in a direction from one: the nearest, and of these the one that begins closest.
    func neighbour(of id: PaneID, _ direction: Key, in rect: Rect) -> PaneID? {
        let rects = rects(in: rect)
        guard let from = rects[id] else { return nil }
        func distance(_ to: Rect) -> Int? {
            let (gap, overlap): (Int, Bool) =
                switch direction {
                case .left: (from.column - to.column - to.columns, from.meetsRows(of: to))
                case .right: (to.column - from.column - from.columns, from.meetsRows(of: to))
                case .up: (from.row - to.row - to.rows, from.meetsColumns(of: to))
                case .down: (to.row - from.row - from.rows, from.meetsColumns(of: to))
                default: (-1, false)
                }
            return gap >= 0 && overlap ? gap : nil
        }
        let candidates = rects.compactMap { id, rect in
            distance(rect).map { (id: id, gap: $0, offset: abs(rect.row - from.row) + abs(rect.column - from.column)) }
        }
        return candidates.min { ($0.gap, $0.offset, $0.id.number) < ($1.gap, $1.offset, $1.id.number) }?.id
    }
}

extension Rect {
    fileprivate func meetsRows(of other: Rect) -> Bool {
        row < other.row + other.rows && other.row < row + rows
    }

    fileprivate func meetsColumns(of other: Rect) -> Bool {
        column < other.column + other.columns && other.column < column + columns
    }
}
