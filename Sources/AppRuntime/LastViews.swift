import AppCore
import Foundation

extension StateDirectory {
    /// More contexts than anybody goes back to.
    private static let viewLimit = 200

    private var viewsPath: String { path + "/views.json" }

    /// What each context showed last, oldest first; empty when there is nothing to read.
    package func lastViews() -> [LastView] {
        guard let data = FileManager.default.contents(atPath: viewsPath), data.count < 1 << 20 else { return [] }
        return (try? JSONDecoder().decode([LastView].self, from: data)) ?? []
    }

    /// Keeps what a context shows; other contexts' views stay as other sessions left them.
    package func save(lastView view: LastView) throws {
        var views = lastViews()
        views.removeAll { $0.isOfSameContext(as: view) }
        views.append(view)
        try write(views)
    }

    /// Gives what a context shows, on whatever server, to its new name.
    func renameViews(of context: String, to new: String) throws {
        var views = lastViews()
        guard views.contains(where: { $0.context == context }) else { return }
        views.rename(context, to: new)
        try write(views)
    }

    private func write(_ views: [LastView]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(Array(views.suffix(Self.viewLimit)))
        try data.write(to: URL(fileURLWithPath: viewsPath), options: .atomic)
    }
}
