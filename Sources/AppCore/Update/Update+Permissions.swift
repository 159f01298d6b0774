import Access
import ClusterState
import KubernetesModel

extension AppState {
    /// So many marked objects are looked at to find out whether a key is allowed.
    private static let maximumTargets = 64

    /// Why nothing may be changed, in a sentence; `nil` when changes are allowed.
    package var whyReadOnly: String? {
        if options.readOnly { return "This session is read-only (--read-only)." }
        guard let session, let reason = session.readOnlyReason else { return nil }
        return "\(session.context.isEmpty ? "This" : session.context) is read-only (\(reason))."
    }

    /// Whether one may do everything on this cluster, as far as that is known.
    package var isClusterAdmin: Bool { permissions.allowsEverything == true }

    /// Whether one may become a cluster-admin: by escalate, bind or impersonate, or through the kubelets.
    package var isNearlyClusterAdmin: Bool { !isClusterAdmin && permissions.allowsMore }

    /// What the server would not allow of a command here, such as `delete pods in payments`.
    ///
    /// - Returns: `nil` when it is allowed, and also when nobody knows.
    package func missingPermission(for command: Command) -> String? {
        guard permissions.allowsEverything == false, let needs = CommandInfo.of(command)?.needs,
            let subject = permissionSubject
        else { return nil }
        for (namespace, name) in subject.places {
            for questions in needs.questions(subject.kind, namespace: namespace, name: name, minor: serverMinor) {
                if questions.allSatisfy({ permissions.verdict(on: $0) == .no }), let question = questions.first {
                    return question.needWords
                }
            }
        }
        return nil
    }

    /// What keys are about here.
    private var permissionSubject: (kind: GroupResource, places: [(namespace: String, name: String)])? {
        guard let view = shownTable else { return nil }
        if let container = selectedContainer {
            return (Pod.kind.groupResource, [(container.metadata.namespace, container.pod)])
        }
        guard !view.table.isMadeHere else { return nil }
        let kind = view.table.kind
        let places = view.targets.prefix(Self.maximumTargets).map { object -> (namespace: String, name: String) in
            let metadata = object.metadata
            // A namespace is in itself, as the server sees it.
            return (kind == Namespace.kind ? metadata.name : metadata.namespace, metadata.name)
        }
        return places.isEmpty ? nil : (kind.groupResource, places)
    }

    /// Asks what the keys need that work here, once the rows are there.
    ///
    /// - Parameters:
    ///   - effects: get the question.
    ///   - byHand: whether somebody is at work, or the server is back: what is old, and what was not answered, is asked
    ///     again only then.
    mutating func updatePermissions(_ effects: inout [Effect], byHand: Bool) {
        if byHand, connection == .connected, permissions.shouldAskForPower(at: now) {
            permissions.willAskForPower()
            effects.append(.askForPower)
        }
        guard permissions.allowsEverything == false, connection == .connected, shownTable?.loadState == .ready,
            let subject = permissionSubject, let place = subject.places.first
        else { return }
        var questions: [AccessQuestion] = []
        for binding in KeyMap.bindings(in: placeContext) {
            guard let info = CommandInfo.of(binding.command), let needs = info.needs, info.unavailable(self) == nil
            else { continue }
            for question in needs.questions(subject.kind, namespace: place.namespace, minor: serverMinor).joined()
            where !questions.contains(question) { questions.append(question) }
        }
        guard
            let order = permissions.order(for: questions, in: place.namespace, now: now, mayRenew: byHand),
            order != permissions.pending
        else { return }
        permissions.pending = order
        effects.append(.askPermissions(order))
    }
}

extension AppEvent {
    /// Whether it comes from somebody at the keyboard.
    var isInput: Bool { if case .input = self { true } else { false } }
}

extension AccessQuestion {
    /// What one needs, such as `create pods/exec in payments`.
    var needWords: String {
        let part = subresource.isEmpty ? "" : "/\(subresource)"
        let place = namespace.isEmpty || resource == Namespace.kind.groupResource ? "" : " in \(namespace)"
        return "\(verb) \(resource.resource)\(part)\(place)"
    }
}
