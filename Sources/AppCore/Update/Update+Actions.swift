import ClusterState
import KubernetesModel
import Screen

extension AppState {
    /// More replicas than this are a slip of the finger.
    private static let maximumReplicas = 100_000

    // MARK: - Why not

    /// Why the table's objects cannot be deleted; `nil` when they can.
    package var whyNoDeletion: String? {
        guard let view = shownTable, !view.targets.isEmpty else {
            return "Nothing is selected."
        }
        let table = view.table
        if selectedContainer != nil { return "\(table.title) cannot be deleted." }
        if table.isMadeHere { return "Go to the object first: enter." }
        if let session, connection == .stopped { return "Not connected to \(session.server)." }
        if table.isMadeHere { return "\(table.title) are no objects of the cluster." }
        let resource = resource(for: table.kind)
        if !resource.verbs.isEmpty, !resource.verbs.contains("delete") {
            return "The server does not let \(resource.groupResource) be deleted."
        }
        if view.targets.count == 1, table.kind != Pod.kind, view.targets[0].metadata.deletionTimestamp != nil {
            let metadata = view.targets[0].metadata
            let waits =
                metadata.finalizers.isEmpty ? "" : "; it waits for \(metadata.finalizers.joined(separator: ", "))"
            return "\(metadata.name) is being deleted already\(waits)."
        }
        return nil
    }

    /// Why the table's objects cannot be scaled; `nil` when they can.
    package var whyNoScaling: String? {
        guard let view = shownTable, !view.targets.isEmpty else {
            return "Nothing is selected."
        }
        let table = view.table
        guard [Deployment.kind, StatefulSet.kind, ReplicaSet.kind].contains(table.kind) else {
            return "\(table.title) cannot be scaled; Deployments, StatefulSets and ReplicaSets can."
        }
        return nil
    }

    /// Why the table's objects cannot be restarted; `nil` when they can.
    package var whyNoRestart: String? {
        guard let view = shownTable, !view.targets.isEmpty else {
            return "Nothing is selected."
        }
        let table = view.table
        guard [Deployment.kind, StatefulSet.kind, DaemonSet.kind].contains(table.kind) else {
            return "\(table.title) cannot be restarted; Deployments, StatefulSets and DaemonSets can."
        }
        if view.targets.count == 1, let deployment = view.targets[0] as? Stored<Deployment>, deployment.value.paused {
            return "\(deployment.metadata.name) is paused: resume it first."
        }
        return nil
    }

    // MARK: - Opening

    /// Asks whether an action on the marked objects, or on the selected one, is meant.
    mutating func ask(_ action: Action, _ effects: inout [Effect]) {
        guard let view = shownTable else { return }
        let table = view.table
        let resource = resource(for: table.kind)
        let targets = view.targets.map { object in
            ActionTarget(
                resource: resource, namespace: object.metadata.namespace, name: object.metadata.name,
                uid: object.metadata.uid, replicas: object.replicas)
        }
        guard !targets.isEmpty else { return }
        actionCount &+= 1
        let uids = Set(targets.map(\.uid))
        var dialog = ActionDialog(
            id: actionCount, action: action, kind: table.kind, targets: targets, context: session?.context ?? "",
            identity: session?.identityFlags ?? [],
            hiddenMarks: view.marks.subtracting(uids).count)
        dialog.confirmsByName = session?.confirmsByName == true
        dialog.facts = facts(of: dialog)
        dialog.weigh()
        self.dialog = dialog
        effects.append(.reviewAccess(dialog.id, dialog.checks))
    }

    /// `s`, and `:scale N`.
    mutating func askScale(to replicas: Int?, _ effects: inout [Effect]) {
        if let reason = CommandInfo.of(.scaleWorkload)?.unavailable(self) { return show(.info, reason) }
        let now = shownTable?.targets.first?.replicas ?? 1
        ask(.scale(to: max(0, min(replicas ?? now, Self.maximumReplicas))), &effects)
    }

    /// What is known of the dialog's action now; objects that are gone by now count as they were not there.
    func facts(of dialog: ActionDialog) -> ActionFacts {
        let objects = dialog.targets.compactMap { target -> (any StoredObject)? in
            let scope = KindScope(
                dialog.kind.groupResource, namespace: dialog.kind.isNamespaced ? target.namespace : nil)
            let found = snapshot.resolve(scope)?[ObjectKey(namespace: target.namespace, name: target.name)]
            return found?.metadata.uid == target.uid ? found : nil
        }
        return ActionFacts(dialog.action, objects, kind: dialog.kind, in: snapshot, now: now)
    }

