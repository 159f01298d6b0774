import KubernetesModel

/// A source of a volume: what it is, and which of its fields are shown under which label.
private struct VolumeSourceFields {
    var key: String
    var title: String
    var fields: [(key: String, label: String)]

    init(_ key: String, _ title: String, _ fields: [(key: String, label: String)]) {
        self.key = key
        self.title = title
        self.fields = fields
    }

    static let readOnly = ("readOnly", "ReadOnly")
    static let system = ("fsType", "FSType")

    static let all: [VolumeSourceFields] = [
        VolumeSourceFields(
            "hostPath", "HostPath (bare host directory volume)", [("path", "Path"), ("type", "HostPathType")]),
        VolumeSourceFields(
            "emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)",
            [("medium", "Medium"), ("sizeLimit", "SizeLimit")]),
        VolumeSourceFields(
            "secret", "Secret (a volume populated by a Secret)",
            [("secretName", "SecretName"), ("optional", "Optional")]),
        VolumeSourceFields(
            "configMap", "ConfigMap (a volume populated by a ConfigMap)", [("name", "Name"), ("optional", "Optional")]),
        VolumeSourceFields(
            "persistentVolumeClaim",
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
            [("claimName", "ClaimName"), readOnly]),
        VolumeSourceFields(
            "nfs", "NFS (an NFS mount that lasts the lifetime of a pod)",
            [("server", "Server"), ("path", "Path"), readOnly]),
        VolumeSourceFields(
            "csi", "CSI (a Container Storage Interface (CSI) volume source)",
            [("driver", "Driver"), system, ("volumeHandle", "VolumeHandle"), readOnly]),
        VolumeSourceFields(
            "image", "Image (a container image or OCI artifact)",
            [("reference", "Reference"), ("pullPolicy", "PullPolicy")]),
        VolumeSourceFields(
            "local", "LocalVolume (a persistent volume backed by local storage on a node)", [("path", "Path")]),
        VolumeSourceFields(
            "gcePersistentDisk", "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
            [("pdName", "PDName"), system, ("partition", "Partition"), readOnly]),
        VolumeSourceFields(
            "awsElasticBlockStore", "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
            [("volumeID", "VolumeID"), system, ("partition", "Partition"), readOnly]),
        VolumeSourceFields(
            "gitRepo", "GitRepo (a volume that is pulled from git when the pod is created)",
            [("repository", "Repository"), ("revision", "Revision")]),
        VolumeSourceFields(
            "iscsi",
            "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
            [
                ("targetPortal", "TargetPortal"), ("iqn", "IQN"), ("lun", "Lun"), ("iscsiInterface", "ISCSIInterface"),
                system, readOnly, ("portals", "Portals"), ("chapAuthDiscovery", "DiscoveryCHAPAuth"),
                ("chapAuthSession", "SessionCHAPAuth"), ("secretRef", "SecretRef"), ("initiatorName", "InitiatorName"),
            ]),
        VolumeSourceFields(
            "glusterfs", "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
            [("endpoints", "EndpointsName"), ("path", "Path"), readOnly]),
        VolumeSourceFields(
            "rbd", "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
            [
                ("monitors", "CephMonitors"), ("image", "RBDImage"), system, ("pool", "RBDPool"), ("user", "RadosUser"),
                ("keyring", "Keyring"), ("secretRef", "SecretRef"), readOnly,
            ]),
        VolumeSourceFields(
            "quobyte", "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
            [("registry", "Registry"), ("volume", "Volume"), readOnly]),
        VolumeSourceFields(
            "azureDisk", "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
            [
                ("diskName", "DiskName"), ("diskURI", "DiskURI"), ("kind", "Kind"), system,
                ("cachingMode", "CachingMode"), readOnly,
            ]),
        VolumeSourceFields(
            "azureFile", "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
            [
                ("secretName", "SecretName"), ("secretNamespace", "SecretNamespace"), ("shareName", "ShareName"),
                readOnly,
            ]),
        VolumeSourceFields(
            "vsphereVolume", "vSphereVolume (a Persistent Disk resource in vSphere)",
            [("volumePath", "VolumePath"), system, ("storagePolicyName", "StoragePolicyName")]),
        VolumeSourceFields(
            "cinder", "Cinder (a Persistent Disk resource in OpenStack)",
            [("volumeID", "VolumeID"), system, readOnly, ("secretRef", "SecretRef")]),
        VolumeSourceFields(
            "photonPersistentDisk", "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
            [("pdID", "PdID"), system]),
        VolumeSourceFields(
            "portworxVolume", "PortworxVolume (a Portworx Volume resource)", [("volumeID", "VolumeID")]),
        VolumeSourceFields(
            "scaleIO", "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
            [
                ("gateway", "Gateway"), ("system", "System"), ("protectionDomain", "Protection Domain"),
                ("storagePool", "Storage Pool"), ("storageMode", "Storage Mode"), ("volumeName", "VolumeName"), system,
                readOnly,
            ]),
        VolumeSourceFields(
            "cephfs", "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
            [
                ("monitors", "Monitors"), ("path", "Path"), ("user", "User"), ("secretFile", "SecretFile"),
                ("secretRef", "SecretRef"), readOnly,
            ]),
        VolumeSourceFields(
            "storageos", "StorageOS (a StorageOS Persistent Disk resource)",
            [("volumeName", "VolumeName"), ("volumeNamespace", "VolumeNamespace"), system, readOnly]),
        VolumeSourceFields(
            "fc", "FC (a Fibre Channel disk)", [("targetWWNs", "TargetWWNs"), ("lun", "LUN"), system, readOnly]),
        VolumeSourceFields(
            "flexVolume",
            "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
            [("driver", "Driver"), system, ("secretRef", "SecretRef"), readOnly, ("options", "Options")]),
        VolumeSourceFields(
            "flocker", "Flocker (a Flocker volume mounted by the Flocker agent)",
            [("datasetName", "DatasetName"), ("datasetUUID", "DatasetUUID")]),
    ]
}

