import Access
import KubernetesModel
import Screen

/// A part of the screen with places of its own.
package struct Pane: Sendable, Equatable {
    package let id: PaneID
    /// The view that it shows is the last; never empty.
    package internal(set) var places: [Place]
    /// Places that `[` went back from, for `]`; the next one is the last.
    var forwardPlaces: [Place] = []
    /// As if it had a terminal to itself: with a row for the header, and one for the footer.
    package internal(set) var size: Size
    /// Whether tables that are gone to open here; otherwise they open in the main pane.
    package let isNavigable: Bool
    /// Whether it shows what the table has selected, whatever that is.
    package internal(set) var isPinned = false
    /// What pods and nodes use, for its table.
    var usage = Usage()

    /// The view that it shows.
    package var place: Place { places[places.count - 1] }
}

/// Which panes are on the screen with a view, and how.
package struct PaneLayout: Sendable, Equatable {
    package internal(set) var tree = PaneTree.pane(.main)
    /// The pane that keys go to.
    package internal(set) var focus = PaneID.main
    /// The pane that has the whole screen for a while.
    package internal(set) var zoomed: PaneID?
    /// The panes that had the focus before, the last one last.
    var focusedBefore: [PaneID] = []
}

/// What goes on outside for a pane for as long as it shows something: one a pane.
package enum PaneWork: Sendable, Equatable {
    /// Get this object whole, then watch it.
    case document(ObjectAddress)
    /// Read these logs as they grow.
    case log(LogOrder)
    /// Run a program in a container, on a terminal.
    case shell(ShellOrder)
    /// Ask what a page about access is about.
    case access(AccessOrder)
    /// Look through the kubeconfig files, and ask the servers of all contexts whether they are there.
    case contexts(revision: Int)

    /// Whether it goes on without a cluster.
    var needsSession: Bool { if case .contexts = self { false } else { true } }
}

extension Place {
    /// What it needs from outside.
    var work: PaneWork? {
        switch self {
        case .document(let view): view.isOfObject ? .document(view.address) : nil
        case .log(let view): .log(view.order)
        case .shell(let view): .shell(view.order)
        case .access(let view): view.order.isAsked ? .access(view.order) : nil
        case .contexts(let view): .contexts(revision: view.revision)
        case .table, .findings, .forwards, .xray, .columns: nil
        }
    }

    /// Whether it is about one thing, so that it stands beside a table rather than in its place.
    var isDetail: Bool {
        switch self {
        case .document, .log, .forwards, .shell: true
        case .findings(let view): view.subject != nil
        case .table, .contexts, .xray, .columns, .access: false
        }
    }

    /// Whether two show the same, so that one of them is enough.
    func showsSame(as other: Place) -> Bool {
        switch (self, other) {
        case (.document(let one), .document(let other)):
            one.address == other.address && one.container == other.container && one.form == other.form
        case (.log(let one), .log(let other)): one.order == other.order
        case (.findings(let one), .findings(let other)):
            one.subject == other.subject && one.finding == other.finding && one.showsProbes == other.showsProbes
        case (.forwards, .forwards): true
        case (.shell(let one), .shell(let other)): one.order.isSame(as: other.order)
        case (.table(let one), .table(let other)):
            one.kind == other.kind && one.restriction != nil && one.restriction == other.restriction
        default: false
        }
    }
}