    /// Takes over what has changed in the cluster while the dialog asks.
    mutating func refreshDialog() {
        guard var dialog, dialog.isAsking else { return }
        dialog.facts = facts(of: dialog)
        // Nobody is asked for something else than what they have begun to type.
        if dialog.stage == .asking, dialog.editor.characters.isEmpty, !dialog.isGoChosen { dialog.weigh() }
        self.dialog = dialog
    }

    /// What the dialog looks at, of the namespaces of its objects.
    func demand(ofDialogBeside wanted: Set<KindScope>) -> Set<KindScope> {
        guard let dialog, dialog.kind.isNamespaced, dialog.isAsking else { return [] }
        let namespaces = Set(dialog.targets.map(\.namespace))
        var scopes: Set<KindScope> = []
        for kind in ActionFacts.kinds where !wanted.contains(KindScope(kind.groupResource, namespace: nil)) {
            if namespaces.count > 4 {
                scopes.insert(KindScope(kind.groupResource, namespace: nil))
            } else {
                scopes.formUnion(namespaces.map { KindScope(kind.groupResource, namespace: $0) })
            }
        }
        return scopes
    }

    // MARK: - Keys

    mutating func runInDialog(_ command: Command, _ effects: inout [Effect]) {
        guard var dialog else { return }
        dialog.problem = nil
        switch command {
        case .copyActionCommand:
            effects.append(.copy(dialog.commands.joined(separator: "\n"), what: "the command"))
            return
        case .changePropagation:
            guard case .delete(var deletion) = dialog.action else { return }
            let all = Action.Deletion.Propagation.allCases
            let index = all.firstIndex(of: deletion.propagation) ?? 0
            deletion.propagation = all[(index + 1) % all.count]
            dialog.action = .delete(deletion)
        case .toggleForce:
            guard case .delete(var deletion) = dialog.action else { return }
            deletion.isForced.toggle()
            dialog.action = .delete(deletion)
        case .evictInstead: dialog.action = dialog.action == .evict ? .delete(Action.Deletion()) : .evict
        default: return
        }
        guard dialog.stage == .asking else { return }
        let checks = Set(dialog.checks)
        dialog.facts = facts(of: dialog)
        dialog.weigh()
        if checks.contains(where: { dialog.access[$0] == nil }) {
            effects.append(.reviewAccess(dialog.id, dialog.checks))
        }
        self.dialog = dialog
    }

    mutating func handleDialogKey(_ key: Key, _ effects: inout [Effect]) {
        guard var dialog else { return }
        dialog.problem = nil
        switch dialog.stage {
        case .number, .image, .asking:
            switch key {
            case .escape:
                self.dialog = nil
                show(.info, "Nothing was done.")
                return
            case .enter: return accept(&effects)
            case .up, .down:
                guard dialog.stage == .number, let number = Int(dialog.editor.text) else { break }
                let next = max(0, min(number &+ (key == .up ? 1 : -1), Self.maximumReplicas))
                dialog.editor = LineEditor("\(next)")
            default:
                if dialog.stage == .asking, dialog.confirmation == .key {
                    if !chooseButton(key, &dialog, &effects) { return }
                } else if case .character(let character) = key, dialog.stage == .number, !character.isASCIIDigit {
                    dialog.problem = "A number of replicas is wanted."
                } else {
                    _ = dialog.editor.handle(key)
                }
            }
        case .running:
            guard key == .escape else { return }
            if dialog.isStopping {
                self.dialog = nil
                show(.info, "It goes on without this view; the audit log has what becomes of it.")
                return
            }
            dialog.isStopping = true
            effects.append(.stopAction(dialog.id))
        case .ended:
            switch key {
            case .escape, .enter, .character("q"):
                self.dialog = nil
                return
            case .down, .character("j"): dialog.top = min(dialog.top + 1, max(0, dialog.troubles.count - 1))
            case .up, .character("k"): dialog.top = max(0, dialog.top - 1)
            default: return
            }
        }
        self.dialog = dialog
    }

    /// - Returns: false when the dialog is dealt with.
    private mutating func chooseButton(
        _ key: Key, _ dialog: inout ActionDialog, _ effects: inout [Effect]
    ) -> Bool {
        switch key {
        case .tab, .backTab, .left, .right: dialog.isGoChosen.toggle()
        case .character("y"), .character("Y"):
            dialog.isGoChosen = true
            self.dialog = dialog
            accept(&effects)
            return false
        case .character("n"), .character("N"), .character("q"):
            self.dialog = nil
            show(.info, "Nothing was done.")
            return false
        default: break
        }
        return true
    }

