import Access
import KubernetesModel
import Screen

/// `:ctx`: the contexts of the kubeconfig.
package struct ContextsView: Sendable, Equatable {
    /// Whether a context is to be deleted, which is asked.
    package struct Deletion: Sendable, Equatable {
        package var context: ContextInfo
        /// Whether its cluster and user go with it, as far as nothing else uses them.
        package var withUnused: Bool
    }

    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// Why the list opened by itself: the context that was asked for cannot be used.
    package internal(set) var reason: String?
    /// What else than another context may help, after the reason.
    package internal(set) var hint: String?
    /// Which contexts are shown: those with all of these words.
    package internal(set) var filterText = ""
    /// Goes up when files and servers are to be looked at again.
    package internal(set) var revision = 0
    /// What is wrong with the files; `nil` while nobody has looked.
    package internal(set) var findings: [ContextFinding]?
    /// What servers answered, by the name of the context.
    package internal(set) var probes: [String: ContextProbe] = [:]
    package internal(set) var isProbing = true
    /// The first line of what is said of the selected context, where that has the screen; `nil` for the list.
    package internal(set) var detailTop: Int?
    package internal(set) var deletion: Deletion?

    /// The reason and the hint in lines, with an empty one after them; empty when there is no reason.
    package func reasonLines(columns: Int) -> [String] {
        guard let reason else { return [] }
        let width = max(16, columns - 4)
        return wrapped("● " + reason, width: width).prefix(4) + (hint.map { wrapped($0, width: width) } ?? []) + [""]
    }

    mutating func select(_ index: Int, count: Int, visibleRows: Int) {
        selectedIndex = max(0, min(index, count - 1))
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
        top = max(0, min(top, max(0, count - visible)))
    }

    /// Whether the filter lets a context through: every word is in it, or is not after a `!`.
    func shows(_ context: ContextInfo, now: Timestamp) -> Bool {
        let words = filterText.lowercased().split(separator: " ")
        guard !words.isEmpty else { return true }
        let flags = flags(of: context, now: now).map(\.label).joined(separator: " ")
        let text = [
            context.name, context.cluster, context.user, context.namespace, context.server, context.file, context.kind,
            flags,
        ].joined(separator: "\n").lowercased()
        return words.allSatisfy { word in
            word.hasPrefix("!") ? word.count == 1 || !text.contains(word.dropFirst()) : text.contains(word)
        }
    }

    // MARK: - What is said of a context

    /// What a server answered; `nil` while it has not.
    package func probe(of context: ContextInfo) -> ContextProbe? {
        context.hiddenBy == nil ? probes[context.name] : nil
    }

    /// What one should know of a context, with what its server said.
    package func flags(of context: ContextInfo, now: Timestamp) -> [ContextFlag] {
        guard let probe = probe(of: context) else { return context.flags }
        var flags = context.flags
        if case .reached(.refused) = probe.outcome, !flags.contains(where: { $0.label == "expired" }) {
            flags.append(
                ContextFlag("refused", .grave, why: "the server does not take its credential", next: "get a new one"))
        }
        if case .untrusted(let words, _) = probe.outcome {
            flags.append(ContextFlag("untrusted", .grave, why: words, next: ""))
        }
        if let words = probe.clockWords {
            flags.append(
                ContextFlag(
                    "clock", .warning, why: words,
                    next: "let both keep time with NTP: tokens and certificates have limits"))
        }
        if let words = probe.versionWords(now: now) {
            flags.append(
                ContextFlag("old", .note, why: words, next: "upgrade the cluster, one minor version at a time"))
        }
        return flags.enumerated().sorted { left, right in
            left.element.weight == right.element.weight
                ? left.offset < right.offset : left.element.weight > right.element.weight
        }.map(\.element)
    }

    /// What a server answered, in a column.
    package func state(of context: ContextInfo) -> String {
        guard context.hiddenBy == nil else { return "" }
        guard let probe = probes[context.name] else { return isProbing ? "…" : "not asked" }
        switch probe.outcome {
        case .reached: return (probe.version.isEmpty ? "reached" : probe.version) + " \(probe.milliseconds) ms"
        case .unreachable: return "unreachable"
        case .untrusted: return "not trusted"
        case .unusable: return "unusable"
        }
    }

    /// For how long the credential lasts yet, in a column.
    package func timeLeft(of context: ContextInfo, now: Timestamp) -> String {
        guard let expiry = context.expiry else {
            if context.flags.contains(where: { $0.label == "no end" }) { return "no end" }
            return ["opaque token", "token", "token file"].contains(context.kind) && context.problem == nil ? "?" : ""
        }
        return expiry <= now ? "expired" : age(from: now, to: expiry)
    }
}
