import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// `Shift-F` and `:pf`, without a cluster.
struct ForwardsTests {
    private static func service(_ change: (inout Service) -> Void = { _ in }) -> any StoredObject {
        object(Service.self, "web") { service in
            service.spec.selector = ["app": "web"]
            service.spec.ports = [("http", 80, "TCP"), ("dns", 53, "UDP"), ("https", 443, "")].map {
                name, number, word in
                var port = ServicePort()
                (port.name, port.port, port.protocol) = (name, Int32(number), word)
                return port
            }
            change(&service)
        }
    }

    private static let web = ForwardRequest(kind: "service", namespace: "shop", name: "web", remote: "80", local: 8080)

    private func app(_ object: any StoredObject = service()) -> App {
        var app = App()
        app.cluster.set([object], of: Service.kind)
        app.type(":svc\n")
        app.publish()
        return app
    }

    private func info(_ request: ForwardRequest = web, _ state: ForwardInfo.State = .serving) -> ForwardInfo {
        var info = ForwardInfo(request, state)
        info.localPort = request.local
        info.pod = "web-1"
        return info
    }

    @Test func theDialogOffersWhatTheServiceDeclares() throws {
        var app = app()
        app.type("F")
        let dialog = try #require(app.state.forwardDialog)
        #expect(dialog.title == "Forward svc/web in shop")
        #expect(dialog.offers.map(\.text) == ["80 (http)", "443 (https)"])
        #expect(dialog.remote.text == "80")
        #expect(dialog.local.text == "8080")
        app.press(.enter)
        #expect(app.effects == [.startForward(Self.web, orAnyPort: true)])
        #expect(app.state.forwardDialog == nil)
    }

    @Test func aPortThatWasTypedIsMeant() throws {
        var app = app()
        app.type("F")
        app.press(.backTab, .down)
        #expect(app.state.forwardDialog?.local.text == "8443")
        app.press(.tab, .control("u"))
        app.type("9000")
        app.press(.tab, .control("u"))
        app.type("0.0.0.0")
        #expect(app.state.forwardDialog?.isOpenToOthers == true)
        let wanted = ForwardRequest(
            kind: "service", namespace: "shop", name: "web", remote: "443", local: 9000, address: "0.0.0.0")
        app.press(.enter)
        #expect(app.effects == [.startForward(wanted, orAnyPort: false)])
    }

    @Test(arguments: ["0", "65536", "A", "", "sixteen-letters-x"])
    func whatIsNoPortIsSaidInTheDialog(text: String) {
        var app = app()
        app.type("F")
        app.press(.backTab, .control("u"))
        app.type(text)
        app.press(.enter)
        #expect(app.effects == [])
        #expect(app.state.forwardDialog?.error != nil)
        #expect(app.state.forwardDialog?.field == .remote)
        app.press(.escape)
        #expect(app.state.forwardDialog == nil)
    }

    @Test func aServiceWithoutPodsCannotBeForwarded() {
        var app = app(Self.service { $0.spec.selector = [:] })
        app.type("F")
        #expect(app.state.forwardDialog == nil)
        #expect(app.state.notice?.notice.text.contains("has no selector") == true)
    }

    @Test func aSecondForwardGetsAnotherPort() {
        var app = app()
        app.send(.forwards(.running([info()])))
        app.type("F")
        #expect(app.state.forwardDialog?.local.text == "0")
        app.press(.control("u"))
        app.type("8080")
        app.press(.enter)
        #expect(app.effects == [])
        #expect(app.state.forwardDialog?.error == "This is forwarded already, at 127.0.0.1:8080.")
    }

    @Test func theListStopsCopiesAndSaves() {
        var app = app()
        app.send(.forwards(.running([info()])))
        #expect(app.state.forwarded(Service.kind) == [ObjectKey(namespace: "shop", name: "web")])
        #expect(app.state.forwarded(Pod.kind) == [ObjectKey(namespace: "shop", name: "web-1")])
        app.type(":pf\n")
        app.type("c")
        #expect(app.effects == [.copy("http://localhost:8080", what: "http://localhost:8080")])
        app.type("s")
        #expect(app.effects == [.saveForwards([Self.web])])
        app.press(.control("d"))
        #expect(app.effects == [.stopForward(Self.web)])
        app.send(.forwards(.running([])))
        #expect(app.state.forwardRows == [ForwardInfo(Self.web, .stopped)])
        app.press(.enter)
        #expect(app.effects == [.startForward(Self.web, orAnyPort: false)])
        app.press(.control("d"))
        #expect(app.effects == [.saveForwards([])])
        #expect(app.state.forwardRows == [])
        app.press(.control("d"))
        #expect(app.effects == [])
    }

    @Test func theSelectionStaysOnItsForward() {
        var app = app()
        let other = ForwardRequest(kind: "pod", namespace: "shop", name: "db-0", remote: "5432", local: 5432)
        app.send(.forwards(.running([info(), info(other)])))
        app.type(":pf\nj")
        app.send(.forwards(.running([info(other)])))
        #expect(app.state.selectedForward?.request == other)
        app.press(.enter)
        #expect(app.state.table?.kind == Pod.kind.groupResource)
    }

    @Test func aForwardThatEndsIsSaid() {
        var app = app()
        app.send(.forwards(.running([info()])))
        app.send(.forwards(.running([info(Self.web, .failed("pod/web-1 is gone"))])))
        #expect(app.state.notice?.notice.text == "The forward of svc/web:80 ended: pod/web-1 is gone")
    }
}
