import Access
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// Everything that can happen to the application.
///
/// `update` is the only reader.
package enum AppEvent: Sendable, Equatable {
    case input(InputEvent)
    case resized(Size)
    /// Time passes: once a second.
    ///
    /// `now` is by the server's clock once that is known.
    case tick(now: Timestamp)
    /// The cluster as the cache knows it, at most ten times a second.
    case snapshot(ClusterSnapshot)
    /// Which resources the server offers, each once, `others` in less preferred versions; and the groups that did not
    /// answer, with their reason.
    case discovered([APIResource], others: [APIResource] = [], failures: [String])
    /// The server could not be asked what it offers.
    case notDiscovered(APIFailure)
    case connection(ConnectionEvent)
    case document(DocumentEvent)
    /// What one may do was asked.
    case access(AccessNews)
    /// What was learned of contexts, and what became of changes to their files.
    case contexts(ContextsNews)
    /// What came of a single question about what somebody may do.
    case accessReply(AccessQuestion, AccessIdentity, AccessReply)
    /// What the keys of the screen need was asked.
    case permissions(PermissionNews)
    case forwards(ForwardsEvent)
    /// What the rules say.
    case diagnosed(ScopedReport)
    /// The logs of a pane, at most once a frame.
    case log(PaneID, LogNews)
    /// A shell of a pane as it is now, at most once a frame.
    case shell(PaneID, ShellNews)
    /// There is time to go on filtering and searching logs.
    case workOnLogs
    /// News of the search by name of this id.
    case found(UInt64, SearchNews)
    /// What became of a file that was to be written.
    case saved(path: String, SaveOutcome)
    /// News of an action.
    case action(ActionEvent)
    /// The probes of a pod that are made by hand, as far as they are; `true` when all are done.
    case probed(ObjectID, [ProbeTest], isDone: Bool)
    /// Something to tell the user in the footer, such as a copy that worked.
    case notice(Notice)
}

/// News of the connection to the API server.
package enum ConnectionEvent: Sendable, Equatable {
    /// The contexts of the kubeconfig, and what was wrong with it (already worded).
    case contexts([ContextInfo], warnings: [String])
    /// A context was chosen; its server is not reached yet.
    case connecting(SessionInfo)
    /// The server answered `/version`; empty when it may not be read.
    case connected(serverVersion: String)
    /// The last attempt failed; it goes on by itself. `retryAt` by our clock.
    case failed(APIFailure, retryAt: Timestamp?)
    /// The context cannot be used at all: `:ctx` opens with the reason.
    case unusable(context: String, reason: String)
    /// What the program that gets the credential does.
    case signIn(SignInEvent)
}

/// News of a program that gets a credential (an exec plugin of the kubeconfig).
package enum SignInEvent: Sendable, Equatable {
    case started(program: String)
    /// A line for the person who waits, such as where to enter a device code.
    case said(String)
    /// `failure` is nil when it gave a credential.
    case ended(failure: String?)
}

/// Which context is in use, as the header shows it.
package struct SessionInfo: Sendable, Equatable {
    package var context: String
    package var cluster: String
    package var user: String
    /// The namespace of the context; `default` when it names none.
    package var namespace: String
    /// Whether the context names its namespace itself.
    package var hasOwnNamespace: Bool
    package var server: String
    /// The program that gets the credential; `nil` when none is needed.
    package var signInProgram: String?
    /// Flags of kubectl that say whom one acts as, such as `--as` and a name.
    package var identityFlags: [String] = []
    /// Whom one acts as; `nil` for nobody but oneself.
    package var actsAs: String?
    /// Why nothing may be changed there, such as `--read-only` or the line of a rule; `nil` when changes are allowed.
    package var readOnlyReason: String?
    /// Whether a rule would forbid changes if `--allow-changes` did not lift it.
    package var isRuleLifted = false
    /// Whether whoever changes something types the context's name first.
    package var confirmsByName = false
    /// Whether the name of the context or its cluster says that it is for production.
    package var looksLikeProduction = false
    /// Whether the credential itself says that every check is passed: a certificate of the group system:masters.
    package var isSuperUser = false

    package init(
        context: String, cluster: String, user: String, namespace: String, hasOwnNamespace: Bool, server: String,
        signInProgram: String? = nil
    ) {
        self.signInProgram = signInProgram
        self.context = context
        self.cluster = cluster
        self.user = user
        self.namespace = namespace
        self.hasOwnNamespace = hasOwnNamespace
        self.server = server
    }
}

/// Names one object of a kind, for a document.
package struct ObjectAddress: Sendable, Hashable {
    package var resource: APIResource
    /// Empty for cluster-scoped objects.
    package var namespace: String
    package var name: String

    package init(resource: APIResource, namespace: String, name: String) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }
}

