extension PersistentVolumeClaim {
    /// The phase, or `Terminating`.
    public var statusText: String { metadata.deletionTimestamp != nil ? "Terminating" : phase }

    /// What there is; empty while it has no volume.
    public var capacityText: String {
        volumeName.isEmpty ? "" : capacity["storage"].map(Quantity.printed) ?? "0"
    }

    /// How it is mounted, such as `RWO,RWX`; empty while it has no volume.
    public var accessModesText: String { volumeName.isEmpty ? "" : shortAccessModes(currentAccessModes) }
}

extension PersistentVolume {
    /// The phase, or `Terminating`.
    public var statusText: String { metadata.deletionTimestamp != nil ? "Terminating" : phase }

    /// What there is.
    public var capacityText: String { capacity["storage"].map(Quantity.printed) ?? "0" }

    /// How it can be mounted, such as `RWO,RWX`.
    public var accessModesText: String { shortAccessModes(accessModes) }

    /// Namespace and name of the claim that has it, such as `shop/data`; empty for none.
    public var claimText: String {
        claimRef.name.isEmpty && claimRef.namespace.isEmpty ? "" : "\(claimRef.namespace)/\(claimRef.name)"
    }
}

/// Access modes as kubectl prints them: in one order, each once.
private func shortAccessModes(_ modes: [String]) -> String {
    let known = [
        ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
    ]
    return known.filter { modes.contains($0.0) }.map(\.1).joined(separator: ",")
}

extension StorageClass {
    /// The name, marked when it is the default.
    public var nameText: String { isDefault ? "\(metadata.name) (default)" : metadata.name }
}

extension PersistentVolumeClaim {
    /// Whether it leaves the class to the cluster; an empty name means none.
    public var namesNoClass: Bool {
        storageClassName == nil && metadata.annotations["volume.beta.kubernetes.io/storage-class"] == nil
    }
}
