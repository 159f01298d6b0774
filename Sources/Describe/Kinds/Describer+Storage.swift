import Access
import ClusterState
import KubernetesModel

extension Describer {
    // MARK: - Volumes

    func claim(_ page: inout Page) {
        head(&page, showsNoFinalizers: true)
        classAndStatus(&page)
        page.field("Volume", claimVolume)
        let isBound = !spec["volumeName"].string.isEmpty
        let capacity = isBound ? status["capacity"]["storage"].string : ""
        let wanted = spec["resources"]["requests"]["storage"].string
        page.field("Capacity", Words(capacity) + Words(wanted.isEmpty ? "" : "  (\(wanted) requested)", .dim))
        let modes = isBound ? status["accessModes"].strings : []
        page.field(
            "Access Modes",
            Words(Self.short(modes)) + Words("  (\(Self.short(spec["accessModes"].strings)) requested)", .dim))
        page.field("VolumeMode", ifAny: spec["volumeMode"].string)
        dataSource(&page, spec["dataSource"])
        page.field("Selector", ifAny: selector(spec["selector"]))
        page.field("Used By", users { pod in pod.spec.volumes.contains { $0.claimName == name } })
        conditions(&page)
    }

    private func classAndStatus(_ page: inout Page) {
        page.field(
            "StorageClass", storageClassName(spec["storageClassName"], beta: "volume.beta.kubernetes.io/storage-class"))
        if let deleted = metadata["deletionTimestamp"].time {
            page.field("Status", Words("Terminating (lasts \(age(from: deleted, to: now)))", .degraded))
        } else {
            page.field("Status", phase)
        }
    }

    private var claimVolume: Words {
        let name = spec["volumeName"].string
        return Words(name, link: name.isEmpty ? nil : DescribedLink(kind: "PersistentVolume", name: name))
    }

    private var phase: Words {
        let phase = status["phase"].string
        let role: DescribedRole =
            switch phase {
            case "Bound", "Available": .fine
            case "Lost", "Failed": .broken
            default: .degraded
            }
        return Words(phase, role)
    }

    private func storageClassName(_ value: JSONValue?, beta: String) -> Words {
        let old = metadata["annotations"][beta].string
        let name = old.isEmpty ? value.string : old
        guard !name.isEmpty else { return "" }
        return Words(name, link: DescribedLink(group: "storage.k8s.io", kind: "StorageClass", name: name))
    }

    private func dataSource(_ page: inout Page, _ source: JSONValue?) {
        guard source.exists else { return }
        page.section("DataSource") { page in
            page.field("APIGroup", ifAny: source["apiGroup"].string)
            page.field("Kind", Words(source["kind"].string))
            page.field("Name", Words(source["name"].string))
        }
    }

    /// A claim that is part of something else: of a StatefulSet, or of an ephemeral volume.
    func claimTemplate(_ page: inout Page, _ claim: JSONValue?, isNamed: Bool) {
        if isNamed { page.field("Name", Words(claim["metadata"]["name"].string)) }
        let spec = claim["spec"]
        page.field("StorageClass", storageClassName(spec["storageClassName"], beta: ""))
        if !isNamed { page.field("Volume", Words(spec["volumeName"].string)) }
        page.field("Labels", labels(claim["metadata"]["labels"]))
        page.field("Annotations", annotations(claim["metadata"]["annotations"]))
        let storage = spec["resources"]["requests"]["storage"]
        page.field("Capacity", storage.exists ? quantity(storage) : "<default>")
        page.field("Access Modes", Words("[\(spec["accessModes"].strings.joined(separator: " "))]"))
        page.field("VolumeMode", ifAny: spec["volumeMode"].string)
        dataSource(&page, spec["dataSource"])
    }

