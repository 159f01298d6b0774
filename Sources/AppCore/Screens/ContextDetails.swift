import Access
import KubernetesModel
import Screen

/// A line of what is said of a context.
package struct ContextLine: Sendable, Equatable {
    package enum Tone: Sendable, Equatable {
        case plain, dim, grave, warning, note, fine
    }

    /// Cells before the text.
    package static let margin = 15

    /// What it is about; empty on lines that go on.
    package var label: String
    package var text: String
    package var tone: Tone
}

extension ContextsView {
    /// Everything that is known of a context, folded to fit.
    ///
    /// - Parameters:
    ///   - context: which one.
    ///   - now: for how long its credential lasts yet.
    ///   - columns: of the pane.
    /// - Returns: who one is and until when, what to worry about, then where everything comes from.
    package func details(of context: ContextInfo, now: Timestamp, columns: Int) -> [ContextLine] {
        var lines: [ContextLine] = []
        let width = max(16, columns - ContextLine.margin - 3)
        func add(_ label: String, _ text: String, _ tone: ContextLine.Tone = .plain) {
            guard !text.isEmpty else { return }
            for (index, part) in wrapped(text, width: width).enumerated() {
                lines.append(ContextLine(label: index == 0 ? label : "", text: part, tone: tone))
            }
        }
        add("Credential", credentialWords(of: context, now: now))
        let (words, tone) = serverWords(of: context)
        add("Server", context.server.isEmpty ? words : "\(context.server): \(words)", tone)
        for flag in flags(of: context, now: now) {
            add("\(Self.sign(flag.weight)) \(flag.label)", flag.why, Self.tone(flag.weight))
            add("", flag.next.isEmpty ? "" : "→ \(flag.next)", .dim)
        }
        for fact in context.facts { add(fact.label, fact.text) }
        add("Namespace", context.namespace.isEmpty ? "default (it names none)" : context.namespace)
        func place(_ place: String) -> String { place.isEmpty ? "" : " (\(place))" }
        add("Context", context.name + (context.isCurrent ? ", kubectl's current" : "") + place(context.place))
        add("Cluster", context.cluster.isEmpty ? "" : context.cluster + place(context.clusterPlace))
        add("User", context.user.isEmpty ? "none" : context.user + place(context.userPlace))
        guard let findings else {
            add("Files", "being looked at …", .dim)
            return lines
        }
        let own = findings.filter { $0.isAbout(context) }.sorted { $0.weight > $1.weight }
        add("Files", own.isEmpty ? "nothing is wrong with what it uses" : "\(own.count) to look at:", .dim)
        for finding in own {
            let entry = finding.entry.isEmpty ? "" : "\(finding.entry) "
            add(
                "\(Self.sign(finding.weight)) \(finding.rule.hasPrefix("kc-") ? String(finding.rule.dropFirst(3)) : "")",
                "\(entry)\(finding.title) (\(finding.place))", Self.tone(finding.weight))
            add("", finding.next.isEmpty ? "" : "→ \(finding.next)", .dim)
        }
        return lines
    }

    private func serverWords(of context: ContextInfo) -> (String, ContextLine.Tone) {
        guard context.hiddenBy == nil else { return ("is not asked: the context is hidden", .dim) }
        guard let probe = probes[context.name] else { return (isProbing ? "being asked …" : "was not asked", .dim) }
        switch probe.outcome {
        case .unreachable(let words), .untrusted(let words, _), .unusable(let words): return (words, .grave)
        case .reached(let acceptance):
            let version = probe.version.isEmpty ? "does not tell its version" : probe.version
            let reached = "answers in \(probe.milliseconds) ms, \(version)"
            switch acceptance {
            case .accepted: return ("\(reached), takes the credential", .fine)
            case .notRefused: return ("\(reached), does not refuse the credential", .fine)
            case .refused: return ("\(reached), does not take the credential", .grave)
            case .notShown(let reason): return ("\(reached); no credential was shown: \(reason)", .fine)
            }
        }
    }

    private func credentialWords(of context: ContextInfo, now: Timestamp) -> String {
        guard !context.credential.isEmpty else { return context.kind }
        guard let expiry = context.expiry else {
            let isMute = timeLeft(of: context, now: now) == "?"
            return context.credential + (isMute ? ", which is opaque: only the server knows until when it counts" : "")
        }
        let left = expiry <= now ? "\(age(from: expiry, to: now)) ago" : "in \(age(from: now, to: expiry))"
        return "\(context.credential), until \(expiry.rfc3339) (\(left))"
    }

    /// The sign of a weight.
    package static func sign(_ weight: ContextFlag.Weight) -> String {
        switch weight {
        case .grave: "●"
        case .warning: "▲"
        case .note: "·"
        }
    }

    private static func tone(_ weight: ContextFlag.Weight) -> ContextLine.Tone {
        switch weight {
        case .grave: .grave
        case .warning: .warning
        case .note: .note
        }
    }
}
