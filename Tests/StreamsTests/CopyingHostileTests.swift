import Foundation
import Testing

@testable import Streams

/// Archives that want to write elsewhere.
struct CopyingHostileTests {
    private let scratch: Scratch
    private let log = CopyLog()

    init() throws {
        scratch = try Scratch()
        try scratch.file("outside/secret", "secret")
        try scratch.folder("here")
    }

    private func file(_ name: String, _ text: String = "evil") -> [UInt8] {
        TarWriter.header(of: TarEntry(name: Array(name.utf8), kind: .file, size: Int64(text.utf8.count)))
            + Array(text.utf8)
            + [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(text.utf8.count)))
    }

    private func entry(_ name: String, _ kind: TarEntry.Kind, mode: Int = 0o755) -> [UInt8] {
        TarWriter.header(of: TarEntry(name: Array(name.utf8), kind: kind, mode: mode))
    }

    private func symlink(_ name: String, _ target: String) -> [UInt8] { entry(name, .symlink(Array(target.utf8))) }

    /// Copies `/x` of a container that sends these members.
    private func receive(_ members: [[UInt8]]) async throws -> CopyResult {
        let log = log
        let copy = ContainerCopy(ScriptedRunner(archive: members.flatMap(\.self) + TarWriter.end)) { log.add($0) }
        return try await copy.download("/x", to: scratch("here/x"))
    }

    /// What is in the scratch folder but not in the destination.
    private func outside() throws -> [String: String] {
        try scratch.tree(".").filter { !$0.key.hasPrefix("here/x") }
    }

    private static let untouched = ["outside": "folder 755", "outside/secret": "644 secret", "here": "folder 755"]

    @Test(arguments: ["/etc/evil", "../evil", "./x/../../evil", "./x/..", "y/evil", "..", "./x/a/../../../evil"])
    func aNameThatLeadsElsewhereIsNotWritten(name: String) async throws {
        let result = try await receive([entry("./x", .folder), file(name), file("./x/good", "good")])
        #expect(!result.isComplete)
        #expect(try outside() == Self.untouched)
        #expect(try scratch.tree("here/x") == ["good": "644 good"])
        #expect(log.words.count == 1)
    }

    @Test(arguments: [
        "/etc", "../outside", "../../outside/secret", "a/../../outside", "sub/..", ".", "", "./../outside",
    ])
    func aLinkThatMayLeadOutIsSkipped(target: String) async throws {
        // `.` and links within are harmless; whatever is made, nothing is written through it.
        let result = try await receive([
            entry("./x", .folder), symlink("./x/l", target), file("./x/l/secret"), file("./x/good", "good"),
        ])
        #expect(try outside() == Self.untouched)
        #expect(scratch.text("here/x/good") == "good")
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: scratch("here/x/l"))
        #expect(link == nil || link == ".")
        #expect(result.isComplete == (link == nil))
    }

    @Test func nothingIsWrittenThroughALinkOfTheArchive() async throws {
        // Both stay inside as written; together they would lead out.
        let result = try await receive([
            entry("./x", .folder), entry("./x/a", .folder), symlink("./x/a/up", ".."), symlink("./x/out", "a/up/.."),
            file("./x/a/up/through"), file("./x/out/here/evil"),
        ])
        #expect(!result.isComplete)
        #expect(try outside() == Self.untouched)
        #expect(
            try scratch.tree("here/x") == [
                "a": "folder 755", "a/up": "-> ..", "out": "folder 755", "out/here": "folder 755",
                "out/here/evil": "644 evil",
            ])
        #expect(
            log.words == [
                .skipped("symbolic link ./x/out -> a/up/.. leads out of what is copied: skipped"),
                .problem("a/up is a symbolic link here: nothing is written through it"),
            ])
    }

    @Test func linksThatAreThereAreNotWrittenThroughEither() async throws {
        try scratch.folder("here/x")
        try scratch.link("here/x/dir", to: scratch("outside"))
        try scratch.link("here/x/file", to: scratch("outside/secret"))
        let result = try await receive([
            entry("./x", .folder), entry("./x/dir", .folder), file("./x/dir/secret"), file("./x/file", "new"),
        ])
        #expect(!result.isComplete)
        #expect(try outside() == Self.untouched)
        #expect(try scratch.tree("here/x") == ["dir": "-> \(scratch("outside"))", "file": "644 new"])
    }

    @Test func hardLinksLeadOnlyToWhatIsThere() async throws {
        try scratch.folder("here/x")
        try scratch.link("here/x/l", to: scratch("outside/secret"))
        let links = ["/etc/passwd", "../outside/secret", "./x/l", "./x/missing", "./x", "secret"].map(Array.init(_:))
        let result = try await receive(
            [entry("./x", .folder), file("./x/a", "text")]
                + links.enumerated().map {
                    entry("./x/h\($0)", .hardLink($1.map { $0 }.flatMap { Array(String($0).utf8) }))
                }
                + [entry("./x/b", .hardLink(Array("./x/a".utf8)))] + [file("./x/b", "other")])
        #expect(!result.isComplete)
        #expect(try outside() == Self.untouched)
        #expect(
            try scratch.tree("here/x") == ["a": "644 text", "b": "644 other", "l": "-> \(scratch("outside/secret"))"])
        #expect(log.words.count == links.count)
    }

    @Test func devicesAndPipesAreSkipped() async throws {
        let kinds = [UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"), UInt8(ascii: "S")]
        let result = try await receive(
            [entry("./x", .folder)] + kinds.map { entry("./x/d\($0)", .other($0)) } + [file("./x/good", "good")])
        #expect(result.isComplete)
        #expect(try scratch.tree("here/x") == ["good": "644 good"])
        #expect(log.words.count == kinds.count)
    }

    @Test func noSetUserBitComesAlong() async throws {
        _ = try await receive([
            entry("./x", .folder, mode: 0o4755),
            TarWriter.header(of: TarEntry(name: Array("./x/su".utf8), kind: .file, mode: 0o6755)),
        ])
        #expect(try scratch.tree("here/x") == ["su": "755 "])
    }

    @Test func aFileAndAFolderDoNotReplaceEachOther() async throws {
        try scratch.file("here/x/folder/kept", "old")
        try scratch.file("here/x/file", "old")
        let result = try await receive([
            entry("./x", .folder), file("./x/folder"), file("./x/file/below"), file("./x/good", "good"),
        ])
        #expect(!result.isComplete)
        #expect(
            try scratch.tree("here/x") == [
                "folder": "folder 755", "folder/kept": "644 old", "file": "644 old", "good": "644 good",
            ])
        #expect(log.words == [.problem("folder is a folder here"), .problem("file is no folder here")])
    }

    @Test func moreThanOneFileWhereOneWasAskedForIsRefused() async throws {
        let result = try await receive([file("./x", "one"), file("./x/two"), file("./x", "three")])
        #expect(!result.isComplete)
        #expect(scratch.text("here/x") == "one")
        #expect(try outside() == Self.untouched)
    }

    @Test func aFolderWithoutItsOwnMemberIsTaken() async throws {
        #expect(try await receive([file("x/a/b", "deep")]).isComplete)
        #expect(try scratch.tree("here/x") == ["a": "folder 755", "a/b": "644 deep"])
    }

    @Test func foldersWithoutEndAreRefused() async throws {
        let name = "./x" + String(repeating: "/d", count: 1000)
        #expect(
            try await receive([entry("./x", .folder), entry(name, .folder), file(name + "/f")]).isComplete == false)
        #expect(try scratch.tree("here/x") == [:])
    }

    @Test func anArchiveWithoutItsEndIsAFailure() async throws {
        let copy = ContainerCopy(ScriptedRunner(archive: entry("./x", .folder) + file("./x/a", "text").prefix(514))) {
            _ in
        }
        await #expect(
            throws: CopyFailure(
                description:
                    "the archive ends before its end. 0 files are complete; ./x/a is not, and nothing of it is kept")
        ) {
            try await copy.download("/x", to: scratch("here/x"))
        }
        #expect(try scratch.tree("here/x") == [:])
    }

    @Test func whatIsNeitherFileNorFolderIsNotReplaced() async throws {
        let copy = ContainerCopy(ScriptedRunner(archive: file("./x") + TarWriter.end)) { _ in }
        await #expect(
            throws: CopyFailure(description: "/dev/null: it is neither a file nor a folder, and stays as it is")
        ) {
            try await copy.download("/x", to: "/dev/null")
        }
    }
}