    /// Access modes as kubectl shortens them.
    private static func short(_ modes: [String]) -> String {
        let names = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
        ]
        return modes.map { names[$0] ?? $0 }.joined(separator: ",")
    }

    func volume(_ page: inout Page) {
        head(&page, showsNoFinalizers: true)
        classAndStatus(&page)
        let claim = spec["claimRef"]
        let owner = claim["namespace"].string
        let claimName = claim["name"].string
        page.field(
            "Claim",
            claim.exists
                ? Words(
                    "\(owner)/\(claimName)",
                    link: DescribedLink(kind: "PersistentVolumeClaim", namespace: owner, name: claimName))
                : "")
        page.field("Reclaim Policy", Words(spec["persistentVolumeReclaimPolicy"].string))
        page.field("Access Modes", Words(Self.short(spec["accessModes"].strings)))
        page.field("VolumeMode", ifAny: spec["volumeMode"].string)
        page.field("Capacity", quantity(spec["capacity"]["storage"]))
        page.field("Mount Options", ifAny: spec["mountOptions"].strings.joined(separator: ","))
        let terms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"].items
        if !spec["nodeAffinity"]["required"].exists {
            page.field("Node Affinity", .none)
        } else {
            page.section("Node Affinity") { page in
                page.section("Required Terms", terms.isEmpty ? .none : "") { page in
                    for (index, term) in terms.enumerated() {
                        page.field("Term \(index)", term["matchExpressions"].items.map { nodeRequirement($0) })
                    }
                }
            }
        }
        page.field("Reason", ifAny: status["reason"].string)
        page.field("Message", Words(status["message"].string))
        page.section("Source") { if let spec { volumeSource(&$0, spec) } }
    }

    private func nodeRequirement(_ item: JSONValue) -> Words {
        let values = item["values"].strings
        let head = "\(item["key"].string) \(item["operator"].string.lowercased())"
        return Words(values.isEmpty ? head : "\(head) [\(values.joined(separator: ", "))]")
    }

    func storageClass(_ page: inout Page) {
        head(&page)
        let isDefault = [
            "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class",
        ]
        .contains { metadata["annotations"][$0].string == "true" }
        page.field("IsDefaultClass", Words(isDefault ? "Yes" : "No"))
        page.field("Provisioner", Words(document["provisioner"].string))
        page.field("Parameters", labels(document["parameters"]))
        let expands = document["allowVolumeExpansion"].bool
        page.field("AllowVolumeExpansion", expands.map { Words($0 ? "True" : "False") } ?? .unset)
        page.field("MountOptions", document["mountOptions"].strings.map { Words($0) })
        page.field("ReclaimPolicy", ifAny: document["reclaimPolicy"].string)
        page.field("VolumeBindingMode", ifAny: document["volumeBindingMode"].string)
        guard document["allowedTopologies"].exists else { return }
        let terms = document["allowedTopologies"].items
        page.section("AllowedTopologies", terms.isEmpty ? .none : "") { page in
            for (index, term) in terms.enumerated() {
                page.field(
                    "Term \(index)",
                    term["matchLabelExpressions"].items.map { item in
                        Words("\(item["key"].string) in [\(item["values"].strings.joined(separator: ", "))]")
                    })
            }
        }
    }

    func csiNode(_ page: inout Page) {
        head(&page)
        page.section("Spec") { page in
            page.section("Drivers") { page in
                for driver in spec["drivers"].items {
                    page.section(driver["name"].string) { page in
                        page.field("Node ID", Words(driver["nodeID"].string))
                        let count = driver["allocatable"]["count"]
                        if count.exists { page.section("Allocatables") { $0.field("Count", Words(count.string)) } }
                        page.field("Topology Keys", Words("[\(driver["topologyKeys"].strings.joined(separator: " "))]"))
                    }
                }
            }
        }
    }

    // MARK: - Configuration

    func configMap(_ page: inout Page) {
        head(&page)
        if document["immutable"].bool == true { page.field("Immutable", "true") }
        page.field("Used By", users { $0.spec.names(configMap: name) })
        page.section("Data") { page in
            for member in document["data"].members {
                let text = Optional(member.value).string
                page.section(member.key, Words("\(text.utf8.count) bytes", .dim)) { $0.block(text) }
            }
        }
        page.section("BinaryData") { page in
            for member in document["binaryData"].members {
                page.field(member.key, Words("\(Self.decodedSize(ofBase64: Optional(member.value).string)) bytes"))
            }
        }
    }

    func secret(_ page: inout Page) {
        head(&page)
        page.field("Type", Words(document["type"].string))
        if document["immutable"].bool == true { page.field("Immutable", "true") }
        page.field("Used By", users { $0.spec.names(secret: name) })
        page.section("Data", Words(revealsSecrets ? "" : "x shows the values", .dim)) { page in
            for member in document["data"].members {
                let text = Optional(member.value).string
                let size = Words("\(Self.decodedSize(ofBase64: text)) bytes")
                guard revealsSecrets else {
                    page.field(member.key, size)
                    continue
                }
                let bytes = decoded(base64: text)
                if let bytes, let value = String(validating: bytes, as: UTF8.self) {
                    page.section(member.key, size) { $0.block(value) }
                } else {
                    page.field(member.key, size + Words("  binary", .dim))
                }
            }
        }
    }

    private static func decodedSize(ofBase64 text: String) -> Int {
        let padding = text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
        return max(0, text.utf8.count / 4 * 3 - padding)
    }

    func serviceAccount(_ page: inout Page) {
        head(&page)
        let secrets = related.all(SecretObject.self, in: namespace)
        page.field(
            "Image pull secrets", document["imagePullSecrets"].items.map { named(SecretObject.self, $0["name"].string) }
        )
        page.field("Mountable secrets", document["secrets"].items.map { named(SecretObject.self, $0["name"].string) })
        switch secrets {
        case .unknown(let reason): page.field("Tokens", reason)
        case .known(let all):
            let tokens = all.filter {
                $0.type == "kubernetes.io/service-account-token"
                    && $0.metadata.annotations["kubernetes.io/service-account.name"] == name
            }
            page.field("Tokens", tokens.map(\.metadata.name).sorted().map { named(SecretObject.self, $0) })
        }
        page.field("Mounts Token", ifAny: document["automountServiceAccountToken"].string)
        page.field(
            "Used By",
            users { ($0.spec.serviceAccountName.isEmpty ? "default" : $0.spec.serviceAccountName) == name })
        holdings(of: RoleHolder(.serviceAccount, name, namespace: namespace), &page)
    }

    // MARK: - Who uses it

    /// The pods of the namespace that use the object.
    private func users(_ uses: (Pod) -> Bool) -> [Words] {
        switch related.all(Pod.self, in: namespace) {
        case .unknown(let reason): return [reason]
        case .known(let all):
            let pods = all.filter(uses).sorted { $0.metadata.name < $1.metadata.name }
            var lines = pods.prefix(100).map { pod in
                let summary = pod.summary
                return podLink(pod) + Words("  ") + Words(summary.status, Self.role(of: pod, summary))
            }
            if pods.count > lines.count { lines.append(Words("… and \(pods.count - lines.count) more", .dim)) }
            return lines
        }
    }
}

