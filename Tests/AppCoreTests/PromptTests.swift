import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Editing, completing and remembering what is typed at the prompt.
struct PromptTests {
    private func text(_ app: App) -> String? { app.state.prompt?.editor.text }

    @Test(arguments: [
        ([Key.left, .left, .character("X")], "abc dXef"), ([.home, .character("X")], "Xabc def"),
        ([.control("a"), .control("f"), .character("X")], "aXbc def"), ([.backspace], "abc de"),
        ([.control("a"), .delete], "bc def"), ([.control("w")], "abc "), ([.control("u")], ""),
        ([.control("b"), .control("k")], "abc de"), ([.alt("\u{7F}"), .alt("\u{7F}")], ""),
        ([.control("a"), .control("e"), .character("X")], "abc defX"), ([.left, .control("u")], "f"),
        ([.control("a"), .control("d"), .control("h")], "bc def"), ([.function(5), .insert, .pageUp], "abc def"),
    ])
    func readlinesKeysEdit(keys: [Key], result: String) {
        var app = App()
        app.type(":abc def")
        for key in keys { app.press(key) }
        #expect(text(app) == result)
    }

    @Test func escClosesThePromptAtOnceAndChangesNothing() {
        var app = App()
        app.type(":svc")
        app.press(.escape)
        #expect(app.state.prompt == nil)
        #expect(app.shown == "pods in shop")
        #expect(app.state.history == [])
    }

    @Test func backspaceInAnEmptyPromptClosesIt() {
        var app = App()
        app.type(":s")
        app.press(.backspace)
        #expect(app.state.prompt != nil)
        app.press(.backspace)
        #expect(app.state.prompt == nil)
    }

    @Test func keysOfTheTableAreTextInThePrompt() {
        var app = App(pods: "a", "b")
        app.type("/q?:0 ")
        #expect(text(app) == "q?:0 ")
        #expect(app.state.helpTop == nil)
    }

    @Test func tabGoesThroughWhatTheTextMayBecome() {
        var app = App()
        app.type(":servi")
        #expect(
            app.state.prompt?.candidates == ["service", "services", "serviceaccount", "serviceaccounts"])
        #expect(app.state.prompt?.suggestion == "ce")
        app.press(.tab)
        #expect(text(app) == "service")
        app.press(.tab)
        #expect(text(app) == "services")
        app.press(.tab, .tab, .tab)
        #expect(text(app) == "service")
        app.press(.backTab)
        #expect(text(app) == "serviceaccounts")
    }

    @Test(arguments: [Key.right, .end, .control("e"), .control("f")])
    func theSuggestionIsTakenFromTheLinesEndOnly(key: Key) {
        var app = App()
        app.type(":nod")
        app.press(key)
        #expect(text(app) == "node")
        app.press(.control("u"))
        app.type("nod")
        app.press(.left, key)
        #expect(text(app) == "nod")
    }

    @Test func anEmptyPromptOffersEveryKind() {
        var app = App()
        app.type(":")
        #expect(app.state.prompt?.candidates.first == "pods")
        #expect(app.state.prompt?.candidates.contains("ctx") == true)
        #expect(app.state.prompt?.suggestion == "")
        app.press(.tab, .enter)
        #expect(app.shown == "pods in shop")
    }

    @Test func namespacesAndContextsComplete() {
        var app = App()
        app.cluster.set(
            [object(Namespace.self, "kube-system"), object(Namespace.self, "kube-public")], of: Namespace.kind, in: nil)
        app.publish()
        app.type(":po kube-s")
        #expect(app.state.prompt?.candidates == ["po kube-system"])
        app.press(.tab, .enter)
        #expect(app.shown == "pods in kube-system")
        app.type(":ns kube-")
        #expect(app.state.prompt?.candidates == ["ns kube-public", "ns kube-system"])
        app.press(.escape)
        app.type(":ctx s")
        #expect(app.state.prompt?.candidates == ["ctx staging"])
        app.press(.escape)
        app.type(":nodes k")
        #expect(app.state.prompt?.candidates == [])
    }

    @Test func upAndDownGoThroughWhatWasTypedBefore() {
        var app = App(LaunchOptions(history: ["nodes"]))
        app.type(":svc\n")
        #expect(app.effects.contains(.saveHistory(["nodes", "svc"])))
        app.type(":svc\n")
        #expect(app.state.history == ["nodes", "svc"])
        app.type(":p")
        app.press(.up)
        #expect(text(app) == "svc")
        app.press(.up)
        #expect(text(app) == "nodes")
        app.press(.up)
        #expect(text(app) == "nodes")
        app.press(.down, .down)
        #expect(text(app) == "p")
        app.press(.down)
        #expect(text(app) == "p")
    }

    @Test func theHistoryIsBounded() {
        var app = App(LaunchOptions(history: (0..<500).map { "po n\($0)" }))
        app.type(":svc\n")
        #expect(app.state.history.count == 500)
        #expect(app.state.history.first == "po n1")
    }

    @Test func aPasteIsOneLineOfText() {
        var app = App()
        app.type(":")
        app.send(.input(.paste("\npo kube-\u{1b}[31msystem\nrm -rf /\n")))
        #expect(text(app) == "po kube-[31msystem")
        #expect(app.shown == "pods in shop")
        app.send(.input(.paste(String(repeating: "x", count: 100_000))))
        #expect(text(app)?.count == 4096)
    }

    @Test func aPasteOutsideThePromptDoesNothing() {
        var app = App(pods: "a")
        app.send(.input(.paste(":q\n")))
        #expect(app.effects == [])
        #expect(app.state.prompt == nil)
    }

    @Test func escAndAKeyThatArriveTogetherAreTwoKeys() {
        var app = App(pods: "a", "b")
        app.type("/a")
        app.press(.alt("j"))
        #expect(app.state.prompt == nil)
        #expect(app.state.table?.filterText == "")
        #expect(app.selected == "b")
    }

    @Test func aNameThatWasProbablyMeantIsTheNearest() {
        #expect(nearestName(to: "deplyoments", among: ["deployments", "pods"]) == "deployments")
        #expect(nearestName(to: "po", among: ["no", "pods"]) == "no")
        #expect(nearestName(to: "completely", among: ["pods", "nodes"]) == nil)
        #expect(nearestName(to: "", among: ["pods"]) == nil)
    }
}
