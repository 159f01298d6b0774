import Access
import KubernetesModel

/// A context of the kubeconfig, as `:ctx` lists it.
package struct ContextInfo: Sendable, Equatable {
    /// A line about it.
    package struct Fact: Sendable, Equatable {
        package var label: String
        package var text: String

        package init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }
    }

    package var name: String
    package var cluster: String
    package var user: String
    /// Empty when the context names none.
    package var namespace: String
    /// The server's address, without credentials.
    package var server: String
    /// Why it cannot be used, such as a dangling user; `nil` when nothing is known against it.
    package var problem: String?
    /// The file that it is in.
    package var file = ""
    /// Where it is, its cluster and its user, such as `/home/me/.kube/config:12`.
    package var place = ""
    package var clusterPlace = ""
    package var userPlace = ""
    /// The kind of credential in a word or two.
    package var kind = ""
    /// What is shown to the server, in words without secrets.
    package var credential = ""
    /// When that ends; `nil` when it cannot be seen.
    package var expiry: Timestamp?
    /// Further lines about it.
    package var facts: [Fact] = []
    /// What one should know before using it, the gravest first.
    package var flags: [ContextFlag] = []
    /// Its cluster and its user, as far as nothing else uses them, such as `cluster "dev"`.
    package var unused: [String] = []
    /// The file whose context of that name counts instead; `nil` where this one counts.
    package var hiddenBy: String?
    /// Whether it is the one that kubectl uses when none is named.
    package var isCurrent = false
    /// The file that names another current context, which counts where this one's names none.
    package var nextCurrentFile: String?

    package init(
        name: String, cluster: String, user: String, namespace: String, server: String, problem: String? = nil
    ) {
        self.name = name
        self.cluster = cluster
        self.user = user
        self.namespace = namespace
        self.server = server
        self.problem = problem
    }

    /// Names it among those of all files.
    package var id: ContextID { ContextID(name: name, file: file) }
}

/// Something in a kubeconfig that does not work, or that its owner should know.
package struct ContextFinding: Sendable, Equatable {
    package var weight: ContextFlag.Weight
    /// Such as `kc-perms`.
    package var rule: String
    package var file: String
    /// With its line, such as `/home/me/.kube/config:12`.
    package var place: String
    /// Such as `user "dev"`; empty where it is about the whole file.
    package var entry: String
    package var title: String
    package var next: String

    package init(
        weight: ContextFlag.Weight, rule: String, file: String, place: String, entry: String, title: String,
        next: String
    ) {
        self.weight = weight
        self.rule = rule
        self.file = file
        self.place = place
        self.entry = entry
        self.title = title
        self.next = next
    }

    /// Whether it is about a context, or something that the context uses.
    func isAbout(_ context: ContextInfo) -> Bool {
        func file(_ place: String) -> Bool { place == self.file || place.hasPrefix("\(self.file):") }
        switch entry {
        case "": return file(context.place) || file(context.clusterPlace) || file(context.userPlace)
        case "context \"\(context.name)\"": return file(context.place)
        case "cluster \"\(context.cluster)\"": return file(context.clusterPlace)
        case "user \"\(context.user)\"": return file(context.userPlace)
        default: return false
        }
    }
}

/// News for the list of contexts.
package enum ContextsNews: Sendable, Equatable {
    /// What is wrong with the files.
    case found([ContextFinding])
    /// What the server of a context answered.
    case probed(String, ContextProbe)
    /// Every server was asked.
    case probedAll
    /// A change was made to files; the copies of what was there before.
    case changed(ContextChange, backups: [String])
    /// A change was not made, and why.
    case notChanged(String)
}
