import KubernetesModel

/// The pods that change all the time.
extension DemoCrowd {
    /// Lets happen what is to happen up to a moment.
    mutating func step(at now: Timestamp, in store: inout DemoObjectStore) {
        guard !nodes.isEmpty else { return }
        observe(&store, at: now)
        takeDue(at: now)
        if changesPerSecond > 0 {
            // Who was stopped for a while does not make up for it.
            if now.seconds(since: nextChange) > 1 { nextChange = now.adding(seconds: -1) }
            let interval = Int64(1_000_000 / changesPerSecond)
            while nextChange <= now {
                if !continueSomething(in: &store, at: nextChange) { beginSomething(in: &store, at: nextChange) }
                nextChange = Timestamp(microseconds: nextChange.microseconds + interval)
            }
        } else {
            while continueSomething(in: &store, at: now) {}
        }
        for index in apps.indices where apps[index]?.isProgressing ?? false { roll(index, in: &store, at: now) }
        beat(in: &store, at: now)
        publishDirty(in: &store, at: now)
    }

    private mutating func takeDue(at now: Timestamp) {
        let tick = now.microseconds / 100_000
        if tick - lastTick > 600 {
            for key in sequels.keys.filter({ $0 <= tick }).sorted() { due += sequels.removeValue(forKey: key) ?? [] }
        } else if lastTick < tick {
            for key in (lastTick + 1)...tick { due += sequels.removeValue(forKey: key) ?? [] }
        }
        lastTick = max(tick, lastTick)
    }

    /// Does what is due next.
    /// - Returns: whether there was something.
    private mutating func continueSomething(in store: inout DemoObjectStore, at now: Timestamp) -> Bool {
        while nextDue < due.count {
            let sequel = due[nextDue]
            nextDue += 1
            guard let pod = pods[sequel.slot], pod.identity == sequel.identity else { continue }
            carryOut(sequel.action, pod, in: &store, at: now)
            return true
        }
        due = []
        nextDue = 0
        return false
    }

    private mutating func beginSomething(in store: inout DemoObjectStore, at now: Timestamp) {
        guard !pods.isEmpty else { return }
        for _ in 0..<8 {
            guard let pod = pods[random.number(0...(pods.count - 1))], pod.isReady else { continue }
            switch random.number(0...99) {
            case ..<50: lapse(pod, in: &store, at: now)
            case ..<75: crash(pod, in: &store, at: now)
            default: end(pod, in: &store, at: now)
            }
            return
        }
    }

    /// The pod is not ready for a while.
    private mutating func lapse(_ pod: CrowdPod, in store: inout DemoObjectStore, at now: Timestamp) {
        var state = pod.state
        state.stage = .running
        state.changed = now
        change(pod, to: state, in: &store)
        later(.ready, pod, in: 5...20, at: now)
        tell(
            of: pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", isWarning: true,
            in: &store, at: now)
    }

    /// Its container ends and is started again.
    private mutating func crash(_ pod: CrowdPod, in store: inout DemoObjectStore, at now: Timestamp) {
        var state = pod.state
        state.stage = .crashed
        state.changed = now
        state.ended = now
        state.lastExit = random.number(0...1) == 0 ? 137 : 1
        change(pod, to: state, in: &store)
        later(.restart, pod, in: 1...3, at: now)
    }

    /// It is deleted, and gone after some seconds.
    mutating func end(_ pod: CrowdPod, in store: inout DemoObjectStore, at now: Timestamp) {
        var state = pod.state
        state.deletion = now.adding(seconds: 30)
        change(pod, to: state, in: &store)
        later(.remove, pod, in: 3...6, at: now)
        tell(of: pod, "Killing", "Stopping container \(container(of: pod))", in: &store, at: now)
    }

    private mutating func carryOut(
        _ action: Sequel.Action, _ pod: CrowdPod, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        var state = pod.state
        switch action {
        case .start:
            state.stage = .running
            state.started = now
            change(pod, to: state, in: &store)
            later(.ready, pod, in: 2...8, at: now)
            guard apps[owners[pod.slot]]?.isWatched ?? false else { return }
            let image = pod.template.spec["containers"]?.elements.first?.text("image") ?? ""
            let present = "Container image \"\(image)\" already present on machine and can be accessed by the pod"
            tell(of: pod, "Pulled", present, in: &store, at: now)
            tell(of: pod, "Created", "Container created", in: &store, at: now)
            tell(of: pod, "Started", "Container started", in: &store, at: now)
        case .restart:
            state.stage = .running
            state.restarts += 1
            state.started = now
            change(pod, to: state, in: &store)
            later(.ready, pod, in: 3...8, at: now)
        case .ready:
            guard state.deletion == nil else { return }
            state.stage = .ready
            state.changed = now
            change(pod, to: state, in: &store)
        case .remove:
            drop(pod, in: &store)
            pods[pod.slot] = nil
            replace(pod.slot, of: owners[pod.slot], in: &store, at: now)
            dirty.insert(owners[pod.slot])
        }
    }

    private mutating func change(_ pod: CrowdPod, to state: CrowdPod.State, in store: inout DemoObjectStore) {
        let changed = pod.with(state)
        pods[pod.slot] = changed
        store.put(.pods, pod.key, changed)
        dirty.insert(owners[pod.slot])
    }

    /// Plans what happens to a pod after some seconds.
    mutating func later(_ action: Sequel.Action, _ pod: CrowdPod, in seconds: ClosedRange<Int>, at now: Timestamp) {
        let tenths = random.number((seconds.lowerBound * 10)...(seconds.upperBound * 10))
        let tick = max(lastTick + 1, now.microseconds / 100_000 + Int64(tenths))
        sequels[tick, default: []].append(Sequel(action: action, slot: pod.slot, identity: pod.identity))
    }

    private func container(of pod: CrowdPod) -> String {
        pod.template.spec["containers"]?.elements.first?.text("name") ?? ""
    }

    private mutating func tell(
        of pod: CrowdPod, _ reason: String, _ message: String, isWarning: Bool = false,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        recorder.record(
            subject(pod), isWarning: isWarning, reason, message, component: "kubelet", host: pod.node.name,
            fieldPath: "spec.containers{\(container(of: pod))}", at: now, in: &store)
    }

    // MARK: Nodes

    /// Kubelets renew their leases every ten seconds, and report every five minutes what has not changed; some do so
    /// each second.
    private mutating func beat(in store: inout DemoObjectStore, at now: Timestamp) {
        guard nextHeartbeat <= now else { return }
        nextHeartbeat = now.adding(seconds: 1)
        for _ in 0..<max(1, nodes.count / 10) {
            renewingNode = (renewingNode + 1) % nodes.count
            let name = nodes[renewingNode].name
            guard var lease = store.document(of: .leases, namespace: "kube-node-lease", name: name) else { continue }
            lease.set("spec", "renewTime", to: .string(now.microText))
            store.apply(.leases, lease, at: now)
        }
        for _ in 0..<max(1, nodes.count / 300) {
            reportingNode = (reportingNode + 1) % nodes.count
            guard var document = store.document(of: .nodes, name: nodes[reportingNode].name) else { continue }
            let conditions = (document.at("status", "conditions")?.elements ?? []).map { condition in
                var beating = condition
                beating.set("lastHeartbeatTime", to: .time(now))
                return beating
            }
            document.set("status", "conditions", to: .array(conditions))
            store.apply(.nodes, document, at: now)
        }
        recorder.expire(at: now, in: &store)
    }
}
