import AppCore
import Foundation
import Screen
import Testing

/// Commands and keys are declared once, and everything that tells of them agrees.
struct KeyMapTests {
    @Test func everyCommandIsDescribedOnce() {
        let described = CommandInfo.all.map(\.command)
        #expect(described.count == Command.allCases.count)
        #expect(Set(described) == Set(Command.allCases))
        for info in CommandInfo.all {
            #expect(!info.title.isEmpty)
            #expect(info.help.hasSuffix("."))
        }
    }

    @Test func everyCommandHasAKey() {
        let bound = Set(KeyMap.standard.map(\.command))
        #expect(bound == Set(Command.allCases))
    }

    @Test(arguments: KeyContext.allCases)
    func noTwoCommandsShareAKey(context: KeyContext) {
        var commands: [Key: [Command]] = [:]
        for binding in KeyMap.bindings(in: context) {
            for key in binding.keys { commands[key, default: []].append(binding.command) }
        }
        #expect(commands.filter { $0.value.count > 1 }.isEmpty)
        for (key, command) in commands { #expect(KeyMap.command(for: key, in: context) == command[0]) }
    }

    @Test func labelsTellKeysApart() {
        for context in KeyContext.allCases {
            let labels = KeyMap.bindings(in: context).flatMap { $0.keys.map(\.label) }
            #expect(Set(labels).count == labels.count)
            #expect(!labels.contains(""))
        }
        let keys: [Key] = [.control(" "), .control("\\"), .character(" "), .alt("x"), .function(5), .pageUp, .enter]
        #expect(keys.map(\.label) == ["ctrl-space", "ctrl-\\", "space", "alt-x", "f5", "pgup", "enter"])
    }

    @Test func whatChangesTheClusterSaysSo() {
        #expect(
            CommandInfo.all.filter(\.changesCluster).map(\.command) == [
                .openShell, .attach, .debugContainer, .deleteObject, .scaleWorkload, .restartWorkload,
            ])
    }

    /// Whatever key comes, in whatever place, on whatever screen: an answer, and a state that can be drawn.
    @Test func everyKeyInEveryPlaceIsHarmless() async {
        let special: [Key] = [
            .enter, .escape, .tab, .backTab, .backspace, .up, .down, .left, .right, .home, .end, .insert, .delete,
            .pageUp, .pageDown, .shiftUp, .shiftDown, .shiftLeft, .shiftRight, .function(1), .control("z"),
            .control("w"), .control("\\"), .control("r"), .control("l"), .control(" "), .alt("j"), .alt("\u{7F}"),
        ]
        let keys = special + (0x20..<0x7F).map { Key.character(Character(Unicode.Scalar(UInt8($0)))) }
        for size in [Size(columns: 100, rows: 24), Size(columns: 0, rows: 0)] {
            for way in ["", ":", "/", "?", ":ctx\n", "y", ":no\n", ":svc\n/x", "y/", "/zzz\n"] {
                // Others have their turn meanwhile.
                await Task.yield()
                for key in keys {
                    var app = App(size: size)
                    app.cluster.set([pod("a"), pod("b")])
                    app.publish()
                    app.type(way)
                    app.press(key, key)
                    #expect(!app.state.crumbs.isEmpty)
                    if let view = app.state.table {
                        #expect(view.selectedIndex == 0 || view.selectedIndex < view.rows.count)
                    }
                    #expect(HelpPage.lines(for: app.state).count > 10)
                }
            }
        }
    }

    @Test func theCommittedPageIsWhatIsDeclared() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/keys.md")
        let page = keysPage()
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if committed != page, ProcessInfo.processInfo.environment["RECORD_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isFresh = committed == page
        #expect(isFresh, "docs/keys.md is stale: RECORD_DOCS=1 writes it anew")
    }
}
