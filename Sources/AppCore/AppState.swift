import Access
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// How the program was started.
package struct LaunchOptions: Sendable, Equatable {
    /// What `:` would be given at first; `nil` for pods.
    package var command: String?
    package var namespace: String?
    package var allNamespaces: Bool
    package var readOnly: Bool
    /// Whether the rules run without being asked for.
    package var diagnosesAlways = false
    /// What was typed at the prompt in earlier sessions, oldest first.
    package var history: [String]
    /// What each context showed last, in earlier sessions.
    package var lastViews: [LastView]
    /// The columns that were chosen in earlier sessions, by kind, such as `deployments.apps`.
    package var columnChoices: [String: ColumnChoice] = [:]
    /// Local time less UTC, for the clock.
    package var utcOffsetSeconds: Int

    package init(
        command: String? = nil, namespace: String? = nil, allNamespaces: Bool = false, readOnly: Bool = false,
        history: [String] = [], lastViews: [LastView] = [], utcOffsetSeconds: Int = 0
    ) {
        self.command = command
        self.namespace = namespace
        self.allNamespaces = allNamespaces
        self.readOnly = readOnly
        self.history = history
        self.lastViews = lastViews
        self.utcOffsetSeconds = utcOffsetSeconds
    }
}

/// Whether the API server is reached.
package enum ConnectionStatus: Sendable, Equatable {
    /// No context is in use.
    case none
    case connecting(since: Timestamp)
    case connected
    /// The last attempt failed. Rows, if any, are old.
    case failed(APIFailure, retryAt: Timestamp?)
    /// The user stopped waiting. Rows, if any, are old.
    case stopped
}

/// One place in the stack of views that Esc goes back through.
package enum Place: Sendable, Equatable {
    case table(TableView)
    case contexts(ContextsView)
    case document(DocumentView)
    case findings(FindingsView)
    case forwards(ForwardsView)
    case log(LogView)
    case xray(XrayView)
    case columns(ColumnsView)
    case shell(ShellView)
    case access(AccessView)
}

/// A notice and when it goes.
package struct ShownNotice: Sendable, Equatable {
    package var notice: Notice
    package var until: Timestamp
}

