import KubernetesModel

/// How bad a finding is.
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Works, but something about it will hurt some day.
    case hygiene
    /// Works, with less than was asked for.
    case degraded
    /// Does not work.
    case broken

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .hygiene: 0
        case .degraded: 1
        case .broken: 2
        }
    }
}

/// One thing that was read: a field, an event's message, a line of a log.
package struct Evidence: Sendable, Hashable {
    /// What it was read from.
    package var object: ObjectID
    /// Such as `status.containerStatuses[app].state.waiting.reason`; `event BackOff` or `log app (previous)`.
    package var field: String
    /// Its value, in the server's own words.
    package var value: String

    package init(_ object: ObjectID, _ field: String, _ value: String) {
        self.object = object
        self.field = field
        self.value = value
    }
}

/// Something that is wrong, why, and what to do about it.
package struct Finding: Sendable, Equatable, Identifiable {
    /// The same in every evaluation that finds it: rule, subject, and what tells several on one subject apart.
    package var id: String
    /// The rule's id.
    package var rule: String
    package var severity: Severity
    /// What it is about: of pods that one owner makes, the owner.
    package var subject: ObjectID
    /// One line that says what is wrong.
    package var title: String
    /// Why, in a sentence or two.
    package var cause: String
    /// What to do.
    package var nextStep: String
    /// A command that does it, or that shows more; empty for none.
    package var command: String
    package var evidence: [Evidence]
    /// Objects that have to do with it, but for `members`.
    package var related: [ObjectID]
    /// The objects that have it, such as the failing pods of a Deployment.
    package var members: [ObjectID]
    /// Since when, as far as it is known.
    package var since: Timestamp?
    /// The id of the finding that explains this one.
    package var causedBy: String?
}

/// What a rule says about its subject; findings are made of drafts by joining and linking them.
package struct FindingDraft: Sendable, Equatable {
    /// Tells several findings of one rule on one subject apart, such as a container's name.
    package var key: String
    /// In place of the rule's own.
    package var severity: Severity?
    package var title: String
    package var cause: String
    package var nextStep: String
    package var command: String
    package var evidence: [Evidence]
    package var related: [ObjectID]
    /// Since when, as far as it is known.
    package var since: Timestamp?
    /// Drafts of one rule with this owner and the same key become one finding on it; `nil` stands alone.
    package var owner: ObjectID?
    /// Objects whose own trouble, if they have any, explains this; the likeliest first.
    package var explainedBy: [ObjectID]
    /// Logs that were asked for and are not read yet.
    var wants: [LogRequest] = []

    package init(
        key: String = "", severity: Severity? = nil, title: String, cause: String, nextStep: String,
        command: String = "", evidence: [Evidence], related: [ObjectID] = [], since: Timestamp? = nil,
        owner: ObjectID? = nil, explainedBy: [ObjectID] = []
    ) {
        self.key = key
        self.severity = severity
        self.title = title
        self.cause = cause
        self.nextStep = nextStep
        self.command = command
        self.evidence = evidence
        self.related = related
        self.since = since
        self.owner = owner
        self.explainedBy = explainedBy
    }
}
