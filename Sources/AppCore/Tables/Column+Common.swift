import KubernetesModel
import Screen

extension Column where Row: KubernetesObject {
    /// The name, quiet where the row is `finished`; `text` may say more than the name.
    static func name(
        help: String, wide: Bool = false, isFinished: @escaping @Sendable (Row) -> Bool = { _ in false },
        text: @escaping @Sendable (Row) -> String = { $0.metadata.name }
    ) -> Column {
        Column(
            "NAME", width: .fill(min: 12), wide: wide, help: help, importance: 3,
            role: { row, _ in isFinished(row) ? .finished : .plain },
            text: { row, _ in text(row) }, sortKey: { .text($0.metadata.name) })
    }

    /// The time since creation; its first sort puts the newest on top.
    static var age: Column {
        .time("AGE", help: "Time since it was created.") { $0.metadata.creationTimestamp }
    }

    /// The time since a moment; its first sort puts the latest on top.
    static func time(
        _ title: String, wide: Bool = false, help: String,
        role: @escaping @Sendable (Row, CellContext) -> StyleRole = { _, _ in .plain },
        moment: @escaping @Sendable (Row) -> Timestamp?
    ) -> Column {
        Column(
            title, width: .fit(max: 9), align: .right, wide: wide, help: help, timeDependent: true,
            descendingFirst: true, importance: 2, role: role,
            text: { row, context in KubernetesModel.age(from: moment(row), to: context.now) },
            sortKey: { moment($0).map { .time($0) } ?? .missing })
    }

    /// The time since a moment that may never have been: then `<none>`.
    static func timeOrNone(
        _ title: String, wide: Bool = false, help: String,
        role: @escaping @Sendable (Row, CellContext) -> StyleRole = { _, _ in .plain },
        moment: @escaping @Sendable (Row) -> Timestamp?
    ) -> Column {
        var column = time(title, wide: wide, help: help, role: role, moment: moment)
        column.width = .fit(max: 13)
        column.importance = 1
        column.text = { row, context in
            moment(row).map { KubernetesModel.age(from: $0, to: context.now) } ?? "<none>"
        }
        return column
    }

    /// A quantity's text, which sorts by its amount; its first sort puts the largest on top.
    static func quantity(
        _ title: String, wide: Bool = false, help: String, text: @escaping @Sendable (Row) -> String
    ) -> Column {
        Column(
            title, width: .fit(max: 12), align: .right, wide: wide, help: help, descendingFirst: true,
            text: { row, _ in text(row) },
            sortKey: { row in Quantity(text(row)).map { .number(Double($0.milliValue)) } ?? .missing })
    }

    /// A text that sorts by itself.
    static func text(
        _ title: String, width: Width, wide: Bool = false, importance: Int = 1, help: String,
        role: @escaping @Sendable (Row, CellContext) -> StyleRole = { _, _ in .plain },
        text: @escaping @Sendable (Row) -> String
    ) -> Column {
        Column(
            title, width: width, wide: wide, help: help, importance: importance, role: role,
            text: { row, _ in text(row) }, sortKey: { .text(text($0)) })
    }

    /// A whole number; its first sort puts the largest on top.
    static func number(
        _ title: String, wide: Bool = false, importance: Int = 1, help: String,
        role: @escaping @Sendable (Row, CellContext) -> StyleRole = { _, _ in .plain },
        value: @escaping @Sendable (Row) -> Int
    ) -> Column {
        Column(
            title, width: .fit(max: 12), align: .right, wide: wide, help: help, descendingFirst: true,
            importance: importance, role: role,
            text: { row, _ in "\(value(row))" }, sortKey: { .number(Double(value($0))) })
    }

    /// How many of how many, such as `2/3`; sorts by the share, so that its first sort puts what lacks most on top.
    static func share(
        _ title: String, help: String, of count: @escaping @Sendable (Row) -> (part: Int, whole: Int),
        role: @escaping @Sendable (Row, CellContext) -> StyleRole
    ) -> Column {
        Column(
            title, width: .fit(max: 12), align: .right, help: help, importance: 2, role: role,
            text: { row, _ in
                let (part, whole) = count(row)
                return "\(part)/\(whole)"
            },
            sortKey: { row in
                let (part, whole) = count(row)
                return whole == 0 ? .missing : .number(Double(part) / Double(whole))
            })
    }
}

extension Health {
    /// How text that tells of this health is drawn.
    var role: StyleRole {
        switch self {
        case .fine: .fine
        case .finished: .finished
        case .degraded: .degraded
        case .broken: .broken
        }
    }
}

extension Health {
    /// How text is drawn that tells why, and nothing when all is well.
    var cellRole: StyleRole { self >= .degraded ? role : .plain }
}

extension ObjectMeta {
    /// Degraded while the object goes away.
    var health: Health { deletionTimestamp != nil ? .degraded : .fine }
}

/// A text, or what kubectl prints for an empty one.
func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }

extension Array {
    /// What a template's pods run, in wide mode.
    static func template<Row: KubernetesObject>(_ template: @escaping @Sendable (Row) -> PodTemplate) -> [Column<Row>]
    where Element == Column<Row> {
        [
            .text("CONTAINERS", width: .fill(min: 10), wide: true, importance: 0, help: "Names of its containers.") {
                template($0).spec.containers.map(\.name).joined(separator: ",")
            },
            .text("IMAGES", width: .fill(min: 10), wide: true, importance: 0, help: "Images of its containers.") {
                template($0).spec.containers.map(\.image).joined(separator: ",")
            },
        ]
    }
}

extension Column where Row: KubernetesObject {
    /// Which pods are its own, in wide mode.
    static func selector(_ selector: @escaping @Sendable (Row) -> LabelSelector) -> Column {
        .text("SELECTOR", width: .fill(min: 12), wide: true, importance: 0, help: "Labels of its own pods.") {
            selector($0).printedText
        }
    }
}