/// Everything the screen is made of.
///
/// `update` is its only writer.
package struct AppState: Sendable, Equatable {
    package internal(set) var screenSize: Size
    /// Whether `size` is that of the whole screen.
    var isOnWholeScreen = false
    /// By the server's clock once that is known.
    package internal(set) var now: Timestamp
    package let options: LaunchOptions

    package internal(set) var session: SessionInfo?
    package internal(set) var serverVersion: String?
    package internal(set) var connection = ConnectionStatus.none
    /// What one may do there, as far as it was asked.
    package internal(set) var permissions = Permissions()
    /// What was pressed last although it is not allowed; once more tries it all the same.
    var refusedCommand: Command?
    /// The program that gets the credential, while it runs.
    package internal(set) var signIn: SignIn?
    /// The forwards that run or failed, in the order in which they were begun.
    package internal(set) var forwards: [ForwardInfo] = []
    /// What this context has saved.
    package internal(set) var savedForwards: [ForwardRequest] = []
    /// The forward that is asked for.
    package internal(set) var forwardDialog: ForwardDialog?
    /// Whether the session was reached at least once.
    var wasConnected = false
    /// Whether `:ctx` has opened by itself since the context was chosen.
    var wasTurnedAway = false
    package internal(set) var contexts: [ContextInfo] = []
    /// Every kind that the server offers, once, in the version that it prefers; empty before discovery has answered.
    package internal(set) var resources: [APIResource] = []
    /// The same kinds in the versions that the server prefers less.
    var otherVersions: [APIResource] = []
    package internal(set) var snapshot = ClusterSnapshot()
    /// Whether discovery has answered.
    var hasDiscovered = false
    /// What was wrong with discovery, as far as it was told.
    var saidFailures: Set<String> = []
    /// What is to be carried out once discovery has answered.
    package internal(set) var pendingCommand: PendingCommand?
    /// How often rows were made here.
    var madeCount: UInt64 = 0
    /// What of discovery failed, by group, in words.
    var discoveryFailures: [String] = []
    /// Rows that are made here, such as those of the list of kinds.
    var madeHere: [KindScope: KindSnapshot] = [:]
    /// What the list of subjects was made from.
    var holdersFrom: [KindScope: KindSnapshot] = [:]
    /// Which columns are wanted, by kind, such as `deployments.apps`.
    package internal(set) var columnChoices: [String: ColumnChoice]
    /// The search by name that was begun last.
    package internal(set) var search: NameSearch?
    /// Grows with every search by name.
    var searchCount: UInt64 = 0
    /// What the rules said last.
    package internal(set) var diagnosis: ScopedReport?
    /// Grows with every report.
    var diagnosisRevision: UInt64 = 0
    /// The probes that were made by hand last, for as long as they are on the screen.
    package internal(set) var probing: Probing?
    /// Where the rules were last told to look.
    var diagnosed: DiagnosisOrder?

    /// All panes, the main one first.
    package internal(set) var panes: [Pane]
    /// Which of them are on the screen, and where.
    package internal(set) var layout = PaneLayout()
    /// The layouts of other views of the main pane.
    var layouts: [String: PaneLayout] = [:]
    /// The view that the layout belongs to.
    var layoutView: String
    /// What had the focus when the view was left.
    var focusToKeep: PaneID?
    /// How many panes there were besides the main one.
    var paneCount = 0
    /// What goes on outside for each pane.
    var paneWork: [PaneID: PaneWork] = [:]
    /// Whether the next key is a command for panes.
    package internal(set) var awaitsPaneKey = false
    /// Whether the key before was one that is often repeated.
    var repeatsPaneKey = false
    /// When somebody would have left while shells were open.
    var quitAskedAt: Timestamp?
    /// The border that is being dragged.
    var draggedBorder: PaneTree.Border?
    /// The kind and namespace shown before this one, for `-`.
    var previousScope: KindScope?
    package internal(set) var prompt: Prompt?
    /// The shells that all get what is typed into one of them; `nil` when each is for itself.
    var typingGroup: [PaneID]?
    /// The sizes that the shells were told.
    var shellSizes: [PaneID: Size] = [:]
    /// Where the mouse was pressed in a shell, until it is let go.
    var pressedInShell: LinePosition?
    /// The pane that the mouse was pressed in, while it is held.
    var grabbedPane: PaneID?
    /// The action that is asked about or under way.
    package internal(set) var dialog: ActionDialog?
    /// How many actions were asked about.
    var actionCount: UInt64 = 0
    /// How far the help is scrolled; `nil` when it is closed.
    package internal(set) var helpTop: Int?
    package internal(set) var notice: ShownNotice?
    package internal(set) var history: [String]
    /// What each context showed last.
    var lastViews: [LastView]

    /// The namespace that new tables show; `nil` for all.
    package internal(set) var namespace: String?
    /// Namespaces on the keys 1-9, first used first.
    package internal(set) var favourites: [String] = []
    /// Whether it was asked for time to go on with logs.
    var isWorkingOnLogs = false
    /// Whether the last log that was saved was to be saved with all that is kept.
    var savesWholeLog = false
    /// What `watch` was last asked for.
    var demand: Set<KindScope> = []
    /// Whether the launch options were carried out.
    var hasLaunched = false
    /// Scopes that were refused for all namespaces and replaced by one namespace.
    package internal(set) var fallback: String?

    package init(size: Size, now: Timestamp, options: LaunchOptions = LaunchOptions()) {
        screenSize = size
        self.now = now
        self.options = options
        history = options.history
        lastViews = options.lastViews
        columnChoices = options.columnChoices
        namespace = options.allNamespaces ? nil : options.namespace ?? "default"
        let table = ResourceTable.pods
        layoutView = "\(table.kind.groupResource)"
        panes = [
            Pane(
                id: .main, places: [.table(TableView(table, namespace: namespace, openedAt: now))], size: size,
                isNavigable: true)
        ]
    }

    /// The view on the screen.
    package var place: Place {
        get { places[places.count - 1] }
        set { places[places.count - 1] = newValue }
    }

    /// The table on the screen, or the one below what covers it; where something else has the focus, the main pane's.
    package var table: TableView? {
        for place in (pane(navigable) ?? focusedPane).places.reversed() {
            if case .table(let table) = place { return table }
        }
        return nil
    }

    /// The table on the screen; `nil` when something else is.
    var shownTable: TableView? {
        get { if case .table(let table) = place { table } else { nil } }
        set { if let newValue { place = .table(newValue) } }
    }

    package var cellContext: CellContext { CellContext(now: now, usage: usage) }

    /// The part of the screen between title and footer.
    package var body: Rect { Rect(column: 0, row: 2, columns: size.columns, rows: max(0, size.rows - 3)) }

    /// How many rows a table shows: the body less the column titles.
    package var visibleRows: Int { max(1, body.rows - 1) }

    /// The names of the places from the first to the one on the screen.
    package var crumbs: [String] {
        let below = focusedPane.isNavigable ? [] : (pane(.main)?.places ?? [])
        return (below + places).map { place in
            switch place {
            case .table(let view):
                view.restriction.map { "\(view.kind.resource) of \($0.title)" } ?? view.kind.resource
            case .contexts: "contexts"
            case .forwards: "port-forwards"
            case .access(let view): view.order.name
            case .document(let view): view.address.name
            case .log(let view): "logs \(view.order.title)"
            case .shell(let view): "\(view.order.what == .attach ? "attach" : "shell") \(view.order.title)"
            case .xray(let view): "xray \(view.order.title)"
            case .columns: "columns"
            case .findings(let view): view.subject.map { (view.showsProbes ? "probes " : "why ") + $0.name } ?? "triage"
            }
        }
    }

    /// Which keys apply now.
    package var keyContext: KeyContext {
        if awaitsPaneKey { return .panes }
        if dialog != nil { return .action }
        if forwardDialog != nil { return .forwardDialog }
        if prompt != nil { return .prompt }
        if helpTop != nil { return .help }
        return placeContext
    }

    /// Which keys apply to the place on the screen.
    var placeContext: KeyContext {
        switch place {
        case .table(let view): [Pod.kind, ContainerRow.kind].contains(view.table.kind) ? .pods : .table
        case .contexts(let view): view.deletion == nil ? .contexts : .contextDeletion
        case .forwards: .forwards
        case .access: .access
        case .document: .document
        case .log: .log
        case .xray: .xray
        case .columns: .columns
        case .findings(let view): view.keyContext
        case .shell(let view): view.copyMode != nil ? .copyMode : view.news.state.isEnded ? .endedShell : .shell
        }
    }

    /// The table of any kind: its own, or else the one that the server prints.
    ///
    /// - Returns: `nil` for a kind that neither we nor the server know.
    package func resourceTable(of kind: GroupResource) -> ResourceTable? {
        let offered = resources.first { $0.groupResource == kind }
        if kind == OfferedKind.kind.groupResource { return .kinds }
        if let table = ResourceTable.named(kind) {
            let versions = [offered].compactMap(\.self) + otherVersions.filter { $0.groupResource == kind }
            if versions.isEmpty || versions.contains(where: { table.kind.versions.contains($0.version) }) {
                return table
            }
        }
        return offered.map { ResourceTable($0, printed: snapshot.printedColumns(of: kind) ?? .none) }
    }

    /// The resource of a built-in kind as this server offers it; the newest version we know until discovery answers.
    func resource(for kind: ResourceKind) -> APIResource {
        resources.first { $0.groupResource == kind.groupResource }
            ?? APIResource(
                groupResource: kind.groupResource, version: kind.versions.first ?? "v1", kind: kind.kind,
                isNamespaced: kind.isNamespaced)
    }
}
