import Access
import AppCore
import KubernetesClient
import KubernetesModel

extension Session {
    /// So many questions are asked at a time.
    private static let parallelQuestions = 4
    /// So many are asked at most about one place.
    private static let maximumQuestions = 16

    /// Asks whether one may do everything, unless the credential says so itself.
    ///
    /// Where there is no answer it is asked again when somebody is at work.
    func askForPower() async {
        guard !SessionInfo(client.access).isSuperUser else { return }
        var allowsEverything: Bool? = true
        for question in DangerousGrant.everything.questions where allowsEverything == true {
            do {
                allowsEverything = try await client.review(question).isAllowed
            } catch let failure as APIFailure where failure.reason == .forbidden {
                // Who may not even ask that may not do everything.
                allowsEverything = false
            } catch {
                allowsEverything = nil
            }
        }
        if !Task.isCancelled { await send(.permissions(.power(allowsEverything: allowsEverything))) }
    }

    /// Asks what is allowed: the list of a namespace, and what it leaves open one by one.
    ///
    /// What cannot be asked stays open.
    package func askPermissions(_ order: PermissionOrder) async {
        var rules: AccessRules?
        if order.wantsRules {
            rules = try? await order.namespace.isEmpty ? client.clusterRules() : client.rules(in: order.namespace)
        }
        if Task.isCancelled { return }
        var open = order.questions
        if let rules { open = rules.isIncomplete ? open.filter { rules.verdict(on: $0) != .yes } : [] }
        var answers: [AccessQuestion: AccessVerdict] = [:]
        await withTaskGroup(of: (AccessQuestion, AccessVerdict?).self) { group in
            for (index, question) in open.prefix(Self.maximumQuestions).enumerated() {
                if index >= Self.parallelQuestions, let (done, answer) = await group.next() { answers[done] = answer }
                group.addTask {
                    guard let answer = try? await client.review(question) else { return (question, nil) }
                    return (question, answer.isAllowed ? .yes : .no)
                }
            }
            for await (done, answer) in group { answers[done] = answer }
        }
        if !Task.isCancelled { await send(.permissions(.answers(order, rules, answers))) }
    }
}
