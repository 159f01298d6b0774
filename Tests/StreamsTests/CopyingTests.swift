import Foundation
import KubernetesClient
import Testing

@testable import Streams

@Suite(.timeLimit(.minutes(20)))
struct CopyingTests {
    /// Whose programs a container has, and how its server speaks.
    struct Container: Sendable, CustomTestStringConvertible {
        var isBusybox: Bool
        var canCloseStdin: Bool
        var testDescription: String { "\(isBusybox ? "busybox" : "GNU"), \(canCloseStdin ? "v5" : "v4")" }
    }

    private static let hasBusybox = FileManager.default.isExecutableFile(atPath: "/usr/bin/busybox")
    static let containers = [false, true].flatMap { isBusybox in
        [false, true].map { Container(isBusybox: isBusybox, canCloseStdin: $0) }
    }.filter { hasBusybox || !$0.isBusybox }

    private let scratch: Scratch
    private let log = CopyLog()

    init() throws { scratch = try Scratch() }

    private func copy(
        _ container: Container = Container(isBusybox: false, canCloseStdin: true), breaksAfter: Int = .max
    )
        throws -> ContainerCopy<LocalRunner>
    {
        let programs = scratch("programs")
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
        for name in ["tar", "sh", "head", "test"] where !FileManager.default.fileExists(atPath: "\(programs)/\(name)") {
            try scratch.link("programs/\(name)", to: container.isBusybox ? "/usr/bin/busybox" : "/usr/bin/\(name)")
        }
        let log = log
        return ContainerCopy(
            LocalRunner(programs: programs, canCloseStdin: container.canCloseStdin, breaksAfter: breaksAfter)
        ) { log.add($0) }
    }

    private func scripted(_ runner: ScriptedRunner) -> ContainerCopy<ScriptedRunner> {
        let log = log
        return ContainerCopy(runner) { log.add($0) }
    }

    private func fill(_ name: String) throws {
        try scratch.file("\(name)/a", "alpha", mode: 0o640)
        try scratch.file("\(name)/run.sh", "#!/bin/sh", mode: 0o755)
        try scratch.file("\(name)/none", "")
        try scratch.file("\(name)/-dash", "d")
        try scratch.file("\(name)/sub/with space\nand line", "s")
        try scratch.file("\(name)/sub/\u{65E5}\u{672C} \u{1F389}", "u")
        try scratch.file("\(name)/large", String(repeating: "0123456789", count: 100_003))
        try scratch.file("\(name)/\(String(repeating: "d", count: 90))/\(String(repeating: "f", count: 200))", "deep")
        try scratch.folder("\(name)/empty")
        try scratch.link("\(name)/sub/up", to: "../a")
        for index in 0..<50 { try scratch.file("\(name)/many/\(index)", "\(index)") }
    }

    @Test(arguments: containers)
    func aFolderGoesThereAndBackUnchanged(container: Container) async throws {
        try fill("here")
        try scratch.folder("there")
        let copy = try copy(container)
        let sent = try await copy.upload(scratch("here"), to: scratch("there"))
        #expect(sent.isComplete)
        let got = try await copy.download(scratch("there/here"), to: scratch("back"))
        #expect(got.isComplete)
        #expect(try scratch.tree("there/here") == scratch.tree("here"))
        #expect(try scratch.tree("back") == scratch.tree("here"))
        #expect(got.progress.files == 58)
        #expect((sent.progress.files, sent.progress.bytes) == (got.progress.files, got.progress.bytes))
        #expect(log.words == [])
    }

