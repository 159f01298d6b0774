import KubernetesModel
import Testing

@testable import AppCore

/// A JSON text as a value.
func json(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { (bytes) throws in try JSONValue(parsing: bytes) }
}

/// YAML as `kubectl get -o yaml` writes it.
struct DocumentLinesTests {
    private func yaml(_ text: String, folds: Bool = true, masks: Bool = true) throws -> String {
        try documentLines(json(text), foldsManagedFields: folds, masksSecrets: masks).map { $0.text + "\n" }.joined()
    }

    @Test func keysAreSortedAndListsStandBelowTheirKey() throws {
        let text = try yaml(
            #"{"spec":{"b":[1,{"y":true,"x":null},[2,[]]],"a":{}},"kind":"Pod","apiVersion":"v1","e":[]}"#)
        #expect(
            text == """
                apiVersion: v1
                e: []
                kind: Pod
                spec:
                  a: {}
                  b:
                  - 1
                  - x: null
                    "y": true
                  - - 2
                    - []

                """)
    }

    @Test(
        arguments: [
            "web", "a b", "a:b", "10.0.0.1", "fe80::1", "::1", "2f3a-99", "1.2.3", "v1.36.2", "-x", "a#b", "a'b", "1h",
            "250m", "64Mi", "1e", "3e4f5a6b-1c2d", "12345678-1234-1234-1234-123456789012", "nginx:1.25", "/bin/sh",
            "yesno",
            "grüße", "日本", "a, b", "a]", "$(HOME)", "=1", ".", "..", "2026-11", "1:x", "0xyz",
        ])
    func plainStringsNeedNoQuotes(text: String) {
        #expect(plainOrQuoted(text) == text)
    }

    @Test(arguments: [
        "", " a", "a ", "true", "False", "yes", "NO", "on", "off", "y", "n", "null", "~", "1", "-1", "+1", "1_000",
        "1.5",
        ".5", "1.", "1e3", "1E-3", "0x1F", "0o17", "0b11", "017", "12:30", "12:30:45", ".inf", "-.Inf", ".NaN",
        "2026-11-21",
        "2026-11-21T12:00:00Z", "2026-1-2 10:00", "a: b", "a #b", "a:", "#a", "- a", "-", "? a", ": a", "*a", "&a",
        "!a",
        "|", ">", "%a", "@a", "`a`", "'a'", "[a]", "{a}", ",a", "---", "...", "... a", "=", "<<", "a: \u{301}b",
        "a #\u{301}b", "- \u{301}a",
    ])
    func stringsThatWouldReadAsSomethingElseAreQuoted(text: String) {
        #expect(plainOrQuoted(text) == "\"\(text)\"")
    }

    @Test(arguments: [
        ("a\tb", #""a\tb""#), ("a\r\nb", #""a\r\nb""#), ("\u{1B}[31m", #""\u001B[31m""#), ("\"a\\", #""\"a\\""#),
        ("a\u{202E}b", #""a\u202Eb""#), ("\u{0}", #""\u0000""#), ("\u{85}", #""\u0085""#),
        ("\u{FEFF}a", #""\uFEFFa""#), ("\u{2028}", #""\u2028""#), ("\u{200B}", #""\u200B""#),
    ])
    func signsThatWouldHarmTheTerminalAreEscaped(text: String, written: String) {
        #expect(plainOrQuoted(text) == written)
    }

    @Test func textsOfSeveralLinesAreBlocks() throws {
        let text = try yaml(
            #"{"a":"one\ntwo\n","b":"one\n\ntwo","c":"one\n\n","d":["sh","if x\n  y\nfi\n"],"e":{"f":"x\ny"},"g":[{"h":"x\ny\n"}],"i":[["x\ny"]]}"#
        )
        #expect(
            text == """
                a: |
                  one
                  two
                b: |-
                  one

                  two
                c: |+
                  one

                d:
                - sh
                - |
                  if x
                    y
                  fi
                e:
                  f: |-
                    x
                    y
                g:
                - h: |
                    x
                    y
                i:
                - - |-
                    x
                    y

                """)
    }

    @Test(arguments: [
        (#"{"a":" x\ny"}"#, #"a: " x\ny""#), (#"{"a":"\tx\ny"}"#, #"a: "\tx\ny""#),
        (#"{"a":" \u0301x\ny"}"#, "a: \" \u{301}x\\ny\""), (#"{"a":"\n"}"#, #"a: "\n""#),
        (#"{"a":"x\r\ny"}"#, #"a: "x\r\ny""#),
        (#"{"a":"x\n\u001b[2J"}"#, #"a: "x\n\u001B[2J""#), (#"{"a b: ":1}"#, #""a b: ": 1"#), (#"{"1":2}"#, #""1": 2"#),
        (#"{"":2}"#, #""": 2"#), (#""x""#, "x"), ("[]", "[]"), ("{}", "{}"), ("1.50", "1.50"),
    ])
    func whatIsNoBlockStaysOnOneLine(document: String, line: String) throws {
        #expect(try yaml(document) == line + "\n")
    }

    @Test func longKeysStandOnALineOfTheirOwn() throws {
        let key = String(repeating: "k", count: 129)
        #expect(
            try yaml(#"{"a":{"\#(key)":[1],"\#(key.dropLast())":2}}"#)
                == "a:\n  \(key.dropLast()): 2\n  ? \(key)\n  :\n  - 1\n")
    }

    @Test func managedFieldsAreFoldedUntilTheyAreAskedFor() throws {
        let document = #"{"metadata":{"managedFields":[{"manager":"kubectl"},{}],"name":"web"}}"#
        #expect(
            try yaml(document) == "metadata:\n  managedFields: (2 folded, m shows them)\n  name: web\n")
        #expect(
            try yaml(document, folds: false)
                == "metadata:\n  managedFields:\n  - manager: kubectl\n  - {}\n  name: web\n")
    }

    @Test func valuesOfSecretsAreMaskedUntilTheyAreAskedFor() throws {
        let document =
            #"{"kind":"Secret","data":{"a":"aGVsbG8=","b":""},"stringData":{"c":"hi"},"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"a\":\"aGVsbG8=\"}}"}}}"#
        let masked = try yaml(document)
        #expect(
            masked == """
                data:
                  a: •••••• (5 bytes, x shows it)
                  b: •••••• (0 bytes, x shows it)
                kind: Secret
                metadata:
                  annotations:
                    kubectl.kubernetes.io/last-applied-configuration: •••••• (x shows it)
                stringData:
                  c: •••••• (2 bytes, x shows it)

                """)
        let shown = try yaml(document, masks: false)
        #expect(shown.contains("  a: aGVsbG8=\n"))
        #expect(try yaml(#"{"kind":"ConfigMap","data":{"a":"b"}}"#) == "data:\n  a: b\nkind: ConfigMap\n")
    }

    @Test func piecesSayWhatTheyAre() throws {
        let lines = try documentLines(json(#"{"a":[true],"b":2}"#), foldsManagedFields: true, masksSecrets: true)
        let kinds = lines.map { $0.pieces.filter { !$0.text.isEmpty }.map(\.kind) }
        #expect(
            kinds == [[.key, .punctuation], [.punctuation, .constant], [.key, .punctuation, .punctuation, .number]])
    }
}
