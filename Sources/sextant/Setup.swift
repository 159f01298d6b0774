import AppCore
import AppRuntime
import Diagnosis
import Foundation
import KubernetesClient
import KubernetesModel
import Logging

/// What every command needs: the state directory and the log.
struct Setup {
    let directory: StateDirectory?
    let logger: Logger

    init(environment: [String: String]) {
        directory = StateDirectory(environment: environment)
        directory?.prepare()
        let level = environment["SEXTANT_LOG_LEVEL"].flatMap(Logger.Level.init(rawValue:)) ?? .info
        if let path = directory?.logPath, let file = try? FileLogHandler.File(path: path) {
            logger = Logger(label: "sextant") { FileLogHandler(label: $0, file: file, level: level) }
        } else {
            // Without a place for it there is no log; the program works all the same.
            logger = Logger(label: "sextant") { _ in SwiftLogNoOpLogHandler() }
        }
    }

    func surroundings(
        _ kubeconfig: Kubeconfig, context: String?, overrides: AccessOverrides
    ) -> Application.Surroundings {
        var surroundings = Application.Surroundings(
            kubeconfig: kubeconfig, context: context, userAgent: "sextant/\(productVersion)", logger: logger,
            localNow: { localNow() },
            saveHistory: { [directory, logger] lines in
                do {
                    try directory?.save(promptHistory: lines)
                } catch {
                    logger.warning("the prompt's history was not kept", metadata: ["error": "\(error)"])
                }
            })
        surroundings.overrides = overrides
        surroundings.audit = directory.map { AuditLog(path: $0.auditPath) }
        return surroundings
    }
}

extension Application.Surroundings {
    /// Serves credential programs without a screen, as kubectl does: where a person sits at the terminal they see what
    /// the program says, and can answer it.
    mutating func servePluginsOnTheTerminal() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        pluginReport = { event in
            if case .said(let line) = event { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        }
        lendTerminal = { body in await body() }
        isTerminalFree = true
    }
}

/// The time by this machine's clock.
func localNow() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
}

/// Reads the kubeconfig that the options and the environment name.
func loadKubeconfig(_ path: String?, environment: [String: String]) throws(KubeconfigFailure) -> Kubeconfig {
    try Kubeconfig.load(explicitPath: path, environment: environment, homeDirectory: environment["HOME"])
}

/// Says on one line of stderr what was passed over in the kubeconfig, which is no reason to stop, and on another what
/// is wrong with the rules for contexts.
func printWarnings(of kubeconfig: Kubeconfig) {
    if let warning = configuredRules.firstWarning {
        FileHandle.standardError.write(Data("sextant: warning: \(warning)\n".utf8))
    }
    let warnings = kubeconfig.problems.map(\.description) + kubeconfig.warnings
    guard let first = warnings.first else { return }
    let more = warnings.count > 1 ? " (and \(warnings.count - 1) more: sextant info)" : ""
    FileHandle.standardError.write(Data("sextant: warning: \(first)\(more)\n".utf8))
}

/// Reads what is not to be told: from the file that is named, or from the one in the configuration folder if it is there.
func loadSilences(_ path: String?, environment: [String: String]) throws(CannotLook) -> [Silence] {
    var folder = environment["HOME"].map { $0 + "/.config" }
    if let given = environment["XDG_CONFIG_HOME"], given.hasPrefix("/") { folder = given }
    guard let file = path ?? folder.map({ $0 + "/sextant/silences" }) else { return [] }
    guard let data = FileManager.default.contents(atPath: file) else {
        if path == nil, !FileManager.default.fileExists(atPath: file) { return [] }
        throw CannotLook(description: "\(file) cannot be read")
    }
    do {
        return try Silence.parse(String(decoding: data, as: UTF8.self))
    } catch {
        throw CannotLook(description: "\(file), \(error)")
    }
}
