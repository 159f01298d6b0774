import KubernetesModel

/// What `sextant access` prints and `:access` shows.
package struct AccessPage {
    package var report: AccessReport
    package var subject: AccessSubject
    package var now: Timestamp
    /// Whether every danger is explained.
    package var explainsAll = false
    /// The dangers that are explained, by their targets.
    package var explained: Set<AccessTarget> = []

    package init(report: AccessReport, subject: AccessSubject, now: Timestamp) {
        self.report = report
        self.subject = subject
        self.now = now
    }

    /// Everything, for people.
    package var lines: [AccessLine] {
        heading + [AccessLine("")] + dangers + matrices + paths + details
    }

    /// Who one is, and by what.
    package var heading: [AccessLine] {
        let (ending, isExpired) = subject.ending(at: now)
        var lines = [
            AccessLine("Context     \(subject.context)  \(subject.server)"), AccessLine("User        \(user)"),
        ]
        if let groups = report.identity?.groups, !groups.isEmpty {
            lines.append(AccessLine("Groups      \(groups.joined(separator: ", "))"))
        }
        lines.append(AccessLine("Credential  \(subject.credential)\(ending)", isExpired ? .critical : .plain))
        if let other = subject.actsAs {
            lines.append(AccessLine("Acts as     \(other): what is below is theirs, not one's own", .warning))
        }
        if let file = subject.file { lines.append(AccessLine("From        \(file)")) }
        return lines + report.notes.map { AccessLine("Note        \($0)", .note) }
    }

    private var user: String {
        guard let identity = report.identity ?? subject.identity else { return "nobody can tell" }
        return switch report.source {
        case .server: "\(identity.username)  (the server says so)"
        case .certificate: "\(identity.username)  (by the certificate: the server cannot tell)"
        case .token: "\(identity.username)  (by the credential, unverified: the server cannot tell)"
        case .unknown where subject.actsAs != nil: "\(identity.username)  (as asked: the server cannot tell)"
        case .unknown: "\(identity.username)  (by the credential, unverified)"
        }
    }

    private var dangers: [AccessLine] {
        if report.identity?.isSuperUser == true {
            return danger(
                .everything, "", .critical,
                title: "super-user: system:masters passes every check, and no binding can take it back",
                safer: "a user whose rights come from a RoleBinding; keep this one for emergencies") + alternatives
        }
        guard !report.dangers.isEmpty else {
            let place = report.namespace.isEmpty ? "the whole cluster" : report.namespace
            let isAll = report.survey?.knowsAllDangers == true
            return [AccessLine("Nothing dangerous found in \(place)\(isAll ? "" : " among what was asked").")]
        }
        return report.dangers.flatMap { danger in
            danger.lines(Self.explanation(of: danger, explained, all: explainsAll))
        } + (report.worst == .critical ? alternatives : [])
    }

    private func danger(
        _ grant: DangerousGrant, _ namespace: String, _ score: DangerousGrant.Score, title: String, safer: String
    ) -> [AccessLine] {
        var danger = AccessReport.Danger(grant: grant, namespace: namespace)
        danger.grant.safer = safer
        return danger.lines(
            Self.explanation(of: danger, explained, all: explainsAll), title: title)
    }

    private static func explanation(
        of danger: AccessReport.Danger, _ explained: Set<AccessTarget>, all: Bool
    ) -> Bool {
        all || explained.contains(danger.target)
    }

    /// Contexts with which one would do less harm.
    private var alternatives: [AccessLine] {
        guard subject.actsAs == nil else { return [] }
        return subject.alternatives.prefix(3).map { other in
            AccessLine(
                "  instead:  the context \(other.context) is for the same server (\(other.credential))", .fine,
                target: .page(
                    .compared(.own, AccessIdentity(context: other.context), namespace: report.namespace)))
        }
    }

    // MARK: - Matrices

    private var matrices: [AccessLine] {
        guard !report.rows.isEmpty else { return [] }
        let place = report.namespace.isEmpty ? "the whole cluster" : report.namespace
        let rows = report.rows + report.clusterRows
        let width = (rows.map { $0.resource.shortName.count } + ["In \(place)".count]).max() ?? 0
        var lines = [AccessLine("")] + matrix("In \(place)", report.rows, width, report.namespace)
        if !report.clusterRows.isEmpty {
            lines += [AccessLine("")] + matrix("Cluster-wide", report.clusterRows, width, "")
        }
        if rows.contains(where: { $0.verdicts.contains(.unknown) }) {
            lines.append(
                AccessLine(
                    "?: not asked, or the server does not say; c, or sextant access can-i, asks for one", .dim, hang: 0)
            )
        }
        return lines
    }

    private func matrix(
        _ title: String, _ rows: [AccessReport.Row], _ width: Int, _ namespace: String
    ) -> [AccessLine] {
        // Rows that say the same of everything are one line.
        var (none, full): ([String], [String]) = ([], [])
        var shown: [AccessLine] = []
        let unusual = rows.filter { !$0.isUsual }.map(\.resource)
        let passed = Set(unusual.dropFirst(Self.unusualKinds))
        for row in rows where !passed.contains(row.resource) {
            let dangers = dangers(of: row, namespace)
            if row.isAll(.no) && row.named.isEmpty && row.others.isEmpty {
                none.append(row.resource.shortName)
            } else if row.isAll(.yes), report.allowsEverything, dangers.isEmpty {
                full.append(row.resource.shortName)
            } else {
                var pieces = [AccessLine.Piece(row.resource.shortName.padded(to: width + 1))]
                for (verb, verdict) in zip(AccessReport.verbs, row.verdicts) {
                    pieces.append(verdict.piece(width: AccessMatrix.width(of: verb)))
                }
                pieces += AccessMatrix.notable(row, dangers: dangers)
                shown.append(AccessLine(pieces: pieces.trimmedAtEnd, isRow: true))
            }
        }
        if !passed.isEmpty { shown.append(AccessLine("… and \(passed.count) more", .dim)) }
        let header = AccessMatrix.header(title, nameWidth: width)
        var lines =
            shown.isEmpty
            ? [AccessLine(title, .title, isRow: true)]
            : [AccessLine(header + "notable", .title, isRow: true)] + shown
        if !full.isEmpty { lines.append(AccessLine("everything  \(full.joined(separator: ", "))", .fine)) }
        if !none.isEmpty { lines.append(AccessLine("no access   \(none.joined(separator: ", "))", .dim)) }
        return lines
    }

    /// So many kinds are shown of those that rules name besides the usual.
    private static let unusualKinds = 20

    /// The dangers that are about a kind.
    private func dangers(of row: AccessReport.Row, _ namespace: String) -> [AccessReport.Danger] {
        let all =
            report.allowsEverything
            ? DangerousGrant.all.map { AccessReport.Danger(grant: $0, namespace: "") } : report.dangers
        return all.filter { danger in
            (danger.namespace.isEmpty || danger.namespace == namespace)
                && danger.grant.questions.contains { row.mayAllow($0) }
        }
    }

    /// What may be done to paths that are no resources, in one line.
    private var paths: [AccessLine] {
        guard !report.paths.isEmpty else { return [] }
        let shown = report.paths.prefix(Self.pathLimit).map { path in
            path.verbs == ["get"] ? path.path : "\(path.verbs.joined(separator: "+")) \(path.path)"
        }
        let more = report.paths.count - shown.count
        return [
            AccessLine(""),
            AccessLine(
                "Paths".padded(to: AccessLine.margin) + shown.joined(separator: ", ")
                    + (more > 0 ? " and \(more) more" : "")),
        ]
    }

    /// So many paths are shown.
    private static let pathLimit = 12

    // MARK: - Details

    private var details: [AccessLine] {
        guard !subject.details.isEmpty else { return [] }
        return [AccessLine(""), AccessLine("The credential", .title, isRow: true)]
            + subject.details.map { detail in
                AccessLine(
                    detail.label.padded(to: AccessLine.margin) + detail.text, detail.isWarning ? .warning : .plain)
            }
    }
}

