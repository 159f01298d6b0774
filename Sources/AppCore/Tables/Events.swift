import KubernetesModel
import Screen

extension TableDefinition where Row == Event {
    /// Events, newest first, with the columns of `kubectl get events -o wide`.
    package static var events: TableDefinition {
        let role: @Sendable (Event, CellContext) -> StyleRole = { event, _ in event.isWarning ? .degraded : .plain }
        return TableDefinition(
            title: "Events", aliases: ["ev", "event"],
            columns: [
                .time("LAST SEEN", help: "Time since it was last seen.", role: role, moment: \.lastSeen),
                .text(
                    "TYPE", width: .fit(max: 10), importance: 0, help: "Normal or Warning.", role: role, text: \.type),
                .text("REASON", width: .fit(max: 28), importance: 2, help: "What happened, in a word.", role: role) {
                    $0.reason
                },
                .text(
                    "OBJECT", width: .fill(min: 16), importance: 2, help: "Object it is about.", role: role,
                    text: \.objectText),
                .number("COUNT", importance: 2, help: "How often it was seen.", role: role, value: \.occurrences),
                .text(
                    "MESSAGE", width: .fill(min: 20), importance: 3, help: "What happened, in a sentence.", role: role
                ) { $0.message.trimmed },
                .text(
                    "SUBOBJECT", width: .fill(min: 9), wide: true, importance: 0,
                    help: "Part of the object, such as a container.", role: role
                ) { $0.involvedObject.fieldPath },
                .text(
                    "SOURCE", width: .fill(min: 8), wide: true, importance: 0, help: "Who saw it.", role: role,
                    text: \.sourceText),
                .time("FIRST SEEN", wide: true, help: "Time since it was first seen.", role: role, moment: \.firstSeen),
                .name(help: "Name of the event itself.", wide: true),
            ],
            defaultSort: (column: "LAST SEEN", descending: true),
            health: { $0.isWarning ? .degraded : .fine })
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}
