import Access
import ClusterState
import Describe
import KubernetesModel

extension DocumentView {
    /// Whether the server has the object; what is about roles alone is made here.
    package var isOfObject: Bool { !AccessTopic.all.contains(address.resource.groupResource) }
}

extension AppState {
    private static let roleKinds = [Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind]

    // MARK: - Pages

    /// `:who-can`.
    mutating func openWhoCan(_ line: WhoCanLine) {
        var question = line.question
        var topic = AccessTopic.whoCan
        if line.isNamespaced {
            let place = line.namespace ?? namespace
            question.namespace = place ?? ""
            if place == nil { topic = AccessTopic.whoCanAnywhere }
        }
        openTopic(topic, name: question.words, namespace: question.namespace)
    }

    /// `:subject`: what somebody may do; without a name, whoever is selected, or the account of the selected pod.
    mutating func openSubject(_ line: SubjectLine?, _ effects: inout [Effect]) {
        if let line {
            guard line.kind != .serviceAccount || line.namespace != nil || namespace != nil else {
                return show(.error, "Name the account's namespace: subject sa/NAMESPACE/\(line.name)")
            }
            return open(RoleHolder(line.kind, line.name, namespace: line.namespace ?? namespace ?? ""), &effects)
        }
        switch shownTable?.selection {
        case let row as Stored<RoleHolderRow>: open(row.value.holder, &effects)
        case let account as Stored<ServiceAccount>:
            let metadata = account.metadata
            open(RoleHolder(.serviceAccount, metadata.name, namespace: metadata.namespace), &effects)
        case let pod as Stored<Pod>:
            let name = pod.value.spec.serviceAccountName
            open(
                RoleHolder(.serviceAccount, name.isEmpty ? "default" : name, namespace: pod.metadata.namespace),
                &effects)
        default: show(.error, "Name somebody: subject user/jane, subject group/ops, subject sa/shop/web")
        }
    }

    /// Describes somebody and what they may do.
    mutating func open(_ holder: RoleHolder, _ effects: inout [Effect]) {
        switch holder.kind {
        case .user: openTopic(AccessTopic.users, name: holder.name, namespace: "")
        case .group: openTopic(AccessTopic.groups, name: holder.name, namespace: "")
        case .serviceAccount:
            openDescription(
                of: ObjectAddress(
                    resource: resource(for: ServiceAccount.kind), namespace: holder.namespace, name: holder.name),
                &effects)
        }
    }

    private mutating func openTopic(_ topic: GroupResource, name: String, namespace: String) {
        let view = topicView(topic, name: name, namespace: namespace)
        if let shown = shownDocument, !shown.isOfObject {
            // One question after the other, in the same pane.
            if shown.address != view.address { goOn(to: view) }
        } else {
            pushPlace(.document(view))
        }
        refreshDescription()
    }

    private func topicView(_ topic: GroupResource, name: String, namespace: String) -> DocumentView {
        DocumentView(
            ObjectAddress(
                resource: APIResource(groupResource: topic, version: "", kind: ""), namespace: namespace, name: name),
            form: .description, now: now)
    }

    /// Goes on from one page about roles to the next, in the same pane.
    ///
    /// - Returns: false for a link that leads to something else.
    mutating func follow(_ link: DescribedLink) -> Bool {
        let view: DocumentView
        switch (link.group, link.kind) {
        case (AccessTopic.users.group, "User"): view = topicView(AccessTopic.users, name: link.name, namespace: "")
        case (AccessTopic.users.group, "Group"): view = topicView(AccessTopic.groups, name: link.name, namespace: "")
        default:
            guard
                let kind = (Self.roleKinds + [ServiceAccount.kind]).first(where: {
                    $0.kind == link.kind && $0.groupResource.group == link.group
                })
            else { return false }
            view = DocumentView(
                ObjectAddress(
                    resource: resource(for: kind), namespace: kind.isNamespaced ? link.namespace : "", name: link.name),
                form: .description, now: now)
        }
        goOn(to: view)
        return true
    }

    /// Shows another page in the pane of this one.
    private mutating func goOn(to view: DocumentView) {
        places.append(.document(view))
        if places.count > 50 { places.remove(at: 0) }
        forwardPlaces = []
        arrive()
    }

    // MARK: - Subjects

    /// `:subjects`, `:users`, `:groups`.
    mutating func openRoleHolders(filter: String?) {
        madeHere[KindScope(RoleHolderRow.kind.groupResource, namespace: nil)] = nil
        holdersFrom = [:]
        push(TableView(.roleHolders, namespace: nil, openedAt: now))
        if let filter { setFilter(filter) }
    }

