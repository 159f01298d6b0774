import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct LogOrderTests {
    private func parsed(_ line: String) -> Result<LogsLine, CommandLine.Failure> {
        switch CommandLine.parse(line, resources: []) {
        case .success(.logs(let request)): .success(request)
        case .success: .failure(CommandLine.Failure(reason: "not logs"))
        case .failure(let failure): .failure(failure)
        }
    }

    private func order(_ line: String, in namespace: String? = "shop") throws -> LogOrder {
        try #require(try parsed(line).get().order(in: namespace)).get()
    }

    @Test func logsAreNamedAsForKubectl() throws {
        #expect(try order("logs web-0") == LogOrder(namespace: "shop", subject: .pod("web-0")))
        #expect(try order("logs po/web-0 -n other") == LogOrder(namespace: "other", subject: .pod("web-0")))
        #expect(
            try order("logs deploy/web svc/api")
                == LogOrder([
                    .init(namespace: "shop", subject: .workload(resource: "deployments", name: "web")),
                    .init(namespace: "shop", subject: .workload(resource: "services", name: "api")),
                ]))
        var one = LogOrder(namespace: "shop", subject: .selector("app=web,tier!=cache"))
        #expect(try order("logs -l app=web,tier!=cache") == one)
        one.targets[0].namespace = ""
        #expect(try order("logs -l 'app=web,tier!=cache' -A") == one)
        #expect(try order("logs -l app=web,tier!=cache", in: nil) == one)
        var all = LogOrder(namespace: "shop", subject: .pod("web-0"))
        all.containers = .all
        all.previous = true
        all.range = .minutes(2)
        #expect(try order("logs web-0 --all-containers -p --since=90s -f") == all)
        all.containers = .named("app")
        all.previous = false
        all.range = .tail(20)
        #expect(try order("log web-0 -c app --tail 20") == all)
        all.containers = .usual
        all.range = .start
        #expect(try order("logs web-0 --since all") == all)
        all.range = .tail(500)
        #expect(try order("logs web-0 --since 500") == all)
        #expect(try parsed("logs").get() == LogsLine())
    }

    @Test(arguments: [
        ("logs node/x", "node has no logs: only pods, workloads and Services have."),
        ("logs deploy/", "deploy/ names nothing: write a pod, or a kind and a name such as deploy/web."),
        ("logs -l", "-l needs a value."),
        ("logs -l 'app in'", "app in is no label selector, such as app=web,tier!=cache."),
        ("logs --since soon", "--since takes a time such as 90s, 5m or 3h, a number of lines, or all."),
        ("logs --what", "logs does not know --what: -l -n -A -c --all-containers -p --since --tail"),
    ])
    func whatIsNoOrderSaysWhy(line: String, words: String) {
        #expect(parsed(line) == .failure(CommandLine.Failure(reason: words)))
    }

    @Test func aNameNeedsANamespace() throws {
        #expect(
            try #require(try parsed("logs web-0").get().order(in: nil))
                == .failure(LogRefusal(words: "Name the namespace: logs web-0 -n NAMESPACE.")))
    }

    @Test func typedLogsOpenInAPane() {
        var app = App(pods: "web-1")
        app.type(":logs deploy/web -c app\n")
        var order = LogOrder(namespace: "shop", subject: .workload(resource: "deployments", name: "web"))
        order.containers = .named("app")
        #expect(app.works == [.log(order)])
        #expect(app.state.shownLog?.order.title == "deploy/web")
        app.press(.escape)
        app.type(":logs --tail 5\n")
        var selected = LogOrder(namespace: "shop", subject: .pod("web-1"))
        selected.range = .tail(5)
        #expect(app.works == [.log(selected)])
    }

    @Test func markedRowsAreReadTogether() {
        var app = App(pods: "web-1", "web-2", "web-3")
        app.type(" jj l")
        let order = LogOrder([
            .init(namespace: "shop", subject: .pod("web-1")), .init(namespace: "shop", subject: .pod("web-3")),
        ])
        #expect(app.works == [.log(order)])
        #expect(order.title == "web-1, web-3")
        #expect(order.isOfMany)
    }

    @Test func tooManyMarksAreRefusedInWords() {
        var app = App()
        app.cluster.set((100..<160).map { pod("web-\($0)") })
        app.publish()
        for _ in 0..<60 { app.type(" ") }
        app.type("l")
        #expect(app.notice == "60 rows are marked; logs of at most 50 fit in one pane.")
        #expect(app.state.shownLog == nil)
    }

    @Test func containersOfOnePodAreNotManyPods() {
        let pod = LogOrder.Subject.pod("web-0")
        let order = LogOrder([
            .init(namespace: "shop", subject: pod, container: "app"),
            .init(namespace: "shop", subject: pod, container: "proxy"),
        ])
        #expect(!order.isOfMany)
        #expect(order.title == "web-0/app, web-0/proxy")
        let many = LogOrder((0..<9).map { .init(namespace: "shop", subject: .pod("web-\($0)")) })
        #expect(many.title == "web-0, web-1 and 7 more")
    }
}
