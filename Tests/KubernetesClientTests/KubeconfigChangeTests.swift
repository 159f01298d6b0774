import Access
import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// Kubeconfig files on a disk are changed at once, with a copy of what was there, as kubectl would.
struct KubeconfigChangeTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/changes-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func load(_ paths: String...) throws -> Kubeconfig {
        try Kubeconfig.load(
            explicitPath: nil, environment: ["KUBECONFIG": paths.joined(separator: ":")], homeDirectory: folder)
    }

    private static func text(_ name: String, current: String = "") -> String {
        """
        # \(name)
        clusters:
        - name: c-\(name)
          cluster: {server: https://10.0.0.1}
        users:
        - name: shared
          user: {token: \(name)}
        - name: u-\(name)
          user: {token: \(name)}
        contexts:
        - name: \(name)
          context: {cluster: c-\(name), user: u-\(name)}
        - name: twin
          context: {cluster: c-\(name), user: shared}
        current-context: \(current)

        """
    }

    @Test func aChangeKeepsACopyTheModeAndTheLink() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a", current: "a"), mode: 0o640)
        let link = "\(folder)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "config")
        let changed = try load(link).apply(
            .rename(ContextID(name: "a", file: link), to: "b"), now: testTime)
        let target = try #require(realpath(file, nil).map { String(cString: $0) })
        #expect(changed == Kubeconfig.Changed(files: [link], backups: ["\(target).sextant-backup-20261121T000000"]))
        #expect(
            try read(file)
                == Self.text("a", current: "a").replacing("name: a\n", with: "name: b\n").replacing(
                    "context: a\n", with: "context: b\n"))
        #expect(try read(changed.backups[0]) == Self.text("a", current: "a"))
        #expect(try mode(file) == 0o640)
        #expect(try mode(changed.backups[0]) == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "config")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == ["config", "config.sextant-backup-20261121T000000", "link"])
    }

    @Test func anotherProgramsLockIsRespected() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"))
        let lock = try write("config.lock", "")
        let failure = #expect(throws: KubeconfigFailure.self) {
            try load(file).apply(.use(ContextID(name: "a", file: file)), now: testTime)
        }
        #expect(
            failure?.description
                == "\(file): is locked: another program is changing it; try again; if none is, remove \(lock)")
        #expect(try read(file) == Self.text("a"))
        #expect(FileManager.default.fileExists(atPath: lock))
    }

    @Test func onlyAFewCopiesAreKept() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"))
        for day in 0..<6 {
            _ = try load(file).apply(
                .setNamespace(ContextID(name: "a", file: file), to: "n\(day)"),
                now: testTime.adding(days: Int64(day)))
        }
        let copies = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains("backup") }
        #expect(copies.sorted().map { $0.suffix(15) } == ["20261124T000000", "20261125T000000", "20261126T000000"])
    }

    @Test func ofSeveralFilesTheOneThatTheEntryIsInIsChanged() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try write("first", Self.text("a", current: "a"))
        let second = try write("second", Self.text("b", current: "b"))
        _ = try load(first, second).apply(.use(ContextID(name: "b", file: second)), now: testTime)
        #expect(try load(first, second).currentContext == "b")
        #expect(try read(second) == Self.text("b", current: "b"))
        // Of two of a name the one that is meant.
        _ = try load(first, second).apply(.rename(ContextID(name: "twin", file: second), to: "other"), now: testTime)
        #expect(try load(first, second).contexts.map(\.name) == ["a", "twin", "b", "other"])
        let failure = #expect(throws: KubeconfigFailure.self) {
            try load(first, second).apply(.rename(ContextID(name: "a", file: first), to: "other"), now: testTime)
        }
        #expect(failure?.problem == "there is a context \"other\" already: \(second):13")
    }

    @Test func whatNothingElseUsesGoesWithTheContext() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a", current: "a"))
        let listed = try load(file).listedContexts(now: testTime)
        #expect(listed.map(\.summary.unused) == [["user \"u-a\""], ["user \"shared\""]])
        _ = try load(file).apply(.delete(ContextID(name: "a", file: file), with: ["user \"u-a\""]), now: testTime)
        let left = try load(file)
        #expect(left.contexts.map(\.name) == ["twin"])
        #expect(left.users.map(\.name) == ["shared"])
        #expect(left.clusters.map(\.name) == ["c-a"])
        #expect(left.currentContext == nil)
        _ = try left.apply(
            .delete(ContextID(name: "twin", file: file), with: ["cluster \"c-a\"", "user \"shared\""]), now: testTime)
        #expect(try load(file).users.isEmpty)
        #expect(try load(file).clusters.isEmpty)
    }

    /// Without one of its own the first file would leave it to the second, which is another cluster.
    @Test func deletingTheCurrentContextDoesNotMakeAnotherFilesCurrent() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try write("first", Self.text("a", current: "a"))
        let second = try write("second", Self.text("b", current: "b"))
        let before = try load(first, second)
        #expect(before.fileOfNextCurrentContext == second)
        _ = try before.apply(.delete(ContextID(name: "a", file: first), with: []), now: testTime)
        #expect(try load(first, second).currentContext == "a")
        #expect(try read(first).contains("current-context: a\n"))
    }

    @Test func ofTwoFilesNoneIsWrittenWhereOneCannotBe() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try write("first", "current-context: b\n")
        let second = try write("second", Self.text("b"))
        let id = ContextID(name: "b", file: second)
        let config = try load(first, second)
        let lock = try write("first.lock", "")
        #expect(throws: KubeconfigFailure.self) { try config.apply(.rename(id, to: "new"), now: testTime) }
        try FileManager.default.removeItem(atPath: lock)
        _ = try write("first", "current-context: |-\n  b\n")
        #expect(throws: KubeconfigFailure.self) { try config.apply(.rename(id, to: "new"), now: testTime) }
        #expect(try read(second) == Self.text("b"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["first", "second"])
        _ = try write("first", "current-context: b\n")
        let changed = try config.apply(.rename(id, to: "new"), now: testTime)
        #expect(changed.files == [second, first])
        #expect(try load(first, second).currentContext == "new")
    }

    @Test func whatCannotBeReadMayUseWhatSeemsUnused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let twice = """
            - name: again
              context: {cluster: c-a, user: u-a}
            - name: again
              context: {cluster: c-a, user: u-a}
            current-context:
            """
        let file = try write("config", Self.text("a").replacing("current-context:", with: twice))
        let config = try load(file)
        #expect(config.listedContexts(now: testTime).map(\.summary.unused) == [[], [], []])
        let id = ContextID(name: "a", file: file)
        _ = try config.apply(.delete(id, with: ["user \"u-a\""]), now: testTime)
        #expect(try load(file).users.map(\.name) == ["shared", "u-a"])
    }

    @Test func onlyPartsThatWereConfirmedAreDeleted() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"))
        _ = try load(file).apply(.delete(ContextID(name: "a", file: file), with: ["cluster \"c-a\""]), now: testTime)
        #expect(try load(file).users.map(\.name) == ["shared", "u-a"])
        #expect(try load(file).clusters.map(\.name) == ["c-a"])
    }

    /// The folder gives its group to new files.
    @Test(.enabled(if: geteuid() == 0, "only root may set any group"))
    func theGroupStays() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"), mode: 0o640)
        #expect(chown(folder, 0, 4242) == 0)
        #expect(chmod(folder, 0o2770) == 0)
        let changed = try load(file).apply(.use(ContextID(name: "a", file: file)), now: testTime)
        for path in [file] + changed.backups {
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_gid == getegid())
            #expect(status.st_mode & 0o7777 == 0o640)
        }
    }

    @Test func theAccessListStays() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"))
        // u::rw-, u:4242:r--, g::---, m::r--, o::---
        var list: [UInt8] = [2, 0, 0, 0]
        for (tag, rights, id) in [(1, 6, UInt32.max), (2, 4, 4242), (4, 0, .max), (16, 4, .max), (32, 0, .max)] {
            list += [UInt8(tag), 0, UInt8(rights), 0]
            list += (0..<4).map { UInt8(truncatingIfNeeded: id >> UInt32(8 * $0)) }
        }
        let descriptor = open(file, O_RDWR)
        defer { close(descriptor) }
        // Not every file system has them.
        guard AccessList(bytes: list).set(on: descriptor) else { return }
        let changed = try load(file).apply(.use(ContextID(name: "a", file: file)), now: testTime)
        for path in [file] + changed.backups {
            #expect(AccessList(of: path)?.bytes == list)
            #expect(try mode(path) == 0o640)
        }
    }

    @Test func whatIsAskedForWronglyIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", Self.text("a"))
        let config = try load(file)
        let id = ContextID(name: "a", file: file)
        for change in [
            ContextChange.rename(id, to: ""), .rename(id, to: "two\nlines"), .rename(id, to: "twin"),
            .setNamespace(id, to: "No_Label"), .use(ContextID(name: "gone", file: file)),
        ] {
            #expect(throws: KubeconfigFailure.self) { try config.apply(change, now: testTime) }
        }
        #expect(try read(file) == Self.text("a"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config"])
    }

    @Test func whatCannotBeChangedSafelyNamesTheCommand() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("config", "contexts:\n- name: |-\n    a\n  context: {cluster: c}\n")
        let failure = #expect(throws: KubeconfigFailure.self) {
            try load(file).apply(.rename(ContextID(name: "a", file: file), to: "b c"), now: testTime)
        }
        #expect(
            failure?.description
                == "\(file): name is written in an unusual way; nothing was changed; try: "
                + "kubectl config rename-context a 'b c' --kubeconfig \(file)")
    }

    /// kubectl reads what was written, and sees the same as after its own change.
    @Test(.enabled(if: Kubectl.path != nil, "kubectl is not on PATH"))
    func kubectlReadsTheResult() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let mine = try write("mine", Self.text("a", current: "a"))
        let theirs = try write("theirs", Self.text("a", current: "a"))
        let id = ContextID(name: "a", file: mine)
        for (change, arguments) in [
            (ContextChange.setNamespace(id, to: "pay"), ["set-context", "a", "--namespace=pay"]),
            (.rename(id, to: "b"), ["rename-context", "a", "b"]),
            (.use(ContextID(name: "twin", file: mine)), ["use-context", "twin"]),
            (.delete(ContextID(name: "b", file: mine), with: []), ["delete-context", "b"]),
        ] {
            _ = try load(mine).apply(change, now: testTime)
            #expect(try await Kubectl.run(["config"] + arguments + ["--kubeconfig", theirs], in: folder).status == 0)
            var views: [Data] = []
            for file in [mine, theirs] {
                let view = ["config", "view", "--raw", "-o", "json", "--kubeconfig", file]
                views.append(try await Kubectl.run(view, in: folder).output)
            }
            #expect(String(decoding: views[0], as: UTF8.self) == String(decoding: views[1], as: UTF8.self))
        }
    }
}
