import ClusterState
import KubernetesModel

extension Describer {
    func node(_ page: inout Page) {
        page.field("Name", Words(name))
        page.field("Roles", .text(roles.joined(separator: ",")))
        maps(&page)
        page.field("CreationTimestamp", time(metadata["creationTimestamp"]))
        if metadata["deletionTimestamp"].exists {
            page.field("Deleted", Words("being deleted since ", .degraded) + time(metadata["deletionTimestamp"]))
        }
        let taints = spec["taints"].items.map { taint in
            (effect: taint["effect"].string, key: taint["key"].string, value: taint["value"].string)
        }
        page.field(
            "Taints",
            taints.sorted { ($0.effect, $0.key) < ($1.effect, $1.key) }.map { taint in
                Words("\(taint.key)\(taint.value.isEmpty ? "" : "=\(taint.value)"):\(taint.effect)", .degraded)
            })
        let isCordoned = spec["unschedulable"].bool == true
        page.field("Unschedulable", Words(isCordoned ? "true" : "false", isCordoned ? .degraded : .plain))
        lease(&page)
        conditions(&page) { $0 == "Ready" ? "True" : "False" }
        page.section("Addresses") { page in
            for address in status["addresses"].items {
                page.field(address["type"].string, Words(address["address"].string))
            }
        }
        resourceTable(&page)
        page.section("System Info") { page in
            for (key, label) in [
                ("machineID", "Machine ID"), ("systemUUID", "System UUID"), ("bootID", "Boot ID"),
                ("kernelVersion", "Kernel Version"), ("osImage", "OS Image"), ("operatingSystem", "Operating System"),
                ("architecture", "Architecture"), ("containerRuntimeVersion", "Container Runtime Version"),
                ("kubeletVersion", "Kubelet Version"),
            ] {
                page.field(label, Words(status["nodeInfo"][key].string))
            }
            page.field("Kube-Proxy Version", .text(status["nodeInfo"]["kubeProxyVersion"].string))
        }
        page.field("PodCIDR", ifAny: spec["podCIDR"].string)
        page.field("PodCIDRs", ifAny: spec["podCIDRs"].strings.joined(separator: ","))
        page.field("ProviderID", ifAny: spec["providerID"].string)
        let images = status["images"].items
        if !images.isEmpty {
            let bytes = images.reduce(Int64(0)) { $0.addingClamped(Int64(clamping: $1["sizeBytes"].int ?? 0)) }
            page.field("Images", Words("\(images.count), \(Self.size(bytes))"))
        }
        pods(&page)
    }

    private var roles: [String] {
        let prefix = "node-role.kubernetes.io/"
        return metadata["labels"].labels.pairs.compactMap { label in
            if label.key.hasPrefix(prefix) {
                let role = String(label.key.dropFirst(prefix.count))
                return role.isEmpty ? nil : role
            }
            return label.key == "kubernetes.io/role" && !label.value.isEmpty ? label.value : nil
        }
    }

    private func resourceTable(_ page: inout Page) {
        for (key, label) in [("capacity", "Capacity"), ("allocatable", "Allocatable")] where !status[key].isEmpty {
            page.section(label) { page in
                for member in status[key].members { page.field(member.key, quantity(Optional(member.value))) }
            }
        }
    }

    /// The lease by which the kubelet says that it is alive.
    private func lease(_ page: inout Page) {
        let scope = "kube-node-lease"
        switch related.find(Lease.self, in: scope, pick: { $0.objects(inNamespace: scope) }) {
        case .unknown(let reason): page.field("Lease", reason)
        case .known(let leases):
            guard let lease = leases.first(where: { $0.metadata.name == name }) else {
                return page.field("Lease", Words("Failed to get lease: leases \"\(name)\" not found", .degraded))
            }
            page.section("Lease") { page in
                page.field("HolderIdentity", .text(lease.holder, or: .unset))
                page.field("AcquireTime", lease.acquireTime.map { time($0) } ?? .unset)
                page.field("RenewTime", lease.renewTime.map { time($0) } ?? .unset)
            }
        }
    }

