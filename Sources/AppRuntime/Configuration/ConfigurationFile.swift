import KubernetesClient

/// What the user has set for every session: `config.yaml` in the configuration folder.
package enum ConfigurationFile {
    /// Reads which contexts are read-only.
    ///
    /// - Parameter environment: `SEXTANT_CONFIG` names the file; otherwise it is `sextant/config.yaml` in
    ///   `$XDG_CONFIG_HOME` or `~/.config`, and need not be there.
    /// - Returns: the rules; none without a file, and those that make every context read-only when it is wrong.
    package static func contextRules(environment: [String: String]) -> ContextRules {
        if let path = environment["SEXTANT_CONFIG"], !path.isEmpty { return ContextRules(file: path, mustExist: true) }
        var folder = environment["HOME"].map { $0 + "/.config" }
        if let given = environment["XDG_CONFIG_HOME"], given.hasPrefix("/") { folder = given }
        guard let folder else { return ContextRules() }
        return ContextRules(file: folder + "/sextant/config.yaml", mustExist: false)
    }
}
