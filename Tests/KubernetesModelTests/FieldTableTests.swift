import ModelTestSupport
import Testing

@testable import KubernetesModel

struct FieldTableTests {
    /// The entries that no recorded answer has with a value other than the default.
    ///
    /// They are tested by the complete
    /// documents only; a new recording that has one, or a new entry, changes this list.
    static let notInRecordings: Set<String> = [
        "EphemeralContainer.command", "EphemeralContainer.env", "EphemeralContainer.envFrom",
        "EphemeralContainer.ephemeralContainerCommon", "EphemeralContainer.image",
        "EphemeralContainer.imagePullPolicy", "EphemeralContainer.name", "EphemeralContainer.securityContext",
        "EphemeralContainer.targetContainerName", "EphemeralContainerCommon.command", "EphemeralContainerCommon.env",
        "EphemeralContainerCommon.envFrom", "EphemeralContainerCommon.image",
        "EphemeralContainerCommon.imagePullPolicy", "EphemeralContainerCommon.name",
        "EphemeralContainerCommon.securityContext", "PodResourceRequirements.limits",
        "PodResourceRequirements.requests", "PodSpec.ephemeralContainers", "PodSpec.resources",
        "PodStatus.ephemeralContainerStatuses",
        "Affinity.podAffinity", "Affinity.podAntiAffinity", "ConfigMapEnvSource.localObjectReference",
        "ConfigMapEnvSource.name", "ConfigMapEnvSource.optional", "ConfigMapKeySelector.optional",
        "ConfigMapVolumeSource.optional", "Container.envFrom", "Container.lifecycle", "Container.restartPolicy",
        "Container.securityContext", "Container.startupProbe", "ContainerPort.hostPort",
        "ContainerResourceMetricSource.container", "ContainerResourceMetricSource.name",
        "ContainerResourceMetricSource.target", "ContainerStateTerminated.signal",
        "CronJobSpec.startingDeadlineSeconds", "CronJobStatus.active", "DaemonSetStatus.conditions",
        "DaemonSetStatus.numberMisscheduled", "DeploymentSpec.minReadySeconds", "DeploymentSpec.paused",
        "Endpoint.topology", "EnvFromSource.configMapRef", "EnvFromSource.secretRef", "EnvVarSource.configMapKeyRef",
        "ExternalMetricSource.metric", "ExternalMetricSource.target", "GRPCAction.port", "GRPCAction.service",
        "HTTPGetAction.host", "HorizontalPodAutoscalerStatus.lastScaleTime", "HostPathVolumeSource.path",
        "IPBlock.cidr", "IPBlock.except", "Ingress.status", "IngressBackend.resource", "IngressClass.metadata",
        "IngressClass.spec", "IngressClassParametersReference.apiGroup", "IngressClassParametersReference.kind",
        "IngressClassParametersReference.name", "IngressClassParametersReference.namespace",
        "IngressClassSpec.controller", "IngressClassSpec.parameters", "IngressLoadBalancerStatus.ingress",
        "IngressSpec.defaultBackend", "IngressStatus.loadBalancer", "JobSpec.activeDeadlineSeconds", "JobSpec.suspend",
        "JobStatus.active", "JobStatus.failedIndexes", "LabelSelector.matchExpressions", "Lease.metadata", "Lease.spec",
        "LeaseSpec.acquireTime", "LeaseSpec.holderIdentity", "LeaseSpec.leaseDurationSeconds",
        "LeaseSpec.leaseTransitions", "LeaseSpec.renewTime", "Lifecycle.postStart", "Lifecycle.preStop",
        "LimitRangeItem.default", "LimitRangeItem.max", "LimitRangeItem.min", "LoadBalancerIngress.hostname",
        "LoadBalancerIngress.ip", "LoadBalancerStatus.ingress", "MetricSpec.containerResource", "MetricSpec.external",
        "MetricSpec.object", "MetricSpec.pods", "MetricStatus.containerResource", "MetricStatus.external",
        "MetricStatus.object", "MetricStatus.pods", "MetricTarget.averageValue", "MetricTarget.value",
        "MetricValueStatus.value", "NamespaceStatus.conditions", "NetworkPolicyEgressRule.ports",
        "NetworkPolicyEgressRule.to", "NetworkPolicyPeer.ipBlock", "NetworkPolicyPeer.podSelector",
        "NetworkPolicyPort.endPort", "NetworkPolicySpec.egress", "Node.spec", "NodeSelectorTerm.matchExpressions",
        "NodeSpec.taints", "NodeSpec.unschedulable", "ObjectMetricSource.metric", "ObjectMetricSource.target",
        "PersistentVolumeClaimSpec.volumeAttributesClassName", "PersistentVolumeClaimStatus.conditions",
        "PersistentVolumeSpec.nodeAffinity", "PersistentVolumeSpec.volumeAttributesClassName",
        "PersistentVolumeStatus.message", "PersistentVolumeStatus.reason",
        "PodAffinity.requiredDuringSchedulingIgnoredDuringExecution", "PodAffinityTerm.labelSelector",
        "PodAffinityTerm.namespaceSelector", "PodAffinityTerm.namespaces", "PodAffinityTerm.topologyKey",
        "PodAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        "PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", "PodReadinessGate.conditionType",
        "PodSchedulingGate.name", "PodSecurityContext.runAsNonRoot", "PodSecurityContext.runAsUser",
        "PodSpec.imagePullSecrets", "PodSpec.overhead", "PodSpec.priorityClassName", "PodSpec.readinessGates",
        "PodSpec.schedulingGates", "PodSpec.securityContext", "PodSpec.topologySpreadConstraints", "PodStatus.message",
        "PodStatus.nominatedNodeName", "PodStatus.reason", "PodsMetricSource.metric", "PodsMetricSource.target",
        "PriorityClass.globalDefault", "Probe.grpc", "Probe.terminationGracePeriodSeconds", "ProbeHandler.grpc",
        "ResourceQuotaSpec.scopeSelector", "ResourceQuotaSpec.scopes", "RollingUpdateStatefulSetStrategy.partition",
        "ScopeSelector.matchExpressions", "ScopedResourceSelectorRequirement.operator",
        "ScopedResourceSelectorRequirement.scopeName", "ScopedResourceSelectorRequirement.values",
        "SecretProjection.items", "SecretProjection.localObjectReference", "SecretProjection.name",
        "SecretProjection.optional", "SecretVolumeSource.items", "SecretVolumeSource.optional",
        "SecretVolumeSource.secretName", "SecurityContext.runAsNonRoot", "SecurityContext.runAsUser", "Service.status",
        "ServiceAccount.automountServiceAccountToken", "ServiceAccount.imagePullSecrets", "ServiceAccount.secrets",
        "ServiceSpec.externalIPs", "ServiceSpec.externalName", "ServiceSpec.loadBalancerClass",
        "ServiceSpec.publishNotReadyAddresses", "ServiceStatus.loadBalancer", "StatefulSetStatus.conditions",
        "StatefulSetUpdateStrategy.rollingUpdate", "StorageClass.allowVolumeExpansion", "TCPSocketAction.host",
        "Taint.effect", "Taint.key", "Taint.value", "Toleration.value", "TopologySpreadConstraint.labelSelector",
        "TopologySpreadConstraint.maxSkew", "TopologySpreadConstraint.topologyKey",
        "TopologySpreadConstraint.whenUnsatisfiable", "TypedLocalObjectReference.apiGroup",
        "TypedLocalObjectReference.kind", "TypedLocalObjectReference.name", "Volume.ephemeral", "Volume.hostPath",
        "Volume.secret", "VolumeNodeAffinity.required", "VolumeProjection.secret", "VolumeSource.ephemeral",
        "VolumeSource.hostPath", "VolumeSource.secret",
    ]