    @Test func aCopyIntoAContainerGoesIntoAFolderThatIsThereOrGetsTheName() async throws {
        try scratch.file("here/f", "new")
        try scratch.folder("there")
        let copy = try copy()
        for (source, destination) in [
            ("here/f", "there"), ("here/f", "there/"), ("here/f", "there/g"), ("here", "there"),
            ("here", "there/other"),
            ("here/", "there/slash/"), ("here/.", "there/dot"), ("here/.", "there/other"),
        ] {
            #expect(try await copy.upload(scratch(source), to: scratch(destination)).isComplete)
        }
        #expect(
            try scratch.tree("there").keys.sorted() == [
                "dot", "dot/f", "f", "g", "here", "here/f", "other", "other/f", "slash", "slash/f",
            ])
        let failure = await #expect(throws: CopyFailure.self) {
            try await copy.upload(scratch("here/f"), to: scratch("nowhere/"))
        }
        #expect(failure?.description.contains("nowhere/ is no folder in web/app") == true)
    }

    @Test func aCopyFromAContainerGoesAsWithKubectl() async throws {
        try scratch.file("there/d/f", "new")
        try scratch.file("here/kept", "old")
        try scratch.file("here/f", "old", mode: 0o600)
        let copy = try copy()
        for (source, destination) in [
            ("there/d", "here"), ("there/d/f", "here/"), ("there/d/f", "here/made/g"), ("there/d/", "here/d2"),
            ("there/d/.", "here/d3"), ("there/../there/d/..", "here/d4"),
        ] {
            #expect(try await copy.download(scratch(source), to: scratch(destination)).isComplete)
        }
        #expect(
            try scratch.tree("here").filter { !$1.hasPrefix("folder") } == [
                "kept": "644 old", "f": "644 new", "made/g": "644 new", "d2/f": "644 new", "d3/f": "644 new",
                "d4/d/f": "644 new",
            ])
    }

    @Test func aLinkThatIsNamedStandsForWhatItLeadsTo() async throws {
        try scratch.file("there/real/f", "new")
        try scratch.link("there/data", to: "real")
        try scratch.link("there/f", to: "data/f")
        try scratch.link("there/absolute", to: scratch("there/f"))
        try scratch.link("there/round", to: "round")
        let copy = try copy()
        #expect(try await copy.download(scratch("there/absolute"), to: scratch("a")).isComplete)
        #expect(try await copy.download(scratch("there/data"), to: scratch("d")).isComplete)
        #expect(scratch.text("a") == "new")
        #expect(try scratch.tree("d") == ["f": "644 new"])
        let failure = await #expect(throws: CopyFailure.self) {
            try await copy.download(scratch("there/round"), to: scratch("r"))
        }
        #expect(failure?.description.contains("too many symbolic links") == true)
        try scratch.link("named", to: "a")
        #expect(try await copy.upload(scratch("named"), to: scratch("up")).isComplete)
        #expect(scratch.text("up") == "new")
    }

    @Test func filesOfMoreNamesComeWithAllOfThem() async throws {
        try scratch.file("there/a", "text")
        try FileManager.default.linkItem(atPath: scratch("there/a"), toPath: scratch("there/b"))
        #expect(try await copy().download(scratch("there"), to: scratch("here")).isComplete)
        #expect(try scratch.tree("here") == ["a": "644 text", "b": "644 text"])
    }

    // MARK: What goes wrong

    @Test func aMissingSourceSaysSo() async throws {
        let here = await #expect(throws: CopyFailure.self) { try await copy().upload(scratch("no"), to: "/tmp") }
        #expect(here?.description == "\(scratch("no")): No such file or directory")
        let there = await #expect(throws: CopyFailure.self) {
            try await copy().download(scratch("no"), to: scratch("x"))
        }
        #expect(there?.description == "nothing was copied: \(scratch("no")) cannot be read in web/app")
        #expect(log.words.contains { if case .said(let line) = $0 { line.contains("./no") } else { false } })
        #expect(scratch.text("x") == nil)
    }

    @Test(arguments: [true, false])
    func anImageWithoutTarIsToldWithWhatToDo(canCloseStdin: Bool) async throws {
        try scratch.file("f")
        let copy = try copy(Container(isBusybox: false, canCloseStdin: canCloseStdin))
        try FileManager.default.removeItem(atPath: scratch("programs/tar"))
        let up = await #expect(throws: CopyFailure.self) { try await copy.upload(scratch("f"), to: scratch("g")) }
        #expect(up?.description.hasPrefix("the image of web/app has no tar, which a copy needs. Otherwise") == true)
        let down = await #expect(throws: CopyFailure.self) { try await copy.download("/etc/hosts", to: scratch("g")) }
        #expect(
            down?.description.hasPrefix(
                "the image of web/app has no tar, which a copy needs. For one file: sextant exec web -c app -- cat /etc/hosts > FILE."
            ) == true)
    }

    @Test func wordsOnStandardOutputAreTold() async throws {
        let words = Array("OCI runtime exec failed: exec: \"tar\": executable file not found in $PATH\r\n".utf8)
        let runner = ScriptedRunner(outputs: [.stdout(words), .ended(.exited(126))])
        let failure = await #expect(throws: CopyFailure.self) {
            try await scripted(runner).download("/a", to: scratch("a"))
        }
        #expect(failure?.description.hasPrefix("the image of web has no tar") == true)
        let noise = ScriptedRunner(outputs: [
            .stdout(Array(String(repeating: "Welcome! ", count: 80).utf8)), .ended(.exited(0)),
        ])
        let other = await #expect(throws: CopyFailure.self) {
            try await scripted(noise).download("/a", to: scratch("a"))
        }
        #expect(
            other?.description.hasPrefix("this is no tar archive, or it is damaged: it begins with Welcome!") == true)
    }

    @Test func whatTarSaysIsPassedOnAndCounts() async throws {
        try scratch.file("f")
        let result = try await copy().upload(scratch("f"), to: scratch("no/such/folder/f"))
        #expect(!result.isComplete)
        guard case .said(let line)? = log.words.first else {
            Issue.record("tar said nothing")
            return
        }
        #expect(line.contains("tar: ") && line.contains("No such file or directory"))
        #expect(log.words.last == .problem("tar in web/app ended with exit status 2: not everything was copied"))
    }

    @Test func aStreamThatBreaksLeavesOnlyWholeFiles() async throws {
        try scratch.file("there/a", String(repeating: "a", count: 5000))
        try scratch.file("there/b", String(repeating: "b", count: 500_000))
        try scratch.file("here/b", "old")
        let failure = await #expect(throws: CopyFailure.self) {
            try await copy(breaksAfter: 100_000).download(scratch("there"), to: scratch("here"))
        }
        #expect(failure?.description.hasPrefix("the copy broke off: the connection broke. ") == true)
        #expect(failure?.description.hasSuffix("b is not, and nothing of it is kept") == true)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch("here"))
        #expect(names.allSatisfy { ["a", "b"].contains($0) })
        #expect(scratch.text("here/b") == "old")
    }

    @Test func anUploadThatBreaksSaysWhatWasSent() async throws {
        try scratch.file("f")
        let runner = ScriptedRunner(outputs: [.ended(.failed("the connection broke"))])
        await #expect(throws: CopyFailure(description: "the connection broke")) {
            try await scripted(runner).upload(scratch("f"), to: "/tmp")
        }
    }

    @Test func aTarThatIsKilledBreaksTheCopyOff() async throws {
        try scratch.file("f")
        let runner = ScriptedRunner(archive: [], exitCode: 137)
        await #expect(throws: CopyFailure(description: "tar was killed by signal 9, perhaps with its container")) {
            try await scripted(runner).download("/x", to: scratch("x"))
        }
    }

    @Test func aFileThatShrinksOrGrowsKeepsTheArchivesSize() async throws {
        for name in ["a", "b", "c", "d"] { try scratch.file("here/\(name)", String(repeating: name, count: 1000)) }
        let archive = ArchiveSource(Array(scratch("here").utf8))
        _ = try await archive.look()
        try scratch.file("here/a", "short")
        try scratch.file("here/b", String(repeating: "b", count: 2000))
        try FileManager.default.removeItem(atPath: scratch("here/c"))
        let size = await archive.begin(base: Array("x".utf8), keepsSize: true)
        var (bytes, events): ([UInt8], [CopyEvent]) = ([], [])
        while let piece = await archive.next() {
            bytes += piece.bytes
            events += piece.events.filter { if case .progress = $0 { false } else { true } }
        }
        #expect(Int64(bytes.count) == size)
        #expect(
            events == [
                .problem("\(scratch("here/a")) shrank from 1000 to 5 bytes before it was copied"),
                .skipped("\(scratch("here/b")) grew while it was copied: its first 1000 bytes are copied"),
                .problem("\(scratch("here/c")): No such file or directory; it is not copied"),
            ])
        let result = try await scripted(ScriptedRunner(archive: bytes)).download("/x", to: scratch("back"))
        #expect(result.isComplete)
        #expect(try scratch.tree("back").keys.sorted() == ["a", "b", "d"])
        #expect(scratch.text("back/a") == "short")
        #expect(scratch.text("back/b") == String(repeating: "b", count: 1000))
    }
}
