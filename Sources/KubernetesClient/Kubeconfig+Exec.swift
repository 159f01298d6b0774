import KubernetesModel
import Yams

extension ExecPlugin {
    /// Reads the fields of `exec`.
    ///
    /// - Parameters:
    ///   - fields: The mapping.
    ///   - directory: Of the kubeconfig: a command with a slash in it is relative to that.
    /// - Returns: The plugin, or what is wrong.
    static func read(_ fields: Yams.Node.Mapping, directory: String) -> Result<ExecPlugin, Kubeconfig.ExecProblem> {
        func problem(_ problem: String, _ remedy: String) -> Result<ExecPlugin, Kubeconfig.ExecProblem> {
            .failure(Kubeconfig.ExecProblem(problem: problem, remedy: remedy))
        }
        guard let command = fields.text("command") else {
            return problem("its exec names no command", "set exec.command to the program that gets the credential")
        }
        let versions = APIVersion.allCases.map(\.rawValue).joined(separator: " or ")
        guard let versionText = fields.text("apiVersion") else {
            return problem("its exec has no apiVersion", "set it to \(versions)")
        }
        guard let version = APIVersion(rawValue: versionText) else {
            return problem(
                "its exec has the apiVersion \(KubeconfigFailure.oneLine(versionText)), which is not supported",
                "update \(command) and set it to \(versions)")
        }
        var plugin = ExecPlugin(apiVersion: version, command: resolved(command, in: directory))
        if let text = fields.text("interactiveMode") {
            guard let mode = InteractiveMode(rawValue: text) else {
                return problem(
                    "its exec has the interactiveMode \(KubeconfigFailure.oneLine(text)), which does not exist",
                    "set it to Never, IfAvailable or Always")
            }
            plugin.interactiveMode = mode
        } else if version == .v1 {
            return problem(
                "its exec has no interactiveMode, which \(version.rawValue) requires",
                "set it to IfAvailable, or to Never or Always")
        }
        let arguments = fields["args"].flatMap { $0.isNull ? [] : $0.sequence?.map(\.scalarText) ?? [nil] } ?? []
        guard !arguments.contains(nil) else {
            return problem("its exec has args that are not a list of texts", "write them as `- text`")
        }
        plugin.arguments = arguments.compactMap { $0.map { Secret($0) } }
        for variable in fields["env"]?.sequence?.compactMap(\.mapping) ?? [] {
            guard let name = variable.text("name") else {
                return problem("its exec has an environment variable without a name", "name it or remove it")
            }
            plugin.environment.append(
                EnvironmentVariable(name: name, value: Secret(variable["value"]?.scalarText ?? "")))
        }
        plugin.installHint = fields.text("installHint") ?? ""
        plugin.provideClusterInfo = fields.flag("provideClusterInfo")
        return .success(plugin)
    }

    /// What a cluster's extensions hold for the program, as JSON.
    static func clusterConfiguration(extensions: Yams.Node?) -> Secret? {
        let own = extensions?.sequence?.compactMap(\.mapping).first {
            $0["name"]?.scalarText == "client.authentication.k8s.io/exec"
        }
        return own?["extension"].map { Secret(JSONValue(yaml: $0).writeJSON()) }
    }

    private static func resolved(_ command: String, in directory: String) -> String {
        command.contains("/") ? LocalFile.absolute(command, in: directory) : command
    }
}

extension JSONValue {
    /// A YAML node as JSON.
    init(yaml node: Yams.Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(mapping.map { Member($0.key.string ?? "", JSONValue(yaml: $0.value)) })
        case .sequence(let sequence): self = .array(sequence.map(JSONValue.init(yaml:)))
        case .scalar(let scalar):
            if node.isNull {
                self = .null
            } else if let bool = node.bool, node.tag == Tag(.bool) {
                self = .bool(bool)
            } else if let number = node.int, node.tag == Tag(.int) {
                self = .number(String(number))
            } else if let number = node.float, number.isFinite, node.tag == Tag(.float) {
                self = .number("\(number)")
            } else {
                self = .string(scalar.string)
            }
        case .alias: self = .null
        }
    }
}
