import ConcurrencyTestSupport
import Foundation
import Testing

@testable import Streams

struct CopyingTarTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The members of an archive, each with its content.
    private func read(_ archive: [UInt8], pieces: Int = .max) throws -> [(TarEntry, String)] {
        var reader = TarReader()
        var members: [(TarEntry, [UInt8])] = []
        for start in stride(from: 0, to: archive.count, by: min(pieces, max(1, archive.count))) {
            reader.receive(Array(archive[start...].prefix(pieces)))
            while let event = try reader.next() {
                switch event {
                case .entry(let entry): members.append((entry, []))
                case .data(let data): members[members.count - 1].1 += data
                case .endOfFile: #expect(members.last.map { Int($0.0.size) == $0.1.count } == true)
                }
            }
        }
        #expect(reader.isAtEnd)
        return members.map { ($0, String(decoding: $1, as: UTF8.self)) }
    }

    private func member(_ entry: TarEntry, _ content: String = "") -> [UInt8] {
        TarWriter.header(of: entry) + bytes(content)
            + [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(content.utf8.count)))
    }

    private static let entries: [TarEntry] = [
        TarEntry(
            name: Array("a".utf8), kind: .file, size: 5, mode: 0o755, modified: 1_795_262_624, user: 1000, group: 7),
        TarEntry(name: Array("\u{65E5}\n \u{1F389}".utf8), kind: .file),
        TarEntry(name: [0xFF, 0x80, 0x2E], kind: .file),
        TarEntry(name: [UInt8](repeating: 0x78, count: 100), kind: .file, size: 1),
        TarEntry(name: [UInt8](repeating: 0x78, count: 101), kind: .file, size: 512),
        TarEntry(name: [UInt8](repeating: 0x79, count: 3000), kind: .folder, mode: 0o1777),
        TarEntry(name: Array("l".utf8), kind: .symlink(Array("../somewhere".utf8)), mode: 0o777),
        TarEntry(name: Array("l".utf8), kind: .symlink([UInt8](repeating: 0x7A, count: 600))),
        TarEntry(name: Array("h".utf8), kind: .hardLink(Array("a".utf8))),
        TarEntry(name: Array("old".utf8), kind: .file, modified: -86_400 * 365 * 100),
        TarEntry(name: Array("late".utf8), kind: .file, modified: 1 << 40, user: 4_000_000_000, group: 2_097_152),
        TarEntry(name: Array("huge".utf8), kind: .file, size: 1 << 45),
    ]

    @Test(arguments: entries)
    func whatIsWrittenIsReadAgain(entry: TarEntry) throws {
        let header = TarWriter.header(of: entry)
        #expect(header.count % 512 == 0)
        #expect(
            TarWriter.bytes(of: entry) == Int64(header.count) + entry.size + Int64(TarWriter.padding(after: entry.size))
        )
        var reader = TarReader()
        reader.receive(header)
        #expect(try reader.next() == .entry(entry))
    }

    @Test(arguments: [1, 3, 511, 512, 513, 4000, Int.max])
    func piecesMayEndAnywhere(size: Int) throws {
        let long = String(repeating: "long/", count: 60) + "name"
        let archive =
            member(TarEntry(name: bytes("d"), kind: .folder))
            + member(TarEntry(name: bytes("d/a"), kind: .file, size: 3), "abc")
            + member(TarEntry(name: bytes("e"), kind: .file))
            + member(TarEntry(name: bytes(long), kind: .file, size: 1024), String(repeating: "x", count: 1024))
            + TarWriter.end + [1, 2, 3]
        let members = try read(archive, pieces: size)
        #expect(members.map { String(decoding: $0.0.name, as: UTF8.self) } == ["d", "d/a", "e", long])
        #expect(members.map(\.1) == ["", "abc", "", String(repeating: "x", count: 1024)])
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar")),
        arguments: ["v7", "oldgnu", "gnu", "ustar", "pax"])
    func everyFormatOfGNUTarIsRead(format: String) async throws {
        let scratch = try Scratch()
        let deep =
            format == "v7"
            ? "tree/short" : "tree/" + (1...3).map { _ in String(repeating: "d", count: 50) }.joined(separator: "/")
        try scratch.file("\(deep)/f", "content", mode: 0o640)
        // The older formats have no room for a longer one.
        let target = ["v7", "ustar"].contains(format) ? "short" : String(repeating: "t", count: 200)
        try scratch.link("tree/l", to: target)
        let arguments = [
            "--format=\(format)", "--sort=name", "--mtime=@1795262624", "-C", scratch.path, "-cf", scratch("t.tar"),
            "tree",
        ]
        let status = try await onOwnThread {
            let process = try Process.run(URL(fileURLWithPath: "/usr/bin/tar"), arguments: arguments)
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(status == 0)
        let members = try read(Array(try Data(contentsOf: URL(fileURLWithPath: scratch("t.tar")))))
        let file = try #require(members.first { $0.0.kind == .file })
        #expect(String(decoding: file.0.name, as: UTF8.self) == "\(deep)/f")
        #expect((file.1, file.0.mode, file.0.modified) == ("content", 0o640, 1_795_262_624))
        #expect(members.map(\.0.kind).filter { $0 == .symlink(bytes(target)) }.count == 1)
        #expect(members.first?.0.name == bytes("tree"))
        #expect(members.first?.0.kind == .folder)
    }

    /// A pax header and a file after it.
    private func pax(_ lines: [String], file: TarEntry? = nil) -> [UInt8] {
        let text = lines.map { line in
            let length = line.utf8.count + 2
            let digits = "\(length + "\(length + 2)".utf8.count)"
            return "\(digits) \(line)\n"
        }.joined()
        return member(
            TarEntry(name: bytes("PaxHeader"), kind: .other(UInt8(ascii: "x")), size: Int64(text.utf8.count)), text)
            + TarWriter.header(of: file ?? TarEntry(name: bytes("short"), kind: .file))
    }

    private func first(_ archive: [UInt8]) throws -> TarEntry? {
        var reader = TarReader()
        reader.receive(archive)
        guard case .entry(let entry)? = try reader.next() else { return nil }
        return entry
    }

    @Test func paxHeadersSayWhatHasNoRoom() throws {
        let entry = try first(pax(["path=a/b=c", "size=12345678901", "mtime=-5.25", "comment=x"]))
        #expect(entry == TarEntry(name: bytes("a/b=c"), kind: .file, size: 12_345_678_901, modified: -5))
        #expect(
            try first(pax(["linkpath=there"], file: TarEntry(name: bytes("l"), kind: .symlink(bytes("cut")))))?.kind
                == .symlink(bytes("there")))
        #expect(try first(pax(["path="]))?.name == bytes("short"))
        #expect(try first(pax(["GNU.sparse.major=1"]))?.kind == .other(UInt8(ascii: "S")))
    }

    @Test(arguments: [
        "99 path=x\n", "0 path=x\n", "9 path\n", "9 path=xy", "-9 path=x\n", "12 size=-17\n", "x", "11 path=a\u{0}b\n",
    ])
    func aDamagedPaxHeaderIsRefused(text: String) throws {
        let archive = member(
            TarEntry(name: bytes("p"), kind: .other(UInt8(ascii: "x")), size: Int64(text.utf8.count)), text)
        #expect(throws: TarFailure.self) {
            try first(archive + TarWriter.header(of: TarEntry(name: bytes("f"), kind: .file)))
        }
    }

    @Test func aNameWithoutEndIsRefused() {
        let archive = TarWriter.header(of: TarEntry(name: bytes("p"), kind: .other(UInt8(ascii: "L")), size: 1 << 40))
        #expect(throws: TarFailure(words: "a name in the archive takes 1099511627776 bytes")) { try first(archive) }
    }

    @Test func whatIsNoArchiveIsRefused() {
        #expect(throws: TarFailure(words: "this is no tar archive, or it is damaged")) {
            try first([UInt8](repeating: UInt8(ascii: "x"), count: 512))
        }
    }

    @Test func theEndIsNotThereBeforeItsZeros() throws {
        var reader = TarReader()
        reader.receive(TarWriter.header(of: TarEntry(name: bytes("f"), kind: .file)))
        while try reader.next() != nil {}
        #expect(!reader.isAtEnd)
        reader.receive(TarWriter.end)
        #expect(try reader.next() == nil)
        #expect(reader.isAtEnd)
    }
}