extension AccessReport.Danger {
    /// What Enter is for on its lines.
    package var target: AccessTarget { .danger(id: grant.id, namespace: namespace) }

    /// The sign of its score, and how it is meant.
    var sign: (String, AccessLine.Tone) { score > .medium ? ("●", .critical) : ("▲", .warning) }

    /// What it is and where.
    var words: String { "\(title) \(namespace.isEmpty ? "in the whole cluster" : "in \(namespace)")" }

    /// What is said of it; with an explanation also what somebody would do with it.
    func lines(_ isExplained: Bool, title: String? = nil) -> [AccessLine] {
        let (sign, tone) = sign
        var lines = [
            AccessLine("\(sign) \(score.rawValue.padded(to: 8))  \(title ?? words)", tone, target: target),
            AccessLine("    why:    \(grant.why)", .dim, target: target),
        ]
        if isExplained { lines.append(AccessLine("    how:    \(grant.how)", .plain, target: target)) }
        lines.append(AccessLine("    safer:  \(safer)", .dim, target: target))
        if isExplained { lines.append(AccessLine("    source: \(grant.source)", .dim, target: target)) }
        return lines
    }
}

/// How matrices are written.
enum AccessMatrix {
    static func width(of verb: String) -> Int { verb.count + 1 }

    static func header(_ title: String, nameWidth: Int) -> String {
        title.padded(to: nameWidth + 1) + AccessReport.verbs.map { $0.padded(to: width(of: $0)) }.joined()
    }

