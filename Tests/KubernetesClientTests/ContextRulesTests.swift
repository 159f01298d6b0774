import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// Which contexts are read-only, by a file.
struct ContextRulesTests {
    private func rules(_ text: String) -> ContextRules {
        ContextRules(file: "/c/config.yaml", bytes: Array(text.utf8))
    }

    private func access(
        _ context: String, cluster: String = "c", server: String = "https://10.0.0.1:6443"
    ) throws -> ClusterAccess {
        ClusterAccess(
            contextName: context, clusterName: cluster, userName: "u",
            server: try #require(ServerAddress(url: server, assumesTLS: false)))
    }

    // MARK: - What fits

    @Test(arguments: [
        ("*prod*", "eu-prod-1", true), ("*prod*", "EU-PROD", true), ("prod", "prod-east", false), ("*", "", true),
        ("prod?", "prod1", true), ("prod?", "prod", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-b-b-d", false),
        ("*é", "CAFÉ", true), ("arn:*:cluster/prod", "arn:aws:eks:eu:1:cluster/prod", true), ("**", "x", true),
    ])
    func starsStandForAnyText(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern(pattern).fits(name) == fits)
    }

    @Test func aPatternThatAlmostFitsIsFoundOutSoon() {
        let pattern = NamePattern(String(repeating: "a*", count: 400) + "b")
        #expect(!pattern.fits(String(repeating: "a", count: 20_000)))
    }

    @Test func theFirstRuleThatFitsCounts() throws {
        let rules = rules(
            """
            contexts:
            - match: prod-break-glass
              readOnly: false
            - match: "*prod*"
              readOnly: true
            - {cluster: billing, server: "*.example.com", readOnly: true}
            - server: 10.9.*
              readOnly: TRUE
            """)
        #expect(rules.firstWarning == nil)
        #expect(rules.summary == "/c/config.yaml, 4 rules")
        #expect(rules.readOnlyReason(for: try access("prod-break-glass")) == nil)
        #expect(rules.readOnlyReason(for: try access("prod-east")) == "/c/config.yaml:4")
        #expect(rules.readOnlyReason(for: try access("dev")) == nil)
        let billing = try access("x", cluster: "billing", server: "https://b.example.com")
        #expect(rules.readOnlyReason(for: billing) == "/c/config.yaml:6")
        #expect(rules.readOnlyReason(for: try access("x", cluster: "billing")) == nil)
        #expect(
            rules.readOnlyReason(for: try access("x", server: "https://10.9.0.1:6443")) == "/c/config.yaml:7")
    }

    @Test func flagsCountMoreThanRules() throws {
        var overrides = AccessOverrides()
        overrides.rules = rules("contexts: [{match: dev, readOnly: true}]")
        #expect(try resolved(kubeconfigText(), overrides: overrides).readOnlyReason == "/c/config.yaml:1")
        #expect(try resolved(kubeconfigText(), overrides: overrides).liftedRule == nil)
        overrides.allowsChanges = true
        #expect(try resolved(kubeconfigText(), overrides: overrides).readOnlyReason == nil)
        #expect(try resolved(kubeconfigText(), overrides: overrides).liftedRule == "/c/config.yaml:1")
        overrides.readOnly = true
        #expect(try resolved(kubeconfigText(), overrides: overrides).readOnlyReason == "--read-only")
    }

