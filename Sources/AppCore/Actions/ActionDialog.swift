import ClusterState
import Diagnosis
import KubernetesModel

/// The dialog before, during and after an action: what will happen, whether it is meant, how far it is.
package struct ActionDialog: Sendable, Equatable {
    package enum Stage: Sendable, Equatable {
        /// How many replicas there are to be is asked for.
        case number
        /// The image of a container is asked for.
        case image
        /// Whether it is meant is asked for.
        case asking
        case running(since: Timestamp)
        /// Not everything was done; what was not is told.
        case ended
    }

    /// How it is confirmed: in proportion to the damage.
    package enum Confirmation: Sendable, Equatable {
        /// By a key, or the button.
        case key
        /// By typing this word; with what the word is.
        case word(String, what: String)
    }

    /// Whether the server lets this user do it.
    package enum Access: Sendable, Equatable {
        case allowed
        case denied(String)
        /// It could not be asked.
        case unknown
    }

    package let id: UInt64
    package let kind: ResourceKind
    package let targets: [ActionTarget]
    /// The context it is done in.
    package let context: String
    /// Flags of kubectl that say whom one acts as.
    let identity: [String]
    /// Whether the context's name is typed whatever would happen.
    var confirmsByName = false
    /// Marked rows that a filter hides, which are left alone.
    package let hiddenMarks: Int
    package internal(set) var action: Action
    package internal(set) var stage: Stage
    package internal(set) var confirmation = Confirmation.key
    /// What is to be known before.
    package internal(set) var facts = ActionFacts()
    /// The word or the number that is typed.
    package internal(set) var editor = LineEditor()
    /// Whether the button that does it is chosen, and not the one that does not.
    package internal(set) var isGoChosen = false
    /// Why what was pressed does not do it.
    package internal(set) var problem: String?
    package internal(set) var access: [AccessCheck: Access] = [:]
    /// What became of each target; `nil` while that is not known.
    package internal(set) var outcomes: [ActionOutcome?]
    /// Whether the user ended it while it ran.
    package internal(set) var isStopping = false
    /// The first line of the outcomes that is shown.
    package internal(set) var top = 0

    init(
        id: UInt64, action: Action, kind: ResourceKind, targets: [ActionTarget], context: String,
        identity: [String] = [],
        hiddenMarks: Int = 0
    ) {
        self.id = id
        self.action = action
        self.kind = kind
        self.targets = targets
        self.context = context
        self.identity = identity
        self.hiddenMarks = hiddenMarks
        outcomes = Array(repeating: nil, count: targets.count)
        stage = .asking
        if case .scale(let replicas) = action {
            stage = .number
            editor = LineEditor("\(replicas)")
        }
        if case .debug(let debugging) = action {
            stage = .image
            editor = LineEditor(debugging.image)
        }
    }

    /// Whether something is still asked for.
    var isAsking: Bool {
        switch stage {
        case .number, .image, .asking: true
        case .running, .ended: false
        }
    }

    // MARK: - Words

    /// Such as `14 pods` or `pod web-1`.
    package var subject: String {
        targets.count == 1
            ? "\(kind.kind.lowercased()) \(targets[0].name)" : "\(targets.count) \(kind.groupResource.resource)"
    }

    /// Such as `Delete 14 pods in payments on prod-east`.
    package var title: String {
        let namespaces = Set(targets.map(\.namespace))
        var place = ""
        if kind.isNamespaced {
            place = namespaces.count == 1 ? " in \(namespaces.first ?? "")" : " in \(namespaces.count) namespaces"
        }
        return "\(action.word) \(subject)\(place) on \(context)"
    }

    /// The first names, and how many more there are.
    package var names: String {
        guard targets.count > 3 else { return targets.map(\.name).joined(separator: ", ") }
        return "\(targets[0].name), \(targets[1].name) … and \(targets.count - 2) more"
    }

    /// The kubectl commands that do the same.
    package var commands: [String] { action.kubectl(targets, context: context, identity: identity) }

    /// What the server must allow, once for each namespace.
    var checks: [AccessCheck] {
        let (verb, subresource) = action.access
        if targets.count == 1 {
            // A role may name it. A namespace is in itself, as the server sees it.
            let target = targets[0]
            let namespace = kind == Namespace.kind ? target.name : target.namespace
            return [
                AccessCheck(
                    verb: verb, resource: kind.groupResource, subresource: subresource, namespace: namespace,
                    name: target.name)
            ]
        }
        let namespaces = Set(targets.map(\.namespace)).sorted()
        return namespaces.map {
            AccessCheck(verb: verb, resource: kind.groupResource, subresource: subresource, namespace: $0)
        }
    }

    /// Why the server will not let this user do it; `nil` as long as nothing says so.
    package var denial: String? {
        for check in checks {
            guard case .denied(let reason)? = access[check] else { continue }
            let what = check.resource.resource + (check.subresource.isEmpty ? "" : "/\(check.subresource)")
            let place = check.namespace.isEmpty || kind == Namespace.kind ? "" : " in \(check.namespace)"
            return "You may not \(check.verb) \(what)\(place)" + (reason.isEmpty ? "." : ": \(reason)")
        }
        return nil
    }

    // MARK: - Confirmation

    /// From this many on it is the context's name that is typed.
    private static let manyTargets = 20
    private static let graveKinds: Set<String> = [
        "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition",
    ]

    /// Asks for what is in proportion to what would happen.
    mutating func weigh() {
        let count = Confirmation.word("\(targets.count)", what: "how many")
        let name = Confirmation.word(contextWord, what: "the context's name")
        let yes = Confirmation.word("yes", what: "")
        switch action {
        case .delete, .evict, .scale, .restart:
            if confirmsByName {
                confirmation = name
                return
            }
        case .debug: break
        }
        switch action {
        case .delete, .evict:
            if Self.graveKinds.contains(kind.kind) || targets.count >= Self.manyTargets {
                confirmation = name
            } else if targets.count > 1 {
                confirmation = facts.endsService ? name : count
            } else {
                confirmation = facts.isReplaced && !facts.endsService ? .key : yes
            }
        case .scale(let replicas):
            if targets.count >= Self.manyTargets && replicas == 0 {
                confirmation = name
            } else if targets.count > 1 {
                confirmation = facts.endsService ? name : count
            } else {
                confirmation = replicas == 0 ? yes : .key
            }
        case .restart: confirmation = targets.count > 1 ? count : .key
        case .debug: confirmation = .key
        }
    }

    /// The context's name, or the end of one that nobody would type.
    private var contextWord: String {
        let last = context.split { $0 == "/" || $0 == ":" || $0 == "@" || $0 == " " }.last.map(String.init) ?? ""
        let name = context.count <= 24 && !context.contains(" ") ? context : last
        return name.isEmpty || name.count > 40 ? "\(targets.count)" : name
    }

    // MARK: - Outcomes

    package var doneCount: Int { outcomes.count { if case .done? = $0 { true } else { false } } }
    package var endedCount: Int { outcomes.count { $0 != nil } }

    /// Targets of which something is to be told, with what it is.
    package var troubles: [(name: String, outcome: ActionOutcome)] {
        zip(targets, outcomes).compactMap { target, outcome in
            switch outcome {
            case .failed?, .unknown?: outcome.map { (target.name, $0) }
            case .done?, .notSent?, nil: nil
            }
        }
    }

    /// Such as `12 of 14 deleted, 1 failed, 1 not sent`.
    package var tally: String {
        var failed = 0
        var unknown = 0
        var unsent = 0
        for case let outcome? in outcomes {
            switch outcome {
            case .done: break
            case .failed: failed += 1
            case .unknown: unknown += 1
            case .notSent: unsent += 1
            }
        }
        var text = "\(doneCount) of \(targets.count) \(action.doneWord)"
        if failed > 0 { text += ", \(failed) failed" }
        if unknown > 0 { text += ", \(unknown) not known" }
        if unsent > 0 { text += ", \(unsent) not sent" }
        return text
    }

    /// What is told when everything was done.
    var success: String {
        guard targets.count == 1, case .done(let words)? = outcomes[0] else {
            return "\(action.doneWord.prefix(1).uppercased())\(action.doneWord.dropFirst()) \(subject)."
        }
        let text = "\(kind.kind) \(targets[0].name) was \(action.doneWord)"
        return words.isEmpty ? text + "." : "\(text): \(words)."
    }
}