    @Test func listsTheEntriesThatNoRecordingCovers() throws {
        let observer = FieldObserver()
        for list in Fixtures.lists {
            for format in [WireFormat.json, .protobuf] {
                var stream = ListStream(try Fixtures.decoder(of: list), format: format)
                stream.items.observer = observer
                let bytes = try Fixtures.bytes("lists/\(list).\(format.fileExtension)")
                _ = try bytes.withBytes { (raw) throws(WireFailure) in try stream.append(raw) }
            }
        }
        let complete = FieldObserver()
        for document in CompleteDocuments.all { try Self.decodeBoth(document, observer: complete) }
        #expect(complete.known.subtracting(observer.changed).sorted() == Self.notInRecordings.sorted())
    }

    @Test(arguments: [WireFormat.json, .protobuf])
    func readsEveryEntryFromTheCompleteDocuments(format: WireFormat) throws {
        let observer = FieldObserver()
        for document in CompleteDocuments.all { _ = try Self.decode(document, format, observer: observer) }
        let other = format == .json ? Self.inProtobufOnly : Self.inJSONOnly
        #expect(observer.known.subtracting(observer.changed).sorted() == other)
    }

    /// Messages that JSON does not show.
    static let inProtobufOnly = [
        "ConfigMapEnvSource.localObjectReference", "ConfigMapKeySelector.localObjectReference",
        "ConfigMapVolumeSource.localObjectReference", "EphemeralContainer.ephemeralContainerCommon", "Probe.handler",
        "SecretProjection.localObjectReference", "Volume.volumeSource",
    ]