extension PodSpec {
    private var allContainers: [Container] { initContainers + containers }

    /// Whether a pod takes something from a ConfigMap.
    fileprivate func names(configMap name: String) -> Bool { names(name, isSecret: false) }

    /// Whether a pod takes something from a Secret.
    fileprivate func names(secret name: String) -> Bool {
        names(name, isSecret: true) || imagePullSecrets.contains(name)
    }

    private func names(_ name: String, isSecret: Bool) -> Bool {
        volumes.contains { $0.sources.contains { $0.isSecret == isSecret && $0.name == name } }
            || allContainers.contains { container in
                container.env.contains { $0.isSecret == isSecret && $0.name == name }
                    || container.envFrom.contains { $0.isSecret == isSecret && $0.name == name }
            }
    }
}

/// The bytes that a base64 text stands for; `nil` when it is none.
private func decoded(base64 text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8 {
        let value: UInt32
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="), UInt8(ascii: "\n"), UInt8(ascii: "\r"): continue
        default: return nil
        }
        bits = bits << 6 | value
        count += 1
        if count == 4 {
            result += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
            bits = 0
            count = 0
        }
    }
    switch count {
    case 0: break
    case 2: result.append(UInt8(bits >> 4 & 0xFF))
    case 3: result += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
    default: return nil
    }
    return result
}
