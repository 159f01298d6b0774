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

    let columnIndex: Int
    let `operator`: Operator
    /// What was typed behind the operator, in lower case.
    private let typed: String
    /// That as a number or a quantity.
    private let number: Double?
    /// That as a duration, in seconds; of a time column it is compared with the time since.
    private let seconds: Double?
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
        typed = value.lowercased()
        number = Self.finite(value) ?? Quantity(value).map { Double($0.milliValue) / 1000 }
        seconds = parseDuration(value).map { Double($0) / 1_000_000 } ?? Self.finite(value)
        let isComparison = found != .contains && found != .equal && found != .notEqual
        if isComparison, number == nil, seconds == nil {
            throw FilterFailure(
                "\(table.columns[index].title)\(found.rawValue) needs a number, a quantity or a duration, not \(value)")
        }
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
        let hint =
            nearest.flatMap { titles.firstIndex(of: $0) }.map { "; did you mean \(table.columns[$0].title)?" } ?? ""
        throw FilterFailure("there is no column \(name)\(hint)")
    }

    /// A title as it is typed: lower case, letters and digits only.
    private static func plain(_ title: String) -> String {
        String(title.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    func matches(_ object: any StoredObject, column: ResourceTable.Column, context: CellContext) -> Bool {
        if `operator` == .contains { return cellContains(column.text(object, context)) }
        let (actual, wanted) = values(column.key(of: object, context), now: context.now)
        guard let actual, let wanted else {
            let isSame = column.text(object, context).lowercased() == typed
            return `operator` == .equal ? isSame : `operator` == .notEqual ? !isSame : false
        }
        return switch `operator` {
        case .less: actual < wanted
        case .lessOrEqual: actual <= wanted
        case .greater: actual > wanted
        case .greaterOrEqual: actual >= wanted
        case .equal: actual == wanted
        case .notEqual: actual != wanted
        case .contains: false
        }
    }

    /// The number behind a cell, of a time the seconds since, and the one to compare it with.
    ///
    /// One of them is missing where the cell's text is to be compared, if anything.
    private func values(_ key: SortKey, now: Timestamp) -> (actual: Double?, wanted: Double?) {
        switch key {
        case .number(let value): (value, number)
        case .time(let time):
            // Nobody means a microsecond: what the cell says is compared.
            `operator` == .equal || `operator` == .notEqual
                ? (nil, nil) : (Double(now.microseconds &- time.microseconds) / 1_000_000, seconds)
        case .text(let text): `operator` == .equal || `operator` == .notEqual ? (nil, nil) : (Double(text), number)
        case .missing: (nil, nil)
        }
    }

    /// A number that can be compared: neither infinite nor `nan`.
    private static func finite(_ text: String) -> Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    private func cellContains(_ cell: String) -> Bool {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        appendLowercased(cell, to: &bytes)
        return contains(bytes, Array(typed.utf8))
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
