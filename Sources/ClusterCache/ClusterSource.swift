import ClusterState
import KubernetesModel

/// Where a reflector reads from: the API server, or a script in tests.
package protocol ClusterSource: Sendable {
    /// Reads a part of a list.
    ///
    /// - Parameters:
    ///   - scope: the kind and namespace to list.
    ///   - part: which part.
    ///   - receive: gets the objects as they arrive.
    /// - Returns: what the end of the page says.
    /// - Throws: `APIFailure`, `CancellationError`.
    func list(
        _ scope: KindScope, _ part: ListPart, receive: ([any StoredObject]) async -> Void
    ) async throws -> ListedPage

    /// Asks for the newest version of a kind, past every cache.
    ///
    /// - Parameter scope: the kind and namespace.
    /// - Returns: the resourceVersion of a list made now.
    /// - Throws: `APIFailure`, `CancellationError`.
    func newestVersion(of scope: KindScope) async throws -> String

    /// Watches until the server ends the stream.
    ///
    /// - Parameters:
    ///   - scope: the kind and namespace to watch.
    ///   - version: the resourceVersion to go on from.
    ///   - timeoutSeconds: after which the server is asked to end the stream.
    ///   - receive: gets `.opened` once the server has accepted, then what happens; all that came at once in one call.
    /// - Throws: `APIFailure`, `CancellationError`.
    func watch(
        _ scope: KindScope, from version: String, timeoutSeconds: Int, receive: ([WatchMessage]) async -> Void
    ) async throws
}

/// A part of a list that is asked for in one request.
package enum ListPart: Sendable, Equatable {
    /// The first objects, as they are now.
    case first(limit: Int)
    /// Those after a page.
    case next(continueToken: String, limit: Int)
    /// All of them, from the server's watch cache (`resourceVersion=0`): a watch from there brings what it lacks.
    case allCached
}

/// What the end of a page says.
package struct ListedPage: Sendable, Equatable {
    /// Asks for the next page; `nil` after the last.
    package var continueToken: String?
    /// The resourceVersion that all pages of the list have.
    package var version: String
    /// After how long to list again, of a kind that cannot be watched; `nil` for one that can.
    package var pollAfter: Duration?

    package init(continueToken: String?, version: String, pollAfter: Duration? = nil) {
        self.continueToken = continueToken
        self.version = version
        self.pollAfter = pollAfter
    }
}

/// What a watch says.
package enum WatchMessage: Sendable {
    /// The server accepted the watch; nothing has happened yet.
    case opened
    /// An object was added or changed.
    case upserted(any StoredObject)
    /// An object was deleted; this is its last state.
    case deleted(any StoredObject)
    /// Nothing more happened up to this version.
    case bookmark(version: String)

    /// The resourceVersion from which a watch may go on after this message.
    var version: String? {
        switch self {
        case .opened: nil
        case .upserted(let object), .deleted(let object): object.metadata.resourceVersion
        case .bookmark(let version): version
        }
    }
}
