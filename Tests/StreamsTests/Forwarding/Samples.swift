import KubernetesModel

/// A pod that is ready, unless told otherwise.
func pod(
    _ name: String, uid: String? = nil, version: String = "1", phase: String = "Running", ready: Bool = true,
    terminating: Bool = false, born: Int64 = 0, ports: [(name: String, number: Int32, protocol: String)] = [],
    maker: String? = nil, runs: Bool = true
) -> Pod {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = "shop"
    pod.metadata.uid = uid ?? "uid-\(name)"
    pod.metadata.resourceVersion = version
    pod.metadata.creationTimestamp = Timestamp(microseconds: born)
    if terminating { pod.metadata.deletionTimestamp = Timestamp(microseconds: 1) }
    if let maker {
        var reference = OwnerReference()
        reference.kind = maker
        reference.name = "maker"
        reference.controller = true
        pod.metadata.ownerReferences = [reference]
    }
    pod.status.phase = phase
    var condition = Condition()
    condition.type = "Ready"
    condition.status = ready ? "True" : "False"
    pod.status.conditions = [condition]
    var status = ContainerStatus()
    status.name = "app"
    status.ready = ready
    status.state = runs ? .running(startedAt: nil) : .waiting(reason: "CrashLoopBackOff", message: "")
    pod.status.containerStatuses = [status]
    var container = Container()
    container.name = "app"
    container.ports = ports.map { item in
        var port = ContainerPort()
        port.name = item.name
        port.containerPort = item.number
        port.protocol = item.protocol
        return port
    }
    pod.spec.containers = [container]
    return pod
}

func service(
    _ ports: [(name: String, port: Int32, target: IntOrString, protocol: String)], type: String = "ClusterIP",
    clusterIP: String = "10.0.0.1", selector: Labels = ["app": "web"], publishesAll: Bool = false
) -> Service {
    var service = Service()
    service.metadata.name = "web"
    service.metadata.namespace = "shop"
    service.spec.type = type
    service.spec.clusterIP = clusterIP
    service.spec.selector = selector
    service.spec.publishNotReadyAddresses = publishesAll
    service.spec.externalName = type == "ExternalName" ? "example.com" : ""
    service.spec.ports = ports.map { item in
        var port = ServicePort()
        port.name = item.name
        port.port = item.port
        port.targetPort = item.target
        port.protocol = item.protocol
        return port
    }
    return service
}

func deployment(_ labels: Labels = ["app": "web"]) -> Deployment {
    var deployment = Deployment()
    deployment.metadata.name = "web"
    deployment.metadata.namespace = "shop"
    deployment.selector.matchLabels = labels
    return deployment
}
