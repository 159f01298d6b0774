import AppCore
import AppRuntime
import ArgumentParser
import CursesTerminal
import Diagnosis
import Foundation
import KubernetesClient
import Logging

/// Opens the screen and returns when the user leaves it.
///
/// The terminal is as it was, whichever way it ends.
///
/// - Parameters:
///   - kubeconfig: as it is now.
///   - reread: reads it again; `nil` for a cluster that is only there for this session, of which nothing is kept.
///   - context: the context to begin with; `nil` for the current one.
///   - overrides: what takes the place of what the kubeconfig says.
///   - options: what to show first.
///   - environment: of the process.
/// - Throws: when there is no terminal, and the exit code after a signal.
@MainActor
func runScreen(
    kubeconfig: Kubeconfig, reread: (@Sendable () throws(KubeconfigFailure) -> Kubeconfig)?, context: String?,
    overrides: AccessOverrides, options: LaunchOptions, environment: [String: String]
) async throws {
    let setup = Setup(environment: environment)
    var options = options
    options.history = setup.directory?.promptHistory() ?? []
    options.utcOffsetSeconds = TimeZone.current.secondsFromGMT()
    let terminal = try CursesTerminal(environment: environment, errorLog: setup.directory?.logPath)
    defer { terminal.close() }
    var surroundings = setup.surroundings(kubeconfig, context: context, overrides: overrides)
    let home = environment["HOME"] ?? ""
    surroundings.saveFile = { writeUserFile($0, content: $1, overwrites: $2, home: home) }
    surroundings.saveLog = { await writeUserFile($0, log: $1, overwrites: $2, home: home) }
    options.columnChoices = setup.directory?.columnChoices() ?? [:]
    surroundings.saveColumns = { [directory = setup.directory, logger = setup.logger] choices in
        do {
            try directory?.save(columnChoices: choices)
        } catch {
            logger.warning("the columns were not kept", metadata: ["error": "\(error)"])
        }
    }
    surroundings.lendTerminal = { body in await terminal.lend(body) }
    var notices = terminal.notices
    if let reread {
        surroundings.rereadKubeconfig = reread
        surroundings.mayChangeKubeconfig = true
        surroundings.environment = environment
        surroundings.rereadRules = { ConfigurationFile.contextRules(environment: environment) }
        options.lastViews = setup.directory?.lastViews() ?? []
        surroundings.savedForwards = { [directory = setup.directory] session in
            directory?.savedForwards(context: session.context, server: session.server) ?? []
        }
        surroundings.saveForwards = { [directory = setup.directory, logger = setup.logger] session, forwards in
            do {
                try directory?.save(forwards: forwards, context: session.context, server: session.server)
            } catch {
                logger.warning("the forwards were not kept", metadata: ["error": "\(error)"])
            }
        }
        surroundings.renameSaved = { [directory = setup.directory, logger = setup.logger] context, new in
            do {
                try directory?.rename(context: context, to: new)
            } catch {
                logger.warning("the last view and forwards stay under the old name", metadata: ["error": "\(error)"])
            }
        }
        surroundings.saveView = { [directory = setup.directory, logger = setup.logger] view in
            do {
                try directory?.save(lastView: view)
            } catch {
                logger.warning("the last view was not kept", metadata: ["error": "\(error)"])
            }
        }
    }
    do {
        surroundings.silences = try loadSilences(nil, environment: environment)
    } catch {
        notices.append("\(error)")
    }
    let application = Application(
        terminal: terminal, options: options, surroundings: surroundings,
        suspend: { terminal.suspend() })
    var endedBy: Int32?
    let reading = Task {
        for await input in terminal.input {
            switch input {
            case .event(let event): application.send(.input(event))
            case .resized:
                guard let size = CursesTerminal.currentSize() else { continue }
                terminal.resize(to: size)
                application.send(.resized(size))
            case .continued: terminal.repaint()
            case .signal(let number):
                endedBy = number
                application.stop()
            case .hungUp: application.stop()
            }
        }
    }
    for notice in notices { application.send(.notice(Notice(.warning, notice))) }
    await application.run()
    reading.cancel()
    terminal.close()
    // As a shell reports it: 128 and the signal's number.
    if let endedBy { throw ExitCode(128 + endedBy) }
}