/// News of the full object that a YAML view shows.
package enum DocumentEvent: Sendable, Equatable {
    /// Got, or changed.
    case loaded(ObjectAddress, JSONValue)
    /// Deleted while open; the last state stays on the screen.
    case deleted(ObjectAddress)
    /// It goes on by itself at that moment, where one is known.
    case failed(ObjectAddress, APIFailure, retryAt: Timestamp? = nil)
}

/// News of an action that changes the cluster.
package enum ActionEvent: Sendable, Equatable {
    /// Whether the server lets this user do it; for the dialog of that id.
    case access(UInt64, AccessCheck, ActionDialog.Access)
    /// What became of the target at an index.
    case outcome(ActionOrder, Int, ActionOutcome)
    /// Nothing more will come; what became of every target.
    case ended(ActionOrder, [ActionOutcome?])
}

/// A line for the footer.
package struct Notice: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case info, warning, error }

    package var kind: Kind
    package var text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

/// Where the rules are to look, and how closely.
package struct DiagnosisOrder: Sendable, Hashable {
    package var scope: DiagnosisScope
    /// Whether somebody looks at the findings: then logs, ConfigMaps and Secrets are read for them too.
    package var isAsked: Bool

    package init(_ scope: DiagnosisScope, isAsked: Bool) {
        self.scope = scope
        self.isAsked = isAsked
    }
}

/// What `update` asks the outside world to do.
///
/// The runner answers with events.
package enum Effect: Sendable, Equatable {
    /// Keep exactly these kinds current; others may cool down.
    case watch(Set<KindScope>)
    /// Do this for a pane until something else is to be done for it.
    case run(PaneID, PaneWork)
    /// End what is done for a pane.
    case end(PaneID)
    /// Give what was typed to the programs in the shells of these panes.
    case type([PaneID], ShellInput)
    /// Give the screen of the shell in a pane another size.
    case resizeShell(PaneID, Size)
    /// Send `.workOnLogs` as soon as nothing else waits.
    case workOnLogs
    /// Write lines of logs to a file; one that is there only when it is meant.
    case saveLog(path: String, LogExport, overwrites: Bool)
    /// Make the probes of this pod by hand; replaces those under way, `nil` ends them.
    case testProbes(Pod?)
    /// Have the rules look there, and nowhere else; `nil` ends it.
    case diagnose(DiagnosisOrder?)
    /// Ask the server whether these things are allowed, for the dialog of that id.
    case reviewAccess(UInt64, [AccessCheck])
    /// Ask the server what these may do; a reply comes for each.
    case askAccess(AccessQuestion, [AccessIdentity])
    /// Ask again what was asked about access.
    case forgetAccess
    /// Ask the server whether everything is allowed.
    case askForPower
    /// Ask the server what of this is allowed; replaces what was to be asked before.
    case askPermissions(PermissionOrder)
    /// Do what was confirmed.
    case act(ActionOrder)
    /// Send nothing more of the order of that id; what was sent goes on.
    case stopAction(UInt64)
    /// Use another context of the kubeconfig.
    case switchContext(String)
    /// Ask the server what it offers, unless that was a moment ago; `.discovered` comes in any case.
    case discover
    /// Try again now instead of at the end of the backoff.
    case retryNow
    /// Forward a port; `orAnyPort` when another local one is as good as the one that is taken.
    case startForward(ForwardRequest, orAnyPort: Bool)
    /// End a forward, or forget one that failed.
    case stopForward(ForwardRequest)
    /// Keep the forwards of this context for the next session.
    case saveForwards([ForwardRequest])
    /// Leave the cluster: end every request, and whatever is waited for.
    case disconnect
    /// Read the kubeconfig again and tell the contexts.
    case readContexts
    /// Change the files of contexts, then tell the contexts again.
    case changeContext(ContextChange)
    /// Run the program that gets the credential again, with the terminal to itself.
    case signIn
    /// Keep what a context shows for the next session.
    case saveView(LastView)
    /// Put a text on the clipboard (OSC 52); `what` words the notice, such as `name`.
    case copy(String, what: String)
    /// Look for objects by their name; ends the search before.
    case search(SearchOrder)
    case endSearch
    /// Keep the columns that are wanted, by kind, for the next session.
    case saveColumns([String: ColumnChoice])
    /// Write a file; one that is there only when it is meant.
    case save(path: String, content: String, overwrites: Bool)
    /// Send every cell again.
    case repaint
    /// Give the terminal back to the shell until it continues us (`Ctrl-Z` is taken, so `:suspend`).
    case suspend
    /// Keep what was typed at the prompt for the next session.
    case saveHistory([String])
    case quit
}
