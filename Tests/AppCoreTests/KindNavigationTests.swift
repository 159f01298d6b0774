import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// Where Enter leads from each kind, and what it says where it leads nowhere.
struct KindNavigationTests {
    /// A pod that uses one of everything, in all the places where it can.
    private static func user(_ name: String, _ body: (inout Pod) -> Void) -> any StoredObject {
        object(Pod.self, name, body)
    }

    /// Opens a kind's table and presses Enter on its first row.
    private static func enter<Value: KubernetesObject>(
        _ word: String, _ objects: [any StoredObject], of type: Value.Type, _ prepare: (inout App) -> Void = { _ in }
    ) -> App {
        var app = App()
        app.cluster.set(objects, of: Value.kind, in: Value.kind.isNamespaced ? "shop" : nil)
        prepare(&app)
        app.publish()
        app.type(":\(word)\n\n")
        return app
    }

    private static let labels: LabelSelector = {
        var selector = LabelSelector()
        selector.matchLabels = ["app": "web"]
        return selector
    }()

    private static func owned(by uid: String) -> (inout ObjectMeta) -> Void {
        { metadata in
            var owner = OwnerReference()
            (owner.uid, owner.controller) = (uid, true)
            metadata.ownerReferences = [owner]
        }
    }

    @Test func aJobLeadsToItsPodsAndACronJobToItsJobs() {
        var app = Self.enter("cj", [object(CronJob.self, "report")], of: CronJob.self) { app in
            app.cluster.set(
                [
                    object(Job.self, "report-1") { Self.owned(by: "uid-CronJob-report")(&$0.metadata) },
                    object(Job.self, "other"),
                ], of: Job.kind)
            app.cluster.set([
                Self.user("report-1-a") { Self.owned(by: "uid-Job-report-1")(&$0.metadata) }, pod("web"),
            ])
        }
        #expect(app.shown == "jobs of cronjobs/report in shop")
        #expect(app.names == ["report-1"])
        app.press(.enter)
        #expect(app.shown == "pods of jobs/report-1 in shop")
        #expect(app.names == ["report-1-a"])
    }

    @Test func anAutoscalerLeadsToItsTarget() {
        let autoscaler = object(HorizontalPodAutoscaler.self, "web") {
            ($0.target.apiVersion, $0.target.kind, $0.target.name) = ("apps/v1", "Deployment", "web")
        }
        let app = Self.enter("hpa", [autoscaler], of: HorizontalPodAutoscaler.self) { app in
            app.cluster.set([object(Deployment.self, "web"), object(Deployment.self, "db")], of: Deployment.kind)
        }
        #expect(app.shown == "deployments of horizontalpodautoscalers/web in shop")
        #expect(app.names == ["web"])
    }

