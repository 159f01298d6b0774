extension DemoResource {
    /// Kinds that a cluster has from its CustomResourceDefinitions.
    static let custom: [DemoResource] = [
        DemoResource("cert-manager.io", "v1", "certificates", "Certificate", ["cert", "certs"]),
        DemoResource("cert-manager.io", "v1", "clusterissuers", "ClusterIssuer", isNamespaced: false),
        DemoResource("delivery.example.com", "v1alpha1", "drones", "Drone", ["dr"]),
    ]

    /// The API group that is registered and does not answer, where the server has one.
    static let brokenGroup = (name: "weather.example.com", version: "v1beta1")
}