    @Test func whatARuleForbidsIsNotSent() async throws {
        var overrides = AccessOverrides()
        overrides.rules = rules("contexts:\n- match: \"*\"\n  readOnly: true\n")
        try await withServer([]) { access in
            access.readOnlyReason = overrides.readOnlyReason(for: access)
        } _: { client, server in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.delete(podResource, namespace: "shop", name: "web-1")
            }
            #expect(failure?.reason == .readOnly)
            #expect(failure?.detail == "refused, because this is read-only (/c/config.yaml:2)")
            #expect(server.seen.isEmpty)
        }
    }

    @Test func aRuleMayAskForTheContextsName() throws {
        var overrides = AccessOverrides()
        overrides.rules = rules("contexts: [{match: dev, confirm: name}]")
        let access = try resolved(kubeconfigText(), overrides: overrides)
        #expect(access.confirmsByName)
        #expect(access.readOnlyReason == nil)
        #expect(!overrides.rules.confirmsByName(for: try self.access("other")))
        overrides.rules = rules("contexts: [{match: dev, confirm: yes}]")
        #expect(overrides.rules.problem?.problem == "confirm must be name")
        overrides.allowsChanges = true
        #expect(try resolved(kubeconfigText(), overrides: overrides).confirmsByName, "nobody knows what it was to say")
    }

    // MARK: - Files that are wrong

    @Test(arguments: ["", "# nothing\n", "contexts:\n", "contexts: []", "contexts: ~", "---\n"])
    func aFileWithoutRulesForbidsNothing(_ text: String) throws {
        let rules = rules(text)
        #expect(rules.firstWarning == nil)
        #expect(rules.readOnlyReason(for: try access("prod")) == nil)
    }

    @Test func anchorsHaveAPlace() throws {
        let rules = rules("x-usual: &usual {readOnly: true}\ncontexts: [{<<: *usual, match: prod}]")
        #expect(rules.firstWarning == nil)
        #expect(rules.readOnlyReason(for: try access("prod")) == "/c/config.yaml:2")
    }

    @Test func aFileThatIsABrokenLinkForbidsEverything() throws {
        try withTemporaryDirectory { directory in
            let words = "cannot be read: a link that leads nowhere"
            let file = directory + "/config.yaml"
            #expect(ContextRules(file: file, mustExist: false).problem == nil)
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: directory + "/gone")
            #expect(ContextRules(file: file, mustExist: false).problem?.problem == words)
            let folder = directory + "/sextant"
            try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: "gone")
            #expect(ContextRules(file: folder + "/config.yaml", mustExist: false).problem?.problem == words)
            #expect(ContextRules(file: directory + "/a/b/config.yaml", mustExist: false).problem == nil)
        }
    }

    @Test(arguments: [
        ("context:\n- match: a\n  readOnly: true", "1: there is no key `context`; did you mean `contexts`?"),
        ("contexts: prod", "1: `contexts` must be a list of rules"),
        ("- a", "1: must be keys with values, such as contexts:"),
        ("contexts:\n- prod", "2: a rule must have keys, such as match: \"*prod*\" and readOnly: true"),
        ("contexts:\n- match: prod", "2: a rule must say readOnly: true or false, or confirm: name"),
        ("contexts:\n- readOnly: true", "2: a rule must say for what: match, cluster or server"),
        ("contexts:\n- match: prod\n  readOnly: yes", "3: readOnly must be true or false"),
        ("contexts:\n- match: prod\n  readonly: true", "3: a rule has no key `readonly`; did you mean `readOnly`?"),
        ("contexts:\n- match: [a]\n  readOnly: true", "2: match must be a name, in which * stands for any text"),
        ("contexts:\n- match: \"\"\n  readOnly: true", "2: match must be a name, in which * stands for any text"),
        ("contexts: []\ncontexts: []", "1: the key `contexts` is there twice"),
        ("contexts:\n- match: a\n  match: b\n  readOnly: true", "2: the key `match` is there twice"),
        ("contexts:\n- match: a\n  readOnly: true\n  readOnly: false", "3: the key `readOnly` is there twice"),
        ("contexts: [{match: a, !x match: b, readOnly: true}]", "1: the key `match` is there twice"),
        ("contexts: []\n---\ncontexts: []", " only the first of its documents counts"),
        ("rules:\n- match: a\n  readOnly: true", "1: there is no key `rules`"),
        ("colours: dark\ncontexts: []", "1: there is no key `colours`"),
        ("contexts: [", "1: is not valid YAML: did not find expected node content"),
        ("\u{0}\u{1}", " is not a text file: control characters are not allowed"),
    ])
    func aFileThatCannotBeUnderstoodForbidsEverything(_ text: String, _ words: String) throws {
        let rules = rules(text)
        let place = words.first == " " ? "/c/config.yaml:" : "/c/config.yaml:"
        let consequence = "until it is mended, every context is read-only (--allow-changes lifts that)"
        #expect(rules.problem?.description == "\(place)\(words); \(consequence)")
        #expect(rules.rules.isEmpty)
        #expect(rules.readOnlyReason(for: try access("dev"))?.hasPrefix(place) == true)
    }

    @Test func hostileFilesEndSoonAndForbidEverything() throws {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefghij", "abcdefghi") {
            bomb += "\(name): &\(name) [" + (0..<9).map { _ in "*\(before)" }.joined(separator: ",") + "]\n"
        }
        let texts: [[UInt8]] = [
            Array("\(bomb)contexts: *j\n".utf8), [0xFF, 0xFE, 0x00, 0x80, 0xC0],
            Array(repeating: UInt8(ascii: "#"), count: 10 << 20),
            Array(("contexts: " + String(repeating: "[", count: 200_000)).utf8),
            Array(("contexts:\n- match: " + String(repeating: "*a", count: 2000) + "\n  readOnly: true").utf8),
        ]
        for bytes in texts {
            let rules = ContextRules(file: "/c/config.yaml", bytes: bytes)
            #expect(rules.problem != nil)
            #expect(rules.readOnlyReason(for: try access("dev")) != nil)
        }
    }

    @Test func aFileThatIsNotThereIsAProblemOnlyWhenItWasNamed() throws {
        let path = "/nonexistent/config.yaml"
        #expect(ContextRules(file: path, mustExist: false).firstWarning == nil)
        #expect(
            ContextRules(file: path, mustExist: true).firstWarning
                == "\(path): cannot be read: no such file; until it is mended, every context is read-only (--allow-changes lifts that)"
        )
        #expect(ContextRules(file: "/", mustExist: false).problem != nil)
    }
}
