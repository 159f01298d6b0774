import KubernetesModel

/// What a context showed last: comes back when the context is used again.
package struct LastView: Sendable, Equatable, Codable {
    /// The context's name.
    package var context: String
    /// The server's address, since different kubeconfigs use the same names.
    package var server: String
    /// The kind, such as `deployments.apps`.
    package var kind: String
    /// The namespace; `nil` for all.
    package var namespace: String?

    package init(context: String, server: String, kind: String, namespace: String?) {
        self.context = context
        self.server = server
        self.kind = kind
        self.namespace = namespace
    }

    /// Whether two are of the same context.
    package func isOfSameContext(as other: LastView) -> Bool {
        context == other.context && server == other.server
    }
}

extension [LastView] {
    /// Gives what a context showed to its new name; what another of that name once showed is nobody's any more.
    package mutating func rename(_ context: String, to new: String) {
        let servers = Set(filter { $0.context == context }.map(\.server))
        removeAll { $0.context == new && servers.contains($0.server) }
        for index in indices where self[index].context == context { self[index].context = new }
    }
}

extension AppState {
    /// What the context in use showed last.
    func lastView(of session: SessionInfo) -> LastView? {
        lastViews.last { $0.context == session.context && $0.server == session.server }
    }

    /// Keeps what the context shows now.
    mutating func noteView(_ effects: inout [Effect]) {
        guard let session, let view = table, view.restriction == nil, !view.table.isMadeHere else { return }
        let now = LastView(
            context: session.context, server: session.server, kind: "\(view.kind)", namespace: namespace)
        guard lastView(of: session) != now else { return }
        lastViews.removeAll { $0.isOfSameContext(as: now) }
        lastViews.append(now)
        effects.append(.saveView(now))
    }
}
