/// What to ask of a page of a list.
public struct ListOptions: Sendable, Hashable {
    /// The most objects to answer; `nil` for all.
    public var limit: Int?
    /// The token of the page before; `nil` or empty for the first page.
    public var continueToken: String?
    /// `0` takes what the server has at hand; `nil` is the newest state.
    public var resourceVersion: String?
    /// Such as `app=web`.
    public var labelSelector: String?
    /// Such as `spec.nodeName=node-1`.
    public var fieldSelector: String?

    /// Options; what is not given is not asked for.
    public init(
        limit: Int? = nil, continueToken: String? = nil, resourceVersion: String? = nil, labelSelector: String? = nil,
        fieldSelector: String? = nil
    ) {
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    var query: [(name: String, value: String)] {
        [
            ("limit", limit.map(String.init)), ("continue", continueToken), ("resourceVersion", resourceVersion),
            ("labelSelector", labelSelector), ("fieldSelector", fieldSelector),
        ].setParameters
    }
}

/// What to ask of a watch.
public struct WatchOptions: Sendable, Hashable {
    /// The version to watch from; empty for the state at hand.
    public var resourceVersion: String
    /// Such as `app=web`.
    public var labelSelector: String?
    /// Such as `metadata.name=web-0`.
    public var fieldSelector: String?
    /// After how long the server ends the stream, in seconds; `nil` leaves it to the server.
    public var timeoutSeconds: Int?

    /// Options; bookmarks are always asked for.
    public init(
        resourceVersion: String, labelSelector: String? = nil, fieldSelector: String? = nil, timeoutSeconds: Int? = nil
    ) {
        self.resourceVersion = resourceVersion
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.timeoutSeconds = timeoutSeconds
    }

    var query: [(name: String, value: String)] {
        [
            ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", timeoutSeconds.map(String.init)), ("labelSelector", labelSelector),
            ("fieldSelector", fieldSelector),
        ].setParameters
    }
}

extension [(String, String?)] {
    /// Those with a value.
    fileprivate var setParameters: [(name: String, value: String)] {
        compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }
    }
}