    /// What JSON shows in their place.
    static let inJSONOnly = [
        "ConfigMapEnvSource.name", "ConfigMapKeySelector.name", "ConfigMapVolumeSource.name",
        "EphemeralContainer.command", "EphemeralContainer.env", "EphemeralContainer.envFrom",
        "EphemeralContainer.image", "EphemeralContainer.imagePullPolicy", "EphemeralContainer.name",
        "EphemeralContainer.securityContext", "Probe.exec",
        "Probe.grpc", "Probe.httpGet", "Probe.tcpSocket", "SecretProjection.name", "Volume.configMap",
        "Volume.ephemeral", "Volume.hostPath", "Volume.persistentVolumeClaim", "Volume.projected", "Volume.secret",
    ]

    @Test(arguments: CompleteDocuments.all.map(\.message))
    func readsACompleteDocumentToEqualValuesFromBothEncodings(message: String) throws {
        let document = try #require(CompleteDocuments.all.first { $0.message == message })
        let fromJSON = try Self.decode(document, .json)
        #expect(fromJSON == (try Self.decode(document, .protobuf)))
    }

    @Test func readsThePodAsItIsWritten() throws {
        let pod = try Self.decode(CompleteDocuments.all[0], .protobuf)
        #expect(pod == ObjectValue(Self.completePod))
    }

