import AppCore
import AppRuntime
import Foundation
import Testing

/// What is kept of chosen columns, and files that the user names.
@Suite struct SavedColumnsTests {
    private func withFolder(_ body: (StateDirectory, URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "columns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(StateDirectory(path: folder.path), folder)
    }

    @Test func choicesComeBack() throws {
        try withFolder { directory, _ in
            let choices = [
                "pods": ColumnChoice(order: ["AGE", "NAME"], hidden: ["IP"], shown: ["QOS"]),
                "deployments.apps": ColumnChoice(hidden: ["SELECTOR"]),
            ]
            try directory.save(columnChoices: choices)
            #expect(directory.columnChoices() == choices)
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"pods":3}"#, #"{"pods":{"order":[1]}}"#, "\u{0}\u{FFFD}"])
    func whatIsNoChoiceIsLeftOut(content: String) throws {
        try withFolder { directory, folder in
            try Data(content.utf8).write(to: folder.appending(path: "columns.json"))
            #expect(directory.columnChoices().isEmpty)
        }
    }

    @Test func aFileIsWrittenOverOnlyWhenItIsMeant() throws {
        try withFolder { _, folder in
            let path = folder.appending(path: "a.txt").path
            func content() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
            #expect(writeUserFile(path, content: "one", overwrites: false, home: "") == .written(path: path, bytes: 3))
            #expect(writeUserFile(path, content: "two", overwrites: false, home: "") == .exists)
            let first = try content()
            #expect(first == "one")
            #expect(writeUserFile(path, content: "two", overwrites: true, home: "") == .written(path: path, bytes: 3))
            let second = try content()
            #expect(second == "two")
        }
    }

    @Test func whatCannotBeWrittenSaysWhy() throws {
        try withFolder { _, folder in
            guard
                case .failed(let reason) = writeUserFile(
                    folder.path + "/none/a.txt", content: "", overwrites: false, home: "")
            else {
                Issue.record("written")
                return
            }
            #expect(reason.contains("there is no folder \(folder.path)/none"))
            #expect(
                writeUserFile("~/a.txt", content: "", overwrites: false, home: "")
                    == .failed("~ stands for nothing here: HOME is not set."))
        }
    }
}
