import AppCore
import ArgumentParser
import Foundation

/// Which cluster: kubectl's flags.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Kubeconfig file; otherwise $KUBECONFIG, ~/.kube/config, or the pod's service account.", valueName: "file"),
        completion: .file())
    var kubeconfig: String?

    @Option(help: ArgumentHelp("Context of the kubeconfig; otherwise its current one.", valueName: "name"))
    var context: String?
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

/// Ends the process with the reason on stderr and exit status 2.
func withReasonOnFailure(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        FileHandle.standardError.write(Data("sextant: \(error)\n".utf8))
        throw ExitCode(2)
    }
}
