import ClusterState
import Describe
import Diagnosis
import KubernetesModel
import Screen

extension DocumentView {
    /// Where a link is.
    package struct LinkPosition: Sendable, Equatable {
        package var link: DescribedLink
        /// Which of the links to the same object it is.
        var occurrence: Int
        package var line: Int
        package var piece: Int
    }

    /// The kinds that a description reads; none for YAML.
    func describedScopes(in snapshot: ClusterSnapshot) -> Set<KindScope> {
        guard form == .description else { return [] }
        return Describe.describedScopes(
            of: address.resource.groupResource, namespace: address.namespace, name: address.name, in: snapshot)
    }

    /// Whether anything that a description reads has changed since it was made.
    func isOutdated(by snapshot: ClusterSnapshot) -> Bool {
        describedScopes(in: snapshot).contains { snapshot.resolve($0) != describedFrom[$0] }
    }

    /// Makes the lines of a description anew.
    mutating func describe(_ snapshot: ClusterSnapshot, now: Timestamp) {
        guard form == .description, case .loaded(let document) = content else { return }
        describedFrom = [:]
        for scope in describedScopes(in: snapshot) { describedFrom[scope] = snapshot.resolve(scope) }
        let described = describedLines(
            of: document, resource: address.resource.groupResource, snapshot: snapshot, now: now,
            revealsSecrets: !masksSecrets)
        let made = described.map(DocumentLine.init)
        guard made != lines else { return }
        lines = made
        find(search)
        guard let selected = selectedLink else { return }
        let links = linkPositions
        selectedLink =
            links.first { $0.link == selected.link && $0.occurrence == selected.occurrence }
            ?? links.first { $0.link == selected.link }
    }

    /// Shows the same object in the other form, from its beginning.
    mutating func show(_ form: Form) {
        guard form != self.form else { return }
        self.form = form
        wraps = form == .description
        lines = []
        top = 0
        leftColumn = 0
        selectedLink = nil
        matchIndex = nil
        layOut()
    }

    /// Every link, from the top.
    private var linkPositions: [LinkPosition] {
        var counts: [DescribedLink: Int] = [:]
        var positions: [LinkPosition] = []
        for (line, content) in lines.enumerated() {
            for (piece, part) in content.pieces.enumerated() {
                guard let link = part.link else { continue }
                positions.append(
                    LinkPosition(link: link, occurrence: counts[link, default: 0], line: line, piece: piece))
                counts[link, default: 0] += 1
            }
        }
        return positions
    }

    /// Selects the next link, or the first on the screen, and keeps it on the screen.
    ///
    /// - Returns: whether there is any.
    mutating func selectLink(forward: Bool, visibleRows: Int, columns: Int) -> Bool {
        let links = linkPositions
        let shown = top...max(top, lastLine(visibleRows: visibleRows, columns: columns))
        let next: LinkPosition?
        if let selected = selectedLink, shown.contains(selected.line),
            let index = links.firstIndex(where: { $0.line == selected.line && $0.piece == selected.piece })
        {
            next = links[(index + (forward ? 1 : links.count - 1)) % links.count]
        } else if forward {
            next = links.first { $0.line >= top } ?? links.first
        } else {
            next = links.last { $0.line <= shown.upperBound } ?? links.last
        }
        guard let next else { return false }
        selectedLink = next
        if !shown.contains(next.line) {
            scroll(to: next.line - visibleRows / 3, visibleRows: visibleRows, columns: columns)
        }
        return true
    }

    /// Selects the first link of a line.
    mutating func selectLink(onLine line: Int) {
        if let position = linkPositions.first(where: { $0.line == line }) { selectedLink = position }
    }
}

extension DocumentLine {
    init(_ line: DescribedLine) {
        self.init(
            pieces: line.spans.map { span in
                let kind: Kind =
                    switch span.role {
                    case .plain: span.link == nil ? .text : .link
                    case .label: .key
                    case .heading: .heading
                    case .dim: .folded
                    case .fine: .fine
                    case .degraded: .degraded
                    case .broken: .broken
                    }
                return Piece(text: span.text, kind: kind, link: span.link)
            }, hang: line.hang)
    }
}

extension AppState {
    /// The document on the screen.
    var shownDocument: DocumentView? {
        if case .document(let view) = place { view } else { nil }
    }

    /// Brings the description on the screen up to date, if anything that it reads has changed.
    mutating func refreshDescription(always: Bool = true) {
        guard case .document(var view) = place, view.form == .description,
            always || view.isOutdated(by: snapshot)
        else { return }
        view.describe(snapshot, now: now)
        view.scroll(to: view.top, visibleRows: body.rows, columns: size.columns)
        place = .document(view)
    }

    /// Describes an object in a place of its own.
    mutating func openDescription(of address: ObjectAddress, _ effects: inout [Effect]) {
        openPane(.document(DocumentView(address, form: .description, now: now)))
        refreshDescription()
    }

    mutating func openDescription(of object: any StoredObject, kind: ResourceKind, _ effects: inout [Effect]) {
        openDescription(
            of: ObjectAddress(
                resource: resource(for: kind), namespace: object.metadata.namespace, name: object.metadata.name),
            &effects)
    }

    /// Describes an object that is known by its name; of a kind that is not known says so.
    mutating func openDescription(of object: ObjectID, _ effects: inout [Effect]) {
        guard let resource = resource(ofKind: object.kind, group: object.group) else {
            return show(.info, "\(object) cannot be described: its kind is not known here.")
        }
        openDescription(
            of: ObjectAddress(
                resource: resource, namespace: resource.isNamespaced ? object.namespace : "", name: object.name),
            &effects)
    }

    /// The resource of a kind, as the server offers it or as it is built in.
    func resource(ofKind kind: String, group: String) -> APIResource? {
        if let offered = resources.first(where: { $0.kind == kind && $0.groupResource.group == group }) {
            return offered
        }
        let builtIn = KindDecoder.all.first { $0.kind.kind == kind && $0.kind.groupResource.group == group }
        return builtIn.map { resource(for: $0.kind) }
    }

    /// Goes to the object that the selected link of a description names.
    mutating func openLink(_ effects: inout [Effect]) {
        guard case .document(var view) = place else { return }
        if view.selectedLink == nil {
            guard view.selectLink(forward: true, visibleRows: max(1, body.rows), columns: size.columns) else {
                return show(.info, "This names no other object.")
            }
            place = .document(view)
            return
        }
        guard let link = view.selectedLink?.link, !follow(link) else { return }
        go(
            to: ObjectID(group: link.group, kind: link.kind, namespace: link.namespace, name: link.name),
            &effects)
    }
}