    @Test func anAutoscalerOfAKindThatIsNotThereSaysSo() {
        let autoscaler = object(HorizontalPodAutoscaler.self, "web") {
            ($0.target.apiVersion, $0.target.kind, $0.target.name) = ("example.com/v1", "Rocket", "r")
        }
        let app = Self.enter("hpa", [autoscaler], of: HorizontalPodAutoscaler.self)
        #expect(
            app.notice
                == "horizontalpodautoscalers/web sets the size of Rocket/r, a kind that this server does not have.")
    }

    @Test func budgetsAndPoliciesLeadToThePodsTheySelect() {
        let pods: (inout App) -> Void = { $0.cluster.set([pod("web-1"), pod("db-1", labels: ["app": "db"])]) }
        let budget = object(PodDisruptionBudget.self, "web") { $0.selector = Self.labels }
        var app = Self.enter("pdb", [budget], of: PodDisruptionBudget.self, pods)
        #expect(app.shown == "pods of poddisruptionbudgets/web in shop")
        #expect(app.names == ["web-1"])
        let policy = object(NetworkPolicy.self, "deny")
        app = Self.enter("netpol", [policy], of: NetworkPolicy.self, pods)
        #expect(app.names == ["db-1", "web-1"], "no labels mean every pod")
        app = Self.enter("pdb", [object(PodDisruptionBudget.self, "none")], of: PodDisruptionBudget.self, pods)
        #expect(app.notice == "poddisruptionbudgets/none has no selector: it covers no pods.")
    }

    /// A way to use a ConfigMap, Secret, account, claim or class that is called `x`.
    struct Use: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var word: String
        var uses: @Sendable (inout Pod) -> Void

        init(_ name: String, _ word: String, _ uses: @escaping @Sendable (inout Pod) -> Void) {
            (testDescription, self.word, self.uses) = (name, word, uses)
        }
    }

    static let uses: [Use] = [
        Use("volume", "cm") { $0.spec.volumes = [volume(isSecret: false)] },
        Use("environment of an init container", "cm") { $0.spec.initContainers = [container(env: false)] },
        Use("whole environment", "cm") { $0.spec.containers = [container(envFrom: false)] },
        Use("projected volume", "secret") { pod in
            var second = volume(isSecret: true)
            second.sources.insert(VolumeSource(), at: 0)
            pod.spec.volumes = [second]
        },
        Use("environment", "secret") { $0.spec.containers = [Container(), container(env: true)] },
        Use("whole environment of a Secret", "secret") { $0.spec.containers = [container(envFrom: true)] },
        Use("registry", "secret") { $0.spec.imagePullSecrets = ["y", "x"] },
        Use("claim", "pvc") { pod in
            var volume = Volume()
            volume.claimName = "x"
            pod.spec.volumes = [volume]
        },
        Use("class", "pc") { $0.spec.priorityClassName = "x" },
    ]

    private static func volume(isSecret: Bool) -> Volume {
        var source = VolumeSource()
        (source.isSecret, source.name) = (isSecret, "x")
        var volume = Volume()
        volume.sources = [source]
        return volume
    }

    private static func container(env isSecret: Bool) -> Container {
        var reference = EnvironmentReference()
        (reference.isSecret, reference.name) = (isSecret, "x")
        var container = Container()
        container.env = [reference]
        return container
    }

    private static func container(envFrom isSecret: Bool) -> Container {
        var source = EnvironmentSource()
        (source.isSecret, source.name) = (isSecret, "x")
        var container = Container()
        container.envFrom = [source]
        return container
    }

    @Test(arguments: uses)
    func whatPodsUseLeadsToThemWhileTheyDo(use: Use) throws {
        var app = App()
        app.cluster.set([object(ConfigMap.self, "x")], of: ConfigMap.kind)
        app.cluster.set([object(SecretObject.self, "x")], of: SecretObject.kind)
        app.cluster.set([object(PersistentVolumeClaim.self, "x")], of: PersistentVolumeClaim.kind)
        app.cluster.set([object(PriorityClass.self, "x")], of: PriorityClass.kind, in: nil)
        app.cluster.set([])
        app.cluster.set([], in: nil)
        app.publish()
        app.type(":\(use.word)\n\n")
        let restriction = try #require(app.state.table?.restriction)
        #expect(restriction.nothing == "No pod uses \(restriction.title).")
        #expect(app.names == [])
        let user = Self.user("user", use.uses)
        app.cluster.set([user, pod("other")], in: use.word == "pc" ? nil : "shop")
        app.publish()
        #expect(app.names == ["user"])
        app.cluster.set([pod("other")], in: use.word == "pc" ? nil : "shop")
        app.publish()
        #expect(app.names == [])
    }

    @Test func theClaimThatIsMadeForAPodIsItsOwn() {
        let user = Self.user("web-0") { pod in
            var volume = Volume()
            (volume.name, volume.isEphemeral) = ("scratch", true)
            pod.spec.volumes = [volume]
        }
        let app = Self.enter(
            "pvc", [object(PersistentVolumeClaim.self, "web-0-scratch")], of: PersistentVolumeClaim.self
        ) { $0.cluster.set([user, pod("web-1")]) }
        #expect(app.names == ["web-0"])
    }

    @Test func storageLeadsFromClassToClaimsAndFromVolumeToClaim() {
        func claim(_ name: String, _ storageClass: String?) -> any StoredObject {
            object(PersistentVolumeClaim.self, name) { $0.storageClassName = storageClass }
        }
        let claims: (inout App) -> Void = { app in
            for namespace in [nil, "shop"] {
                app.cluster.set(
                    [claim("a", "fast"), claim("b", "slow"), claim("c", nil), claim("d", "")],
                    of: PersistentVolumeClaim.kind, in: namespace)
            }
        }
        let fast = object(StorageClass.self, "fast") {
            $0.metadata.annotations = ["storageclass.kubernetes.io/is-default-class": "true"]
        }
        var app = Self.enter("sc", [fast], of: StorageClass.self, claims)
        #expect(app.shown == "persistentvolumeclaims of storageclasses/fast")
        #expect(app.names == ["a", "c"], "the default is the class of those that name none")
        app = Self.enter("sc", [object(StorageClass.self, "slow")], of: StorageClass.self, claims)
        #expect(app.names == ["b"])
        let volume = object(PersistentVolume.self, "v") {
            ($0.claimRef.namespace, $0.claimRef.name) = ("shop", "b")
        }
        app = Self.enter("pv", [volume], of: PersistentVolume.self, claims)
        #expect(app.shown == "persistentvolumeclaims of persistentvolumes/v in shop")
        #expect(app.names == ["b"])
        app = Self.enter("pv", [object(PersistentVolume.self, "free")], of: PersistentVolume.self, claims)
        #expect(app.notice == "No claim has the volume free.")
    }

    @Test func anIngressClassLeadsToItsIngresses() {
        let app = Self.enter("ingressclasses", [object(IngressClass.self, "nginx")], of: IngressClass.self) { app in
            app.cluster.set(
                [
                    object(Ingress.self, "new") { $0.ingressClassName = "nginx" },
                    object(Ingress.self, "old") { $0.metadata.annotations = ["kubernetes.io/ingress.class": "nginx"] },
                    object(Ingress.self, "none"), object(Ingress.self, "other") { $0.ingressClassName = "traefik" },
                ], of: Ingress.kind, in: nil)
        }
        #expect(app.shown == "ingresses of ingressclasses/nginx")
        #expect(app.names == ["new", "old"])
    }

    @Test func endpointsLeadToTheirServiceAndLeasesToTheirHolder() {
        var app = Self.enter("ep", [object(Endpoints.self, "web")], of: Endpoints.self) { app in
            app.cluster.set([object(Service.self, "web"), object(Service.self, "db")], of: Service.kind)
        }
        #expect(app.shown == "services of endpoints/web in shop")
        #expect(app.names == ["web"])
        let lease = object(Lease.self, "scheduler") { $0.holder = "web-1_6d1f" }
        app = Self.enter("leases", [lease], of: Lease.self) { $0.cluster.set([pod("web-1"), pod("web-2")]) }
        #expect(app.shown == "pods of leases/scheduler in shop")
        #expect(app.names == ["web-1"])
        app = Self.enter("leases", [object(Lease.self, "free")], of: Lease.self)
        #expect(app.notice == "Nobody holds the lease free.")
        app = App()
        app.cluster.set(
            [object(Lease.self, "n1", in: "kube-node-lease") { $0.holder = "n1" }], of: Lease.kind,
            in: "kube-node-lease")
        app.cluster.set([object(Node.self, "n1"), object(Node.self, "n2")], of: Node.kind, in: nil)
        app.publish()
        app.type(":leases kube-node-lease\n\n")
        #expect(app.shown == "nodes of leases/n1")
        #expect(app.names == ["n1"])
    }

    @Test func aDefinitionLeadsToItsObjects() {
        let definition = object(CustomResourceDefinition.self, "rockets.example.com") {
            ($0.group, $0.names.plural, $0.names.kind) = ("example.com", "rockets", "Rocket")
        }
        var app = Self.enter("crd", [definition], of: CustomResourceDefinition.self)
        #expect(app.notice == "rockets.example.com is not served by this server, or not yet.")
        app.send(
            .discovered(
                [
                    APIResource(
                        groupResource: GroupResource(group: "example.com", resource: "rockets"), version: "v1",
                        kind: "Rocket", verbs: ["get", "list", "watch"])
                ], failures: []))
        app.press(.enter)
        #expect(app.shown == "rockets in shop")
    }
}
