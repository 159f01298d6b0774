import Access
import ClusterState
import KubernetesModel

/// What is asked for of a context.
package enum ContextPrompt: Sendable, Equatable {
    /// Another name.
    case name(ContextID)
    /// Where to begin.
    case namespace(ContextID)
}

/// The line in which a command, a filter or a search is typed.
package struct Prompt: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// After `:`.
        case command
        /// After `/` in a table.
        case filter
        /// After `/` in a document.
        case search
        /// The name of a file to save to.
        case save
        /// About a context.
        case context(ContextPrompt)
        /// About the log on the screen.
        case log(LogPrompt)
        /// About the page on access on the screen.
        case access(AccessPrompt)
    }

    package let kind: Kind
    package internal(set) var editor: LineEditor
    /// What the text may become, best first.
    package internal(set) var candidates: [String] = []
    /// Which candidate Tab put into the line.
    package internal(set) var candidateIndex: Int?
    /// Why what is typed does not work.
    package internal(set) var error: String?
    /// The file that would be written over, once that was said.
    var overwritten: String?
    /// Where in the history the line comes from; `nil` when it was typed.
    var historyIndex: Int?
    /// What was typed before going through history or candidates.
    var typed: String
    /// What Esc goes back to.
    let original: String

    init(_ kind: Kind, text: String = "") {
        self.kind = kind
        editor = LineEditor(text)
        typed = text
        original = text
    }

    /// What would complete the line, shown dimmed behind the cursor.
    package var suggestion: String {
        let text = editor.text
        guard editor.cursor == editor.characters.count, !text.isEmpty,
            let first = candidates.first(where: { $0.hasPrefix(text) })
        else { return "" }
        return String(first.dropFirst(text.count))
    }
}

extension AppState {
    /// What a `:` line may become.
    func commandCandidates(for text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let names = kindNames
        if text.isEmpty { return names + CommandLine.words }
        guard let first = words.first, words.count > 1 else {
            let known =
                CommandLine.words + names + ResourceTable.all.flatMap(\.aliases)
                + (text.contains(".") ? offeredNames.map(\.description) : [])
            let matching = Set(known).filter { $0.hasPrefix(text.lowercased()) && $0 != text }
            return matching.sorted { ($0.count, $0) < ($1.count, $1) }
        }
        let typed = words[words.count - 1]
        let options: [String]
        switch CommandLine.parse(first == "can-i" ? "can-i get pods" : first, resources: resources) {
        case .success(.contexts): options = contexts.filter { $0.hiddenBy == nil }.map(\.name)
        case .success(.logs): options = loggedNames
        case .success(.access): return accessCandidates(for: text)
        case .success(.canI): return canICandidates(for: text)
        case .success(.xray): options = words.count == 2 ? names : knownNamespaces + ["all"]
        case .success(.table(let kind, _, _)) where kind == Namespace.kind || kind.isNamespaced:
            options = words.count == 2 ? knownNamespaces + ["all"] : []
        default: options = []
        }
        let head = words.dropLast().joined(separator: " ") + " "
        return options.filter { $0.hasPrefix(typed) && $0 != typed }.sorted().map { head + $0 }
    }

    /// Kinds that the server lists.
    private var offeredNames: [GroupResource] { resources.filter(\.isListable).map(\.groupResource) }

    /// The plural names of all kinds, with the group where another kind has the same.
    private var kindNames: [String] {
        let own = ResourceTable.all.map(\.kind.groupResource)
        var names = own.map(\.resource)
        var taken = Set(names)
        for kind in offeredNames where !own.contains(kind) {
            names.append(taken.insert(kind.resource).inserted ? kind.resource : kind.description)
        }
        return names
    }

    /// Namespaces of the cluster as far as they are known.
    package var knownNamespaces: [String] {
        var names = Set(favourites)
        if let listed = snapshot[KindScope(Namespace.kind.groupResource, namespace: nil)] {
            for object in listed.objects { names.insert(object.metadata.name) }
        }
        for context in contexts where !context.namespace.isEmpty { names.insert(context.namespace) }
        return names.sorted()
    }
}
