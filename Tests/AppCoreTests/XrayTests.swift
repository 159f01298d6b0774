import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing

/// Trees of what belongs together: what they hold, how they follow the cluster, and how one moves in them.
@Suite struct XrayTests {
    // MARK: - A cluster

    private func owner<Owner: KubernetesObject>(_ type: Owner.Type, _ name: String) -> OwnerReference {
        var owner = OwnerReference()
        let group = Owner.kind.groupResource.group
        owner.apiVersion = group.isEmpty ? "v1" : "\(group)/v1"
        owner.kind = Owner.kind.kind
        owner.name = name
        owner.uid = "uid-\(Owner.kind.kind)-\(name)"
        owner.controller = true
        return owner
    }

    private func replicaSet(_ name: String, of deployment: String, replicas: Int32 = 1) -> any StoredObject {
        object(ReplicaSet.self, name) { set in
            set.metadata.ownerReferences = [owner(Deployment.self, deployment)]
            set.replicas = replicas
            set.statusReplicas = replicas
            set.readyReplicas = replicas
        }
    }

    private func ownedPod(
        _ name: String, of set: String, isReady: Bool = true, version: Int = 1, needing config: String? = nil
    ) -> any StoredObject {
        guard let made = pod(name, version: version, isReady: isReady) as? Stored<Pod> else { return pod(name) }
        var value = made.value
        value.metadata.ownerReferences = [owner(ReplicaSet.self, set)]
        value.spec.containers[0].name = "app"
        if let config {
            var source = EnvironmentSource()
            source.name = config
            value.spec.containers[0].envFrom = [source]
        }
        return Stored(value)
    }

    private func deployment(_ name: String) -> any StoredObject {
        object(Deployment.self, name) { deployment in
            deployment.replicas = 1
            deployment.readyReplicas = 1
            deployment.availableReplicas = 1
            deployment.updatedReplicas = 1
            deployment.statusReplicas = 1
            deployment.template.labels = ["app": "web"]
        }
    }

    /// Two Deployments of a pod each; `web-1` needs the ConfigMap `settings`.
    private func shop() -> Cluster {
        var cluster = Cluster()
        cluster.set([deployment("cart"), deployment("web")], of: Deployment.kind)
        cluster.set(
            [
                replicaSet("cart-a", of: "cart"), replicaSet("web-a", of: "web"),
                replicaSet("web-old", of: "web", replicas: 0),
            ], of: ReplicaSet.kind)
        cluster.set([
            ownedPod("cart-1", of: "cart-a"), ownedPod("web-1", of: "web-a", needing: "settings"),
        ])
        for kind in [ConfigMap.kind, SecretObject.kind, ServiceAccount.kind, PersistentVolumeClaim.kind] {
            cluster.set([], of: kind)
        }
        cluster.set([object(ConfigMap.self, "settings")], of: ConfigMap.kind)
        cluster.set([], of: PersistentVolume.kind, in: nil)
        return cluster
    }

    private func open(_ command: String, _ cluster: Cluster) -> AppState {
        var state = connected(cluster: cluster)
        type(":\(command)\n", &state)
        return state
    }

    private func connected(cluster: Cluster) -> AppState {
        var state = AppState(size: Size(columns: 100, rows: 30), now: noon)
        let session = SessionInfo(
            context: "prod", cluster: "prod", user: "alice", namespace: "shop", hasOwnNamespace: true,
            server: "https://prod.example.com")
        _ = update(&state, .connection(.connecting(session)))
        _ = update(&state, .connection(.connected(serverVersion: "v1.36.2")))
        var cluster = cluster
        _ = update(&state, cluster.event())
        return state
    }

    private func type(_ text: String, _ state: inout AppState) {
        for character in text { press(character == "\n" ? .enter : .character(character), &state) }
    }

    @discardableResult
    private func press(_ key: Key, _ state: inout AppState) -> [Effect] { update(&state, .input(.key(key))) }

    /// The lines, each set in by its depth, with the sign of its health.
    private func lines(_ state: AppState) -> [String] {
        guard let view = state.shownXray else { return [] }
        return view.lines.map { line in
            let sign =
                switch line.node.health {
                case .broken: "● "
                case .degraded: "▲ "
                case .fine, .finished: ""
                }
            let words = [line.node.status.text, line.node.remark, line.node.how].filter { !$0.isEmpty }
            return String(repeating: "  ", count: line.depth) + sign + line.node.prefix + line.node.name
                + (words.isEmpty ? "" : ": " + words.joined(separator: "; "))
        }
    }

    // MARK: - Trees

