import AppCore
import KubernetesModel
import Testing

/// Cells of kinds of which no table was recorded, and of cases that the recording lacks.
struct TableCellTests {
    private func cells<Row>(_ definition: TableDefinition<Row>, _ row: Row, _ titles: String...) -> [String] {
        let cells = definition.cells(of: row)
        return titles.map { cells[$0] ?? "no such column" }
    }

    @Test func aPodWithoutAddressOrNodeSaysNone() {
        #expect(
            cells(.pods, Pod(), "IP", "NODE", "NOMINATED NODE", "READINESS GATES", "QOS", "AGE")
                == ["<none>", "<none>", "<none>", "<none>", "<none>", "<unknown>"])
    }

    @Test func readinessGatesAreCountedByTheirConditions() {
        var pod = Pod.of("Running", conditions: [("lb", "True", ""), ("dns", "False", "")])
        pod.spec.readinessGates = ["lb", "dns", "mesh"]
        #expect(cells(.pods, pod, "READINESS GATES") == ["1/3"])
    }

    struct Exposure: Sendable {
        var type: String
        var externalIPs: [String] = []
        var balancer: [String] = []
        var text: String
    }

    @Test(arguments: [
        Exposure(type: "ClusterIP", text: "<none>"),
        Exposure(type: "ClusterIP", externalIPs: ["1.1.1.1", "2.2.2.2"], text: "1.1.1.1,2.2.2.2"),
        Exposure(type: "NodePort", text: "<none>"),
        Exposure(type: "LoadBalancer", text: "<pending>"),
        Exposure(type: "LoadBalancer", balancer: ["9.9.9.9", "3.3.3.3"], text: "3.3.3.3,9.9.9.9"),
        Exposure(type: "LoadBalancer", externalIPs: ["1.1.1.1"], balancer: ["lb.example"], text: "lb.example,1.1.1.1"),
        Exposure(type: "LoadBalancer", externalIPs: ["1.1.1.1"], text: "1.1.1.1"),
        Exposure(type: "ExternalName", text: "db.example"),
        Exposure(type: "Strange", text: "<unknown>"),
    ])
    func externalAddressesGoByTheType(_ exposure: Exposure) {
        var service = Service()
        service.spec.type = exposure.type
        service.spec.externalIPs = exposure.externalIPs
        service.spec.externalName = "db.example"
        service.loadBalancerIngress = exposure.balancer.map { address in
            var ingress = LoadBalancerIngress()
            if address.first?.isNumber == true { ingress.ip = address } else { ingress.hostname = address }
            return ingress
        }
        #expect(cells(.services, service, "EXTERNAL-IP") == [exposure.text])
        #expect(TableDefinition.services.health(service) == (exposure.text == "<pending>" ? .degraded : .fine))
    }

    @Test func portsOfAServiceNameNodePortAndTarget() {
        var service = Service()
        var http = ServicePort()
        (http.port, http.nodePort, http.protocol, http.targetPort) = (80, 30080, "TCP", .string("http"))
        var dns = ServicePort()
        (dns.port, dns.protocol, dns.targetPort) = (53, "UDP", .int(5353))
        service.spec.ports = [http, dns]
        #expect(
            cells(.services, service, "PORT(S)", "TARGETS", "CLUSTER-IP", "SELECTOR")
                == ["80:30080/TCP,53/UDP", "80→http,53→5353", "<none>", "<none>"])
    }

    @Test func anOldServersServiceHasOneClusterIP() {
        var service = Service()
        service.spec.clusterIP = "10.0.0.1"
        #expect(cells(.services, service, "CLUSTER-IP") == ["10.0.0.1"])
    }

    private func rule(_ host: String, _ paths: [(String, String, Int32)]) -> IngressRule {
        var rule = IngressRule()
        rule.host = host
        rule.paths = paths.map { given in
            var path = HTTPIngressPath()
            path.path = given.0
            path.backend.serviceName = given.1
            path.backend.servicePortNumber = given.2
            return path
        }
        return rule
    }

    @Test func anIngressShowsWhereItsPathsLead() {
        var ingress = Ingress()
        ingress.ingressClassName = "nginx"
        ingress.tls = [IngressTLS()]
        ingress.rules = [rule("shop.example", [("/cart", "checkout", 80), ("", "web", 8080)])]
        #expect(
            cells(.ingresses, ingress, "CLASS", "HOSTS", "ADDRESS", "PORTS", "BACKENDS")
                == ["nginx", "shop.example", "", "80, 443", "/cart→checkout:80,/→web:8080"])
    }

    @Test func anIngressOfManyHostsShowsThree() {
        var ingress = Ingress()
        ingress.rules = ["a", "b", "c", "d", "e"].map { rule($0, [("/", $0, 1)]) }
        var backend = IngressBackend()
        (backend.resourceKind, backend.resourceName) = ("StorageBucket", "static")
        ingress.defaultBackend = backend
        #expect(
            cells(.ingresses, ingress, "CLASS", "HOSTS", "PORTS", "BACKENDS")
                == [
                    "<none>", "a,b,c + 2 more...", "80",
                    "a/→a:1,b/→b:1,c/→c:1,d/→d:1,e/→e:1,*→storagebucket/static",
                ])
        #expect(cells(.ingresses, Ingress(), "HOSTS", "BACKENDS") == ["*", "<none>"])
    }

    @Test func endpointsBeyondThreeAreCounted() {
        var slice = EndpointSlice()
        slice.endpoints = (1...4).map { number in
            var endpoint = Endpoint()
            endpoint.addresses = ["10.0.0.\(number)"]
            endpoint.ready = number == 2 ? false : (number == 3 ? nil : true)
            return endpoint
        }
        slice.ports = [Int32(8080), nil].map { number in
            var port = EndpointPort()
            port.port = number
            return port
        }
        #expect(
            cells(.endpointSlices, slice, "PORTS", "ENDPOINTS", "READY")
                == ["8080,*", "10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...", "3/4"])
        #expect(TableDefinition.endpointSlices.health(slice) == .degraded)
        #expect(
            cells(.endpointSlices, EndpointSlice(), "PORTS", "ENDPOINTS", "READY") == ["<unset>", "<unset>", "0/0"])
    }

    @Test func aDeploymentPrintsItsSelectorSortedByKey() {
        var deployment = Deployment()
        deployment.selector.matchLabels = ["tier": "web"]
        deployment.selector.matchExpressions = [("app", "In", ["b", "a"]), ("old", "DoesNotExist", [])].map { given in
            var requirement = LabelSelectorRequirement()
            (requirement.key, requirement.operator, requirement.values) = given
            return requirement
        }
        #expect(cells(.deployments, deployment, "SELECTOR", "READY") == ["app in (a,b),!old,tier=web", "0/1"])
    }

    @Test func aRecordedNodeIsPrintedLikeKubectlDoes() throws {
        let node = try #require(try RecordedCluster.list("cluster/nodes", of: Node.self).first)
        #expect(
            cells(.nodes, node, "NAME", "STATUS", "ROLES", "TAINTS", "EXTERNAL-IP", "CONDITIONS")
                == ["node1", "Ready", "<none>", "0", "<none>", "<none>"])
    }

    @Test func rolesOfANodeComeFromBothLabels() {
        var node = Node()
        node.metadata.labels = [
            "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "",
            "node-role.kubernetes.io/": "", "kubernetes.io/role": "edge",
        ]
        node.unschedulable = true
        #expect(
            cells(.nodes, node, "STATUS", "ROLES", "OS-IMAGE", "KERNEL-VERSION")
                == ["Unknown,SchedulingDisabled", "control-plane,edge,worker", "<unknown>", "<unknown>"])
    }

    @Test func anEventOfTheNewRecorderNamesItsReporter() {
        var event = Event()
        event.involvedObject.kind = "Node"
        event.reportingComponent = "scheduler"
        event.reportingInstance = "host-1"
        event.eventTime = Timestamp(seconds: RecordedCluster.moment.seconds - 600)
        event.seriesCount = 12
        event.seriesLastObservedTime = Timestamp(seconds: RecordedCluster.moment.seconds - 30)
        event.message = "\n  went away \n"
        #expect(
            cells(.events, event, "LAST SEEN", "FIRST SEEN", "COUNT", "OBJECT", "SOURCE", "MESSAGE")
                == ["30s", "10m", "12", "node", "scheduler, host-1", "went away"])
    }
}
