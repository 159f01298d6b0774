import AppCore
import AppRuntime
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Views

/// Drives the whole program without a terminal: keys go in, the screen comes out, and a real server answers.
@MainActor
package final class Pilot {
    /// What was waited for did not come; the screen as it was.
    package struct Lost: Error, CustomStringConvertible {
        package let description: String
    }

    package let application: Application
    private let terminal: HeadlessTerminal
    /// What is waited for, and who waits.
    private var awaited: (isMeant: (AppState) -> Bool, continuation: CheckedContinuation<Bool, Never>)?

    /// Opens the program on a kubeconfig, runs `body`, and ends it.
    ///
    /// - Parameters:
    ///   - kubeconfig: the text of the file.
    ///   - context: the context to begin with.
    ///   - options: as on the command line.
    ///   - size: of the screen.
    ///   - body: presses keys and looks.
    /// - Throws: what `body` throws, and `KubeconfigFailure`.
    package static func fly(
        _ kubeconfig: String, context: String? = nil, options: LaunchOptions = LaunchOptions(),
        size: Size = Size(columns: 120, rows: 30), _ body: (Pilot) async throws -> Void
    ) async throws {
        try await fly(
            try surroundings(kubeconfig: kubeconfig, context: context), options: options, size: size, body)
    }

    /// Opens the program in these surroundings, runs `body`, and ends it.
    package static func fly(
        _ surroundings: Application.Surroundings, options: LaunchOptions = LaunchOptions(),
        size: Size = Size(columns: 120, rows: 30), _ body: (Pilot) async throws -> Void
    ) async throws {
        let pilot = Pilot(
            terminal: HeadlessTerminal(size: size), options: options, surroundings: surroundings)
        let running = Task { await pilot.application.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(pilot))
        } catch {
            result = .failure(error)
        }
        pilot.application.stop()
        await running.value
        try result.get()
    }

    /// What the program needs, with a kubeconfig of this text and no log.
    package static func surroundings(
        kubeconfig: String, context: String? = nil
    ) throws -> Application.Surroundings {
        let file = FileManager.default.temporaryDirectory.appending(path: "pilot-\(UUID().uuidString).kubeconfig")
        try Data(kubeconfig.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let loaded = try Kubeconfig.load(explicitPath: file.path, environment: [:], homeDirectory: nil)
        return Application.Surroundings(
            kubeconfig: loaded, context: context, userAgent: "pilot",
            logger: Logger(label: "pilot") { _ in SwiftLogNoOpLogHandler() },
            localNow: {
                Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))
            })
    }

    private init(terminal: HeadlessTerminal, options: LaunchOptions, surroundings: Application.Surroundings) {
        self.terminal = terminal
        application = Application(terminal: terminal, options: options, surroundings: surroundings)
        application.didChange = { [unowned self] in look() }
    }

    /// Looks at every state that the program goes through: a notice may have gone when the waiting task gets its turn.
    private func look() {
        guard let awaited, awaited.isMeant(state) else { return }
        endWait(true)
    }

    private func endWait(_ came: Bool) {
        let continuation = awaited?.continuation
        awaited = nil
        continuation?.resume(returning: came)
    }

    package var state: AppState { application.state }

    /// What is on the screen now, line by line.
    package var screen: String { grid.text }

    /// What is on the screen now, with styles.
    package var grid: CellGrid { render(application.state).grid }

    /// What was copied last.
    package var clipboard: String? { terminal.clipboard }

    /// Presses the keys that are bound to commands.
    package func press(_ commands: Command...) {
        for command in commands {
            let key = KeyMap.bindings(in: state.keyContext).first { $0.command == command }?.keys.first
            if let key { application.send(.input(.key(key))) }
        }
    }

    package func press(_ keys: Key...) {
        for key in keys { application.send(.input(.key(key))) }
    }

    /// Types a text; a line break is Enter.
    package func type(_ text: String) {
        for character in text { press(character == "\n" ? .enter : .character(character)) }
    }

    /// Waits until the state is as meant, were it for a moment only; the test's time limit ends the wait.
    package func wait(_ what: String, until isMeant: @escaping (AppState) -> Bool) async throws {
        if isMeant(state) { return }
        let came = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                awaited = (isMeant, continuation)
            }
        } onCancel: {
            Task { await self.endWait(false) }
        }
        if came { return }
        let lost = Lost(description: "waited for \(what); the screen:\n\(screen)")
        // At the end of a test's time what it throws is not told.
        FileHandle.standardError.write(Data("\(lost)\n".utf8))
        throw lost
    }

    /// Waits until the screen holds a text.
    package func wait(for text: String) async throws {
        try await wait(text) { [self] _ in screen.contains(text) }
    }

    /// Waits until the screen no longer holds a text.
    package func waitUntilGone(_ text: String) async throws {
        try await wait("\(text) to go") { [self] _ in !screen.contains(text) }
    }
}
