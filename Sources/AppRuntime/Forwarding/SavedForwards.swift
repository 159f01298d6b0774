import AppCore
import Foundation
import Streams

extension StateDirectory {
    /// What one context has saved.
    private struct Saved: Codable {
        var context: String
        /// The server's address, since different kubeconfigs use the same names.
        var server: String
        var forwards: [ForwardRequest]
    }

    private static let contextLimit = 200
    private static let forwardLimit = 100

    private var forwardsPath: String { path + "/forwards.json" }

    private func allSavedForwards() -> [Saved] {
        guard let data = FileManager.default.contents(atPath: forwardsPath), data.count < 1 << 20 else { return [] }
        return (try? JSONDecoder().decode([Saved].self, from: data)) ?? []
    }

    /// The forwards that a context has saved; what cannot be one is left out.
    package func savedForwards(context: String, server: String) -> [ForwardRequest] {
        let saved = allSavedForwards().last { $0.context == context && $0.server == server }
        var seen: Set<ForwardRequest> = []
        return (saved?.forwards ?? []).prefix(Self.forwardLimit).filter { $0.isSound && seen.insert($0).inserted }
    }

    /// Keeps the forwards of a context; those of others stay as they are.
    package func save(forwards: [ForwardRequest], context: String, server: String) throws {
        var all = allSavedForwards()
        all.removeAll { $0.context == context && $0.server == server }
        if !forwards.isEmpty { all.append(Saved(context: context, server: server, forwards: forwards)) }
        try write(all)
    }

    /// Gives what a context has saved, on whatever server, to its new name.
    func renameForwards(of context: String, to new: String) throws {
        var all = allSavedForwards()
        let servers = Set(all.filter { $0.context == context }.map(\.server))
        guard !servers.isEmpty else { return }
        // What another context of that name once had is nobody's any more.
        all.removeAll { $0.context == new && servers.contains($0.server) }
        for index in all.indices where all[index].context == context { all[index].context = new }
        try write(all)
    }

    private func write(_ all: [Saved]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(Array(all.suffix(Self.contextLimit)))
            .write(to: URL(fileURLWithPath: forwardsPath), options: .atomic)
    }
}

extension ForwardRequest {
    /// Whether a file that anybody may have edited holds something that can be asked for.
    fileprivate var isSound: Bool {
        func isWord(_ text: String) -> Bool {
            (1...253).contains(text.utf8.count)
                && text.utf8.allSatisfy { byte in
                    (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
                }
        }
        let isAddress =
            address == "localhost"
            || (2...45).contains(address.utf8.count)
                && address.utf8.allSatisfy {
                    (48...58).contains($0) || $0 == 46 || (97...102).contains($0) || (65...70).contains($0)
                }
        return isWord(name) && isWord(namespace) && (0...65535).contains(local) && isAddress
            && (try? Forward.Order(self, localPort: local)) != nil
    }
}
