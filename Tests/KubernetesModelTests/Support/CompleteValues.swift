import KubernetesModel

/// What parts of the complete documents are as values.
enum CompleteValues {
    static let podSpec: PodSpec = {
        var spec = PodSpec()
        spec.volumes = volumes
        spec.mountsToken = true
        spec.initContainers = containers
        spec.containers = containers
        spec.restartPolicy = "Never"
        spec.terminationGracePeriodSeconds = 7
        spec.nodeSelector = ["disk": "ssd"]
        spec.serviceAccountName = "sa"
        spec.hostNetwork = true
        spec.securityContext.runAsUser = 6
        spec.securityContext.runAsNonRoot = true
        spec.imagePullSecrets = ["registry"]
        spec.affinity = affinity
        spec.schedulerName = "s"
        var toleration = Toleration()
        toleration.key = "k"
        toleration.operator = "Equal"
        toleration.value = "v"
        toleration.effect = "NoExecute"
        toleration.tolerationSeconds = 300
        spec.tolerations = [toleration]
        spec.priorityClassName = "p"
        spec.readinessGates = ["gate"]
        spec.overhead = ["cpu": "10m"]
        var spread = TopologySpreadConstraint()
        spread.maxSkew = 2
        spread.topologyKey = "zone"
        spread.whenUnsatisfiable = "DoNotSchedule"
        spread.labelSelector = selector
        spec.topologySpreadConstraints = [spread]
        spec.schedulingGates = ["wait"]
        spec.requests = ["cpu": "200m"]
        spec.limits = ["memory": "2Gi"]
        spec.ephemeralContainers = [debugger]
        return spec
    }()

    static let debugger: Container = {
        var container = Container()
        container.name = "e"
        container.image = "busybox"
        container.command = ["sh"]
        container.targetContainerName = "c"
        container.imagePullPolicy = "Always"
        var source = EnvironmentSource()
        source.isSecret = true
        source.name = "s"
        container.envFrom = [source]
        var variable = EnvironmentReference()
        (variable.variable, variable.name, variable.key) = ("A", "cm", "k")
        container.env = [variable]
        container.securityContext.runAsUser = 8
        container.securityContext.runAsNonRoot = true
        return container
    }()

    static let selector: LabelSelector = {
        var selector = LabelSelector()
        selector.matchLabels = ["app": "x"]
        selector.matchExpressions = [LabelSelectorRequirement(key: "tier", operator: "In", values: ["a", "b"])]
        return selector
    }()

    static let affinity: Affinity = {
        var term = NodeSelectorTerm()
        term.matchExpressions = [LabelSelectorRequirement(key: "zone", operator: "In", values: ["z"])]
        term.matchFields = [LabelSelectorRequirement(key: "metadata.name", operator: "In", values: ["node"])]
        var podTerm = PodAffinityTerm()
        podTerm.labelSelector = selector
        podTerm.namespaces = ["ns"]
        podTerm.topologyKey = "zone"
        var namespaces = LabelSelector()
        namespaces.matchLabels = ["n": "m"]
        podTerm.namespaceSelector = namespaces
        var affinity = Affinity()
        affinity.nodeTerms = [term]
        affinity.podTerms = [podTerm]
        affinity.podAntiTerms = [podTerm]
        return affinity
    }()

    /// Without the volumes that need nothing, and without the token's.
    static let volumes: [Volume] = {
        var configMap = VolumeSource()
        configMap.name = "cm"
        configMap.keys = ["k"]
        configMap.optional = true
        var secret = VolumeSource()
        secret.isSecret = true
        secret.name = "s"
        secret.keys = ["l"]
        secret.optional = true
        var secondSecret = VolumeSource()
        secondSecret.isSecret = true
        secondSecret.name = "s2"
        secondSecret.keys = ["m"]
        secondSecret.optional = true
        var secondConfigMap = VolumeSource()
        secondConfigMap.name = "cm2"
        var volumes = (0..<6).map { index in
            var volume = Volume()
            volume.name = "v\(index + 1)"
            return volume
        }
        volumes[0].sources = [configMap]
        volumes[1].sources = [secret]
        volumes[2].claimName = "claim"
        volumes[3].hostPath = "/var"
        volumes[4].isEphemeral = true
        volumes[5].sources = [secondSecret, secondConfigMap]
        return volumes
    }()

    static let containers: [Container] = {
        var port = ContainerPort()
        port.name = "http"
        port.hostPort = 1
        port.containerPort = 8080
        port.protocol = "TCP"
        var container = Container()
        container.name = "c"
        container.image = "i"
        container.imagePullPolicy = "Never"
        container.command = ["run", "-v"]
        container.restartPolicy = "Always"
        container.ports = [port]
        var configMap = EnvironmentSource()
        configMap.name = "cm"
        configMap.optional = true
        var secret = EnvironmentSource()
        secret.isSecret = true
        secret.name = "s"
        container.envFrom = [configMap, secret]
        var first = EnvironmentReference()
        first.variable = "A"
        first.name = "cm"
        first.key = "k"
        var second = EnvironmentReference()
        second.variable = "B"
        second.isSecret = true
        second.name = "s"
        second.key = "l"
        second.optional = true
        container.env = [first, second]
        container.limits = ["memory": "1Gi"]
        container.requests = ["cpu": "100m"]
        container.livenessProbe = liveness
        container.readinessProbe = readiness
        container.startupProbe = startup
        container.hasPostStart = true
        container.hasPreStop = true
        container.securityContext.runAsUser = 5
        container.securityContext.runAsNonRoot = true
        var other = Container()
        other.name = "d"
        var health = Probe()
        health.handler = .grpc(port: 9, service: "g")
        other.livenessProbe = health
        return [container, other]
    }()

    private static let liveness: Probe = {
        var probe = Probe()
        probe.handler = .exec(command: ["true", "x"])
        probe.initialDelaySeconds = 1
        probe.timeoutSeconds = 2
        probe.periodSeconds = 3
        probe.successThreshold = 4
        probe.failureThreshold = 5
        probe.terminationGracePeriodSeconds = 6
        return probe
    }()

    private static let readiness: Probe = {
        var action = HTTPGetAction()
        action.path = "/p"
        action.port = .string("http")
        action.host = "h"
        action.scheme = "HTTPS"
        var probe = Probe()
        probe.handler = .httpGet(action)
        return probe
    }()

    private static let startup: Probe = {
        var action = TCPSocketAction()
        action.port = .int(8080)
        action.host = "h"
        var probe = Probe()
        probe.handler = .tcpSocket(action)
        return probe
    }()
}