    /// A number of bytes for people, such as `3.2 GiB`.
    static func size(_ bytes: Int64) -> String {
        var amount = Double(bytes)
        var unit = 0
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        while amount >= 1024, unit < units.count - 1 {
            amount /= 1024
            unit += 1
        }
        let tenths = Int64((amount * 10).rounded())
        return unit == 0 ? "\(bytes) bytes" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    // MARK: - What the node's pods ask for

    private func pods(_ page: inout Page) {
        let found = related.find(Pod.self, in: nil) { $0.objects(onNode: name) }
        guard case .known(let all) = found else {
            if case .unknown(let reason) = found { page.field("Non-terminated Pods", reason) }
            return
        }
        let pods = all.filter { !$0.isPhaseTerminal }
            .sorted { ($0.metadata.namespace, $0.metadata.name) < ($1.metadata.namespace, $1.metadata.name) }
        let allocatable = status[status["allocatable"].isEmpty ? "capacity" : "allocatable"]
        var requests = Amounts()
        var limits = Amounts()
        var rows: [[Words]] = []
        for pod in pods {
            let asked = PodAllocation(pod)
            requests.add(asked.requests)
            limits.add(asked.limits)
            guard rows.count < 500 else { continue }
            func cell(_ amounts: Amounts, _ resource: String) -> Words {
                Words(share(amounts[resource], allocatable[resource], of: resource))
            }
            rows.append([
                Words(pod.metadata.namespace), podLink(pod), cell(asked.requests, "cpu"), cell(asked.limits, "cpu"),
                cell(asked.requests, "memory"), cell(asked.limits, "memory"),
                Words(age(from: pod.metadata.creationTimestamp, to: now)),
            ])
        }
        page.section("Non-terminated Pods", "(\(pods.count) in total\(podLimit(allocatable)))") { page in
            guard !rows.isEmpty else { return }
            page.table(
                ["Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"], rows)
            if pods.count > rows.count { page.line(Words("… and \(pods.count - rows.count) more", .dim)) }
        }
        page.section("Allocated resources") { page in
            page.line(Words("(Total limits may be over 100 percent, i.e., overcommitted.)", .dim))
            let standard = ["cpu", "memory", "ephemeral-storage"]
            let others = allocatable.members.map(\.key).filter { !standard.contains($0) && $0 != "pods" }
            let sorted =
                standard + others.filter { $0.hasPrefix("hugepages-") } + others.filter { !$0.hasPrefix("hugepages-") }
            page.table(
                ["Resource", "Requests", "Limits"],
                sorted.map { resource in
                    [
                        Words(resource), allocated(requests[resource], allocatable[resource], of: resource),
                        allocated(limits[resource], allocatable[resource], of: resource),
                    ]
                })
        }
    }

    private func podLimit(_ allocatable: JSONValue?) -> String {
        allocatable["pods"].string.isEmpty ? "" : ", at most \(allocatable["pods"].string)"
    }

    private func allocated(_ amount: Quantity, _ whole: JSONValue?, of resource: String) -> Words {
        let text = share(amount, whole, of: resource)
        let percent = Self.percent(amount, of: Quantity(whole.string), resource)
        return Words(text, percent > 100 ? .degraded : .plain)
    }

    /// An amount with what it is of the whole: `75m (3%)`.
    private func share(_ amount: Quantity, _ whole: JSONValue?, of resource: String) -> String {
        "\(amount) (\(Self.percent(amount, of: Quantity(whole.string), resource))%)"
    }

    private static func percent(_ amount: Quantity, of whole: Quantity?, _ resource: String) -> Int64 {
        guard let whole else { return 0 }
        let isCPU = resource == "cpu"
        let (part, all) = isCPU ? (amount.milliValue, whole.milliValue) : (amount.value, whole.value)
        guard all > 0 else { return 0 }
        return Int64(min(Double(part) / Double(all) * 100, 999_999))
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