    /// What is to be read for the list of subjects on the screen.
    var demandOfRoleHolders: Set<KindScope> {
        guard table?.kind == RoleHolderRow.kind.groupResource else { return [] }
        return Set(Self.roleKinds.flatMap(scopesOfRoles))
    }

    /// All namespaces, and where they may not be read the one in use.
    private func scopesOfRoles(_ kind: ResourceKind) -> [KindScope] {
        let all = KindScope(kind.groupResource, namespace: nil)
        guard kind.isNamespaced, case .forbidden? = snapshot[all]?.state, let own = namespace ?? session?.namespace
        else { return [all] }
        return [all, KindScope(kind.groupResource, namespace: own)]
    }

    /// Makes the rows of the list of subjects, when roles or bindings changed.
    mutating func makeRoleHolders(for view: TableView) {
        guard view.kind == RoleHolderRow.kind.groupResource else { return }
        var from: [KindScope: KindSnapshot] = [:]
        for scope in demandOfRoleHolders { from[scope] = snapshot[scope] }
        guard from != holdersFrom || madeHere[view.scope] == nil else { return }
        holdersFrom = from
        var states: [LoadState] = []
        func read<Object: KubernetesObject>(_ type: Object.Type) -> [Object]? {
            // The last of the scopes is the one that may be read.
            guard let scope = scopesOfRoles(Object.kind).last, let known = snapshot[scope] else {
                states.append(.loading(count: 0))
                return nil
            }
            states.append(known.state)
            guard known.state.isKnown else { return nil }
            return known.objects.compactMap { ($0 as? Stored<Object>)?.value }
        }
        let clusterRoles = read(ClusterRole.self)
        let roles = read(Role.self)
        let (everywhere, local) = (read(ClusterRoleBinding.self), read(RoleBinding.self))
        let graph = RoleGraph(
            roles: roles, in: scopesOfRoles(Role.kind).last?.namespace, clusterRoles: clusterRoles,
            roleBindings: local ?? [], clusterRoleBindings: everywhere ?? [])
        var dangers = RoleGraph.RoleDangers()
        let rows: [any StoredObject] = graph.holders.map { Stored(RoleHolderRow($0, graph, &dangers)) }
        let state: LoadState
        if states.contains(where: { if case .loading = $0 { true } else { false } }) {
            state = .loading(count: rows.count)
        } else if everywhere == nil, local == nil {
            state = .unavailable(reason: "you may list neither RoleBindings nor ClusterRoleBindings")
        } else {
            state = .ready
            let unread = (clusterRoles == nil ? ["ClusterRoles"] : []) + (roles == nil ? ["Roles"] : [])
            if let gap = gapOfRoleHolders(everywhere: everywhere != nil, local: local != nil, unread: unread) {
                show(.warning, gap)
            }
        }
        madeCount &+= 1
        madeHere[view.scope] = KindSnapshot(storeID: .max, version: madeCount, state: state, objects: rows)
    }

    private func gapOfRoleHolders(everywhere: Bool, local: Bool, unread: [String]) -> String? {
        if !unread.isEmpty {
            return "\(unread.joined(separator: " and ")) may not be read: what they allow is not known (?)."
        }
        if !everywhere {
            return "ClusterRoleBindings may not be read: what is granted in the whole cluster is missing."
        }
        if !local { return "RoleBindings may not be read: what is granted in single namespaces is missing." }
        let scopes = scopesOfRoles(RoleBinding.kind)
        guard scopes.count > 1, let namespace = scopes[1].namespace else { return nil }
        return "RoleBindings may not be read in all namespaces: only those of \(namespace) are here."
    }
}

extension LoadState {
    /// Whether its objects count.
    fileprivate var isKnown: Bool {
        switch self {
        case .ready, .stale: true
        case .loading, .forbidden, .unavailable, .failed: false
        }
    }
}

extension DocumentView {
    /// The title of a page that is about no object of the server, and what it is about.
    package var titleOfTopic: (String, String)? {
        switch address.resource.groupResource {
        case AccessTopic.users: (" User ", address.name)
        case AccessTopic.groups: (" Group ", address.name)
        case AccessTopic.whoCanAnywhere: (" Who can ", "\(address.name) in any namespace")
        case AccessTopic.whoCan:
            (" Who can ", address.name + (address.namespace.isEmpty ? "" : " in \(address.namespace)"))
        default: nil
        }
    }
}
