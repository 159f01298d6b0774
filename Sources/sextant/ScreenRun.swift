import AppCore
import AppRuntime
import ArgumentParser
import CursesTerminal
import Foundation
import KubernetesClient

/// Opens the screen and returns when the user leaves it.
///
/// The terminal is as it was, whichever way it ends.
@MainActor
func runScreen(
    kubeconfig: Kubeconfig, context: String?, options: LaunchOptions, environment: [String: String]
) async throws {
    let setup = Setup(environment: environment)
    var options = options
    options.history = setup.directory?.promptHistory() ?? []
    options.utcOffsetSeconds = TimeZone.current.secondsFromGMT()
    let terminal = try CursesTerminal(environment: environment, errorLog: setup.directory?.logPath)
    defer { terminal.close() }
    let application = Application(
        terminal: terminal, options: options, surroundings: setup.surroundings(kubeconfig, context: context),
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
    for notice in terminal.notices { application.send(.notice(Notice(.warning, notice))) }
    await application.run()
    reading.cancel()
    terminal.close()
    // As a shell reports it: 128 and the signal's number.
    if let endedBy { throw ExitCode(128 + endedBy) }
}
