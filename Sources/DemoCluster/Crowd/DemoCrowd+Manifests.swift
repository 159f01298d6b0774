import KubernetesModel

extension DemoCrowd {
    /// The hubs, a namespace each.
    static let cities = [
        "amsterdam", "antwerp", "athens", "barcelona", "basel", "belfast", "bergen", "berlin", "bern", "bilbao",
        "bologna", "bordeaux", "bremen", "bristol", "brussels", "bucharest", "budapest", "cologne", "copenhagen",
        "cork",
        "dresden", "dublin", "edinburgh", "florence", "frankfurt", "geneva", "genoa", "ghent", "glasgow", "graz",
        "hamburg", "helsinki", "innsbruck", "krakow", "leeds", "leipzig", "lisbon", "ljubljana", "london", "lyon",
        "madrid", "malmo", "milan", "munich", "nantes", "oslo", "porto", "prague", "vienna", "zurich",
    ]

    /// What runs at a hub.
    static let services = [
        "arrivals", "battery-swap", "billing", "charging", "customs", "dispatch", "dock-scheduler", "fleet-tracker",
        "geofence", "inventory", "landing-pad", "manifests", "no-fly-zones", "notifications", "parcel-intake",
        "pricing",
        "route-planner", "telemetry", "weather-feed", "yard-camera",
    ]

    /// A Deployment as its team would write it.
    static func deployment(
        _ name: String, in namespace: String, replicas: Int, port: Int, _ random: inout DemoRandom
    ) -> JSONValue {
        let version = "\(random.number(1...4)).\(random.number(0...19)).\(random.number(0...9))"
        let labels = JSONValue.texts(["app.kubernetes.io/name": name])
        let cpu = [50, 100, 100, 150, 200][random.number(0...4)]
        let memory = [64, 128, 128, 256, 384][random.number(0...4)]
        func probe(_ path: String) -> JSONValue {
            .members([
                "httpGet": .members(["path": .string(path), "port": .string("http")]), "periodSeconds": .integer(10),
            ])
        }
        let container = JSONValue.members([
            "name": .string(name), "image": .string("registry.example.com/hubs/\(name):\(version)"),
            "ports": .array([.members(["name": .string("http"), "containerPort": .integer(port)])]),
            "env": .array([
                .texts(["name": "HUB", "value": String(namespace.dropFirst(4))]),
                .texts(["name": "LOG_FORMAT", "value": "json"]),
            ]),
            "resources": .members([
                "requests": .texts(["cpu": "\(cpu)m", "memory": "\(memory)Mi"]),
                "limits": .texts(["memory": "\(memory * 2)Mi"]),
            ]),
            "livenessProbe": probe("/healthz"), "readinessProbe": probe("/ready"),
        ])
        return .members([
            "kind": .string("Deployment"), "apiVersion": .string("apps/v1"),
            "metadata": .members([
                "name": .string(name), "namespace": .string(namespace), "labels": labels,
            ]),
            "spec": .members([
                "replicas": .integer(replicas), "selector": .members(["matchLabels": labels]),
                "template": .members([
                    "metadata": .members(["labels": labels]),
                    "spec": .members([
                        "containers": .array([container]), "nodeSelector": .texts(["example.com/pool": "hubs"]),
                        "tolerations": .array(
                            [
                                .texts([
                                    "key": "dedicated", "operator": "Equal", "value": "hubs", "effect": "NoSchedule",
                                ])
                            ]
                                + ["not-ready", "unreachable"].map { condition in
                                    .members([
                                        "key": .string("node.kubernetes.io/\(condition)"),
                                        "operator": .string("Exists"),
                                        "effect": .string("NoExecute"), "tolerationSeconds": .integer(300),
                                    ])
                                }),
                    ]),
                ]),
            ]),
        ])
    }

    /// What the status of a Deployment says whose pods are as they are.
    mutating func numbers(of index: Int, generation: Int, at now: Timestamp) -> CrowdDeployment.Numbers? {
        guard var app = apps[index], let current = app.templates.last else { return nil }
        let living = app.slots.compactMap { pods[$0] }.filter { $0.state.deletion == nil }
        let replicas = living.count + edited(of: app)
        let updated = living.count { $0.template === current } + edited(of: app)
        let ready = living.count(where: \.isReady) + edited(of: app)
        let isAvailable = ready >= app.least
        if isAvailable != app.isAvailable {
            app.isAvailable = isAvailable
            app.availableChanged = now
        }
        if app.isProgressing, updated == app.replicas, ready == app.replicas, replicas == updated {
            app.isProgressing = false
            app.progressChanged = now
        }
        apps[index] = app
        return CrowdDeployment.Numbers(
            generation: generation, revision: current.revision, wanted: app.replicas, replicas: replicas,
            updated: updated, ready: ready, terminating: app.slots.count { pods[$0]?.state.deletion != nil },
            isAvailable: isAvailable, availableChanged: app.availableChanged,
            isProgressing: app.isProgressing, progressChanged: app.progressChanged, replicaSet: current.name)
    }

    /// How many of an app's pods somebody has edited; they are taken to be well.
    func edited(of app: App) -> Int {
        edited.isEmpty ? 0 : app.slots.count { pods[$0] == nil }
    }
}
