import Access
import KubernetesModel
import Screen

/// What is typed on a page about access.
package enum AccessPrompt: Sendable, Equatable {
    /// Another namespace.
    case namespace
    /// Whom to compare with.
    case compare
    /// Whether something is allowed.
    case canI
    /// Who is allowed to do something.
    case whoCan
}

extension AppState {
    /// Enter in such a prompt.
    mutating func acceptAccessPrompt(_ kind: AccessPrompt, _ text: String, _ effects: inout [Effect]) {
        let text = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        guard !text.isEmpty else {
            prompt = nil
            return
        }
        guard let order = shownAccess?.order else {
            prompt = nil
            return
        }
        switch kind {
        case .namespace:
            prompt = nil
            let isAll = ["all", "*", "-A"].contains(text)
            replaceAccess(with: order.with(namespace: isAll ? "" : text))
        case .compare:
            guard let other = AccessIdentity(parsing: text) else {
                prompt?.error = "Write CONTEXT, as USER, or CONTEXT as USER."
                return
            }
            if let reason = whyUnknown(other) {
                prompt?.error = reason
                return
            }
            prompt = nil
            openAccess(.compared(order.identities.first ?? .own, other, namespace: order.namespace))
        case .canI:
            do throws(AccessWords.Failure) {
                let words = try AccessWords(parsing: text)
                prompt = nil
                askWhether(words, &effects)
            } catch {
                prompt?.error = error.description
            }
        case .whoCan:
            do throws(AccessWords.Failure) {
                let words = try AccessWords(parsing: text)
                prompt = nil
                let isPlaced = words.namespace != nil || words.kind.hasPrefix("/")
                let place = isPlaced ? "" : order.namespace.isEmpty ? " -A" : " -n \(order.namespace)"
                run(commandLine: "who-can \(text)\(place)", &effects)
            } catch {
                prompt?.error = error.description
            }
        }
    }

    /// Why there is no such context; `nil` when there is.
    private func whyUnknown(_ identity: AccessIdentity) -> String? {
        guard let name = identity.context, !contexts.contains(where: { $0.name == name }) else { return nil }
        let hint = nearestName(to: name, among: contexts.map(\.name)).map { " Did you mean \($0)?" } ?? ""
        return "There is no context \(name) in the kubeconfig.\(hint)"
    }

    /// Shows another page in the place of this one, so that Esc does not lead through all of them.
    private mutating func replaceAccess(with order: AccessOrder) {
        guard case .access(let view) = place, view.order != order else { return }
        var next = AccessView(order, now: now)
        next.explainsAll = view.explainsAll
        next.onlyDifferences = view.onlyDifferences
        place = .access(next)
        settleAccess()
    }

    /// `:access`.
    mutating func openAccess(_ line: AccessLineWords) {
        for identity in [line.identity, line.other].compactMap({ $0 }) {
            if let reason = whyUnknown(identity) { return show(.error, reason) }
        }
        // Another context has a namespace of its own, in which one would be there; what is compared with it stays here.
        let other = contexts.first { $0.name == line.identity.context && $0.name != session?.context }
        let own = other.map { $0.namespace.isEmpty ? "default" : $0.namespace } ?? self.namespace
        let namespace = (line.namespace ?? own) ?? ""
        openAccess(
            line.other.map { .compared(line.identity, $0, namespace: namespace) }
                ?? .mine(line.identity, namespace: namespace))
    }

    /// `:can-i`, and `c` on a page about access: the answer comes on top of the page.
    mutating func askWhether(_ words: AccessWords, _ effects: inout [Effect]) {
        if shownAccess == nil { openAccess(.mine(.own, namespace: words.namespace ?? namespace ?? "")) }
        guard let order = shownAccess?.order else { return }
        let question: AccessQuestion
        if words.kind.hasPrefix("/") {
            question = AccessQuestion(verb: words.verb, path: words.kind)
        } else if words.kind == "*" {
            question = words.question(
                GroupResource(group: "*", resource: "*"), isNamespaced: true, in: order.namespace)
        } else if let resource = AppCore.resource(named: words.kind, among: resources) {
            question = words.question(
                resource.groupResource, isNamespaced: resource.isNamespaced, in: order.namespace)
        } else if let table = ResourceTable.all.first(where: {
            ([$0.kind.groupResource.resource, $0.kind.kind.lowercased()] + $0.aliases).contains(words.kind)
        }) {
            question = words.question(
                table.kind.groupResource, isNamespaced: table.kind.isNamespaced, in: order.namespace)
        } else {
            let (asked, isKnown) = words.questionOfNoKind(in: order.namespace)
            question = asked
            if !isKnown { show(.warning, "\(words.kind) is no kind that this server has; it is asked all the same.") }
        }
        changeAccess { $0.ask(question) }
        effects.append(.askAccess(question, order.identities))
    }

    mutating func take(_ reply: AccessReply, to question: AccessQuestion, of identity: AccessIdentity) {
        for id in panes.map(\.id) {
            inPane(id) { state in state.changeAccess { $0.take(reply, to: question, of: identity) } }
        }
    }

    // MARK: - Candidates

    /// What such a line may become.
    func accessCandidates(_ kind: AccessPrompt, _ text: String) -> [String] {
        switch kind {
        case .namespace: return (knownNamespaces + ["all"]).filter { $0.hasPrefix(text) && $0 != text }
        case .compare: return identityCandidates.filter { $0.hasPrefix(text) && $0 != text }
        case .canI, .whoCan: return questionCandidates(text)
        }
    }

    /// Contexts and users to compare with.
    private var identityCandidates: [String] {
        let others = contexts.map(\.name).filter { $0 != session?.context }
        let accounts = knownNamespaces.map { "as system:serviceaccount:\($0):default" }
        return others + ["as system:anonymous"] + accounts
    }

    /// `VERB`, then `KIND`, then the namespace.
    private func questionCandidates(_ text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let typed = words.last ?? ""
        let options: [String]
        switch words.count {
        case ...1: options = AccessReport.verbs + ["deletecollection", "impersonate", "bind", "escalate", "*"]
        case 2:
            let listed = resources.map(\.groupResource.resource)
            options =
                listed.isEmpty ? ResourceTable.all.map(\.kind.groupResource.resource) : Array(Set(listed)).sorted()
        case _ where words[words.count - 2] == "-n": options = knownNamespaces
        case _ where words[words.count - 2] == "--subresource":
            options = ["exec", "log", "attach", "portforward", "scale", "status", "eviction", "token"]
        default: options = ["-n", "-A", "--subresource"]
        }
        let head = words.dropLast().map { $0 + " " }.joined()
        return options.filter { $0.hasPrefix(typed) && $0 != typed }.map { head + $0 }
    }

    /// What `:access …` may become.
    func accessCandidates(for text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let typed = words.last ?? ""
        let head = words.dropLast().map { $0 + " " }.joined()
        let options: [String]
        if words.count > 2, words[words.count - 2] == "vs" {
            options = identityCandidates
        } else {
            options = knownNamespaces + ["all", "vs", "--as"] + contexts.map { "@\($0.name)" }
        }
        return options.filter { $0.hasPrefix(typed) && $0 != typed }.map { head + $0 }
    }

    /// What `:can-i …` may become.
    func canICandidates(for text: String) -> [String] {
        let command = text.prefix { $0 != " " }
        return questionCandidates(String(text.dropFirst(command.count + 1))).map { "\(command) \($0)" }
    }
}
