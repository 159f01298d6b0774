import Access
import KubernetesClient
import KubernetesModel
import Synchronization

/// Asks a server who one is and what one may do.
package struct AccessReading: Sendable {
    /// No more questions than this are asked for one report.
    package static let requestLimit = 40
    /// Of so many API groups an older server is asked which kinds are in namespaces, while there is much else to ask.
    private static let mostGroups = 10
    /// So many are asked at a time.
    private static let parallelRequests = 8

    private let client: KubernetesClient
    /// What the credential says of itself, for servers that cannot tell who one is.
    private let credential: CredentialFacts
    /// Whom one acts as.
    private let impersonation: ClusterAccess.Impersonation?

    /// Prepares to ask through a client, which stays the caller's.
    package init(_ client: KubernetesClient, access: ClusterAccess) {
        self.client = client
        credential = access.credential
        impersonation = access.impersonation
    }

    /// Asks what is known of a namespace and of the whole cluster.
    ///
    /// - Parameter namespace: The namespace of the matrix; empty for the whole cluster.
    /// - Returns: What was learned; what could not be asked is in its notes.
    /// - Throws: `APIFailure` when the server takes no question at all, `CancellationError`.
    package func report(namespace: String) async throws -> AccessReport {
        var report = AccessReport(namespace: namespace)
        var survey = AccessSurvey(namespace: namespace)
        async let whoAmI = Result { try await client.whoAmI(as: impersonation) }
        async let listed = Result {
            namespace.isEmpty ? nil : try await client.rules(in: namespace, as: impersonation)
        }
        async let clusterListed = Result { try await client.clusterRules(as: impersonation) }
        async let all = Result { try await allows(DangerousGrant.everything.questions) }
        // A server before 1.28 is asked twice who one is.
        var left = Self.requestLimit - 4 - DangerousGrant.everything.questions.count
        identify(try await whoAmI.answer("who you are", &report.notes) ?? nil, &report)
        survey.rules = try await listed.answer("what is allowed in \(namespace)", &report.notes) ?? nil
        var unlisted: [String] = []
        survey.clusterRules = try await clusterListed.answer("what is allowed in the whole cluster", &unlisted)
        if namespace.isEmpty { report.notes += unlisted }
        if let rules = namespace.isEmpty ? survey.clusterRules : survey.rules, rules.isIncomplete {
            report.isIncomplete = true
            report.notes.append(
                "the list of rules is incomplete: a permission that is not listed may be there"
                    + (rules.evaluationError.isEmpty ? "" : " (\(rules.evaluationError))"))
        }
        // Who passes every check, does; no further question is needed.
        if try await all.get() || report.identity?.isSuperUser == true {
            report.allowEverything()
            report.paths = survey.paths
            return report
        }
        let groups = survey.unscopedGroups
        if !groups.isEmpty {
            // Two requests where the server tells all at once, four where it must be asked again in another way. What it does
            // not offer stays open. Where rules are complete they leave nothing to ask, and requests for twice as many groups.
            let most = survey.knowsAllDangers ? 2 * Self.mostGroups : Self.mostGroups
            left -= 4 + min(groups.count, most)
            do {
                let offered = try await client.discover(groups: groups, mostVersions: most)
                for resource in offered.resources {
                    survey.scopes[resource.groupResource] = resource.isNamespaced
                }
            } catch let failure as APIFailure {
                report.notes.append("which kinds are in namespaces is not known: \(failure.detail)")
            }
        }
        let first = survey.firstQuestions(limit: left)
        left -= first.count
        survey.answers.merge(try await answers(to: first)) { _, new in new }
        let more = survey.moreQuestions(limit: left)
        survey.answers.merge(try await answers(to: more)) { _, new in new }
        survey.fill(&report)
        return report
    }

    private func identify(_ answer: UserIdentity?, _ report: inout AccessReport) {
        if var answer {
            // A refusal names the user alone.
            if answer.groups.isEmpty, impersonation == nil, let known = credential.identity,
                known.username == answer.username
            {
                answer.groups = known.groups
            }
            // Every ServiceAccount is in these (kubernetes.io, RBAC).
            let parts = answer.username.split(separator: ":")
            if answer.groups.isEmpty, answer.username.hasPrefix("system:serviceaccount:"), parts.count == 4 {
                answer.groups = [
                    "system:serviceaccounts", "system:serviceaccounts:\(parts[2])", "system:authenticated",
                ]
            }
            report.identity = answer
            report.source = .server
        } else if let impersonation {
            report.identity = UserIdentity(
                username: impersonation.user, uid: impersonation.uid ?? "", groups: impersonation.groups)
        } else if let identity = credential.identity {
            report.identity = identity
            if case .certificate = credential.kind { report.source = .certificate } else { report.source = .token }
        }
    }

    /// Asks, a few at a time; a question that fails stays without an answer.
    private func answers(to questions: [AccessQuestion]) async throws -> [AccessQuestion: AccessVerdict] {
        try await withThrowingTaskGroup(of: (AccessQuestion, AccessVerdict?).self) { group in
            var answers: [AccessQuestion: AccessVerdict] = [:]
            for (index, question) in questions.enumerated() {
                if index >= Self.parallelRequests, let (done, answer) = try await group.next() {
                    answers[done] = answer
                }
                group.addTask {
                    do {
                        return (question, try await client.review(question, as: impersonation).isAllowed ? .yes : .no)
                    } catch is APIFailure {
                        return (question, nil)
                    }
                }
            }
            for try await (done, answer) in group { answers[done] = answer }
            return answers
        }
    }

    private func allows(_ questions: [AccessQuestion]) async throws -> Bool {
        for question in questions where try await !client.review(question, as: impersonation).isAllowed {
            return false
        }
        return true
    }
}

extension Result where Failure == any Error {
    /// The value; a refusal of the server becomes a note.
    fileprivate func answer(_ what: String, _ notes: inout [String]) throws -> Success? {
        do {
            return try get()
        } catch let failure as APIFailure {
            notes.append("the server does not tell \(what): \(failure.detail)")
            return nil
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
