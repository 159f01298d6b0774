import ClusterState
import KubernetesModel

extension AppState {
    /// What a container brings that is added to look into a pod, unless somebody asks for something else.
    private static let usualImage = "busybox:1.37"

    /// Why no container can be added; `nil` when one can.
    var whyNoDebugger: String? {
        guard debuggedOrder != nil else { return "Select one pod or container first." }
        guard let serverMinor, serverMinor < 23 else { return nil }
        return "This server is older than Kubernetes 1.23 and has no ephemeral containers."
    }

    /// Of the server's version, such as 20 of `v1.20.2`; `nil` while it is not known.
    var serverMinor: Int? {
        let parts = (serverVersion ?? "").split(separator: ".")
        return parts.count > 1 && parts[0] == "v1" ? Int(parts[1]) : nil
    }

    /// The container that is to be looked into: of the shell on the screen, or the selected one.
    var debuggedOrder: ShellOrder? {
        if let view = shownShell { return view.order }
        guard let view = shownTable, view.targets.count == 1 else { return nil }
        if case .success(let orders) = shellOrders(.shell) { return orders.first }
        // One that does not run can still be looked into, as long as its pod does.
        if let pod = (view.targets[0] as? Stored<Pod>)?.value, !pod.isPhaseTerminal,
            let name = pod.spec.containers.first?.name
        {
            return ShellOrder(
                namespace: pod.metadata.namespace, pod: pod.metadata.name, uid: pod.metadata.uid, container: name)
        }
        return nil
    }

    /// Asks for the image of a container to be added to a pod; nothing is sent before that is accepted.
    mutating func askDebug(image: String?, _ effects: inout [Effect]) {
        if let reason = CommandInfo.of(.debugContainer)?.unavailable(self) { return show(.info, reason) }
        guard let order = debuggedOrder else { return }
        actionCount &+= 1
        let target = ActionTarget(
            resource: resource(for: Pod.kind), namespace: order.namespace, name: order.pod, uid: order.uid)
        let isDebugger = order.container.hasPrefix(Self.debuggerPrefix)
        let debugging = Action.Debugging(
            image: image ?? Self.usualImage, name: Self.debuggerPrefix + Self.suffix(of: now.microseconds, actionCount),
            target: isDebugger ? nil : order.container)
        var dialog = ActionDialog(
            id: actionCount, action: .debug(debugging), kind: Pod.kind, targets: [target],
            context: session?.context ?? "", identity: session?.identityFlags ?? [], hiddenMarks: 0)
        dialog.facts = facts(of: dialog)
        dialog.weigh()
        self.dialog = dialog
        effects.append(.reviewAccess(dialog.id, dialog.checks))
    }

    private static let debuggerPrefix = "debugger-"

    /// Five letters and digits that are others each time.
    private static func suffix(of moment: Int64, _ count: UInt64) -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        var number = UInt64(bitPattern: moment) &+ count &* 7919
        var text = ""
        for _ in 0..<5 {
            text.append(letters[Int(number % UInt64(letters.count))])
            number /= UInt64(letters.count)
        }
        return text
    }

    /// Shows the shell of a container that was added; in the pane that had none, where there is one.
    ///
    /// It does not take the focus from somebody who went on with something else meanwhile.
    mutating func openDebugger(of order: ActionOrder, _ outcomes: [ActionOutcome?], takesFocus: Bool) {
        guard case .debug(let debugging) = order.action, let target = order.targets.first,
            case .done?? = outcomes.first
        else { return }
        let view = ShellView(
            ShellOrder(
                namespace: target.namespace, pod: target.name, uid: target.uid, container: debugging.name,
                what: .debugger))
        let ended = shownPanes.first { id in
            guard case .shell(let shell)? = pane(id)?.place, case .failed(_, .missingShell) = shell.news.state else {
                return false
            }
            return shell.order.pod == target.name && shell.order.namespace == target.namespace
        }
        let before = focus
        if let ended {
            inPane(ended) { $0.shownShell = view }
            focus(on: ended)
        } else {
            openPane(.shell(view))
        }
        if !takesFocus { focus(on: before) }
    }
}
