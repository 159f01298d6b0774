import KubernetesModel

/// A condition on one column: `restarts>5`, `status:crash`, `age<2h`.
struct ColumnTerm: Sendable, Equatable {
    enum Operator: String, Sendable, CaseIterable {
        // Longer ones first: the first that matches counts.
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        case equal = "="
        case contains = ":"
    }

    enum Operand: Sendable, Equatable {
        case text(String)
        case number(Double)
        /// Microseconds; of a time column it is compared with the time since.
        case duration(Int64)
    }

    let columnIndex: Int
    let `operator`: Operator
    let operand: Operand
    let isTimeDependent: Bool

    /// - Returns: `nil` when the text is no condition on a column at all.
    /// - Throws: when it is meant as one but cannot be.
    init?(parsing text: String, table: ResourceTable) throws(FilterFailure) {
        guard let start = text.firstIndex(where: { "!<>=:".contains($0) }), start != text.startIndex else { return nil }
        let rest = text[start...]
        guard let found = Operator.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else { return nil }
        let name = String(text[..<start])
        let value = String(rest.dropFirst(found.rawValue.count))
        guard let index = try Self.column(name, of: table, operator: found) else { return nil }
        guard !value.isEmpty else {
            throw FilterFailure("\(text) needs a value, such as \(text)\(found == .contains ? "crash" : "5")")
        }
        columnIndex = index
        `operator` = found
        operand = try Self.operand(value, operator: found, column: table.columns[index].title)
        isTimeDependent = table.columns[index].isTimeDependent
    }

    private static func column(
        _ name: String, of table: ResourceTable, operator: Operator
    ) throws(FilterFailure) -> Int? {
        let wanted = plain(name)
        let titles = table.columns.map { plain($0.title) }
        if let exact = titles.firstIndex(of: wanted) { return exact }
        let matching = titles.indices.filter { !wanted.isEmpty && titles[$0].hasPrefix(wanted) }
        if matching.count == 1 { return matching[0] }
        if matching.count > 1 {
            let names = matching.map { table.columns[$0].title }.joined(separator: ", ")
            throw FilterFailure("\(name) may be \(names): write more of it")
        }
        let nearest = nearestName(to: wanted, among: titles)
        if `operator` == .equal || `operator` == .notEqual || (`operator` == .contains && nearest == nil) { return nil }
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        throw FilterFailure("there is no column \(name)\(hint)")
    }

    /// A title as it is typed: lower case, letters and digits only.
    private static func plain(_ title: String) -> String {
        String(title.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    private static func operand(
        _ value: String, operator: Operator, column: String
    ) throws(FilterFailure) -> Operand {
        if `operator` == .contains { return .text(value.lowercased()) }
        if let number = Double(value) { return .number(number) }
        if let duration = parseDuration(value) { return .duration(duration) }
        if let quantity = Quantity(value) { return .number(Double(quantity.milliValue) / 1000) }
        guard `operator` == .equal || `operator` == .notEqual else {
            throw FilterFailure(
                "\(column)\(`operator`.rawValue) needs a number, a quantity or a duration, not \(value)")
        }
        return .text(value.lowercased())
    }

    func matches(_ object: any StoredObject, column: ResourceTable.Column, context: CellContext) -> Bool {
        func text() -> String { column.text(object, context).lowercased() }
        if case .text(let wanted) = operand {
            switch `operator` {
            case .contains: return text().contains(wanted)
            case .notEqual: return text() != wanted
            default: return text() == wanted
            }
        }
        guard let actual = value(column.sortKey(object), now: context.now) else { return `operator` == .notEqual }
        let wanted: Double =
            switch operand {
            case .number(let number): number
            case .duration(let microseconds): Double(microseconds) / 1_000_000
            case .text: 0
            }
        switch `operator` {
        case .less: return actual < wanted
        case .lessOrEqual: return actual <= wanted
        case .greater: return actual > wanted
        case .greaterOrEqual: return actual >= wanted
        case .equal: return actual == wanted
        case .notEqual: return actual != wanted
        case .contains: return false
        }
    }

    /// The number behind a cell; of a time the seconds since.
    private func value(_ key: SortKey, now: Timestamp) -> Double? {
        switch key {
        case .number(let number): number
        case .time(let time): Double(now.microseconds - time.microseconds) / 1_000_000
        case .text(let text): Double(text)
        case .missing: nil
        }
    }
}

/// A duration as kubectl writes ages: `90s`, `5m`, `2h30m`, `3d4h`, `1y`.
///
/// - Returns: microseconds; `nil` when the text is no duration.
func parseDuration(_ text: String) -> Int64? {
    var total = 0.0
    var digits = ""
    for character in text {
        if character.isASCII && (character.isNumber || character == ".") {
            digits.append(character)
            continue
        }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "y": 31_536_000]
        guard let unit = units[character], let number = Double(digits) else { return nil }
        total += number * unit
        digits = ""
    }
    guard digits.isEmpty, !text.isEmpty, total < 1e12 else { return nil }
    return Int64(total * 1_000_000)
}
