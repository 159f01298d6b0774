import AppCore
import Screen

/// A terminal of a program in a container.
func drawShell(_ view: ShellView, _ state: AppState, _ frame: inout Frame) {
    drawShellTitle(view, state, &frame.grid)
    let rect = state.body
    guard rect.rows > 0, rect.columns > 0 else { return }
    if let mode = view.copyMode {
        drawCopyMode(mode, rect, &frame)
    } else if let picture = view.news.picture {
        drawPicture(picture, isStale: view.news.state.isEnded, rect, &frame.grid)
        let position = picture.cursor.position
        if view.isLive, picture.cursor.isVisible, position.column < rect.columns, position.row < rect.rows {
            frame.cursor = Position(column: rect.column + position.column, row: rect.row + position.row)
        }
    }
    drawShellWords(view, rect, &frame.grid)
}

private func drawShellTitle(_ view: ShellView, _ state: AppState, _ grid: inout CellGrid) {
    let order = view.order
    let name = order.what == .attach ? " Attach " : " Shell "
    var left = [Piece("\(name)\(order.namespace)/\(order.title)", .title)]
    switch view.news.state {
    case .starting: left.append(Piece(" · starting", .dim))
    case .running:
        if view.news.takesInput {
            left.append(Piece(" · running", .fine))
        } else {
            left.append(Piece(" · output only", .degraded))
        }
    case .exited(let code): left.append(Piece(" · exited \(code)", code == 0 ? .dim : .degraded))
    case .failed: left.append(Piece(" · ended", .broken))
    }
    if state.typesToAllShells { left.append(Piece(" · TYPING TO ALL SHELLS", .broken)) }
    if let mode = view.copyMode {
        let below = max(0, mode.picture.endLine - mode.top - state.shellSize.rows)
        left.append(Piece(" · copy mode" + (below > 0 ? ", \(grouped(below)) lines up" : ""), .notice))
        if !mode.search.isEmpty {
            left.append(Piece(mode.match == nil ? " · no \(mode.search)" : " · /\(mode.search)", .match))
        }
    } else if let title = view.news.picture?.title, !title.isEmpty {
        let piece = Piece(" · \(title)", .dim)
        // What the program says of itself gives way before the name.
        if width(of: left) + width(of: [piece]) < state.size.columns { left.append(piece) }
    }
    left.append(Piece(" "))
    let size = state.shellSize
    let right = [Piece(" \(size.columns)x\(size.rows) ", .dim)]
    // The name gives way before what is to be known, the pod's own last.
    let room = state.size.columns - width(of: Array(left.dropFirst())) - name.count
    let names = ["\(order.namespace)/\(order.title)", order.title, order.pod]
    left[0].text = name + (names.first { textWidth($0) <= room } ?? order.pod.cutInMiddle(to: max(8, room)))
    let end = grid.write(left, column: 0, row: 1)
    if end + width(of: right) < state.size.columns { grid.write(right, endingAt: state.size.columns, row: 1) }
}

private func drawPicture(_ picture: TerminalPicture, isStale: Bool, _ rect: Rect, _ grid: inout CellGrid) {
    for (row, line) in picture.rows.prefix(rect.rows).enumerated() {
        draw(line, isStale: isStale, row: rect.row + row, rect, &grid)
    }
}

/// Writes the cells of a row, as many as there is room for.
private func draw(_ line: TerminalRow, isStale: Bool = false, row: Int, _ rect: Rect, _ grid: inout CellGrid) {
    for (column, cell) in line.cells.prefix(rect.columns).enumerated() {
        var cell = cell
        // Half of a wide character that does not fit.
        if cell.width == 2, column + 1 >= rect.columns { cell = Cell(" ", style: cell.style) }
        cell.style.isStale = isStale
        grid[rect.column + column, row] = cell
    }
}

private func drawCopyMode(_ mode: CopyMode, _ rect: Rect, _ frame: inout Frame) {
    for row in 0..<rect.rows {
        let number = mode.top + row
        guard number < mode.picture.endLine else { break }
        draw(mode.picture.line(number), row: rect.row + row, rect, &frame.grid)
        for match in mode.search.isEmpty ? [] : mode.picture.matches(of: mode.search, inLine: number) {
            frame.grid.restyle(row: rect.row + row, columns: shifted(match.columns, rect)) { $0.isMatch = true }
        }
        guard let selection = mode.selection, number >= selection.lowerBound.line, number <= selection.upperBound.line
        else { continue }
        let first = number == selection.lowerBound.line ? selection.lowerBound.column : 0
        let end = number == selection.upperBound.line ? selection.upperBound.column + 1 : rect.columns
        frame.grid.restyle(row: rect.row + row, columns: shifted(first..<max(first, end), rect)) {
            $0.isSelected = true
        }
    }
    let cursor = Position(column: mode.cursor.column, row: mode.cursor.line - mode.top)
    if (0..<rect.rows).contains(cursor.row), (0..<rect.columns).contains(cursor.column) {
        frame.cursor = Position(column: rect.column + cursor.column, row: rect.row + cursor.row)
    }
}

private func shifted(_ columns: Range<Int>, _ rect: Rect) -> Range<Int> {
    let end = rect.column + rect.columns
    return min(end, rect.column + columns.lowerBound)..<min(end, rect.column + columns.upperBound)
}

/// What is to be said about a program that does not run: over the last lines.
private func drawShellWords(_ view: ShellView, _ rect: Rect, _ grid: inout CellGrid) {
    guard view.copyMode == nil else { return }
    var words: String
    var role = StyleRole.notice
    switch view.news.state {
    case .running: return
    case .starting(let reason):
        words = "Starting: \(reason) …"
        role = .dim
    case .exited(let code):
        words =
            switch code {
            case 0: "It has ended."
            // 128 and the number of SIGKILL: what the end of its container brings.
            case 137: "It was killed (exited with 137): its container has ended, or its pod was deleted."
            default: "It exited with \(code)."
            }
        words += " enter starts it again, q closes this pane."
    case .failed(let reason, .missingShell):
        role = .error
        words = "\(reason) d adds a container with a shell to the pod, q closes this pane."
    case .failed(let reason, .other):
        role = .error
        words = "\(reason) enter tries again, q closes this pane."
    }
    let lines = wrapped(words, width: max(1, rect.columns - 2)).suffix(max(1, rect.rows))
    // Below what is written, where there is room.
    let written =
        view.news.picture.map { picture in
            (picture.rows.lastIndex { $0.cells.contains { $0.character != " " } } ?? -1) + 1
        } ?? 0
    let top = rect.row + max(0, min(written, rect.rows - lines.count))
    for (offset, line) in lines.enumerated() where top + offset < rect.row + rect.rows {
        grid.restyle(row: top + offset, columns: rect.column..<rect.column + rect.columns) { $0 = .plain }
        for column in rect.column..<rect.column + rect.columns { grid[column, top + offset] = .blank }
        grid.write(line, column: rect.column + 1, row: top + offset, width: rect.columns - 1, style: Style(role))
    }
}
