import KubernetesModel

/// Lines of logs that are to be written to a file.
package struct LogExport: Sendable, Equatable {
    /// As it was when it was asked for; sharing its lines with the screen.
    private let view: LogView
    private let space: LogSpace
    /// Every line that is kept, with all that is known of it, or only what is shown, as it is shown.
    package let isEverything: Bool

    /// Bytes of a piece, about.
    private static let pieceBytes = 256 << 10

    init(_ view: LogView, _ space: LogSpace, isEverything: Bool) {
        self.view = view
        self.space = space
        self.isEverything = isEverything
    }

    /// Calls `body` with the text of the file, piece by piece.
    package func forEachPiece(_ body: ([UInt8]) throws -> Void) rethrows {
        var piece: [UInt8] = []
        let lines = isEverything ? view.text.end - view.text.first : view.shownCount
        for place in 0..<lines {
            if isEverything {
                append(lineWithAll: view.text.first + place, to: &piece)
            } else {
                append(shownLine: view.number(at: place), to: &piece)
            }
            piece.append(UInt8(ascii: "\n"))
            if piece.count >= Self.pieceBytes {
                try body(piece)
                piece.removeAll(keepingCapacity: true)
            }
        }
        if !piece.isEmpty { try body(piece) }
    }

    /// What is shown of a line, with its fields below it where they are.
    private func append(shownLine number: Int, to piece: inout [UInt8]) {
        for part in view.pieces(of: number, space) { piece.append(contentsOf: withoutControls(part.text).utf8) }
        guard view.expanded.contains(number) else { return }
        for line in view.details(of: number, space) {
            let text = line.pieces.map(\.text).joined()
            piece.append(contentsOf: ("\n    " + withoutControls(text)).utf8)
        }
    }

    /// When it was written, by whom where there are several, and its text.
    private func append(lineWithAll number: Int, to piece: inout [UInt8]) {
        guard let line = view.text.line(number), let bytes = view.text.bytes(of: number) else { return }
        if line.stamp != .min {
            piece.append(contentsOf: Timestamp(microseconds: line.stamp / 1000).rfc3339.utf8)
            piece.append(UInt8(ascii: " "))
        }
        let source = Int(line.source)
        if view.news.origins.count > 1, view.news.origins.indices.contains(source) {
            let origin = view.news.origins[source]
            piece.append(contentsOf: "\(origin.pod)/\(origin.container) ".utf8)
        }
        piece.append(contentsOf: bytes)
    }
}

/// A text without what a terminal would act upon when it is pasted or printed; tabs and ends of lines stay.
func withoutControls(_ text: String) -> String {
    func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0..<0x20, 0x7F..<0xA0: false
        default: true
        }
    }
    guard !text.unicodeScalars.allSatisfy(isHarmless) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where isHarmless(scalar) { result.append(scalar) }
    return String(result)
}
