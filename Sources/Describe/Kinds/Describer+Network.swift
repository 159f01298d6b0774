import ClusterState
import KubernetesModel

extension Describer {
    // MARK: - Services

    func service(_ page: inout Page) {
        head(&page)
        let selector = spec["selector"].labels.line
        page.field("Selector", .text(selector))
        let type = spec["type"].string
        page.field("Type", Words(type))
        page.field("IP Family Policy", ifAny: spec["ipFamilyPolicy"].string)
        page.field("IP Families", .text(spec["ipFamilies"].strings.joined(separator: ",")))
        page.field("IP", Words(spec["clusterIP"].string))
        page.field("IPs", .text(spec["clusterIPs"].strings.joined(separator: ",")))
        page.field("External IPs", ifAny: spec["externalIPs"].strings.joined(separator: ","))
        page.field("Desired LoadBalancer IP", ifAny: spec["loadBalancerIP"].string)
        page.field("External Name", ifAny: spec["externalName"].string)
        page.field("LoadBalancer Class", ifAny: spec["loadBalancerClass"].string)
        let ingress = addresses(status["loadBalancer"])
        if !ingress.isEmpty {
            page.field("LoadBalancer Ingress", Words(ingress))
        } else if type == "LoadBalancer" {
            page.field("LoadBalancer Ingress", Words("<pending>", .degraded))
        }
        let slices = slices(ofService: name)
        for port in spec["ports"].items { servicePort(&page, port, slices) }
        if spec["ports"].isEmpty { page.field("Endpoints", endpoints(slices, port: nil)) }
        page.field("Session Affinity", Words(spec["sessionAffinity"].string))
        let timeout = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].string
        page.field("Session Timeout", ifAny: timeout.isEmpty ? "" : timeout + "s")
        page.field("External Traffic Policy", ifAny: spec["externalTrafficPolicy"].string)
        page.field("Internal Traffic Policy", ifAny: spec["internalTrafficPolicy"].string)
        page.field("Traffic Distribution", ifAny: spec["trafficDistribution"].string)
        page.field(
            "Publishes Not Ready", ifAny: spec["publishNotReadyAddresses"].bool == true ? "true" : "")
        let health = spec["healthCheckNodePort"].string
        page.field("HealthCheck NodePort", ifAny: health == "0" ? "" : health)
        page.field("LoadBalancer Source Ranges", ifAny: spec["loadBalancerSourceRanges"].strings.joined(separator: ","))
        conditions(&page)
    }

    private func servicePort(_ page: inout Page, _ port: JSONValue, _ slices: Related.Found<EndpointSlice>) {
        let name = port["name"].string
        let transport = port["protocol"].string.isEmpty ? "TCP" : port["protocol"].string
        let title = name.isEmpty ? "<unset>" : name
        let application = port["appProtocol"].string
        page.field(
            "Port",
            Words("\(title)  \(port["port"].string)/\(transport)")
                + Words(application.isEmpty ? "" : "  (\(application))", .dim))
        let target = port["targetPort"].string
        page.field("TargetPort", Words("\(target.isEmpty ? port["port"].string : target)/\(transport)"))
        if let node = port["nodePort"].int, node != 0 {
            page.field("NodePort", Words("\(title)  \(node)/\(transport)"))
        }
        page.field("Endpoints", endpoints(slices, port: name))
    }

    private func slices(ofService name: String) -> Related.Found<EndpointSlice> {
        let labels: Labels = ["kubernetes.io/service-name": name]
        return related.find(EndpointSlice.self, in: namespace) { kind in
            kind.objects(matching: labels, inNamespace: namespace)
        }
    }

    /// The addresses behind a port, each with its pod and whether it takes traffic; `nil` for any port.
    private func endpoints(_ found: Related.Found<EndpointSlice>, port: String?) -> [Words] {
        guard case .known(let slices) = found else {
            if case .unknown(let reason) = found { return [reason] }
            return []
        }
        var rows: [(address: String, rest: Words)] = []
        var count = 0
        for slice in slices.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            let matching = slice.ports.filter { port == nil || $0.name == port }
            let numbers: [Int32?] = slice.ports.isEmpty ? [nil] : matching.map(\.port)
            for number in numbers {
                for endpoint in slice.endpoints {
                    count += 1
                    if rows.count < 50 { rows.append((address(of: endpoint, port: number), state(of: endpoint))) }
                }
            }
        }
        let width = rows.map(\.address.count).max() ?? 0
        var lines = rows.map { row in
            Words(row.address)
                + (row.rest.isEmpty
                    ? "" : Words(String(repeating: " ", count: width - row.address.count + 2)) + row.rest)
        }
        if count > lines.count { lines.append(Words("… and \(count - lines.count) more", .dim)) }
        return lines.isEmpty ? [Words("<none>", spec["selector"].isEmpty ? .dim : .degraded)] : lines
    }

    private func address(of endpoint: Endpoint, port: Int32?) -> String {
        let address = endpoint.addresses.first ?? ""
        guard let port else { return address }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// Whether an endpoint takes traffic, and what it is.
    private func state(of endpoint: Endpoint) -> Words {
        var words = Words("")
        if endpoint.terminating == true {
            words += Words("terminating  ", .degraded)
        } else if endpoint.ready == false {
            words += Words("not ready  ", .degraded)
        }
        let target = endpoint.targetRef
        if !target.name.isEmpty {
            let namespace = target.namespace.isEmpty ? self.namespace : target.namespace
            words += Words(
                "\(target.kind)/\(target.name)",
                link: DescribedLink(kind: target.kind, namespace: namespace, name: target.name))
        }
        if !endpoint.nodeName.isEmpty { words += Words("  on ", .dim) + nodeLink(endpoint.nodeName) }
        return words
    }

    /// The addresses that a load balancer gave.
    private func addresses(_ balancer: JSONValue?) -> String {
        balancer["ingress"].items.map { item in
            let address = item["ip"].string.isEmpty ? item["hostname"].string : item["ip"].string
            let mode = item["ipMode"].string
            return mode.isEmpty || item["ip"].string.isEmpty ? address : "\(address) (\(mode))"
        }.joined(separator: ",")
    }

    // MARK: - Endpoints

    func endpoints(_ page: inout Page) {
        head(&page)
        page.section("Subsets") { page in
            for subset in document["subsets"].items {
                page.item { page in
                    page.field("Addresses", subset["addresses"].items.map { address(of: $0) })
                    page.field(
                        "NotReadyAddresses", subset["notReadyAddresses"].items.map { address(of: $0, .degraded) })
                    ports(&page, subset["ports"].items)
                }
            }
        }
    }

    private func address(of item: JSONValue, _ role: DescribedRole = .plain) -> Words {
        var words = Words(item["ip"].string, role)
        if item["targetRef"].exists { words += Words("  ") + reference(item["targetRef"], namespace: namespace) }
        let node = item["nodeName"].string
        if !node.isEmpty { words += Words("  on ", .dim) + nodeLink(node) }
        return words
    }

    private func ports(_ page: inout Page, _ ports: [JSONValue]) {
        guard !ports.isEmpty else { return page.field("Ports", .unset) }
        page.section("Ports") { page in
            page.table(
                ["Name", "Port", "Protocol"],
                ports.map { port in
                    [
                        .text(port["name"].string, or: .unset), .text(port["port"].string, or: .unset),
                        Words(port["protocol"].string),
                    ]
                })
        }
    }

    func endpointSlice(_ page: inout Page) {
        // Before discovery.k8s.io/v1 the place of an endpoint was a map.
        let isOldSlice = document["apiVersion"].string.hasSuffix("beta1")
        head(&page)
        page.field("AddressType", Words(document["addressType"].string))
        ports(&page, document["ports"].items)
        let endpoints = document["endpoints"].items
        guard !endpoints.isEmpty else { return page.field("Endpoints", .none) }
        page.section("Endpoints") { page in
            for endpoint in endpoints {
                page.item { page in
                    page.field("Addresses", .text(endpoint["addresses"].strings.joined(separator: ", ")))
                    let conditions = endpoint["conditions"]
                    page.section("Conditions") { page in
                        let ready = conditions["ready"]
                        page.field(
                            "Ready",
                            ready.exists ? Words(ready.string, ready.bool == false ? .degraded : .fine) : .unset)
                        page.field("Serving", ifAny: conditions["serving"].string)
                        page.field("Terminating", ifAny: conditions["terminating"].string)
                    }
                    page.field("Hostname", .text(endpoint["hostname"].string, or: .unset))
                    if endpoint["targetRef"].exists {
                        page.field("TargetRef", reference(endpoint["targetRef"], namespace: namespace))
                    }
                    let node = endpoint["nodeName"].string
                    page.field("NodeName", node.isEmpty ? .unset : nodeLink(node))
                    page.field("Zone", .text(endpoint["zone"].string, or: .unset))
                    let topology = labels(
                        endpoint["deprecatedTopology"].exists ? endpoint["deprecatedTopology"] : endpoint["topology"])
                    if !topology.isEmpty || isOldSlice { page.field("Topology", topology) }
                    let zones = endpoint["hints"]["forZones"].items.map { $0["name"].string }
                    page.field("For Zones", ifAny: zones.joined(separator: ", "))
                }
            }
        }
    }

    // MARK: - Ingresses

    func ingress(_ page: inout Page) {
        head(&page)
        page.field("Address", Words(addresses(status["loadBalancer"])))
        let name = spec["ingressClassName"].string
        page.field(
            "Ingress Class",
            name.isEmpty
                ? .none
                : Words(name, link: DescribedLink(group: "networking.k8s.io", kind: "IngressClass", name: name)))
        let fallback = spec["defaultBackend"].exists ? spec["defaultBackend"] : spec["backend"]
        let byDefault = fallback.exists ? backend(fallback) : Words("<default>", .dim)
        page.field("Default backend", byDefault)
        let certificates = spec["tls"].items
        if !certificates.isEmpty {
            page.section("TLS") { page in
                for item in certificates {
                    let hosts = item["hosts"].strings.joined(separator: ",")
                    let secret = item["secretName"].string
                    page.line(
                        secret.isEmpty
                            ? Words("SNI routes \(hosts)")
                            : named(SecretObject.self, secret) + Words(" terminates \(hosts)"))
                }
            }
        }
        var rows: [[Words]] = []
        for rule in spec["rules"].items where rule["http"].exists {
            let host = rule["host"].string
            for path in rule["http"]["paths"].items {
                rows.append([
                    Words(host.isEmpty ? "*" : host), Words(path["path"].string), Words(path["pathType"].string, .dim),
                    backend(path["backend"]),
                ])
            }
        }
        if rows.isEmpty { rows = [["*", "*", "", byDefault]] }
        page.section("Rules") { $0.table(["Host", "Path", "Type", "Backends"], rows) }
    }

    /// A backend of an Ingress, and what stands behind it.
    private func backend(_ backend: JSONValue?) -> Words {
        if let other = backend["resource"], Optional(other).exists {
            let group = other["apiGroup"].string
            return Words(
                "APIGroup: \(group.isEmpty ? "<none>" : group), Kind: \(other["kind"].string), Name: \(other["name"].string)"
            )
        }
        let isOld = !backend["service"].exists
        let name = isOld ? backend["serviceName"].string : backend["service"]["name"].string
        let port = backend["service"]["port"]
        let wanted =
            isOld
            ? backend["servicePort"].string : port["name"].string.isEmpty ? port["number"].string : port["name"].string
        let words =
            Words(name, link: DescribedLink(kind: "Service", namespace: namespace, name: name)) + Words(":\(wanted) ")
        let services = related.find(Service.self, in: namespace) { kind in
            kind[ObjectKey(namespace: namespace, name: name)].map { [$0] } ?? []
        }
        switch services {
        case .unknown(let reason): return words + Words("(") + reason + Words(")")
        case .known(let found):
            guard let service = found.first else {
                return words + Words("(<error: services \"\(name)\" not found>)", .broken)
            }
            if service.spec.type == "ExternalName" { return words + Words("(\(service.spec.externalName))") }
            guard let match = service.spec.ports.first(where: { "\($0.port)" == wanted || $0.name == wanted }) else {
                return words + Words("(the Service has no such port)", .broken)
            }
            return words + Words("(") + ready(slices(ofService: name), port: match.name) + Words(")")
        }
    }

    /// The addresses that take traffic, in one line.
    private func ready(_ found: Related.Found<EndpointSlice>, port: String) -> Words {
        switch found {
        case .unknown(let reason): return reason
        case .known(let slices):
            let all = slices.flatMap { slice -> [String] in
                let numbers = slice.ports.filter { $0.name == port }.compactMap(\.port)
                return numbers.flatMap { number in
                    slice.endpoints.filter { $0.ready != false }.compactMap { endpoint in
                        endpoint.addresses.first.map { $0.contains(":") ? "[\($0)]:\(number)" : "\($0):\(number)" }
                    }
                }
            }
            if all.isEmpty { return Words("no ready endpoints", .broken) }
            let shown = all.sorted().prefix(10).joined(separator: ",")
            return Words(all.count > 10 ? "\(shown) + \(all.count - 10) more..." : shown)
        }
    }

    func ingressClass(_ page: inout Page) {
        head(&page)
        page.field("Controller", Words(spec["controller"].string))
        let parameters = spec["parameters"]
        guard parameters.exists else { return }
        page.section("Parameters") { page in
            page.field("APIGroup", ifAny: parameters["apiGroup"].string)
            page.field("Kind", Words(parameters["kind"].string))
            page.field("Name", Words(parameters["name"].string))
            page.field("Namespace", ifAny: parameters["namespace"].string)
        }
    }

    // MARK: - Network policies

    func networkPolicy(_ page: inout Page) {
        head(&page, created: "Created on")
        let selected = selector(spec["podSelector"])
        let types = spec["policyTypes"].strings
        page.section("Spec") { page in
            page.field(
                "PodSelector",
                selected.isEmpty
                    ? "<none> (Allowing the specific traffic to all pods in this namespace)" : Words(selected))
            direction(&page, "ingress", "From", isAffected: types.contains("Ingress"), spec["ingress"].items, "from")
            direction(&page, "egress", "To", isAffected: types.contains("Egress"), spec["egress"].items, "to")
            page.field("Policy Types", .text(types.joined(separator: ", ")))
        }
        let pods = related.find(Pod.self, in: namespace) { kind in
            kind.objects(matching: labelSelector(spec["podSelector"]), inNamespace: namespace)
        }
        if case .known(let pods) = pods { podTable(&page, "Selected Pods", pods) }
    }

    private func direction(
        _ page: inout Page, _ title: String, _ label: String, isAffected: Bool, _ rules: [JSONValue], _ key: String
    ) {
        guard isAffected else { return page.line(Words("Not affecting \(title) traffic")) }
        page.section("Allowing \(title) traffic") { page in
            if rules.isEmpty {
                page.line(Words("<none> (Selected pods are isolated for \(title) connectivity)"))
            }
            for rule in rules {
                page.item { page in
                    let ports = rule["ports"].items
                    if ports.isEmpty { page.field("To Port", "<any> (traffic allowed to all ports)") }
                    for port in ports {
                        let transport = port["protocol"].string.isEmpty ? "TCP" : port["protocol"].string
                        let number = port["port"].string.isEmpty ? "<any>" : port["port"].string
                        if port["endPort"].exists {
                            page.field("To Port Range", Words("\(number)-\(port["endPort"].string)/\(transport)"))
                        } else {
                            page.field("To Port", Words("\(number)/\(transport)"))
                        }
                    }
                    let peers = rule[key].items
                    if peers.isEmpty {
                        let what = label == "From" ? "source" : "destination"
                        page.field(label, Words("<any> (traffic not restricted by \(what))"))
                    }
                    for peer in peers { page.section(label) { self.peer(&$0, peer) } }
                }
            }
        }
    }

    private func peer(_ page: inout Page, _ peer: JSONValue) {
        for (key, label) in [("namespaceSelector", "NamespaceSelector"), ("podSelector", "PodSelector")]
        where peer[key].exists {
            page.field(label, .text(selector(peer[key])))
        }
        guard peer["ipBlock"].exists else { return }
        page.section("IPBlock") { page in
            page.field("CIDR", Words(peer["ipBlock"]["cidr"].string))
            page.field("Except", Words(peer["ipBlock"]["except"].strings.joined(separator: ", ")))
        }
    }
}
