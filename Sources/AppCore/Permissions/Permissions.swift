import Access
import KubernetesModel

/// What one may do on a cluster, as far as it was asked: for showing it, never for deciding what is safe.
package struct Permissions: Sendable, Equatable {
    /// For how long an answer counts, in microseconds: five minutes.
    static let age: Int64 = 300_000_000
    /// Whether everything is allowed is not asked sooner again, in microseconds.
    private static let powerPause: Int64 = 5_000_000
    /// From so many namespaces on what was learned before is forgotten.
    private static let maximumNamespaces = 200
    /// From so many answers on what was learned before is forgotten.
    private static let maximumAnswers = 2000

    /// What a server said, and when.
    struct Known<Value: Sendable & Equatable>: Sendable, Equatable {
        var value: Value
        var at: Timestamp

        func isStale(_ now: Timestamp) -> Bool { now.microseconds &- at.microseconds >= Permissions.age }
    }

    /// Whether one may do everything in the whole cluster; `nil` while that is not known.
    package internal(set) var allowsEverything: Bool?
    /// Whether one may become whoever may do everything, as far as something that was asked anyway says so.
    package private(set) var allowsMore = false
    /// When that was asked without an answer; `nil` while it is asked and once it is known.
    private var unansweredSince: Timestamp?
    /// What one may do in a namespace; empty and incomplete where the server does not tell.
    private(set) var rules: [String: Known<AccessRules>] = [:]
    /// Single answers, which count more than rules.
    private(set) var answers: [AccessQuestion: Known<AccessVerdict>] = [:]
    /// What is being asked.
    var pending: PermissionOrder?

    /// Whether the server told what is allowed in a namespace.
    package func isKnown(in namespace: String) -> Bool { rules[namespace].map { !$0.value.isIncomplete } ?? false }

    /// What is known of a question.
    func verdict(on question: AccessQuestion) -> AccessVerdict {
        if allowsEverything == true { return .yes }
        if let answer = answers[question]?.value, answer != .unknown { return answer }
        // An answer about the kind: yes holds for each object, no leaves open whether a rule names this one.
        var general = question
        general.name = ""
        let answer = answers[general]?.value
        if answer == .yes { return .yes }
        guard let rules = rules[question.namespace]?.value else { return .unknown }
        let listed = rules.verdict(on: question)
        // Roles are listed, with their names, also where others that allow something are not.
        return listed == .unknown && answer == .no && !rules.rules.isEmpty ? .no : listed
    }

    /// Whether to ask anew whether everything is allowed.
    func shouldAskForPower(at now: Timestamp) -> Bool {
        guard let unansweredSince else { return false }
        return now.microseconds &- unansweredSince.microseconds >= Self.powerPause
    }

    mutating func willAskForPower() { unansweredSince = nil }

    mutating func take(_ news: PermissionNews, at now: Timestamp) {
        switch news {
        case .power(let allowsEverything):
            self.allowsEverything = allowsEverything ?? self.allowsEverything
            unansweredSince = allowsEverything == nil ? now : nil
        case .answers(let order, let listed, let said):
            if pending == order { pending = nil }
            if rules.count >= Self.maximumNamespaces { rules = [:] }
            if answers.count >= Self.maximumAnswers { answers = [:] }
            if order.namespace.isEmpty, let listed { note(listed.rules.dangers(in: "")) }
            if order.wantsRules {
                rules[order.namespace] = Known(value: listed ?? AccessRules(isIncomplete: true), at: now)
            }
            // What the rules leave open was asked, whether it was answered or not.
            for question in order.questions where listed?.verdict(on: question) != .yes && listed?.isIncomplete != false
            {
                answers[question] = Known(value: said[question] ?? .unknown, at: now)
            }
        }
    }

    /// Takes over what is dangerous in the whole cluster.
    mutating func note(_ dangers: [AccessReport.Danger]) {
        allowsMore = dangers.contains { danger in
            danger.score == .critical && danger.namespace.isEmpty && danger.grant.id != DangerousGrant.everything.id
        }
    }

    /// Takes over what was asked for an action, which is as new as can be.
    mutating func note(_ access: ActionDialog.Access, to check: AccessCheck, at now: Timestamp) {
        let verdict: AccessVerdict
        switch access {
        case .allowed: verdict = .yes
        case .denied: verdict = .no
        case .unknown: return
        }
        let question = AccessQuestion(
            verb: check.verb, resource: check.resource, subresource: check.subresource, namespace: check.namespace,
            name: check.name)
        answers[question] = Known(value: verdict, at: now)
    }

    /// Has everything asked again.
    mutating func forget() {
        rules = [:]
        answers = [:]
        pending = nil
        if unansweredSince != nil { unansweredSince = Timestamp(microseconds: 0) }
    }

    /// What is to be asked so that these questions have answers.
    ///
    /// - Parameters:
    ///   - questions: without names, all of one namespace.
    ///   - namespace: theirs; empty for the whole cluster.
    ///   - now: the time.
    ///   - mayRenew: whether what is old is asked again.
    /// - Returns: `nil` when they have answers, and while nobody knows whether they need any.
    func order(
        for questions: [AccessQuestion], in namespace: String, now: Timestamp, mayRenew: Bool
    ) -> PermissionOrder? {
        guard allowsEverything == false else { return nil }
        let known = rules[namespace]
        let isListed = known.map { !(mayRenew && $0.isStale(now)) } ?? false
        if !isListed {
            return PermissionOrder(namespace: namespace, wantsRules: true, questions: questions)
        }
        if let known, !known.value.isIncomplete { return nil }
        let open = questions.filter { question in
            if known?.value.verdict(on: question) == .yes { return false }
            return answers[question].map { mayRenew && $0.isStale(now) } ?? true
        }
        return open.isEmpty ? nil : PermissionOrder(namespace: namespace, wantsRules: false, questions: open)
    }
}

/// What is to be asked about a namespace, or about the whole cluster when it is empty.
package struct PermissionOrder: Sendable, Hashable {
    package var namespace: String
    /// Whether the list of what is allowed there is wanted first.
    package var wantsRules: Bool
    /// What is asked one by one, as far as the list leaves it open.
    package var questions: [AccessQuestion]

    package init(namespace: String, wantsRules: Bool, questions: [AccessQuestion]) {
        self.namespace = namespace
        self.wantsRules = wantsRules
        self.questions = questions
    }
}

/// What a server said about permissions.
package enum PermissionNews: Sendable, Equatable {
    /// Whether everything is allowed; `nil` when there was no answer.
    case power(allowsEverything: Bool?)
    /// The rules, if they were wanted and are told, and the answers there are.
    case answers(PermissionOrder, AccessRules?, [AccessQuestion: AccessVerdict])
}
