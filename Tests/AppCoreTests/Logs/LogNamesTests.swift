import Testing

@testable import AppCore

struct LogNamesTests {
    private func names(_ order: LogOrder, _ pods: [(pod: String, workload: String)]) -> [String] {
        var names = LogNames(order)
        return pods.map {
            names.add(namespace: "shop", pod: $0.pod, workload: $0.workload, container: "app", hasOthers: false).label
        }
    }

    private let deployment = LogOrder(namespace: "shop", subject: .workload(resource: "deployments", name: "web"))

    @Test func podsOfAWorkloadAreCalledByTheirEnds() {
        #expect(names(deployment, [("web-7d9f-x2x7k", "web"), ("web-7d9f-9qk2p", "web")]) == ["x2x7k", "9qk2p"])
        let set = LogOrder(namespace: "shop", subject: .workload(resource: "statefulsets", name: "db"))
        #expect(names(set, [("checkout-db-0", "checkout-db"), ("checkout-db-1", "checkout-db")]) == ["db-0", "db-1"])
    }

    @Test func podsOfSeveralWorkloadsSayWhichOneIsTheirs() {
        let order = LogOrder(namespace: "shop", subject: .selector("tier=front"))
        #expect(
            names(order, [("web-7d9f-x2x7k", "web"), ("cart-55-abcde", "cart"), ("db-0", "db"), ("alone", "")])
                == ["web-x2x7k", "cart-abcde", "db-0", "alone"])
    }

    @Test func twoPodsNeverHaveOneName() {
        #expect(
            names(deployment, [("web-1-x2x7k", "web"), ("web-2-x2x7k", "web"), ("web-1-x2x7k", "web")])
                == ["x2x7k", "web-2-x2x7k", "x2x7k"])
        var two = LogNames(LogOrder(namespace: "", subject: .selector("app=web")))
        let first = two.add(namespace: "a", pod: "web-0", workload: "web", container: "app", hasOthers: false)
        let second = two.add(namespace: "b", pod: "web-0", workload: "web", container: "app", hasOthers: false)
        #expect(first == ("web-0", 0))
        #expect(second == ("b/web-0", 1))
    }

    @Test func containersOfOnePodShareItsColour() {
        var one = LogNames(LogOrder(namespace: "shop", subject: .pod("web-0")))
        #expect(
            one.add(namespace: "shop", pod: "web-0", workload: "web", container: "app", hasOthers: false) == ("", 0))
        var pod = LogNames(LogOrder(namespace: "shop", subject: .pod("web-0")))
        #expect(
            pod.add(namespace: "shop", pod: "web-0", workload: "web", container: "app", hasOthers: true) == ("app", 0))
        #expect(
            pod.add(namespace: "shop", pod: "web-0", workload: "web", container: "proxy", hasOthers: true)
                == ("proxy", 0))
        var all = LogNames(deployment)
        #expect(
            all.add(namespace: "shop", pod: "web-1-aaaaa", workload: "web", container: "app", hasOthers: true)
                == ("aaaaa/app", 0))
        #expect(
            all.add(namespace: "shop", pod: "web-1-bbbbb", workload: "web", container: "app", hasOthers: true)
                == ("bbbbb/app", 1))
    }

    @Test func aNameIsFreeWhenNothingOfItIsShown() {
        var names = LogNames(deployment)
        func add(_ pod: String) -> String {
            names.add(namespace: "shop", pod: pod, workload: "web", container: "app", hasOthers: false).label
        }
        #expect(add("web-1-x2x7k") == "x2x7k")
        #expect(add("web-1-x2x7k") == "x2x7k")
        names.remove(namespace: "shop", pod: "web-1-x2x7k")
        #expect(add("web-2-x2x7k") == "web-2-x2x7k")
        names.remove(namespace: "shop", pod: "web-1-x2x7k")
        #expect(add("web-3-x2x7k") == "x2x7k")
    }
}