    @Test func deploymentsStandAboveTheirSetsAndPodsWithoutOldRevisions() {
        #expect(
            lines(open("xray deploy", shop())) == [
                "deploy/cart: 1/1 ready", "  rs/cart-a: 1/1 ready", "    pod/cart-1: 1/1 Running",
                "deploy/web: 1/1 ready", "  rs/web-a: 1/1 ready", "    pod/web-1: 1/1 Running",
            ])
    }

    @Test func aPodUnfoldsToItsContainersAndWhatItNeeds() {
        var state = open("xray po", shop())
        press(.end, &state)
        press(.right, &state)
        #expect(
            lines(state) == [
                "pod/cart-1: 1/1 Running", "pod/web-1: 1/1 Running", "  container app: running",
                "  cm/settings: 0 keys; env of app",
            ])
        press(.left, &state)
        #expect(lines(state) == ["pod/cart-1: 1/1 Running", "pod/web-1: 1/1 Running"])
    }

    @Test func whatIsMissingIsBrokenAndItsPodIsNotWell() {
        var cluster = shop()
        cluster.set([], of: ConfigMap.kind)
        var state = open("xray po", cluster)
        press(.end, &state)
        press(.right, &state)
        #expect(
            lines(state) == [
                "pod/cart-1: 1/1 Running", "▲ pod/web-1: 1/1 Running; needs cm/settings", "  container app: running",
                "  ● cm/settings: does not exist; env of app",
            ])
    }

    @Test func whatMayNotBeReadIsSaidOnceAndIsNotCalledMissing() {
        var cluster = shop()
        cluster.change(ConfigMap.kind) { store in
            store.beginList()
            store.endList()
            store.setState(.forbidden(reason: "alice may not"))
        }
        var state = open("xray po", cluster)
        press(.end, &state)
        press(.right, &state)
        #expect(
            lines(state) == [
                "configmaps may not be listed: alice may not", "pod/cart-1: 1/1 Running", "pod/web-1: 1/1 Running",
                "  container app: running", "  cm/settings: not read; env of app",
            ])
    }

    @Test func nothingIsCalledMissingBeforeItIsRead() {
        let state = open("xray sts", Cluster())
        #expect(lines(state) == [])
        #expect(state.shownXray?.loading.contains(StatefulSet.kind) == true)
    }

    @Test func podsWhoseOwnersMayNotBeReadStandAlone() {
        var cluster = shop()
        for kind in [StatefulSet.kind, DaemonSet.kind, Job.kind, CronJob.kind, Service.kind] {
            cluster.set([], of: kind)
        }
        for kind in [Deployment.kind, ReplicaSet.kind] {
            cluster.set([], of: kind)
            cluster.change(kind) { $0.setState(.forbidden(reason: "alice may not")) }
        }
        #expect(
            lines(open("xray", cluster)).suffix(2) == ["pod/cart-1: 1/1 Running", "pod/web-1: 1/1 Running"])
    }

    @Test func aServiceWithoutReadyPodsIsBroken() {
        var cluster = shop()
        func service(_ name: String, _ labels: Labels) -> any StoredObject {
            object(Service.self, name) { $0.spec.selector = labels }
        }
        cluster.set(
            [service("web", ["app": "web"]), service("lost", ["app": "nobody"]), service("plain", [:])],
            of: Service.kind)
        #expect(
            lines(open("xray svc", cluster)) == [
                "● svc/lost: ClusterIP; selects no pods", "svc/plain: ClusterIP, no selector",
                "svc/web: ClusterIP; 2/2 ready", "  pod/cart-1: 1/1 Running", "  pod/web-1: 1/1 Running",
            ])
    }

    @Test func oneObjectStandsBetweenItsOwnersAndItsUsers() {
        var cluster = shop()
        cluster.set([object(Service.self, "web") { $0.spec.selector = ["app": "web"] }], of: Service.kind)
        cluster.set(
            [
                object(Ingress.self, "shop") { ingress in
                    var rule = IngressRule()
                    var path = HTTPIngressPath()
                    path.path = "/"
                    path.backend.serviceName = "web"
                    path.backend.servicePortNumber = 80
                    rule.host = "shop.example.com"
                    rule.paths = [path]
                    ingress.rules = [rule]
                }
            ], of: Ingress.kind)
        let state = open("xray po/web-1", cluster)
        #expect(
            lines(state) == [
                "deploy/web: 1/1 ready", "  rs/web-a: 1/1 ready", "    pod/web-1: 1/1 Running",
                "      container app: running", "      cm/settings: 0 keys; env of app", "Used by",
                "  svc/web: ClusterIP; selects its pods",
                "    ing/shop: shop.example.com; shop.example.com/ → 80",
            ])
        #expect(state.shownXray?.selectedNode?.name == "web-1")
    }

    @Test func aConfigMapIsUsedByTheWorkloadWhoseTemplateNamesItAndByOtherPods() {
        var cluster = shop()
        cluster.set(
            [
                object(StatefulSet.self, "db") { set in
                    var volume = Volume()
                    volume.name = "conf"
                    var source = VolumeSource()
                    source.name = "settings"
                    volume.sources = [source]
                    set.template.spec.volumes = [volume]
                    (set.replicas, set.readyReplicas) = (1, 1)
                }
            ], of: StatefulSet.kind)
        #expect(
            lines(open("xray cm/settings", cluster)) == [
                "cm/settings: 0 keys", "Used by", "  sts/db: 1/1 ready; volume conf",
                "  pod/web-1: 1/1 Running; env of app",
            ])
    }

    @Test func ownersThatNameEachOtherEndTheTree() {
        var cluster = Cluster()
        func set(_ name: String, by other: String) -> any StoredObject {
            object(ReplicaSet.self, name) { set in
                set.metadata.ownerReferences = [owner(ReplicaSet.self, other)]
                set.replicas = 1
            }
        }
        cluster.set([set("a", by: "b"), set("b", by: "a")], of: ReplicaSet.kind)
        cluster.set([])
        #expect(
            lines(open("xray rs/a", cluster)).suffix(2) == [
                "    ▲ rs/a: 0/1 ready", "Used by nothing that was looked at",
            ])
    }

    // MARK: - Following

    @Test func aChangedPodMakesOnlyItsTreeAnewAndTheSelectionStays() {
        var cluster = shop()
        var state = open("xray deploy", cluster)
        for _ in 0..<5 { press(.down, &state) }
        #expect(state.shownXray?.selectedNode?.name == "web-1")
        cluster.change { $0.upsert(ownedPod("cart-1", of: "cart-a", isReady: false, version: 2)) }
        cluster.change { $0.upsert(ownedPod("cart-2", of: "cart-a", version: 2)) }
        _ = update(&state, cluster.event())
        #expect(state.shownXray?.madeCount == 1)
        #expect(state.shownXray?.selectedNode?.name == "web-1")
        #expect(
            lines(state).prefix(4) == [
                "deploy/cart: 1/1 ready", "  rs/cart-a: 1/1 ready", "    ● pod/cart-1: 0/1 CrashLoopBackOff",
                "    pod/cart-2: 1/1 Running",
            ])
    }

    @Test func anObjectThatSomethingNeedsChangesItsTree() {
        var cluster = shop()
        var state = open("xray deploy", cluster)
        cluster.change(ConfigMap.kind) { $0.remove(object(ConfigMap.self, "settings")) }
        _ = update(&state, cluster.event())
        #expect(state.shownXray?.madeCount == 1)
        #expect(lines(state).last == "    ▲ pod/web-1: 1/1 Running; needs cm/settings")
    }

    /// Whatever happens, a tree kept current is the same as one that is made of the last snapshot.
    @Test(arguments: ["xray deploy", "xray", "xray svc", "xray po", "xray ns", "xray no"])
    func treesThatFollowAreThoseThatAreMadeAnew(command: String) {
        var cluster = shop()
        cluster.set([object(Service.self, "web") { $0.spec.selector = ["app": "web"] }], of: Service.kind)
        cluster.set([object(Namespace.self, "shop")], of: Namespace.kind, in: nil)
        cluster.set([object(Node.self, "node-1")], of: Node.kind, in: nil)
        for kind in [StatefulSet.kind, DaemonSet.kind, Job.kind, CronJob.kind, Ingress.kind] {
            cluster.set([], of: kind)
        }
        var state = open(command, cluster)
        var seed: UInt64 = 7
        func random(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        for step in 0..<200 {
            let name = ["cart", "web"][random(2)]
            let number = random(4)
            switch random(6) {
            case 0: cluster.change { $0.remove(ownedPod("\(name)-\(number)", of: "\(name)-a")) }
            case 1: cluster.change(Deployment.kind) { $0.remove(deployment(name)) }
            case 2: cluster.change(Deployment.kind) { $0.upsert(deployment(name)) }
            case 3:
                let isThere = random(2) == 0
                cluster.change(ConfigMap.kind) {
                    isThere
                        ? $0.upsert(object(ConfigMap.self, "settings")) : $0.remove(object(ConfigMap.self, "settings"))
                }
            default:
                let isReady = random(3) > 0
                let config = random(2) == 0 ? "settings" : nil
                cluster.change {
                    $0.upsert(
                        ownedPod(
                            "\(name)-\(number)", of: "\(name)-a", isReady: isReady, version: step + 10, needing: config)
                    )
                }
            }
            _ = update(&state, cluster.event())
            let anew = open(command, cluster)
            #expect(lines(state) == lines(anew), "after step \(step)")
        }
    }

    @Test func whatIsGoneIsStoodForByItsNeighbour() {
        var cluster = shop()
        var state = open("xray po", cluster)
        press(.end, &state)
        cluster.change { $0.remove(ownedPod("web-1", of: "web-a")) }
        _ = update(&state, cluster.event())
        #expect(state.shownXray?.selectedNode?.name == "cart-1")
    }

    @Test func anObjectThatIsDeletedWhileItIsShownStays() {
        var cluster = shop()
        var state = open("xray po/web-1", cluster)
        cluster.change { $0.remove(ownedPod("web-1", of: "web-a")) }
        _ = update(&state, cluster.event())
        #expect(state.shownXray?.isSubjectGone == true)
        #expect(state.shownXray?.selectedNode?.name == "web-1")
    }

    // MARK: - Hiding

    @Test func aFilterKeepsWhatMatchesAndWhatItBelongsTo() {
        var state = open("xray deploy", shop())
        type("/web-1", &state)
        #expect(
            lines(state) == ["deploy/web: 1/1 ready", "  rs/web-a: 1/1 ready", "    pod/web-1: 1/1 Running"])
        press(.escape, &state)
        #expect(lines(state).count == 6)
    }

    @Test func aFilterFindsWhatAPodNeeds() {
        var state = open("xray deploy", shop())
        type("/settings", &state)
        #expect(lines(state).last == "      cm/settings: 0 keys; env of app")
    }

    @Test func aFilterThatIsNoPatternSaysSoAndLeavesTheLines() {
        var state = open("xray deploy", shop())
        type("/we(b", &state)
        #expect(state.shownXray?.filterError?.contains("regular expression") == true)
        #expect(lines(state).count == 3)
    }

    @Test func onlyFaultsShowsWhatIsNotWellWithTheReason() {
        var cluster = shop()
        cluster.set([], of: ConfigMap.kind)
        var state = open("xray deploy", cluster)
        press(.control("z"), &state)
        #expect(
            lines(state) == [
                "deploy/web: 1/1 ready", "  rs/web-a: 1/1 ready", "    ▲ pod/web-1: 1/1 Running; needs cm/settings",
                "      ● cm/settings: does not exist; env of app",
            ])
    }

    @Test func allTreesFoldAndUnfold() {
        var state = open("xray deploy", shop())
        press(.character("x"), &state)
        #expect(lines(state) == ["deploy/cart: 1/1 ready", "deploy/web: 1/1 ready"])
        #expect(state.shownXray?.lines.map(\.node.belowText) == ["1 pod", "1 pod"])
        press(.character("x"), &state)
        #expect(lines(state).count == 6)
    }

    // MARK: - Commands

    @Test func itReadsWhatItShows() {
        let cluster = shop()
        var state = connected(cluster: cluster)
        type(":xray deploy", &state)
        let effects = press(.enter, &state)
        var expected: Set<KindScope> = [
            KindScope(Namespace.kind.groupResource, namespace: nil),
            KindScope(PersistentVolume.kind.groupResource, namespace: nil),
        ]
        for kind in [
            Deployment.kind, ReplicaSet.kind, Pod.kind, ConfigMap.kind, SecretObject.kind, ServiceAccount.kind,
            PersistentVolumeClaim.kind,
        ] {
            expected.insert(KindScope(kind.groupResource, namespace: "shop"))
        }
        #expect(effects.contains(.watch(expected)))
    }

    @Test func enterGoesToTheObjectAndEscComesBack() {
        var state = open("xray deploy", shop())
        press(.down, &state)
        press(.enter, &state)
        #expect(state.table?.kind == ReplicaSet.kind.groupResource)
        #expect(state.table?.selection?.metadata.name == "cart-a")
        press(.escape, &state)
        #expect(state.shownXray?.selectedNode?.name == "cart-a")
    }

    @Test func theUsersOfTheSelectedRowOpen() {
        var state = connected(cluster: shop())
        press(.end, &state)
        press(.character("U"), &state)
        #expect(
            state.shownXray?.order
                == XrayOrder(.object(Pod.kind, ObjectKey(namespace: "shop", name: "web-1")), namespace: "shop"))
    }

    @Test(arguments: ["xray nonsense", "xray po /x", "xray po/web-1 -A"])
    func whatCannotBeShownIsRefusedWithWords(command: String) {
        let state = open(command, shop())
        #expect(state.shownXray == nil)
        #expect(state.notice?.notice.kind == .error)
    }
}
