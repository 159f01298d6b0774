extension DemoResource {
    /// Kinds that the CustomResourceDefinitions of the demo make; a store without definitions has them too.
    static let custom: [DemoResource] = [
        DemoResource(
            "cert-manager.io", "v1", "certificates", "Certificate", ["cert", "certs"], isCustom: true,
            verbs: customVerbs),
        DemoResource(
            "cert-manager.io", "v1", "clusterissuers", "ClusterIssuer", isNamespaced: false, isCustom: true,
            verbs: customVerbs),
        DemoResource("delivery.example.com", "v1alpha1", "drones", "Drone", ["dr"], isCustom: true, verbs: customVerbs),
    ]

    /// The API group that is registered and does not answer, where the server has one.
    static let brokenGroup = (name: "weather.example.com", version: "v1beta1")
}
