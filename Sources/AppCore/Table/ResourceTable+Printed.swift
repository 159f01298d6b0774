import KubernetesModel
import Screen

extension ResourceTable {
    /// Columns and letters beyond these are nobody's wish.
    private static let mostColumns = 64
    private static let longestTitle = 48

    /// The table of a kind that only discovery knows, in the columns in which the server prints it.
    ///
    /// - Parameters:
    ///   - resource: the kind as it is offered.
    ///   - printed: the server's columns; empty before anything came, and of a server that prints none.
    package init(_ resource: APIResource, printed: PrintedColumns) {
        let kind = resource.resourceKind
        var columns: [Column] = resource.isNamespaced ? [Self.namespaceColumn] : []
        let names = printed.columns.prefix(Self.mostColumns)
        if !names.contains(where: { Self.isName($0) }) { columns.append(Self.nameColumn) }
        for (index, column) in names.enumerated() {
            let title = Self.title(of: column, at: index, besides: columns)
            columns.append(Self.isName(column) ? Self.nameColumn : Self.column(column, at: index, title, printed))
        }
        if names.isEmpty { columns.append(Self.ageColumn) }
        self.init(
            kind: kind, title: Self.title(of: resource), aliases: [resource.singularName] + resource.shortNames,
            columns: columns, defaultSort: TableSort(column: "NAME", descending: false), printed: printed,
            health: { object in
                (object as? PrintedObject).map { printed in
                    max(object.metadata.deletionTimestamp != nil ? .degraded : .fine, Self.health(of: printed))
                } ?? .fine
            })
    }

    /// The plural in the letters of the kind, such as `NetworkPolicies`.
    private static func title(of resource: APIResource) -> String {
        let plural = resource.groupResource.resource
        let common = zip(resource.kind.lowercased(), plural).prefix { $0 == $1 }.count
        return String(resource.kind.prefix(common)) + plural.dropFirst(common)
    }

    private static func isName(_ column: PrintedColumns.Column) -> Bool { column.format == "name" }

    /// A title that no other column has.
    private static func title(of column: PrintedColumns.Column, at index: Int, besides others: [Column]) -> String {
        if isName(column) { return "NAME" }
        let own = column.name.isEmpty ? "COLUMN \(index + 1)" : String(column.name.uppercased().prefix(longestTitle))
        var title = own
        var count = 2
        while title == "NAME" || others.contains(where: { $0.title == title }) {
            title = "\(own) (\(count))"
            count += 1
        }
        return title
    }

    // MARK: - Columns

    private static let nameColumn = Column(
        title: "NAME", width: .fill(min: 12), isRightAligned: false, isWide: false, help: "Name of the object.",
        isTimeDependent: false, sortsDescendingFirst: false, importance: 3,
        text: { object, _ in object.metadata.name }, role: { _, _ in .plain },
        sortKey: { .text($0.metadata.name) })

    private static let ageColumn = age(wide: false)

    private static func age(wide: Bool) -> Column {
        time(
            "AGE", wide: wide, help: "Time since it was created.", moment: { $0.metadata.creationTimestamp },
            text: { object, now in KubernetesModel.age(from: object.metadata.creationTimestamp, to: now) })
    }

    private static func time(
        _ title: String, wide: Bool, help: String, moment: @escaping @Sendable (any StoredObject) -> Timestamp?,
        text: @escaping @Sendable (any StoredObject, Timestamp) -> String
    ) -> Column {
        Column(
            title: title, width: .fit(max: 12), isRightAligned: true, isWide: wide, help: help, isTimeDependent: true,
            sortsDescendingFirst: true, importance: 2, text: { text($0, $1.now) }, role: { _, _ in .plain },
            sortKey: { object in moment(object).map { .time($0) } ?? .missing })
    }

