/// An object of any kind of which nothing but the metadata is read (meta/v1 PartialObjectMetadata).
struct NamedObject: KubernetesObject {
    /// Of any kind.
    static let kind = ResourceKind(group: "meta.k8s.io", resource: "", kind: "", versions: ["v1"])

    var metadata = ObjectMeta()

    /// An object with nothing set.
    init() {}
}

extension NamedObject: FieldReadable {
    static let fields = FieldTable<NamedObject>(
        "PartialObjectMetadata",
        [Field("metadata", 1) { $1.message(&$0.metadata) }])
}

extension KindDecoder {
    /// Reads the metadata of objects of any kind, from a PartialObjectMetadataList or from their own list in JSON.
    public static let anyMetadata = KindDecoder(NamedObject.self)
}