    @Test(arguments: [WireFormat.json, .protobuf])
    func keepsKeysAndSizesOfSecretsAndConfigMapsOnly(format: WireFormat) throws {
        let documents = CompleteDocuments.all
        let secret = try #require(documents.first { $0.resource == "secrets" })
        let configMap = try #require(documents.first { $0.resource == "configmaps" })
        let keptOfSecret = try #require(try Self.decode(secret, format).value as? SecretObject)
        let keptOfConfigMap = try #require(try Self.decode(configMap, format).value as? ConfigMap)
        #expect(
            keptOfSecret.keys == [
                KeySize("empty", bytes: 0), KeySize("full", bytes: 3), KeySize("password", bytes: 7),
            ])
        #expect(
            keptOfConfigMap.keys == [KeySize("a", bytes: 0), KeySize("b", bytes: 4), KeySize("c", bytes: 4)])
    }

    @Test func skipsValuesOfOtherTypes() throws {
        let text = """
            {"metadata":{"name":5,"labels":["a"],"ownerReferences":{"a":1},"generation":"x","creationTimestamp":"soon"},
            "spec":[],"status":{"phase":null,"conditions":[null,5,{"type":"Ready","status":true}],"startTime":17,
            "containerStatuses":[{"restartCount":99999999999,"state":{"waiting":null},"started":"yes"}]}}
            """
        var expected = Pod()
        var condition = Condition()
        condition.type = "Ready"
        var status = ContainerStatus()
        status.restartCount = .max
        expected.status.conditions = [condition]
        expected.status.containerStatuses = [status]
        #expect(
            try KubernetesModelTests.decode(Array(text.utf8), KindDecoder(Pod.self), .json) == ObjectValue(expected))
        // The same in protobuf: name as a number, spec as a number, restartCount beyond 32 bits, a fixed-width field.
        let metadata = ProtobufSchema.number(1, 5) + [9 << 3 | 1] + [UInt8](repeating: 1, count: 8)
        let container = ProtobufSchema.number(5, 99_999_999_999) + ProtobufSchema.field(9, [1])
        let conditionBytes = ProtobufSchema.field(1, Array("Ready".utf8)) + ProtobufSchema.number(2, 1)
        let statusBytes =
            ProtobufSchema.field(2, conditionBytes) + ProtobufSchema.number(2, 7)
            + ProtobufSchema.field(8, container)
        let bytes =
            ProtobufSchema.field(1, metadata) + ProtobufSchema.number(2, 1) + ProtobufSchema.field(3, statusBytes)
        #expect(try KubernetesModelTests.decode(bytes, KindDecoder(Pod.self), .protobuf) == ObjectValue(expected))
    }

    @Test func readsEscapesAndRepairsInvalidText() throws {
        let text = #"{"meta\u0064ata":{"name":"a\n\"\u00e9\ud83d\ude00\ud800","#
        let bytes = Array(text.utf8) + Array(#""namespace":""#.utf8) + [0xFF, 0x1B] + Array(#"x"}}"#.utf8)
        let pod = try KubernetesModelTests.decode(bytes, KindDecoder(Pod.self), .json)
        #expect(pod.metadata.name == "a\n\"é😀\u{FFFD}")
        #expect(pod.metadata.namespace == "\u{FFFD}\u{1B}x")
        let protobuf = ProtobufSchema.field(1, ProtobufSchema.field(1, [0x61, 0xC3]))
        #expect(
            try KubernetesModelTests.decode(protobuf, KindDecoder(Pod.self), .protobuf).metadata.name == "a\u{FFFD}")
    }

    @Test func equalPartsOfObjectsShareStorage() throws {
        let interner = StringInterner()
        let document = Array(CompleteDocuments.pod.utf8)
        let pods = try (0..<2).map { _ in
            try document.withBytes { (raw) throws(WireFailure) in
                try KindDecoder(Pod.self).decode(raw, format: .json, interner: interner) as? Stored<Pod>
            }
        }
        let addresses = pods.map { $0?.value.spec.containers.withUnsafeBufferPointer { $0.baseAddress } }
        #expect(addresses[0] == addresses[1])
    }

    private typealias Document = (message: String, resource: String, json: String)

    private static func decode(
        _ document: Document, _ format: WireFormat, observer: FieldObserver? = nil
    ) throws -> ObjectValue {
        let decoder = try Fixtures.decoder(of: document.resource)
        var bytes = Array(document.json.utf8)
        if format == .protobuf {
            let tree = try bytes.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
            bytes = ProtobufSchema().envelope(tree, message: document.message)
        }
        return ObjectValue(
            try bytes.withBytes { (raw) throws(WireFailure) in
                try decoder.decode(raw, format: format, interner: StringInterner(), observer: observer)
            })
    }

    private static func decodeBoth(_ document: Document, observer: FieldObserver) throws {
        for format in [WireFormat.json, .protobuf] { _ = try decode(document, format, observer: observer) }
    }

    static let completePod: Pod = {
        var pod = Pod()
        pod.metadata.name = "n"
        pod.metadata.namespace = "ns"
        pod.metadata.uid = "u"
        pod.metadata.resourceVersion = "7"
        pod.metadata.generation = 3
        pod.metadata.creationTimestamp = Timestamp(seconds: 1_772_323_199)
        pod.metadata.deletionTimestamp = Timestamp(seconds: 1_772_323_200)
        pod.metadata.labels = ["a": "1", "b": "2"]
        pod.metadata.annotations = ["kubernetes.io/ingress.class": "nginx"]
        pod.metadata.finalizers = ["example.com/f"]
        var owner = OwnerReference()
        owner.apiVersion = "apps/v1"
        owner.kind = "ReplicaSet"
        owner.name = "rs"
        owner.uid = "ru"
        owner.controller = true
        pod.metadata.ownerReferences = [owner]
        pod.nodeName = "node"
        pod.spec = CompleteValues.podSpec
        pod.status = completeStatus
        return pod
    }()

    static let completeStatus: PodStatus = {
        var status = PodStatus()
        status.phase = "Running"
        status.reason = "Evicted"
        status.message = "m"
        status.hostIP = "10.0.0.1"
        status.podIP = "10.0.0.2"
        status.podIPs = ["10.0.0.2", "fd00::2"]
        status.nominatedNodeName = "nn"
        status.qosClass = "Burstable"
        status.startTime = Timestamp(seconds: 1_772_323_202)
        var condition = Condition()
        condition.type = "Ready"
        condition.status = "False"
        condition.reason = "R"
        condition.message = "M"
        condition.lastTransitionTime = Timestamp(seconds: 1_772_323_201)
        status.conditions = [condition]
        var initial = ContainerStatus()
        initial.name = "c"
        initial.state = .waiting(reason: "W", message: "wm")
        initial.lastState = .running(startedAt: Timestamp(seconds: 1_772_323_203))
        initial.ready = true
        initial.restartCount = 2
        initial.started = false
        status.initContainerStatuses = [initial]
        var terminated = TerminatedState()
        terminated.exitCode = 137
        terminated.signal = 9
        terminated.reason = "OOMKilled"
        terminated.message = "tm"
        terminated.startedAt = Timestamp(seconds: 1_772_323_204)
        terminated.finishedAt = Timestamp(seconds: 1_772_323_205)
        var ended = ContainerStatus()
        ended.name = "d"
        ended.state = .terminated(terminated)
        status.containerStatuses = [ended]
        var debugger = ContainerStatus()
        debugger.name = "e"
        debugger.state = .running(startedAt: Timestamp(seconds: 1_772_323_206))
        status.ephemeralContainerStatuses = [debugger]
        return status
    }()
}