extension Describer {
    func volumes(_ page: inout Page, _ volumes: [JSONValue]) {
        guard !volumes.isEmpty else { return page.field("Volumes", .none) }
        page.section("Volumes") { page in
            for volume in volumes {
                page.section(volume["name"].string) { page in volumeSource(&page, volume) }
            }
        }
    }

    /// In one or two words what a volume is, such as `ConfigMap web-content`.
    func volumeType(of volume: JSONValue) -> String {
        if volume["projected"].exists { return "Projected" }
        if volume["downwardAPI"].exists { return "DownwardAPI" }
        if volume["ephemeral"].exists { return "EphemeralVolume" }
        guard let known = VolumeSourceFields.all.first(where: { volume[$0.key].exists }) else { return "" }
        let type = known.title.prefix { $0 != " " }
        let source = volume[known.key]
        let name = ["secretName", "name", "claimName", "path"].lazy.map { source[$0].string }.first { !$0.isEmpty }
        return name.map { "\(type) \($0)" } ?? String(type)
    }

    /// What a volume of a pod, or the spec of a PersistentVolume, is made from.
    func volumeSource(_ page: inout Page, _ volume: JSONValue) {
        if volume["projected"].exists { return projected(&page, volume["projected"]) }
        if volume["downwardAPI"].exists { return downwardAPI(&page, volume["downwardAPI"]) }
        if volume["ephemeral"].exists {
            page.field(
                "Type",
                "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)")
            return claimTemplate(&page, volume["ephemeral"]["volumeClaimTemplate"], isNamed: false)
        }
        guard let known = VolumeSourceFields.all.first(where: { volume[$0.key].exists }) else {
            let kinds = Optional(volume).members.map(\.key).filter { $0 != "name" }
            return page.field("Type", Words("<unknown> \(kinds.joined(separator: ", "))", .dim))
        }
        let source = volume[known.key]
        page.field("Type", Words(known.title))
        for (key, label) in known.fields {
            // A pod's inline volume has no handle.
            if key == "volumeHandle", !source[key].exists { continue }
            page.field(label, value(source[key], key: key, of: known.key))
        }
        if known.key == "csi" { page.field("VolumeAttributes", labels(source["volumeAttributes"])) }
        let items = source["items"].items
        if !items.isEmpty {
            page.field("Items", items.map { Words("\($0["key"].string) -> \($0["path"].string)") })
        }
    }

    private func value(_ value: JSONValue?, key: String, of source: String) -> Words {
        switch (source, key) {
        case ("secret", "secretName"): return named(SecretObject.self, value.string)
        case ("configMap", "name"): return named(ConfigMap.self, value.string)
        case ("persistentVolumeClaim", "claimName"): return named(PersistentVolumeClaim.self, value.string)
        case (_, "readOnly"), (_, "optional"), (_, "chapAuthDiscovery"), (_, "chapAuthSession"):
            return Words(value.bool == true ? "true" : "false")
        case ("emptyDir", "sizeLimit"):
            guard let size = Quantity(value.string), size.value > 0 else { return .unset }
            return Words(size.description)
        case ("hostPath", "type"), (_, "initiatorName"), ("fc", "lun"): return .text(value.string)
        default:
            switch value {
            case .array?: return Words(value.strings.joined(separator: ", "))
            case .object?: return value["name"].exists ? Words(value["name"].string) : Words(value.labels.line)
            default: return Words(value.string)
            }
        }
    }

    private func projected(_ page: inout Page, _ source: JSONValue?) {
        page.field("Type", "Projected (a volume that contains injected data from multiple sources)")
        for item in source["sources"].items {
            if let secret = item["secret"], Optional(secret).exists {
                page.field("SecretName", named(SecretObject.self, secret["name"].string))
                page.field("Optional", Words("\(secret["optional"].bool == true)"))
            } else if item["downwardAPI"].exists {
                let paths = item["downwardAPI"]["items"].items.map { $0["path"].string }.joined(separator: ", ")
                page.field("DownwardAPI", Words("true") + Words(paths.isEmpty ? "" : "  (\(paths))", .dim))
            } else if let map = item["configMap"], Optional(map).exists {
                page.field("ConfigMapName", named(ConfigMap.self, map["name"].string))
                page.field("Optional", Words("\(map["optional"].bool == true)"))
            } else if let token = item["serviceAccountToken"], Optional(token).exists {
                let audience = token["audience"].string
                page.field(
                    "TokenExpirationSeconds",
                    .text(token["expirationSeconds"].string, or: "3600")
                        + Words(audience.isEmpty ? "" : "  (audience \(audience))", .dim))
            } else {
                for member in Optional(item).members {
                    page.field(member.key, Words(Optional(member.value)["name"].string))
                }
            }
        }
    }

    private func downwardAPI(_ page: inout Page, _ source: JSONValue?) {
        page.field("Type", "DownwardAPI (a volume populated by information about the pod)")
        page.section("Items") { page in
            for item in source["items"].items {
                let field = item["fieldRef"]["fieldPath"].string
                let name = field.isEmpty ? item["resourceFieldRef"]["resource"].string : field
                page.line(Words("\(name) -> \(item["path"].string)"))
            }
        }
    }
}
