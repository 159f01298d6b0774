import ClusterState
import KubernetesModel
import Testing

/// Random operations on a store, compared with a plain dictionary.
struct KindStoreModelTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func everyIndexEqualsANaiveRecomputation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = listedStore(logLimit: 200)
        var model: [ObjectKey: Stored<Pod>] = [:]
        var replayed: [ObjectKey: Stored<Pod>] = [:]
        var reader = store.snapshot()
        var version = 1

        for step in 0..<1500 {
            version += 1
            let fresh = randomPod(version: version, using: &random)
            let key = ObjectKey(fresh.metadata)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<60:
                store.upsert(fresh)
                model[key] = fresh
            case 60..<92:
                if let old = model[key] {
                    store.remove(old)
                    model[key] = nil
                }
            case 92..<95:
                if let old = model[key] { store.upsert(old) }
            default:
                relist(&store, &model, version: &version, using: &random)
            }
            if step % 40 == 0 {
                compare(store.snapshot(), model)
                catchUp(&replayed, from: &reader, to: store.snapshot())
                #expect(summary(replayed.values) == summary(model.values))
            }
        }
        compare(store.snapshot(), model)
    }

    private func randomPod(version: Int, using random: inout SplitMix64) -> Stored<Pod> {
        var labels = Labels()
        for key in ["app", "tier", "zone"] where Bool.random(using: &random) {
            labels[key] = "v\(Int.random(in: 0..<3, using: &random))"
        }
        let name = "p\(Int.random(in: 0..<60, using: &random))"
        return pod(
            name, in: "ns\(Int.random(in: 0..<4, using: &random))",
            uid: "uid-\(name)-\(Int.random(in: 0..<6, using: &random) / 5)", version: version, labels: labels,
            owners: (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                "owner\(Int.random(in: 0..<5, using: &random))"
            },
            node: Bool.random(using: &random) ? "n\(Int.random(in: 0..<3, using: &random))" : "")
    }

    /// Lists again: some objects vanished, some changed, some are new; pages of any size; sometimes started twice.
    private func relist(
        _ store: inout KindStore, _ model: inout [ObjectKey: Stored<Pod>], version: inout Int,
        using random: inout SplitMix64
    ) {
        let before = store.snapshot()
        if Bool.random(using: &random) {
            store.beginList()
            store.receive([randomPod(version: version, using: &random)])
        }
        for key in model.keys.sorted(by: { ($0.namespace, $0.name) < ($1.namespace, $1.name) }) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: model[key] = nil
            case 1:
                version += 1
                var value = randomPod(version: version, using: &random).value
                value.metadata.namespace = key.namespace
                value.metadata.name = key.name
                model[key] = Stored(value)
            default: break
            }
        }
        version += 1
        let extra = randomPod(version: version, using: &random)
        model[ObjectKey(extra.metadata)] = extra
        store.beginList()
        for object in model.values {
            store.receive([Stored(object.value)])
            #expect(store.snapshot() == before)
        }
        store.endList()
    }

    private func catchUp(
        _ replayed: inout [ObjectKey: Stored<Pod>], from reader: inout KindSnapshot, to now: KindSnapshot
    ) {
        if let changes = now.changes(since: reader.version) {
            for change in changes {
                if let old = change.old { #expect(replayed.removeValue(forKey: ObjectKey(old.metadata)) === old) }
                if let new = change.new as? Stored<Pod> { replayed[ObjectKey(new.metadata)] = new }
            }
        } else {
            replayed = [:]
            for case let object as Stored<Pod> in now.objects { replayed[ObjectKey(object.metadata)] = object }
        }
        reader = now
    }

    private func compare(_ snapshot: KindSnapshot, _ model: [ObjectKey: Stored<Pod>]) {
        let pods = Array(model.values)
        func expected(_ isMeant: (Pod) -> Bool) -> [String] { summary(pods.filter { isMeant($0.value) }) }
        #expect(snapshot.count == pods.count)
        #expect(summary(snapshot.objects) == summary(pods))
        #expect(Set(snapshot.namespaces) == Set(pods.map(\.metadata.namespace)))
        for key in model.keys { #expect(snapshot[key] != nil) }
        for namespace in 0..<4 {
            let name = "ns\(namespace)"
            #expect(summary(snapshot.objects(inNamespace: name)) == expected { $0.metadata.namespace == name })
            #expect(snapshot.count(inNamespace: name) == expected { $0.metadata.namespace == name }.count)
        }
        for owner in 0..<5 {
            let uid = "owner\(owner)"
            #expect(
                summary(snapshot.objects(ownedBy: uid))
                    == expected { $0.metadata.ownerReferences.contains { $0.uid == uid } })
        }
        for node in 0..<3 {
            #expect(summary(snapshot.objects(onNode: "n\(node)")) == expected { $0.nodeName == "n\(node)" })
        }
        for app in 0..<3 {
            for tier in 0..<3 {
                let labels: Labels = ["app": "v\(app)", "tier": "v\(tier)"]
                let isMeant: (Pod) -> Bool = {
                    $0.metadata.labels["app"] == "v\(app)" && $0.metadata.labels["tier"] == "v\(tier)"
                }
                #expect(summary(snapshot.objects(matching: labels)) == expected(isMeant))
                #expect(
                    summary(snapshot.objects(matching: labels, inNamespace: "ns1"))
                        == expected { isMeant($0) && $0.metadata.namespace == "ns1" })
            }
        }
    }
}
