import AppCore
import AppRuntime
import ArgumentParser
import Foundation
import KubernetesClient

/// Which cluster: kubectl's flags.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Kubeconfig file; otherwise $KUBECONFIG, ~/.kube/config, or the pod's service account.", valueName: "file"),
        completion: .file())
    var kubeconfig: String?

    @Option(help: ArgumentHelp("Context of the kubeconfig; otherwise its current one.", valueName: "name"))
    var context: String?

    @Option(help: ArgumentHelp("Cluster of the kubeconfig, instead of the context's.", valueName: "name"))
    var cluster: String?

    @Option(help: ArgumentHelp("User of the kubeconfig, instead of the context's.", valueName: "name"))
    var user: String?

    @Option(name: .customLong("as"), help: ArgumentHelp("Act as this user.", valueName: "user"))
    var asUser: String?

    @Option(
        name: .customLong("as-group"), parsing: .singleValue,
        help: ArgumentHelp("Act as a member of this group; may be given several times.", valueName: "group"))
    var asGroups: [String] = []

    @Option(name: .customLong("as-uid"), help: ArgumentHelp("Act with this UID.", valueName: "uid"))
    var asUID: String?

    @Option(
        help: ArgumentHelp(
            "How long to wait for an answer: seconds, or such as 5s or 1m30s; 0 for as long as it takes.",
            valueName: "time"))
    var requestTimeout: RequestTime?

    @Flag(help: "Refuse everything that may change the cluster, before anything is sent.")
    var readOnly = false

    @Flag(help: "Allow changes where a rule of config.yaml says that a context is read-only.")
    var allowChanges = false

    func validate() throws {
        if readOnly && allowChanges { throw ValidationError("--read-only and --allow-changes exclude each other.") }
    }

    /// What takes the place of what the kubeconfig says.
    var overrides: AccessOverrides {
        // An empty value is as good as none, as for kubectl.
        func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        var overrides = AccessOverrides(
            cluster: given(cluster), user: given(user), asUser: given(asUser), asUID: given(asUID),
            asGroups: asGroups, requestTimeout: requestTimeout?.duration, readOnly: readOnly)
        overrides.rules = configuredRules
        overrides.allowsChanges = allowChanges
        return overrides
    }
}

/// Which contexts are read-only, as the configuration file says.
let configuredRules = ConfigurationFile.contextRules(environment: ProcessInfo.processInfo.environment)

/// A value of `--request-timeout`.
struct RequestTime: ExpressibleByArgument {
    var duration: Duration

    init?(argument: String) {
        guard let duration = AccessOverrides.requestTimeout(argument) else { return nil }
        self.duration = duration
    }
}

/// Which namespace: kubectl's flags.
struct NamespaceOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    @Flag(name: [.customShort("A"), .long], help: "All namespaces.")
    var allNamespaces = false

    func validate() throws {
        if allNamespaces && namespace != nil {
            throw ValidationError("-A and -n exclude each other.")
        }
    }
}

/// A failure whose words are already for people: printed to stderr as they are, exit status 2.
struct CannotLook: Error, CustomStringConvertible {
    var description: String
}

/// Ends the process with the reason on one line of stderr, and exit status 2.
func withReasonOnFailure(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        // A server's words may have several lines.
        let words = String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
        FileHandle.standardError.write(Data("sextant: \(printable(words))\n".utf8))
        throw ExitCode(2)
    }
}