    private static func column(
        _ column: PrintedColumns.Column, at index: Int, _ title: String, _ printed: PrintedColumns
    ) -> Column {
        let cell: @Sendable (any StoredObject) -> PrintedCell = { object in
            guard let object = object as? PrintedObject else { return .none }
            // A row that came before the columns changed is read by the names it came with.
            let place =
                object.columns === printed ? index : object.columns.columns.firstIndex { $0.name == column.name }
            guard let place, place < object.cells.count else { return .none }
            return object.cells[place]
        }
        let help = column.description.prefix { !$0.isNewline }.prefix(200)
        let isWide = column.priority > 0
        if title == "AGE" {
            // Where it is the age since creation, that is known exactly.
            return time(
                title, wide: isWide, help: String(help),
                moment: { isAge(cell($0), of: $0) ? $0.metadata.creationTimestamp : moment(cell($0), of: $0) },
                text: { object, now in
                    isAge(cell(object), of: object)
                        ? KubernetesModel.age(from: object.metadata.creationTimestamp, to: now)
                        : grown(cell(object), of: object, now: now)
                })
        }
        switch column.type {
        case "date":
            return time(
                title, wide: isWide, help: String(help), moment: { moment(cell($0), of: $0) },
                text: { grown(cell($0), of: $0, now: $1) })
        case "integer", "number":
            return Column(
                title: title, width: .fit(max: 16), isRightAligned: true, isWide: isWide, help: String(help),
                isTimeDependent: false, sortsDescendingFirst: true, importance: 1,
                text: { object, _ in firstLine(cell(object).text) }, role: { _, _ in .plain },
                sortKey: { Double(cell($0).text).map { .number($0) } ?? .missing })
        default:
            let isTelling = tellingTitles.contains(title)
            return Column(
                title: title, width: .fill(min: max(8, title.count)), isRightAligned: false, isWide: isWide,
                help: String(help), isTimeDependent: false, sortsDescendingFirst: false, importance: isTelling ? 2 : 1,
                text: { object, _ in firstLine(cell(object).text) },
                role: { object, _ in isTelling ? role(of: cell(object), title: title) : .plain },
                sortKey: { object in
                    let text = cell(object).text
                    return text.isEmpty ? .missing : .text(text)
                })
        }
    }

    /// Whether a cell says how old the object is.
    private static func isAge(_ cell: PrintedCell, of object: any StoredObject) -> Bool {
        guard let printed = object as? PrintedObject else { return true }
        return cell.text == KubernetesModel.age(from: object.metadata.creationTimestamp, to: printed.printedAt)
    }

    /// The moment that an age in a cell was counted from, as exactly as the age says it.
    private static func moment(_ cell: PrintedCell, of object: any StoredObject) -> Timestamp? {
        guard let object = object as? PrintedObject, let age = microseconds(inAge: cell.text) else { return nil }
        return Timestamp(microseconds: object.printedAt.microseconds &- age)
    }

    /// What an age in a cell has become since it was printed; any other text as it is.
    private static func grown(_ cell: PrintedCell, of object: any StoredObject, now: Timestamp) -> String {
        guard let object = object as? PrintedObject, let age = microseconds(inAge: cell.text) else {
            return firstLine(cell.text)
        }
        return humanDuration(microseconds: age &+ max(0, now.microseconds &- object.printedAt.microseconds))
    }

    /// As kubectl prints a text of several lines: its first, with a sign that there are more.
    private static func firstLine(_ text: String) -> String {
        guard let end = text.firstIndex(where: { $0.isNewline || $0 == "\u{C}" }) else { return text }
        return text[..<end] + "..."
    }

    // MARK: - Health

    /// Columns in which operators write a condition that should be true, or a word for how it goes.
    private static let tellingTitles: Set<String> = [
        "READY", "SYNCED", "HEALTHY", "AVAILABLE", "ESTABLISHED", "STATUS", "PHASE", "STATE", "HEALTH",
    ]

    /// What a cell of a telling column says; nothing where its word is not known.
    private static func health(of cell: PrintedCell, title: String) -> Health {
        switch cell.text {
        case "Failed", "Error", "Faulted": .broken
        case "False" where title != "STATE", "Degraded", "Unhealthy": .degraded
        default: .fine
        }
    }

    private static func role(of cell: PrintedCell, title: String) -> StyleRole {
        let health = health(of: cell, title: title)
        return health == .fine ? .plain : health.role
    }

    private static func health(of object: PrintedObject) -> Health {
        var worst = Health.fine
        for (column, cell) in zip(object.columns.columns, object.cells) where column.name.utf8.count <= 12 {
            let title = column.name.uppercased()
            if tellingTitles.contains(title) { worst = max(worst, health(of: cell, title: title)) }
        }
        return worst
    }
}
