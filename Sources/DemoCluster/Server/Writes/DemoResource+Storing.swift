import KubernetesModel

extension DemoResource {
    /// An object of this version as it is stored: the reverse of `shown`.
    func storedForm(_ object: JSONValue) -> JSONValue {
        var stored = object
        switch self {
        case .oldAutoscalers:
            stored.set("spec", "targetCPUUtilizationPercentage", to: nil)
            if let percentage = object.at("spec", "targetCPUUtilizationPercentage") {
                let metric = JSONValue.members([
                    "type": .string("Resource"),
                    "resource": .members([
                        "name": .string("cpu"),
                        "target": .members(["type": .string("Utilization"), "averageUtilization": percentage]),
                    ]),
                ])
                stored.set("spec", "metrics", to: .array([metric]))
            }
        case .newEvents:
            for (new, old) in [
                ("reportingController", "reportingComponent"), ("regarding", "involvedObject"), ("note", "message"),
                ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
                ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
            ] {
                stored.set(old, to: object[new])
                stored.set(new, to: nil)
            }
        default: return object
        }
        if object["apiVersion"] != nil { stored.set("apiVersion", to: .string(self.stored.apiVersion)) }
        return stored
    }
}
