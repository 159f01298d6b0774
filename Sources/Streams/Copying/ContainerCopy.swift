import KubernetesClient
import KubernetesModel

/// Copies files and folders to and from a container, by the tar that is in it.
package struct ContainerCopy<Runner: ContainerRunner>: Sendable {
    private let runner: Runner
    private let report: @Sendable (CopyEvent) -> Void

    /// - Parameters:
    ///   - runner: Runs commands in the container.
    ///   - report: Is told what happens, on any thread, often; must not wait.
    package init(_ runner: Runner, report: @escaping @Sendable (CopyEvent) -> Void) {
        self.runner = runner
        self.report = report
    }

    /// How a command ended.
    private struct End {
        var outcome: ExecOutcome
        /// Whether it said that there is no tar.
        var hasMissedTar = false
    }

    // MARK: To a container

    /// Copies a local file or folder into a container.
    ///
    /// It goes into a folder that is there, under its own name; otherwise the copy gets the name of the destination. A source
    /// whose last part is `.` or `..` gives its content.
    ///
    /// - Parameters:
    ///   - source: The local path.
    ///   - path: The path in the container; a relative one begins in its working folder.
    ///   - preserves: Whether owner and permissions go with it.
    /// - Returns: What was copied.
    /// - Throws: `CopyFailure` when it could not be, or not to its end; `APIFailure`, `CancellationError`.
    package func upload(_ source: String, to path: String, preserves: Bool = true) async throws -> CopyResult {
        let archive = ArchiveSource(Array(source.utf8))
        let (events, isFolder) = try await archive.look()
        for event in events { report(event) }
        let hasProblems = events.contains { if case .problem = $0 { true } else { false } }
        let destination = Array(path.utf8)
        let (isInside, canCloseStdin) = try await hasFolder(path)
        if !isInside, !isFolder, destination.last == PathText.slash {
            throw CopyFailure(
                description: "\(path) is no folder in \(runner.place); without the slash the copy gets this name")
        }
        let own = PathText.base(Array(source.utf8))
        let isContent = own.isEmpty || PathText.isDots(own)
        let (folder, base): ([UInt8], [UInt8]) =
            isInside
            ? (destination, isContent ? [] : own) : (PathText.folder(destination), PathText.base(destination))
        let bytes = await archive.begin(base: base, keepsSize: !canCloseStdin)
        return try await send(
            archive, command: Self.unpacking(into: text(folder), bytes: canCloseStdin ? nil : bytes, preserves),
            hasProblems: hasProblems)
    }

    /// Reads an archive from standard input.
    ///
    /// - Parameters:
    ///   - folder: Where to.
    ///   - bytes: The archive's size where the end of standard input cannot be told; tar would wait for it, past the
    ///     archive's own end.
    ///   - preserves: Whether owner and permissions are kept.
    /// - Returns: The command.
    private static func unpacking(into folder: String, bytes: Int64?, _ preserves: Bool) -> [String] {
        let tar = ["tar"] + (preserves ? [] : ["--no-same-permissions", "-o"]) + ["-xmf", "-", "-C"]
        guard let bytes else { return tar + [folder] }
        return ["sh", "-c", "head -c \"$1\" | \(tar.joined(separator: " ")) \"$2\"", "sh", "\(bytes)", folder]
    }

    private func send(_ archive: ArchiveSource, command: [String], hasProblems: Bool) async throws -> CopyResult {
        let report = report
        let (end, sendingHasProblems) = try await runner.run(command, stdin: true) { pipe in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    var hasProblems = false
                    while let piece = await archive.next() {
                        for event in piece.events {
                            report(event)
                            if case .problem = event { hasProblems = true }
                        }
                        // When tar takes no more it has ended, or the stream has; which one is told there.
                        do { try await pipe.write(piece: piece.bytes) } catch { return hasProblems }
                    }
                    if pipe.canCloseStdin { try? await pipe.closeStdin() }
                    return hasProblems
                }
                let end: End
                do {
                    end = try await Self.listen(pipe, report) { _ in }
                } catch {
                    group.cancelAll()
                    throw error
                }
                group.cancelAll()
                return (end, try await group.next() ?? false)
            }
        }
        let progress = await archive.progress
        switch end.outcome {
        case .exited(0): return CopyResult(progress: progress, isComplete: !hasProblems && !sendingHasProblems)
        case .exited(let code):
            if let failure = noTar(end, path: nil) { throw failure }
            reportExit(code)
            return CopyResult(progress: progress, isComplete: false)
        case .failed(let words):
            if let failure = noTar(end, path: nil) { throw failure }
            guard progress.bytes > 0 || progress.files > 0 else { throw CopyFailure(description: words) }
            throw CopyFailure(
                description: "the copy broke off: \(words). \(progress.amount) had been sent; what has arrived in "
                    + "\(runner.place) is not known, and the last file may be there in part")
        }
    }

    /// Whether there is such a folder in the container; and whether the server can be told the end of standard input.
    private func hasFolder(_ path: String) async throws -> (Bool, canCloseStdin: Bool) {
        let (end, canCloseStdin) = try await runner.run(["test", "-d", path], stdin: false) { pipe in
            (try await Self.listen(pipe, { _ in }) { _ in }, pipe.canCloseStdin)
        }
        if case .failed(let words) = end.outcome, !Self.isNoProgram(words, "test") {
            throw CopyFailure(description: words)
        }
        return (end.outcome == .exited(0), canCloseStdin)
    }

    // MARK: From a container

    /// Copies a file or folder of a container to a local place; see `LocalDestination`.
    ///
    /// - Parameters:
    ///   - path: The path in the container. A symbolic link stands for what it leads to.
    ///   - destination: The local path.
    /// - Returns: What was copied.
    /// - Throws: `CopyFailure` when it could not be, or not to its end; `APIFailure`, `CancellationError`.
    package func download(_ path: String, to destination: String) async throws -> CopyResult {
        let base = PathText.base(Array(path.utf8))
        var place = Array(path.utf8)
        for _ in 0..<16 {
            // A slash at the end says that it is a folder, also behind a link.
            let isFolder = place.last == PathText.slash || PathText.isDots(PathText.base(place))
            let folder = isFolder ? place : PathText.folder(place)
            let member = isFolder ? [UInt8(ascii: ".")] : PathText.base(place)
            let archive = ArchiveUnpacker(
                member: member, base: base, destination: Array(destination.utf8), report: report)
            let result = try await receive(archive, from: text(folder), member: text(member), path: path)
            guard let target = await archive.link else { return result }
            place = target.first == PathText.slash ? target : PathText.join(folder, target)
        }
        throw CopyFailure(description: "\(path) in \(runner.place): too many symbolic links lead on from there")
    }

    private func receive(
        _ archive: ArchiveUnpacker, from folder: String, member: String, path: String
    ) async throws -> CopyResult {
        let report = report
        let end: End
        do {
            end = try await runner.run(["tar", "-cf", "-", "-C", folder, "./\(member)"], stdin: false) { pipe in
                try await Self.listen(pipe, report) { try await archive.receive($0) }
            }
        } catch {
            await archive.drop()
            if let failure = error as? CopyFailure {
                if Self.isNoProgram(failure.description, "tar") { throw noTarFailure(path: path) }
                throw CopyFailure(description: failure.description + (await Self.amount(of: archive)))
            }
            throw error
        }
        let amount = await Self.amount(of: archive)
        await archive.drop()
        let (progress, isEmpty) = await (archive.progress, archive.isEmpty)
        switch end.outcome {
        case .exited(let code):
            if await archive.link != nil { break }
            if let failure = noTar(end, path: path) { throw failure }
            if isEmpty, Self.isNoProgram(await archive.firstWords, "tar") { throw noTarFailure(path: path) }
            if isEmpty {
                throw CopyFailure(description: "nothing was copied: \(path) cannot be read in \(runner.place)")
            }
            if let problem = await archive.problemAtEnd() { throw CopyFailure(description: problem + amount) }
            if code != 0 {
                reportExit(code)
                return CopyResult(progress: progress, isComplete: false)
            }
        case .failed(let words):
            if let failure = noTar(end, path: path) { throw failure }
            throw CopyFailure(description: isEmpty ? words : "the copy broke off: \(words)\(amount)")
        }
        return CopyResult(progress: progress, isComplete: !(await archive.hasProblems))
    }

    private static func amount(of archive: ArchiveUnpacker) async -> String {
        guard !(await archive.isEmpty) else { return "" }
        let lost = await archive.unfinished.map { "; \($0) is not, and nothing of it is kept" } ?? ""
        let files = await archive.progress.files
        return ". \(files) \(files == 1 ? "file is" : "files are") complete\(lost)"
    }

    // MARK: Both

    /// Takes what a command prints, until it ends.
    private static func listen(
        _ pipe: Runner.Pipe, _ report: (CopyEvent) -> Void, output: ([UInt8]) async throws -> Void
    ) async throws -> End {
        var lines = ErrorLines()
        var end = End(outcome: .failed("nothing came from the server"))
        func say(_ words: [String]) {
            for line in words {
                if line.contains("tar") && line.contains("not found") { end.hasMissedTar = true }
                report(.said(line))
            }
        }
        for try await piece in pipe.output {
            switch piece {
            case .stdout(let bytes): try await output(bytes)
            case .stderr(let bytes): say(lines.receive(bytes))
            case .ended(.exited(let code)) where code > 128:
                end.outcome = .failed("tar was killed by signal \(code - 128), perhaps with its container")
            case .ended(let outcome): end.outcome = outcome
            }
        }
        say(lines.end())
        return end
    }

    private func reportExit(_ code: Int) {
        report(.problem("tar in \(runner.place) ended with exit status \(code): not everything was copied"))
    }

    private static func isNoProgram(_ words: String, _ program: String) -> Bool {
        words.contains("\"\(program)\"")
            && (words.contains("executable file not found") || words.contains("no such file or directory"))
    }

    /// What to say when there is no tar, which is told in several ways.
    private func noTar(_ end: End, path: String?) -> CopyFailure? {
        switch end.outcome {
        case .failed(let words):
            if Self.isNoProgram(words, "tar") { return noTarFailure(path: path) }
            guard Self.isNoProgram(words, "sh") else { return nil }
            return CopyFailure(
                description: "the image of \(runner.place) has no sh, which a copy to it needs on a server before "
                    + "Kubernetes 1.30")
        case .exited(126), .exited(127):
            return end.hasMissedTar ? noTarFailure(path: path) : nil
        case .exited: return nil
        }
    }

    private func noTarFailure(path: String?) -> CopyFailure {
        let parts = runner.place.split(separator: "/")
        let pod = parts.first.map(String.init) ?? runner.place
        let container = parts.count > 1 ? String(parts[1]) : "CONTAINER"
        let one = path.map { " For one file: sextant exec \(pod) -c \(container) -- cat \($0) > FILE." } ?? ""
        return CopyFailure(
            description:
                "the image of \(runner.place) has no tar, which a copy needs.\(one) Otherwise add a container that has "
                + "it (kubectl debug \(pod) --image=busybox --target=\(container)) and copy through that: its /proc/1/root is "
                + "the file system of \(container)")
    }
}
