import Access
import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// Changes to kubeconfig files touch nothing but what they are about.
struct KubeconfigEditTests {
    private static let usual = """
        # my clusters
        apiVersion: v1
        kind: Config
        current-context: "dev"  # the usual
        clusters:
        - name: c
          cluster:
            server: https://10.0.0.1:6443
        - cluster: {server: 'https://10.0.0.2:6443'}
          name: d
        contexts:
        # for every day
        - context:
            cluster: c
            namespace: shop
            user: u   # mine
          name: dev
        # careful
        - name: 'prod'
          context:
            cluster: d
            user: v

        users:
        - name: u
          user: {token: hush}
        - name: v
          user:
            token: |
              hush
              hush
        preferences: {}
        """

    private func edited(_ text: String, _ edits: KubeconfigEdit...) throws(KubeconfigFailure) -> String {
        var bytes = Array(text.utf8)
        for edit in edits { bytes = try edit.applied(to: bytes, of: "/k/config") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of the one text that are not in the other, with `-` and `+`.
    private func difference(_ old: String, _ new: String) -> [String] {
        let changes = new.components(separatedBy: "\n").difference(from: old.components(separatedBy: "\n"))
        return changes.map { change in
            switch change {
            case .remove(_, let line, _): "-\(line)"
            case .insert(_, let line, _): "+\(line)"
            }
        }.sorted()
    }

    @Test func aNameChangesInItsPlaceAndKeepsItsQuotes() throws {
        let text = Self.usual
        #expect(
            difference(text, try edited(text, .rename(context: "dev", to: "new"), .setCurrentContext("new")))
                == [
                    "+  name: new", "+current-context: \"new\"  # the usual", "-  name: dev",
                    "-current-context: \"dev\"  # the usual",
                ])
        #expect(
            difference(text, try edited(text, .rename(context: "prod", to: "it's")))
                == ["+- name: 'it''s'", "-- name: 'prod'"])
        #expect(
            difference(text, try edited(text, .rename(context: "dev", to: "true"))) == [
                "+  name: \"true\"", "-  name: dev",
            ])
    }

    @Test func aNamespaceIsSetOrAdded() throws {
        let text = Self.usual
        #expect(
            difference(text, try edited(text, .setNamespace(context: "dev", to: "pay")))
                == ["+    namespace: pay", "-    namespace: shop"])
        #expect(
            try edited(text, .setNamespace(context: "prod", to: "pay"))
                == text.replacing("    cluster: d\n", with: "    cluster: d\n    namespace: pay\n"))
        #expect(
            try edited(text, .setNamespace(context: "dev", to: "")) == text.replacing(": shop", with: ": \"\""))
        #expect(
            try edited(text, .setNamespace(context: "dev", to: "7")) == text.replacing(": shop", with: ": \"7\""))
    }

    @Test func anEntryGoesWithItsLinesAlone() throws {
        let text = Self.usual
        #expect(
            difference(text, try edited(text, .remove(what: "context", name: "prod")))
                == ["-    cluster: d", "-    user: v", "-  context:", "-- name: 'prod'"])
        #expect(
            try edited(text, .remove(what: "user", name: "v"))
                == text.replacing("- name: v\n  user:\n    token: |\n      hush\n      hush\n", with: ""))
        let none = try edited(
            text, .remove(what: "context", name: "prod"), .remove(what: "context", name: "dev"), .setCurrentContext(""))
        #expect(none.contains("contexts: []\n# for every day\n# careful\n\nusers:"))
        #expect(try kubeconfig(none).contexts == [])
        #expect(try kubeconfig(none).currentContext == nil)
    }

    @Test func lineBreaksOfOtherSystemsStay() throws {
        let text = Self.usual.replacing("\n", with: "\r\n")
        let changed = try edited(
            text, .setNamespace(context: "prod", to: "pay"), .remove(what: "context", name: "dev"))
        #expect(!changed.replacing("\r\n", with: "").contains("\n"))
        #expect(changed.contains("    cluster: d\r\n    namespace: pay\r\n"))
    }

    @Test func aByteOrderMarkAndAMissingLastLineBreakStay() throws {
        let text = "\u{FEFF}contexts:\n- context: {cluster: c, user: u}\n  name: dev"
        #expect(
            try edited(text, .rename(context: "dev", to: "new"), .setCurrentContext("new"))
                == "\u{FEFF}current-context: new\ncontexts:\n- context: {cluster: c, user: u}\n  name: new")
        #expect(
            try edited("kind: Config", .setCurrentContext("a")) == "kind: Config\ncurrent-context: a")
    }

    @Test func nullInJSONBecomesATextInQuotes() throws {
        let changed = try edited(#"{"current-context": null, "contexts": []}"#, .setCurrentContext("dev"))
        #expect(changed == #"{"current-context": "dev", "contexts": []}"#)
    }

    @Test func JSONStaysJSON() throws {
        let text =
            #"{"kind":"Config","contexts":[{"name":"a","context":{"cluster":"c","user":"u"}},{"name":"b","context":{}}]}"#
        let changed = try edited(
            text, .rename(context: "a", to: "x"), .setNamespace(context: "x", to: "pay"),
            .setNamespace(context: "b", to: "shop"), .setCurrentContext("x"))
        #expect(
            changed
                == #"{"current-context": "x", "kind":"Config","contexts":[{"name":"x","context":{"namespace": "pay", "cluster":"c","user":"u"}},{"name":"b","context":{"namespace": "shop"}}]}"#
        )
        #expect((try? JSONSerialization.jsonObject(with: Data(changed.utf8))) != nil)
        #expect(
            try edited(text, .remove(what: "context", name: "a"))
                == #"{"kind":"Config","contexts":[{"name":"b","context":{}}]}"#)
        #expect(
            try edited(text, .remove(what: "context", name: "b"))
                == #"{"kind":"Config","contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}]}"#)
        let tabs = "{\n\t\"contexts\": [\n\t\t{\"name\": \"a\"},\n\t\t{\"name\": \"b\"}\n\t]\n}\n"
        #expect(
            try edited(tabs, .remove(what: "context", name: "a"))
                == "{\n\t\"contexts\": [\n\t\t{\"name\": \"b\"}\n\t]\n}\n")
    }

    @Test func onlyTheFirstDocumentIsChanged() throws {
        let text = "contexts:\n- name: a\n  context: {cluster: c}\n---\ncontexts:\n- name: a\n"
        #expect(try edited(text, .rename(context: "a", to: "b")) == text.replacing("name: a\n  ", with: "name: b\n  "))
        #expect(
            try edited(text, .remove(what: "context", name: "a")) == "contexts: []\n---\ncontexts:\n- name: a\n")
    }

    @Test(arguments: [
        // An alias: the change would be seen elsewhere too.
        "x: &n dev\ncontexts:\n- name: *n\n  context: {cluster: c}\nusers:\n- name: *n\n",
        // Twice.
        "contexts:\n- name: dev\n  name: dev\n", "contexts:\n- name: dev\n- name: dev\n",
        // A name over two lines, or in a block.
        "contexts:\n- name: |-\n    dev\n",
        "contexts:\n- ? name\n  : !!str dev\n",
    ])
    func whatIsWrittenInAnUnusualWayIsLeftAlone(text: String) {
        for edit in [
            KubeconfigEdit.rename(context: "dev", to: "new"), .setNamespace(context: "dev", to: "n"),
            .remove(what: "context", name: "dev"),
        ] {
            // Refused, or done so that nothing else changes.
            guard let changed = try? edited(text, edit) else { continue }
            let before = try? kubeconfig(text)
            let after = try? kubeconfig(changed)
            #expect(
                before?.contexts.filter { $0.name != "dev" }
                    == after?.contexts.filter { $0.name != "dev" && $0.name != "new" })
            #expect(before?.users.map(\.name) == after?.users.map(\.name))
        }
        #expect(throws: KubeconfigFailure.self) { try edited(text, .rename(context: "dev", to: "new")) }
    }

    @Test func secretsAreNotInWordsOfRefusal() {
        let text = "users:\n- name: u\n  user: {token: hush}\ncontexts:\n- name: |-\n    dev\n"
        let failure = #expect(throws: KubeconfigFailure.self) { try edited(text, .rename(context: "dev", to: "x")) }
        #expect(failure?.description.contains("hush") == false)
    }

    /// Whatever the text, and wherever it is cut: no trap, and nothing but the wanted change.
    @Test func cutTextsAreRefusedOrChangedRight() {
        let bytes = Array(Self.usual.utf8)
        for length in stride(from: 0, to: bytes.count, by: 3) {
            let text = String(decoding: bytes.prefix(length), as: UTF8.self)
            for edit in [
                KubeconfigEdit.rename(context: "dev", to: "new"), .setNamespace(context: "prod", to: "n"),
                .setCurrentContext("x"), .remove(what: "user", name: "v"), .remove(what: "context", name: "dev"),
            ] { _ = try? edited(text, edit) }
        }
    }

    /// Whatever stands in a file: no trap, and what is not meant says what it said.
    @Test func damagedTextsAreRefusedOrChangedRight() throws {
        var random: UInt64 = 42
        func below(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % limit
        }
        let pieces = [
            "\n", "\r", "- ", "  ", "{", "}", "[", "]", "\"", "'", ":", ",", "#", "&a ", "*a", "|", "\t", "\u{FEFF}",
            "? ", "dev",
        ]
        let seeds = [
            Self.usual,
            #"{"contexts":[{"name":"dev","context":{"cluster":"c"}},{"name":"prod","context":{}}],"users":[{"name":"v"}]}"#,
            "contexts: [{name: dev, context: {cluster: c}}, {name: prod, context: {user: v}}]\nusers: [{name: v}]\n",
        ]
        var changed = 0
        for round in 0..<900 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...below(3) {
                let place = below(bytes.count)
                if below(3) == 0 {
                    bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(4)))
                } else {
                    bytes.insert(contentsOf: Array(pieces[below(pieces.count)].utf8), at: place)
                }
            }
            guard let before = try? KubeconfigText(path: "/k/config", bytes: bytes).content else { continue }
            for edit in [
                KubeconfigEdit.rename(context: "dev", to: "new"), .setNamespace(context: "prod", to: "n"),
                .setCurrentContext("x"), .remove(what: "user", name: "v"), .remove(what: "context", name: "dev"),
            ] {
                guard let after = try? edit.applied(to: bytes, of: "/k/config") else { continue }
                changed += 1
                let content = try KubeconfigText(path: "/k/config", bytes: after).content
                #expect(content["clusters"] == before["clusters"])
                if case .remove(what: "user", _) = edit { continue }
                #expect(content["users"] == before["users"])
            }
        }
        #expect(changed > 300)
    }
}
