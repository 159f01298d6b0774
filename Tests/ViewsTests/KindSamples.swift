import ClusterState
import KubernetesModel

/// An object of any kind, named and aged.
func object<Object: KubernetesObject>(
    _ object: Object, _ name: String, namespace: String = "shop", age: Int64 = 200_000,
    _ change: (inout Object) -> Void = { _ in }
) -> any StoredObject {
    var object = object
    object.metadata.name = name
    object.metadata.namespace = Object.kind.isNamespaced ? namespace : ""
    object.metadata.uid = "uid-\(Object.kind.kind)-\(name)"
    object.metadata.resourceVersion = "1"
    object.metadata.creationTimestamp = ago(age)
    change(&object)
    return Stored(object)
}

let shopEvents: [any StoredObject] = [
    event(
        "a", "BackOff", about: "Pod", "checkout-7d9f8b6c5d-x2x7k", warning: true, count: 204, seen: 12,
        "Back-off restarting failed container c1 in pod checkout-7d9f8b6c5d-x2x7k_shop(0b1f)"),
    event("b", "Scheduled", about: "Pod", "cart-5f5f97998c-vbfd9", seen: 3_700, "Assigned shop/cart to node-1"),
    event(
        "c", "Failed", about: "Pod", "cart-5f5f97998c-vbfd9", warning: true, count: 13, seen: 40,
        "Failed to pull image \"shop/cart:v2.31\":\nnot found"),
    event("d", "ScalingReplicaSet", about: "Deployment", "web", seen: 95, "Scaled up replica set web-66b5d4f6c7 to 2"),
]

private func event(
    _ name: String, _ reason: String, about kind: String, _ involved: String, warning: Bool = false, count: Int32 = 1,
    seen: Int64, _ message: String
) -> any StoredObject {
    object(Event(), name) { event in
        event.reason = reason
        event.message = message
        event.type = warning ? "Warning" : "Normal"
        event.involvedObject.kind = kind
        event.involvedObject.name = involved
        event.involvedObject.namespace = "shop"
        event.count = count
        event.firstTimestamp = ago(7_200)
        event.lastTimestamp = ago(seen)
    }
}

let shopServices: [any StoredObject] = [
    service("web", type: "ClusterIP", ip: "10.96.14.3", ports: [("http", 80, 0)]),
    service("edge", type: "LoadBalancer", ip: "10.96.200.7", ports: [("http", 80, 30_080), ("https", 443, 30_443)]),
    service("db", type: "ClusterIP", ip: "None", ports: [("pg", 5_432, 0)]),
]

private func service(_ name: String, type: String, ip: String, ports: [(String, Int32, Int32)]) -> any StoredObject {
    object(Service(), name) { service in
        service.spec.type = type
        service.spec.clusterIP = ip
        service.spec.selector = ["app": name]
        service.spec.ports = ports.map { name, number, nodePort in
            var port = ServicePort()
            (port.name, port.protocol, port.port, port.nodePort) = (name, "TCP", number, nodePort)
            port.targetPort = .string(name)
            return port
        }
    }
}

let shopIngresses: [any StoredObject] = [
    object(Ingress(), "web") { ingress in
        ingress.ingressClassName = "nginx"
        var tls = IngressTLS()
        tls.hosts = ["shop.example.com"]
        ingress.tls = [tls]
        var rule = IngressRule()
        rule.host = "shop.example.com"
        rule.paths = [("/", "web"), ("/cart", "cart")].map { path, service in
            var entry = HTTPIngressPath()
            (entry.path, entry.pathType) = (path, "Prefix")
            entry.backend.serviceName = service
            entry.backend.servicePortNumber = 80
            return entry
        }
        ingress.rules = [rule]
        var address = LoadBalancerIngress()
        address.ip = "203.0.113.10"
        ingress.loadBalancerIngress = [address]
    }
]

let nodes: [any StoredObject] = [
    node("node-1"), node("node-2") { $0.unschedulable = true },
    node("node-3") { $0.conditions[0].status = "Unknown" },
]

private func node(_ name: String, _ change: (inout Node) -> Void = { _ in }) -> any StoredObject {
    object(Node(), name) { node in
        var ready = Condition()
        (ready.type, ready.status) = ("Ready", "True")
        node.conditions = [ready]
        node.nodeInfo.kubeletVersion = "v1.36.2"
        node.metadata.labels = ["node-role.kubernetes.io/worker": ""]
        change(&node)
    }
}

let shopDeployments: [any StoredObject] = [
    deployment("checkout", ready: 1), deployment("web", wanted: 2, ready: 2), deployment("cart", wanted: 1, ready: 0),
]

private func deployment(_ name: String, wanted: Int32 = 3, ready: Int32) -> any StoredObject {
    object(Deployment(), name) { deployment in
        deployment.replicas = wanted
        deployment.selector.matchLabels = ["app": name]
        deployment.statusReplicas = wanted
        deployment.updatedReplicas = wanted
        deployment.readyReplicas = ready
        deployment.availableReplicas = ready
    }
}

let namespaces: [any StoredObject] = [
    object(Namespace(), "shop") { $0.phase = "Active" },
    object(Namespace(), "old-shop") { $0.phase = "Terminating" },
]

let shopSlices: [any StoredObject] = [
    object(EndpointSlice(), "web-abc12") { slice in
        slice.addressType = "IPv4"
        slice.metadata.labels = ["kubernetes.io/service-name": "web"]
        slice.endpoints = [("10.244.1.9", true), ("10.244.3.4", false)].map { address, isReady in
            var endpoint = Endpoint()
            (endpoint.addresses, endpoint.ready) = ([address], isReady)
            return endpoint
        }
        var port = EndpointPort()
        (port.name, port.port, port.protocol) = ("http", 8_080, "TCP")
        slice.ports = [port]
    }
]
