import ArgumentParser
import KubernetesClient
import Testing

@testable import sextant

struct FlagTests {
    private func parsed(_ arguments: String) throws -> Snapshot {
        let words = arguments.split(separator: " ").map { $0 == "''" ? "" : String($0) }
        return try #require(try Sextant.parseAsRoot(Sextant.ordered(words)) as? Snapshot)
    }

    private static let flags =
        "--kubeconfig f --context x --cluster c --user u --as bob --as-group a --as-group=b --as-uid 7 "
        + "--request-timeout 1m30s -n shop"

    @Test(arguments: ["\(flags) snapshot pods", "snapshot pods \(flags)", "snapshot \(flags) pods"])
    func flagsStandBeforeOrAfterTheCommand(arguments: String) throws {
        let command = try parsed(arguments)
        #expect(command.view == "pods")
        #expect(command.cluster.kubeconfig == "f")
        #expect(command.cluster.context == "x")
        #expect(command.namespace.namespace == "shop")
        #expect(
            overrides(of: command)
                == AccessOverrides(
                    cluster: "c", user: "u", asUser: "bob", asUID: "7", asGroups: ["a", "b"],
                    requestTimeout: .seconds(90)))
    }

    @Test(arguments: [
        "--context x access can-i get pods", "access --context x can-i get pods", "access can-i get pods --context x",
        "access --context x -n shop can-i get pods",
    ])
    func flagsStandBeforeASubcommandOfASubcommandToo(arguments: String) throws {
        let words = arguments.split(separator: " ").map(String.init)
        let command = try #require(try Sextant.parseAsRoot(Sextant.ordered(words)) as? AccessTools.CanI)
        #expect(command.cluster.context == "x" && command.asked.verb == "get" && command.asked.what == "pods")
    }

    @Test func aSubcommandIsNotTakenOutOfTheWordsOfAnother() throws {
        let words = ["--context", "x", "access", "-o", "json", "compare", "show"]
        let command = try #require(try Sextant.parseAsRoot(Sextant.ordered(words)) as? AccessTools.Compare)
        #expect(command.other == ["show"] && command.output == .json)
        #expect(try Sextant.parseAsRoot(Sextant.ordered(["--context", "x", "access"])) is AccessTools.Show)
        #expect(
            try Sextant.parseAsRoot(Sextant.ordered(["kubeconfig", "-o", "json", "lint"])) is KubeconfigTools.Lint)
    }

    @Test(arguments: [
        ("two", nil, ["two"]), ("one two", "one", ["two"]), ("as jane", nil, ["as", "jane"]),
        ("two as jane ops", nil, ["two", "as", "jane", "ops"]), ("one two as jane", "one", ["two", "as", "jane"]),
        ("two --context one", "one", ["two"]),
    ])
    func ofTwoContextsTheFirstIsTheOwn(words: String, context: String?, other: [String]) throws {
        let arguments = ["access", "compare"] + words.split(separator: " ").map(String.init)
        let command = try #require(try Sextant.parseAsRoot(Sextant.ordered(arguments)) as? AccessTools.Compare)
        let sides = try command.sides()
        #expect(sides.0.context == context && sides.1 == other)
    }

    @Test func aThirdContextIsRefused() throws {
        let arguments = ["access", "compare", "one", "two", "--context", "three"]
        let command = try #require(try Sextant.parseAsRoot(Sextant.ordered(arguments)) as? AccessTools.Compare)
        #expect(throws: CannotLook.self) { try command.sides() }
    }

    @Test func emptyFlagsAreAsGoodAsNone() throws {
        let command = try parsed("snapshot pods --cluster '' --user '' --as '' --as-uid '' --request-timeout 0")
        #expect(overrides(of: command) == AccessOverrides(requestTimeout: .zero))
    }

    /// Without what the configuration of this machine says.
    private func overrides(of command: Snapshot) -> AccessOverrides {
        var overrides = command.cluster.overrides
        overrides.rules = ContextRules()
        return overrides
    }

    @Test(arguments: ["-1s", "1d", "soon"])
    func aTimeThatIsNoneIsRefused(time: String) {
        #expect(throws: (any Error).self) { try parsed("snapshot pods --request-timeout=\(time)") }
    }

    /// Every command that talks to a cluster knows where it is.
    @Test(arguments: ["screen", "snapshot pods", "check", "why pod/x", "logs x", "port-forward web 80", "info"])
    func everyCommandTakesThem(command: String) throws {
        let words = "\(Self.flags) \(command)".split(separator: " ").map(String.init)
        guard command != "info" else {
            // It has no namespace.
            let others = Sextant.ordered(words.filter { $0 != "-n" && $0 != "shop" })
            let info = try #require(try Sextant.parseAsRoot(others) as? Info)
            #expect(info.cluster.overrides.asGroups == ["a", "b"])
            return
        }
        #expect(throws: Never.self) { try Sextant.parseAsRoot(Sextant.ordered(words)) }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsOfferTheFlags(shell: String) throws {
        let script = Sextant.completionScript(for: try #require(CompletionShell(rawValue: shell)))
        for flag in ["kubeconfig", "context", "cluster", "user", "as", "as-group", "as-uid", "request-timeout"] {
            #expect(script.contains(flag), "no --\(flag)")
        }
    }
}