    mutating func pasteIntoDialog(_ text: String) {
        guard var dialog, dialog.isAsking, dialog.stage == .image || dialog.confirmation != .key else { return }
        dialog.editor.insert(text)
        self.dialog = dialog
    }

    /// Enter, where it is asked for something.
    private mutating func accept(_ effects: inout [Effect]) {
        guard var dialog else { return }
        if dialog.stage == .number {
            guard let number = Int(dialog.editor.text), number >= 0, number <= Self.maximumReplicas else {
                dialog.problem = "A number from 0 to \(Self.maximumReplicas) is wanted."
                self.dialog = dialog
                return
            }
            dialog.action = .scale(to: number)
            guard !dialog.targets.allSatisfy({ $0.replicas == number }) else {
                dialog.problem = "That is how many there are to be already."
                self.dialog = dialog
                return
            }
            dialog.facts = facts(of: dialog)
            dialog.weigh()
            // A number that was typed is meant, unless it does harm.
            if dialog.confirmation == .key { return start(dialog, &effects) }
            dialog.stage = .asking
            dialog.editor = LineEditor()
            self.dialog = dialog
            return
        }
        if case .debug(var debugging) = dialog.action {
            let image = String(dialog.editor.text.filter { !$0.isWhitespace })
            guard !image.isEmpty else {
                dialog.problem = "An image is wanted, such as busybox."
                self.dialog = dialog
                return
            }
            debugging.image = image
            dialog.action = .debug(debugging)
            return start(dialog, &effects)
        }
        switch dialog.confirmation {
        case .key:
            guard dialog.isGoChosen else {
                self.dialog = nil
                show(.info, "Nothing was done.")
                return
            }
        case .word(let word, _):
            guard dialog.editor.text == word else {
                dialog.problem = dialog.editor.text.isEmpty ? "Type \(word), or press Esc." : "That is not \(word)."
                self.dialog = dialog
                return
            }
        }
        start(dialog, &effects)
    }

    private mutating func start(_ dialog: ActionDialog, _ effects: inout [Effect]) {
        var dialog = dialog
        if let denial = dialog.denial {
            dialog.problem = denial
            dialog.isGoChosen = false
            self.dialog = dialog
            return
        }
        dialog.stage = .running(since: now)
        self.dialog = dialog
        effects.append(.act(ActionOrder(id: dialog.id, action: dialog.action, targets: dialog.targets)))
    }

    // MARK: - News

    mutating func take(_ event: ActionEvent) {
        switch event {
        case .access(let id, let check, let access):
            if dialog?.id == id { dialog?.access[check] = access }
            permissions.note(access, to: check, at: now)
        case .outcome(let order, let index, let outcome):
            guard order.targets.indices.contains(index) else { return }
            if case .done = outcome { unmark(order.targets[index].uid) }
            guard dialog?.id == order.id, dialog?.outcomes.indices.contains(index) == true else { return }
            dialog?.outcomes[index] = outcome
        case .ended(let order, let outcomes):
            for (target, outcome) in zip(order.targets, outcomes) {
                if case .done? = outcome { unmark(target.uid) }
            }
            guard var dialog, dialog.id == order.id else {
                openDebugger(of: order, outcomes, takesFocus: false)
                return tellLate(order, outcomes)
            }
            dialog.outcomes = outcomes
            dialog.stage = .ended
            if dialog.doneCount == dialog.targets.count {
                self.dialog = nil
                show(.info, dialog.success)
                openDebugger(of: order, outcomes, takesFocus: true)
            } else if dialog.isStopping, dialog.troubles.isEmpty {
                self.dialog = nil
                show(.info, "Stopped: \(dialog.tally).")
            } else {
                self.dialog = dialog
            }
        }
    }

    /// What became of an order whose dialog was closed.
    private mutating func tellLate(_ order: ActionOrder, _ outcomes: [ActionOutcome?]) {
        var dialog = ActionDialog(
            id: order.id, action: order.action, kind: Pod.kind, targets: order.targets, context: "")
        dialog.outcomes = outcomes
        show(dialog.troubles.isEmpty ? .info : .warning, "\(order.action.word): \(dialog.tally).")
    }

    private mutating func unmark(_ uid: String) {
        for pane in panes.indices {
            for index in panes[pane].places.indices {
                guard case .table(var view) = panes[pane].places[index], view.marks.contains(uid) else { continue }
                view.marks.remove(uid)
                panes[pane].places[index] = .table(view)
            }
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
