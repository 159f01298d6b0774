import KubernetesModel

/// Where a line of what is said about access leads.
package enum AccessTarget: Sendable, Hashable {
    /// An object of the cluster; its namespace is empty where it has none.
    case object(group: String, kind: String, namespace: String, name: String)
    /// Another page about access.
    case page(AccessOrder)
    /// A dangerous permission by its id, and where it holds: what it means is shown, or hidden again.
    case danger(id: String, namespace: String)
}

/// A line of what is said about access.
package struct AccessLine: Sendable, Hashable {
    /// How it is meant.
    package enum Tone: Sendable, Hashable {
        case plain, dim, title, critical, warning, note, fine
    }

    /// A part of a line that is meant in a way of its own.
    package struct Piece: Sendable, Hashable {
        package var text: String
        package var tone: Tone

        package init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }
    }

    package var pieces: [Piece]
    /// Whether it is a row of a table, which is cut rather than folded.
    package var isRow: Bool
    /// How many columns the lines below the first begin to the right, when it is folded.
    package var hang: Int
    /// Where Enter leads from it; `nil` for nowhere.
    package var target: AccessTarget?

    /// How many columns labels take.
    package static let margin = 12

    /// The whole text.
    package var text: String { pieces.count == 1 ? pieces[0].text : pieces.map(\.text).joined() }

    /// A line that is meant in one way.
    package init(
        _ text: String, _ tone: Tone = .plain, isRow: Bool = false, hang: Int = AccessLine.margin,
        target: AccessTarget? = nil
    ) {
        self.init(pieces: [Piece(text, tone)], isRow: isRow, hang: hang, target: target)
    }

    /// A line of several parts.
    package init(
        pieces: [Piece], isRow: Bool = false, hang: Int = AccessLine.margin, target: AccessTarget? = nil
    ) {
        self.pieces = pieces
        self.isRow = isRow
        self.hang = hang
        self.target = target
    }
}
