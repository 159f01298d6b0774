import KubernetesModel

/// What is typed about logs.
package enum LogPrompt: Sendable, Equatable {
    /// What lines must have, and what they must not.
    case include, exclude
    /// Which fields lines show.
    case fields
    /// From when on they are read.
    case since
    /// The name of a file to write.
    case save(isEverything: Bool)
}

extension AppState {
    /// Filters and fields work while they are typed.
    mutating func logPromptChanged(_ kind: LogPrompt, _ text: String) {
        guard var filter = shownLog?.filter else { return }
        do throws(FilterFailure) {
            switch kind {
            case .include: try filter.include(text)
            case .exclude: try filter.exclude(text)
            case .fields: changeLog { view, _ in view.choose(fields: text) }
            case .since, .save: return
            }
            changeLog { view, _ in view.set(filter) }
            let isEmpty = shownLog.map { $0.shownCount == 0 && !$0.isBehind && $0.text.end > 0 } ?? false
            prompt?.error = isEmpty ? "No line is like that." : nil
        } catch {
            prompt?.error = error.description
        }
        settleLog()
    }

    /// Enter in such a prompt.
    mutating func acceptLogPrompt(_ kind: LogPrompt, _ line: Prompt, _ effects: inout [Effect]) {
        switch kind {
        case .include, .exclude:
            // What cannot be read is not taken for what was there before.
            var filter = LogFilter()
            do throws(FilterFailure) { try filter.include(line.editor.text) } catch { return }
            prompt = nil
        case .fields: prompt = nil
        case .since:
            guard let view = shownLog, !line.editor.text.isEmpty else {
                prompt = nil
                return
            }
            guard let range = LogOrder.Range(parsing: line.editor.text) else {
                prompt?.error = "Such as 15m, 2h, 1d, 500 for the last lines, or all."
                return
            }
            prompt = nil
            var order = view.order
            order.range = range
            change(view, to: order, &effects)
        case .save(let isEverything): saveLog(as: line, isEverything: isEverything, &effects)
        }
    }

    mutating func cancelLogPrompt(_ kind: LogPrompt, _ line: Prompt) {
        switch kind {
        case .include, .exclude, .fields: logPromptChanged(kind, line.original)
        case .since, .save: break
        }
    }

    /// What such a line may become.
    func logCandidates(_ kind: LogPrompt, _ text: String) -> [String] {
        switch kind {
        case .since:
            return ["1m", "5m", "15m", "30m", "1h", "6h", "1d", "1000", "all"].filter {
                $0.hasPrefix(text) && $0 != text
            }
        case .fields:
            guard let view = shownLog else { return [] }
            let head = text.lastIndex(of: ",").map { String(text[...$0]) } ?? ""
            let typed = text.dropFirst(head.count)
            let taken = head.split(separator: ",")
            return view.knownFields(logSpace)
                .filter { name in name.hasPrefix(typed) && name != typed && !taken.contains { $0 == name } }
                .map { head + $0 }
        case .include, .exclude, .save: return []
        }
    }

    // MARK: - Files

    /// Asks for the file to save the log to.
    mutating func askForLogFile(isEverything: Bool) {
        guard let view = shownLog else { return }
        let local = Timestamp(microseconds: now.microseconds &+ Int64(options.utcOffsetSeconds) &* 1_000_000)
        let stamp = local.rfc3339.prefix(19).filter { $0.isNumber }
        let name = view.order.title.map { $0.isLetter || $0.isNumber || "-._".contains($0) ? $0 : "-" }
        prompt = Prompt(.log(.save(isEverything: isEverything)), text: "\(String(name.prefix(80)))-\(stamp).log")
    }

    private mutating func saveLog(as line: Prompt, isEverything: Bool, _ effects: inout [Effect]) {
        var path = line.editor.text
        while path.last == " " { path.removeLast() }
        guard !path.isEmpty else {
            prompt?.error = "A file needs a name."
            return
        }
        prompt = nil
        guard let view = shownLog else { return }
        savesWholeLog = isEverything
        let export = LogExport(view, logSpace, isEverything: isEverything)
        effects.append(.saveLog(path: path, export, overwrites: line.overwritten == path))
    }
}

extension LogOrder.Range {
    /// `15m`, `2h`, `1d`; a number of lines; `all` or `start`.
    init?(parsing text: String) {
        let text = text.filter { $0 != " " }.lowercased()
        if text == "all" || text == "start" {
            self = .start
            return
        }
        guard let unit = text.last else { return nil }
        let units: [Character: Int] = ["m": 1, "h": 60, "d": 1440]
        if let minutes = units[unit] {
            guard let count = Int(text.dropLast()), count > 0, count < 1_000_000 else { return nil }
            self = .minutes(count * minutes)
        } else {
            guard let count = Int(text), count > 0 else { return nil }
            self = .tail(count)
        }
    }
}

extension LogView {
    /// Shows these fields, their names with commas or spaces between them; none for the text of the lines.
    mutating func choose(fields text: String) {
        fields = text.split { $0 == "," || $0 == " " }.prefix(20).map(String.init)
        fieldWidths = []
        fieldTexts = [:]
    }

    /// Brings as much as possible of an expanded line onto the screen.
    mutating func showExpanded(_ number: Int, _ space: LogSpace) {
        let place = place(of: number)
        var rows = -topRow
        for other in self.place(of: top)...max(place, self.place(of: top)) {
            rows += height(of: self.number(at: other), space)
        }
        let excess = min(rows - space.rows, rows - height(of: number, space))
        if excess > 0 { scroll(by: excess, space) }
    }

    /// The line at the cursor with what belongs to it, or the end of what is shown while it follows; without controls.
    func copiedText(_ space: LogSpace) -> String {
        func line(_ number: Int) -> String { withoutControls(pieces(of: number, space).map(\.text).joined()) + "\n" }
        if let cursor, let known = text.line(cursor) {
            let head = cursor - known.back
            var numbers = [cursor]
            for other in head..<min(text.end, cursor + 1000) where other != cursor {
                guard let line = text.line(other) else { continue }
                if line.source == known.source, other - line.back == head { numbers.append(other) }
            }
            return numbers.sorted().map(line).joined()
        }
        var lines: [String] = []
        var room = Self.copiedBytes
        var place = shownCount
        while place > 0, room > 0 {
            place -= 1
            lines.append(line(number(at: place)))
            room -= lines[lines.count - 1].utf8.count
        }
        return lines.reversed().joined()
    }

    /// Bytes that are copied; terminals take no more.
    private static let copiedBytes = 200 << 10
}
