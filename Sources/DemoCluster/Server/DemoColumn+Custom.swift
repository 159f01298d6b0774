import KubernetesModel

extension DemoColumn {
    /// The printer columns of a custom resource, and its name; `nil` for other kinds.
    static func customColumns(of resource: DemoResource) -> [DemoColumn]? {
        switch resource.groupResource.description {
        case "certificates.cert-manager.io":
            [
                name, DemoColumn(printed: "Ready", "string") { condition("Ready", of: $0)?["status"] },
                DemoColumn(printed: "Secret", "string") { $0.at("spec", "secretName") },
                DemoColumn(printed: "Issuer", "string", wide: true) { $0.at("spec", "issuerRef", "name") },
                DemoColumn(printed: "Status", "string", wide: true) { condition("Ready", of: $0)?["message"] },
                created,
            ]
        case "clusterissuers.cert-manager.io":
            [
                name, DemoColumn(printed: "Ready", "string") { condition("Ready", of: $0)?["status"] },
                DemoColumn(printed: "Status", "string", wide: true) { condition("Ready", of: $0)?["message"] },
                created,
            ]
        case "drones.delivery.example.com":
            [
                name, DemoColumn(printed: "State", "string") { $0.at("status", "state") },
                DemoColumn(printed: "Battery", "integer") { $0.at("status", "batteryPercent") },
                DemoColumn(printed: "Load", "number") { $0.at("status", "loadKg") },
                // Its path names a field that no drone has.
                DemoColumn(printed: "Route", "string") { $0.at("status", "routes", "current") },
                DemoColumn(date: "Last Flight") { $0.text("status", "lastFlight") },
                DemoColumn(printed: "Firmware", "string", wide: true) { $0.at("spec", "firmware") },
                created,
            ]
        default: nil
        }
    }

    private static let created = DemoColumn(date: "Age") { $0.text("metadata", "creationTimestamp") }

    private static func condition(_ type: String, of object: JSONValue) -> JSONValue? {
        object.at("status", "conditions")?.elements.first { $0.text("type") == type }
    }
}
