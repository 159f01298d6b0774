import KubernetesModel

/// Two people, contexts or credentials side by side: `A` and `B`.
package struct AccessComparison {
    package var left: AccessSide
    package var right: AccessSide
    package var now: Timestamp
    /// Whether what is the same for both is left out.
    package var onlyDifferences = false

    package init(_ left: AccessSide, _ right: AccessSide, now: Timestamp) {
        self.left = left
        self.right = right
        self.now = now
    }

    /// Everything, for people.
    package var lines: [AccessLine] {
        var lines = identities
        for (side, name) in [(left, "A"), (right, "B")] {
            if let failure = side.failure { lines.append(AccessLine("● \(name): \(failure)", .critical, hang: 2)) }
        }
        let notes = Array(Set((left.report?.notes ?? []) + (right.report?.notes ?? []))).sorted()
        lines += notes.map { AccessLine("Note        \($0)", .note) }
        return lines + [AccessLine("")] + dangers + matrices
    }

    // MARK: - Where

    /// The namespace of a side, in words; `nil` while that is not known.
    private func place(_ side: AccessSide) -> String? {
        side.report.map { $0.namespace.isEmpty ? "the whole cluster" : $0.namespace }
    }

    /// Whether each was asked in a namespace of its own.
    private var hasTwoPlaces: Bool {
        guard let one = place(left), let other = place(right) else { return false }
        return one != other
    }

    /// The dangers of a side, so that what both have in their own namespaces is the same.
    private func dangers(_ side: AccessSide) -> [AccessReport.Danger] {
        guard hasTwoPlaces else { return side.dangers }
        return side.dangers.map { danger in
            var danger = danger
            if !danger.namespace.isEmpty { danger.namespace = "its namespace" }
            return danger
        }
    }

    // MARK: - Who

    private var identities: [AccessLine] {
        func value(_ side: AccessSide, _ what: (AccessSide) -> String) -> String { what(side) }
        let facts: [(String, (AccessSide) -> String)] = [
            ("Context", { "\($0.subject.context)  \($0.subject.server)" }),
            ("User", { $0.identity?.username ?? "nobody can tell" }),
            ("Groups", { ($0.identity?.groups ?? []).sorted().joined(separator: ", ") }),
            ("Credential", { $0.subject.credential + $0.subject.ending(at: self.now).words }),
            ("Acts as", { $0.subject.actsAs ?? "" }), ("From", { $0.subject.file ?? "" }),
            ("Namespace", { self.hasTwoPlaces ? self.place($0) ?? "" : "" }),
            (
                "Worst",
                { side in
                    guard side.report != nil else { return "not known" }
                    guard let worst = side.dangers.first else { return "nothing dangerous found" }
                    return "\(worst.score.rawValue): \(worst.words)"
                }
            ),
        ]
        return facts.flatMap { label, what -> [AccessLine] in
            let (one, other) = (what(left), what(right))
            if one == other {
                if one.isEmpty || onlyDifferences { return [] }
                return [AccessLine(label.padded(to: AccessLine.margin) + one)]
            }
            return [
                AccessLine("≠ \(label.padded(to: 11))A  \(one.isEmpty ? "none" : one)", .warning, hang: 16),
                AccessLine("             B  \(other.isEmpty ? "none" : other)", .warning, hang: 16),
            ]
        }
    }

    // MARK: - Dangers

    private var dangers: [AccessLine] {
        let (one, other) = (dangers(left), dangers(right))
        var all = one
        for danger in other where !one.contains(danger) { all.append(danger) }
        all.sort { $0.score > $1.score }
        let shown = all.filter { !onlyDifferences || one.contains($0) != other.contains($0) }
        guard !shown.isEmpty else {
            let words =
                switch (left.report == nil, right.report == nil) {
                case (false, false): all.isEmpty ? "Nothing dangerous found for either." : "Both have the same dangers."
                case (false, true): "Nothing dangerous found for A; B is not known."
                case (true, false): "Nothing dangerous found for B; A is not known."
                case (true, true): "What is dangerous is not known for either."
                }
            return [AccessLine(words, .dim, hang: 0)]
        }
        return [AccessLine("A B  dangers", .title, isRow: true)]
            + shown.map { danger in
                func mark(_ side: AccessSide, _ has: Bool) -> AccessLine.Piece {
                    side.report == nil
                        ? AccessVerdict.unknown.piece(width: 2)
                        : AccessLine.Piece(has ? "\(danger.sign.0) " : "- ", has ? danger.sign.1 : .dim)
                }
                let isSame = one.contains(danger) == other.contains(danger)
                return AccessLine(
                    pieces: [
                        mark(left, one.contains(danger)), mark(right, other.contains(danger)),
                        AccessLine.Piece(" \(danger.score.rawValue.padded(to: 8))  "),
                        AccessLine.Piece(danger.words, isSame ? .plain : .warning),
                    ], isRow: true)
            }
    }

    // MARK: - Matrices

    private var matrices: [AccessLine] {
        let places = [place(left), place(right)].compactMap(\.self)
        let title = "In \((hasTwoPlaces ? places : Array(places.prefix(1))).joined(separator: " / "))"
        let own = pairs(\.rows, \.namespace).filter { !onlyDifferences || !$0.isSame }
        let cluster = pairs(\.clusterRows) { _ in "" }.filter { !onlyDifferences || !$0.isSame }
        let width = ((own + cluster).map { $0.kind.shortName.count } + [title.count]).max() ?? 0
        guard !(own + cluster).isEmpty else {
            return left.report != nil && right.report != nil
                ? [AccessLine(""), AccessLine("Both may do the same, as far as was asked.", .dim, hang: 0)] : []
        }
        var lines: [AccessLine] = []
        for (title, pairs) in [(title, own), ("Cluster-wide", cluster)] where !pairs.isEmpty {
            lines += [
                AccessLine(""), AccessLine(AccessMatrix.header(title, nameWidth: width) + "A B", .title, isRow: true),
            ]
            lines += pairs.map { line($0, width) }
        }
        return lines + [
            AccessLine(
                "Where they differ: A, then B. ?: not asked, the server does not say, or its version decides.", .dim,
                hang: 0)
        ]
    }

    private struct Pair {
        var kind: GroupResource
        var one: AccessReport.Row
        var other: AccessReport.Row

        var isSame: Bool { one.verdicts == other.verdicts && one.parts == other.parts && one.named == other.named }
    }

    private func pairs(
        _ rows: (AccessReport) -> [AccessReport.Row], _ namespace: @escaping (AccessReport) -> String
    ) -> [Pair] {
        let (one, other) = (left.report.map(rows) ?? [], right.report.map(rows) ?? [])
        var taken = Set<GroupResource>()
        let kinds = (one + other).map(\.resource).filter { taken.insert($0).inserted }
        func row(_ side: AccessSide, _ rows: [AccessReport.Row]) -> (GroupResource) -> AccessReport.Row {
            let known = Dictionary(rows.map { ($0.resource, $0) }) { first, _ in first }
            return { kind in
                if let row = known[kind] { return row }
                // A kind that only the other's rules name.
                return side.report.map { $0.row(of: kind, in: namespace($0)) }
                    ?? AccessReport.Row(resource: kind, verdicts: AccessReport.verbs.map { _ in .unknown })
            }
        }
        let (ofOne, ofOther) = (row(left, one), row(right, other))
        return kinds.map { Pair(kind: $0, one: ofOne($0), other: ofOther($0)) }
    }

    private func line(_ pair: Pair, _ width: Int) -> AccessLine {
        var pieces = [AccessLine.Piece(pair.kind.shortName.padded(to: width + 1), pair.isSame ? .plain : .warning)]
        for (verb, (one, other)) in zip(AccessReport.verbs, zip(pair.one.verdicts, pair.other.verdicts)) {
            let width = AccessMatrix.width(of: verb)
            if one == other {
                pieces.append(one.piece(width: width))
            } else {
                pieces += [one.piece(width: 1), AccessLine.Piece("/", .warning), other.piece(width: width - 2)]
            }
        }
        var parts: [AccessLine.Piece] = []
        var names = pair.one.parts.map(\.name)
        for part in pair.other.parts where !names.contains(part.name) { names.append(part.name) }
        for name in names {
            func verdict(_ row: AccessReport.Row) -> AccessVerdict {
                row.parts.first { $0.name == name }?.verdict ?? row.verdicts.first ?? .unknown
            }
            let (one, other) = (verdict(pair.one), verdict(pair.other))
            if one == other {
                if one == .yes { parts.append(AccessLine.Piece(name + " ")) }
            } else {
                parts.append(AccessLine.Piece("\(name) \(one.sign)/\(other.sign) ", .warning))
            }
        }
        if pair.one.named != pair.other.named {
            func names(_ row: AccessReport.Row) -> String {
                if row.named.isEmpty { return "none" }
                let more = row.named.count > 3 ? " and \(row.named.count - 3) more" : ""
                return row.named.prefix(3).joined(separator: ", ") + more
            }
            parts.append(AccessLine.Piece("by name: A \(names(pair.one)), B \(names(pair.other))", .warning))
        }
        return AccessLine(pieces: (pieces + parts).trimmedAtEnd, isRow: true)
    }

    /// For programs: both as `sextant access -o json` has them, and what differs.
    package var json: JSONValue {
        func page(_ side: AccessSide) -> JSONValue {
            guard let report = side.report else {
                return .object([
                    .init("context", .string(side.subject.context)), .init("failure", .string(side.failure ?? "")),
                ])
            }
            return AccessPage(report: report, subject: side.subject, now: now).json
        }
        return .object([.init("a", page(left)), .init("b", page(right)), .init("same", .bool(isSame))])
    }

    /// Whether both may do the same, as far as was asked.
    package var isSame: Bool {
        left.failure == nil && right.failure == nil && dangers(left) == dangers(right)
            && pairs(\.rows, \.namespace).allSatisfy(\.isSame) && pairs(\.clusterRows) { _ in "" }.allSatisfy(\.isSame)
    }
}
