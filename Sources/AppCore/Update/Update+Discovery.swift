import ClusterState
import KubernetesModel

/// What was typed for a kind that may be known once the server has said what it offers.
package struct PendingCommand: Sendable, Equatable {
    var line: String
    /// Whether it is what the context begins with, in place of the first table.
    var isFirst: Bool
    /// Whether nobody typed it, so that nobody waits for an answer.
    var isQuiet = false
}

extension AppState {
    /// Opens the list of kinds.
    mutating func openKinds(filter: String?, _ effects: inout [Effect]) {
        if session != nil { effects.append(.discover) }
        makeKinds()
        push(TableView(.kinds, namespace: nil, openedAt: now))
        if let filter { setFilter(filter) }
    }

    /// Makes the rows of the list of kinds.
    private mutating func makeKinds() {
        let objects: [any StoredObject] = resources.map { resource in
            let others = otherVersions.filter { $0.groupResource == resource.groupResource }.map(\.version)
            return Stored(OfferedKind(resource, otherVersions: others))
        }
        madeCount &+= 1
        madeHere[KindScope(OfferedKind.kind.groupResource, namespace: nil)] = KindSnapshot(
            storeID: .max, version: madeCount, state: hasDiscovered ? .ready : .loading(count: 0), objects: objects)
    }

    /// Takes over what the server offers.
    mutating func discovered(
        _ resources: [APIResource], others: [APIResource], failures: [String], _ effects: inout [Effect]
    ) {
        let isNews =
            resources != self.resources || others != otherVersions || failures != discoveryFailures || !hasDiscovered
        discoveryFailures = failures
        hasDiscovered = true
        self.resources = resources
        otherVersions = others
        let new = failures.filter { !saidFailures.contains($0) }
        saidFailures.formUnion(new)
        if let first = new.first {
            show(
                .warning, "Discovery is incomplete: \(first)" + (new.count > 1 ? " (and \(new.count - 1) more)" : ""))
        }
        if isNews {
            if madeHere[KindScope(OfferedKind.kind.groupResource, namespace: nil)] != nil { makeKinds() }
            applySnapshot()
            if let line = prompt, line.kind == .command, line.candidateIndex == nil {
                let candidates = commandCandidates(for: line.editor.text)
                prompt?.candidates = candidates
            }
        }
        guard let pending = pendingCommand else { return }
        pendingCommand = nil
        if case .failure(let failure) = CommandLine.parse(pending.line, resources: resources) {
            if !pending.isQuiet { show(.error, failure.reason) }
            return
        }
        notice = nil
        run(commandLine: pending.line, &effects)
        if pending.isFirst, places.count > 1 { places.removeFirst(places.count - 1) }
    }

    /// The server did not say what it offers.
    mutating func notDiscovered(_ failure: APIFailure) {
        let words = "What the server offers is not known: \(failure)"
        guard let pending = pendingCommand, !pending.isQuiet else { return show(.warning, words) }
        switch failure.reason {
        case .transport, .timeout, .tooManyRequests, .server, .unauthorized, .tls: show(.warning, words)
        default:
            pendingCommand = nil
            show(.error, words)
        }
    }
}
