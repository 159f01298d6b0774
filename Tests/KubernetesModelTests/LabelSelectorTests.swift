import Testing

@testable import KubernetesModel

struct LabelSelectorTests {
    static let labels: Labels = ["app": "web", "tier": "front", "gen": "12", "empty": ""]

    @Test(arguments: [
        ("", true), ("app=web", true), ("app==web", true), ("app=api", false), ("app!=web", false), ("app!=api", true),
        ("missing!=x", true), ("missing=", false), ("empty=", true), ("app", true), ("missing", false),
        ("!missing", true),
        ("!app", false), ("app in (web, api)", true), ("app in (api)", false), ("missing in (a)", false),
        ("app notin (api,db)", true), ("app notin (web)", false), ("missing notin (a)", true), ("gen>11", true),
        ("gen > 12", false), ("gen<13", true), ("app>1", false), ("app=web,tier=front", true),
        ("app=web,tier in (back),!missing", false), (" app = web , ! missing ", true), ("app=web,app=api", false),
    ])
    func matchesAsKubectlDoes(text: String, expected: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches(Self.labels) == expected)
        #expect(try LabelSelector(parsing: selector.text) == selector)
    }

    @Test(arguments: [
        ("=a", "expected a label key instead of \"=\""), ("a,", "expected a label key at the end"),
        ("a b", "expected an operator after \"a\" instead of \"b\""), ("a=b c", "expected \",\" instead of \"c\""),
        ("a in b", "expected \"(\" instead of \"b\""), ("a in (b", "expected \",\" or \")\" at the end"),
        ("a>b", "expected a whole number instead of \"b\""), (",", "expected a label key instead of \",\""),
        ("!", "expected a label key at the end"), ("a in (b c)", "expected \",\" or \")\" instead of \"c\""),
    ])
    func saysWhatIsWrong(text: String, message: String) {
        #expect(throws: LabelSelectorFailure(description: message)) { try LabelSelector(parsing: text) }
    }

    @Test func aSignIsOneAlsoBeforeACombiningMark() throws {
        let expected = LabelSelectorRequirement(key: "a", operator: "In", values: ["\u{301}b", "\u{301}"])
        #expect(try LabelSelector(parsing: "a in (\u{301}b,\u{301})").matchExpressions == [expected])
    }

    @Test func matchesByEveryRequirementOfTheServer() {
        var selector = LabelSelector()
        #expect(selector.matches(Self.labels))
        #expect(selector.matches(Labels()))
        selector.matchLabels = ["app": "web"]
        selector.matchExpressions = [LabelSelectorRequirement(key: "tier", operator: "Exists")]
        #expect(selector.matches(Self.labels))
        #expect(!selector.matches(["app": "web"]))
        #expect(selector.text == "app=web,tier")
        selector.matchExpressions = [LabelSelectorRequirement(key: "tier", operator: "Future")]
        #expect(!selector.matches(Self.labels))
    }
}