    /// What more there is to say of a kind: parts that may be used, names, dangers.
    static func notable(_ row: AccessReport.Row, dangers: [AccessReport.Danger]) -> [AccessLine.Piece] {
        let grave = Set(dangers.flatMap { $0.grant.questions.map(\.subresource) }.filter { !$0.isEmpty })
        let isGrave = [
            "exec": "exec", "attach": "attach", "debug": "ephemeralcontainers", "token": "token",
            "proxy": "proxy", "approve": "approval",
        ]
        var pieces: [AccessLine.Piece] = []
        for part in row.parts where part.verdict == .yes {
            let tone: AccessLine.Tone =
                isGrave[part.name].map { grave.contains($0) } == true ? dangers.map(\.sign.1).first ?? .plain : .plain
            pieces.append(AccessLine.Piece(part.name + " ", tone))
        }
        let old = row.parts.filter(\.needsOldServer).map(\.name)
        if !old.isEmpty {
            pieces.append(AccessLine.Piece("before 1.35 also \(old.joined(separator: ", ")) ", .note))
        }
        // What is about a part is said by its name.
        for danger in dangers
        where danger.grant.questions.contains(where: { row.mayAllow($0) && $0.subresource.isEmpty }) {
            pieces.append(AccessLine.Piece("\(danger.sign.0) \(danger.title) ", danger.sign.1))
        }
        if !row.isUsual, let group = row.resource.groupWords { pieces.append(AccessLine.Piece(group + " ", .dim)) }
        let isNothingElse = !row.verdicts.contains(.yes)
        let most = isNothingElse ? 3 : 2
        let merged = merged(row.others)
        let more = merged.count > most ? " and \(merged.count - most) more" : ""
        let others = merged.isEmpty ? "" : merged.prefix(most).joined(separator: ", ") + more + " "
        if isNothingElse, !others.isEmpty { pieces.append(AccessLine.Piece("only " + others, .note)) }
        if !row.named.isEmpty {
            let more = row.named.count > 3 ? " and \(row.named.count - 3) more" : ""
            pieces.append(AccessLine.Piece("by name: \(row.named.prefix(3).joined(separator: ", "))\(more) ", .note))
        }
        if !isNothingElse, !others.isEmpty { pieces.append(AccessLine.Piece("also " + others, .dim)) }
        return pieces
    }

    /// Verbs on one part as one: `get proxy` and `create proxy` as `create+get proxy`.
    private static func merged(_ others: [String]) -> [String] {
        var order: [String] = []
        var verbs: [String: [String]] = [:]
        for other in others {
            let words = other.split(separator: " ", maxSplits: 1).map(String.init)
            let part = words.count > 1 ? words[1] : other
            if verbs[part] == nil { order.append(part) }
            verbs[part, default: []].append(words.count > 1 ? words[0] : "")
        }
        return order.map { part in
            let verbs = verbs[part, default: []].filter { !$0.isEmpty }
            if verbs.isEmpty { return part }
            let more = verbs.count > 3 ? "+…" : ""
            return "\(verbs.prefix(3).joined(separator: "+"))\(more) \(part)"
        }
    }
}

extension AccessReport.Row {
    /// Whether it is of a kind that every matrix has.
    fileprivate var isUsual: Bool {
        AccessReport.namespacedKinds.contains(resource) || AccessReport.clusterKinds.contains(resource)
    }

    /// Whether a question is about its kind, and nothing in the row says no to it.
    fileprivate func mayAllow(_ question: AccessQuestion) -> Bool {
        guard question.resource == resource else { return false }
        guard question.subresource.isEmpty, named.isEmpty,
            let column = AccessReport.verbs.firstIndex(of: question.verb), verdicts.indices.contains(column)
        else { return true }
        return verdicts[column] == .yes
    }

    /// Whether everything in it has the same answer.
    fileprivate func isAll(_ verdict: AccessVerdict) -> Bool {
        verdicts.allSatisfy { $0 == verdict } && parts.allSatisfy { $0.verdict == verdict }
    }
}

extension AccessVerdict {
    /// What a matrix shows.
    var sign: String {
        switch self {
        case .yes: "✓"
        case .no: "-"
        case .unknown: "?"
        }
    }

    /// The sign, as wide as its column.
    func piece(width: Int) -> AccessLine.Piece {
        let tone: AccessLine.Tone =
            switch self {
            case .yes: .fine
            case .no: .dim
            case .unknown: .note
            }
        return AccessLine.Piece(sign.padded(to: width), tone)
    }
}

extension GroupResource {
    /// Its name without the group, which is well known, in not many letters.
    var shortName: String {
        switch resource {
        case "*": group == "*" ? "every kind" : "*.\(group.isEmpty ? "core" : group)"
        case "persistentvolumeclaims": "volume claims"
        case "customresourcedefinitions": "custom resources"
        case "certificatesigningrequests": "signing requests"
        case "mutatingwebhookconfigurations": "mutating hooks"
        case "validatingwebhookconfigurations": "validating hooks"
        default: resource
        }
    }
}

extension GroupResource {
    /// What is said of its group; `nil` where that needs no word.
    fileprivate var groupWords: String? {
        switch (group, resource) {
        case ("", _), (_, "*"): nil
        case ("*", _): "in every group"
        default: group
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}

extension [AccessLine.Piece] {
    /// Without spaces at the end of the last.
    var trimmedAtEnd: [AccessLine.Piece] {
        var pieces = self
        while let last = pieces.last {
            pieces[pieces.count - 1].text = last.text.trimmedAtEnd
            if !pieces[pieces.count - 1].text.isEmpty { break }
            pieces.removeLast()
        }
        return pieces
    }
}
