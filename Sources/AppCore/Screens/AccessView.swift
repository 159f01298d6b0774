import Access
import KubernetesModel
import Screen

/// A page about access: who one is, what one may do, who may do something.
package struct AccessView: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case loading(since: Timestamp)
        case mine(AccessReport, AccessSubject)
        case compared(AccessSide, AccessSide)
        /// The server takes no question: why, and what the kubeconfig says all the same.
        case failed(String, AccessSubject)
    }

    /// A single question, and what came of it.
    struct Asked: Sendable, Equatable {
        var question: AccessQuestion
        var replies: [AccessIdentity: AccessReply] = [:]
    }

    package let order: AccessOrder
    /// Whether every danger is explained.
    var explainsAll = false
    /// Whether what is the same for both is left out.
    package internal(set) var onlyDifferences = false
    /// The dangers that are explained.
    private var explained: Set<AccessTarget> = []
    /// What was asked by itself, the last first.
    private var asked: [Asked] = []
    package internal(set) var content: Content
    /// What is shown, folded to fit.
    package private(set) var lines: [AccessLine] = []
    package internal(set) var top = 0
    /// The line that Enter is for, by its index.
    package private(set) var selected: Int?

    init(_ order: AccessOrder, now: Timestamp) {
        self.order = order
        content = .loading(since: now)
    }

    /// Who it is and the worst that they may do, for the title; `nil` while that is not known.
    package var summary: (user: String, worst: DangerousGrant.Score?)? {
        guard case .mine(let report, let subject) = content else { return nil }
        let user = report.identity?.username ?? subject.identity?.username ?? "nobody can tell"
        return (user, report.allowsEverything ? .critical : report.worst)
    }

    /// Where Enter leads.
    package var target: AccessTarget? { selected.flatMap { lines.indices.contains($0) ? lines[$0].target : nil } }

    /// Makes the lines anew, for this time and width.
    mutating func layOut(now: Timestamp, columns: Int) {
        let before = target
        let width = max(20, columns - 3)
        lines = made(now: now).flatMap { $0.folded(to: width) }
        guard let before else {
            selected = nil
            return
        }
        if target != before { selected = lines.firstIndex { $0.target == before } }
    }

    private func made(now: Timestamp) -> [AccessLine] {
        let replies = asked.flatMap { $0.lines(for: order.identities) }
        let lead = replies.isEmpty ? [] : replies + [AccessLine("")]
        switch content {
        case .loading: return lead
        case .mine(let report, let subject):
            var page = AccessPage(report: report, subject: subject, now: now)
            page.explainsAll = explainsAll
            page.explained = explained
            return lead + page.lines
        case .compared(let one, let other):
            var comparison = AccessComparison(one, other, now: now)
            comparison.onlyDifferences = onlyDifferences
            return lead + comparison.lines
        case .failed(let words, let subject):
            return lead + [AccessLine("● \(words)", .critical, hang: 2), AccessLine("")]
                + AccessPage(report: AccessReport(namespace: ""), subject: subject, now: now).heading
        }
    }

    // MARK: - Questions and explanations

    /// Shows that something is asked.
    mutating func ask(_ question: AccessQuestion) {
        asked.removeAll { $0.question == question }
        asked.insert(Asked(question: question), at: 0)
        if asked.count > 5 { asked.removeLast() }
        top = 0
    }

    mutating func take(_ reply: AccessReply, to question: AccessQuestion, of identity: AccessIdentity) {
        guard order.identities.contains(identity) else { return }
        for index in asked.indices where asked[index].question == question { asked[index].replies[identity] = reply }
    }

    /// Explains the selected danger, or hides the explanation again.
    mutating func toggleExplanation() {
        guard case .danger? = target, let target else { return }
        if explained.remove(target) == nil { explained.insert(target) }
    }

    // MARK: - Moving

    mutating func scroll(to line: Int, visibleRows: Int) {
        top = max(0, min(line, lines.count - max(1, visibleRows)))
    }

    /// Selects a line, where it leads somewhere.
    mutating func select(_ line: Int) {
        if lines.indices.contains(line), lines[line].target != nil { selected = line }
    }

    /// Selects the next line that leads somewhere, round and round.
    ///
    /// - Returns: false when there is none.
    mutating func selectNext(forward: Bool, visibleRows: Int) -> Bool {
        let leading = lines.indices.filter { index in
            // The lines of one that was folded are one.
            lines[index].target != nil && (index == 0 || lines[index - 1].target != lines[index].target)
        }
        guard let first = leading.first, let last = leading.last else { return false }
        let shown = top..<top + max(1, visibleRows)
        let next: Int
        if let selected, shown.contains(selected) {
            next = forward ? leading.first { $0 > selected } ?? first : leading.last { $0 < selected } ?? last
        } else {
            next = forward ? leading.first { $0 >= top } ?? first : leading.last { $0 < shown.upperBound } ?? last
        }
        selected = next
        if !shown.contains(next) { scroll(to: next - visibleRows / 3, visibleRows: visibleRows) }
        return true
    }
}

extension AccessLine {
    /// As several lines that fit.
    func folded(to width: Int) -> [AccessLine] {
        guard !isRow, pieces.count == 1, textWidth(text) > width else { return [self] }
        let hang = min(hang, width / 2)
        let label = text.prefix(hang)
        return wrapped(String(text.dropFirst(hang)), width: width - hang).enumerated().map { index, part in
            var line = self
            line.pieces[0].text = (index == 0 ? label : Substring(repeating: " ", count: hang)) + part
            return line
        }
    }
}

/// What came of a single question.
package enum AccessReply: Sendable, Equatable {
    case answer(AccessAnswer)
    /// It could not be asked: why.
    case failed(String)
}

extension AccessView.Asked {
    /// The question with the answers for each of these.
    fileprivate func lines(for identities: [AccessIdentity]) -> [AccessLine] {
        let place = question.namespace.isEmpty ? "" : " in \(question.namespace)"
        return identities.enumerated().map { index, identity in
            let name = identities.count > 1 ? "\(index == 0 ? "A" : "B"): " : ""
            switch replies[identity] {
            case nil: return AccessLine("…    \(name)\(question.words)\(place)", .dim, hang: 5)
            case .answer(let answer)?:
                let reason = answer.reason.isEmpty ? "" : "  (\(answer.reason))"
                return AccessLine(
                    "\(answer.isAllowed ? "yes" : "no ")  \(name)\(question.words)\(place)\(reason)",
                    answer.isAllowed ? .fine : .critical, hang: 5)
            case .failed(let words)?:
                return AccessLine("?    \(name)\(question.words)\(place): \(words)", .warning, hang: 5)
            }
        }
    }
}

/// What was learned for a page about access.
package struct AccessNews: Sendable, Equatable {
    package var order: AccessOrder
    package var content: AccessView.Content

    package init(_ order: AccessOrder, _ content: AccessView.Content) {
        self.order = order
        self.content = content
    }
}
