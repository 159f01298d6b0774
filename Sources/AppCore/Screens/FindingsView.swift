import Diagnosis
import KubernetesModel
import Screen

/// Findings on the screen: `:triage`, or what is wrong with one object.
package struct FindingsView: Sendable, Equatable {
    /// The object that is asked about; `nil` for everything in the scope.
    package let subject: ObjectID?
    /// The one finding that is asked about.
    package let finding: String?
    package let scope: DiagnosisScope
    /// When it was opened, for how long the rules have been looking.
    package let openedAt: Timestamp
    /// What is shown; made when the report, the width or what is unfolded changes.
    package internal(set) var lines: [Line] = []
    /// Findings whose effects are shown, and other lines that are unfolded.
    var expanded: Set<String> = []
    /// Whether it shows the probes of the pod instead of what is wrong with it.
    package internal(set) var showsProbes = false
    /// Whether silenced findings are shown too.
    package internal(set) var showsSilenced = false
    /// Into `lines`.
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// The selected line, which is found again when others come or go.
    var selectedKey: String?

    package init(
        subject: ObjectID? = nil, finding: String? = nil, scope: DiagnosisScope, openedAt: Timestamp
    ) {
        self.subject = subject
        self.finding = finding
        self.scope = scope
        self.openedAt = openedAt
    }

    /// A line of the view.
    package struct Line: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            /// A finding in the list of causes.
            case cause(Severity, isSilenced: Bool)
            /// What could not be looked at.
            case unknown
            /// What is wrong, in full.
            case title(Severity)
            /// The rest of a title that has several lines.
            case titleRest
            case text, dim, heading, command, fine
            /// A finding that this one explains.
            case effect(Severity)
            /// What was read.
            case evidence
            /// A probe, and what comes of it.
            case probe(ProbeState)
        }

        /// What comes of a probe.
        package enum ProbeState: Sendable, Equatable { case fine, broken, unknown }

        /// Tells lines apart when others come or go.
        package var key: String
        /// The finding that it belongs to; empty for none.
        package var finding = ""
        package var kind: Kind
        /// How far the text is set in, in cells.
        package var indent = 0
        package var label = ""
        package var text: String
        /// In the list of causes: which object.
        package var place = ""
        /// In the list of causes: how many objects suffer.
        package var reach = ""
        /// Since when.
        package var since: Timestamp?
        /// Where Enter goes; lines without one cannot be selected.
        var target: Target?

        package var isSelectable: Bool { target != nil }
    }

    /// Where a line leads.
    enum Target: Sendable, Equatable {
        case object(ObjectID)
        /// The events about an object.
        case events(ObjectID)
        case log(LogRequest)
        /// Why, of another finding.
        case finding(String)
        /// Shows or hides what is below the line.
        case unfold
    }

    /// Which keys apply.
    var keyContext: KeyContext { subject == nil ? .triage : showsProbes ? .probes : .why }

    var selectedLine: Line? {
        lines.indices.contains(selectedIndex) && lines[selectedIndex].isSelectable ? lines[selectedIndex] : nil
    }

    // MARK: - Moving

    /// Selects a line, or the nearest one that can be, and keeps it on the screen.
    mutating func select(_ index: Int, visibleRows: Int) {
        let index = max(0, min(index, lines.count - 1))
        let after = lines.indices.first { $0 >= index && lines[$0].isSelectable }
        let before = lines.indices.last { $0 <= index && lines[$0].isSelectable }
        selectedIndex = after == index ? index : before ?? after ?? 0
        selectedKey = lines.indices.contains(selectedIndex) ? lines[selectedIndex].key : nil
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
        // What leads up to the first line that can be selected is read with it.
        if !lines.prefix(selectedIndex).contains(where: \.isSelectable), selectedIndex < visible { top = 0 }
        top = max(0, min(top, lines.count - visible))
    }

    /// Scrolls, and keeps the selection on the screen where there is something to select.
    mutating func scroll(by step: Int, visibleRows: Int) {
        let visible = max(1, visibleRows)
        top = max(0, min(top + step, lines.count - visible))
        let shown = top..<min(lines.count, top + visible)
        guard !shown.contains(selectedIndex) else { return }
        let candidates = shown.filter { lines[$0].isSelectable }
        guard let index = selectedIndex < top ? candidates.first : candidates.last else { return }
        selectedIndex = index
        selectedKey = lines[index].key
    }

    /// Goes on by a command; text between two lines that can be selected is scrolled through.
    mutating func move(by command: Command, visibleRows: Int) {
        let visible = max(1, visibleRows)
        let shown = max(0, top - 1)...(top + visible)
        switch command {
        case .moveDown:
            let next = lines.indices.first { $0 > selectedIndex && $0 >= top && lines[$0].isSelectable }
            if let next, shown.contains(next) { return select(next, visibleRows: visible) }
            scroll(by: 1, visibleRows: visible)
        case .moveUp:
            let next = lines.indices.last {
                $0 < selectedIndex && $0 < top + visible && lines[$0].isSelectable
            }
            if let next, shown.contains(next) { return select(next, visibleRows: visible) }
            scroll(by: -1, visibleRows: visible)
        case .pageDown:
            if top + visible >= lines.count { return select(lines.count - 1, visibleRows: visible) }
            scroll(by: visible, visibleRows: visible)
        case .pageUp:
            if top == 0 { return select(0, visibleRows: visible) }
            scroll(by: -visible, visibleRows: visible)
        case .moveToTop:
            select(0, visibleRows: visible)
            top = 0
        case .moveToBottom:
            select(lines.count - 1, visibleRows: visible)
            top = max(0, lines.count - visible)
        default: break
        }
    }

    // MARK: - Lines

    /// Shows these lines; the selected one stays selected, also when others come or go.
    mutating func show(_ lines: [Line], visibleRows: Int) {
        self.lines = lines
        let index = selectedKey.flatMap { key in lines.firstIndex { $0.key == key } }
        select(index ?? selectedIndex, visibleRows: visibleRows)
    }
}
