import KubernetesModel
import Yams

/// Manifests that do not describe a cluster, in words for the one who wrote them.
package struct DemoScenarioFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and where.
    package var description: String
}

/// What is in a demo cluster: Kubernetes manifests, each with an optional member `demo` that says how it behaves.
///
/// `demo.age` tells how old the object is (`45m`, `3h`, `12d`). On pods and workloads `demo.pods` lists what is wrong with
/// each pod in turn (`trouble`, `restarts`, `age`, `node`; what a trouble says may be given, see `PodTrouble`), and
/// `demo.lastWords` is what a container says before it ends. What follows from the objects themselves, such as an image
/// that cannot be or a Secret that is not there, need not be said. `demo.created` is how many pods of a workload were
/// made before they were refused, `demo.rollout` the image tags to roll between, and `demo.failedRollout` an image that
/// cannot be pulled. `demo.events` are those that its object has had. `demo.scheduled` tells how long ago a CronJob last
/// started a Job that succeeded, `demo.deleted` how long ago an object was deleted. On nodes `demo.pressure` names a
/// condition that is true, and `demo.fault` says since when it does not answer, or is not ready. An `Incident` is
/// something that goes wrong for a while.
package struct DemoScenario: Sendable, Equatable {
    /// The manifests, with what they leave out filled in, and with their `demo` members.
    package var manifests: [JSONValue]
    /// Whether it has besides what every cluster has that was set up as usual, such as its roles.
    package var hasBuiltIns = false
    /// What goes wrong for a while.
    var incidents: [Incident] = []
    /// How many of the manifests share one chance; those after them have their own, so that what is added there leaves
    /// the names of the others as they are.
    var commonCount = Int.max

    /// A cluster of manifests.
    /// - Parameter texts: YAML of one or many documents each.
    /// - Throws: `DemoScenarioFailure` for YAML that does not parse, and for kinds that are not served.
    package init(parsing texts: [String]) throws(DemoScenarioFailure) {
        manifests = []
        try add(texts)
    }

    private mutating func add(_ texts: [String]) throws(DemoScenarioFailure) {
        for text in texts {
            for document in try Self.documents(text) {
                let kind = document.text("kind")
                if kind == "Incident" {
                    guard let incident = Incident(document) else {
                        throw DemoScenarioFailure(
                            description:
                                "demo manifest: the incident \(document.text("metadata", "name")) is incomplete")
                    }
                    incidents.append(incident)
                    continue
                }
                guard let resource = DemoResource.of(apiVersion: document.text("apiVersion"), kind: kind) else {
                    throw DemoScenarioFailure(
                        description: "demo manifest: the kind \(document.text("apiVersion")) \(kind) is not served")
                }
                guard !document.text("metadata", "name").isEmpty else {
                    throw DemoScenarioFailure(description: "demo manifest: a \(kind) has no name")
                }
                let filled = ManifestDefaults.filled(document, resource)
                manifests.append(kind == "CronJob" ? ServerDefaults.filled(filled, resource) : filled)
            }
        }
    }

    /// The shop that comes with the program.
    /// - Returns: the cluster of `Resources/demo`.
    /// - Throws: `DemoScenarioFailure`, never for the manifests of a build that passed its tests.
    package static func standard() throws(DemoScenarioFailure) -> DemoScenario {
        let files = [
            PackageResources.cluster_yaml, PackageResources.shop_yaml, PackageResources.payments_yaml,
            PackageResources.delivery_yaml, PackageResources.platform_yaml, PackageResources.custom_yaml,
            PackageResources.drones_yaml, PackageResources.lab_pods_yaml, PackageResources.lab_scheduling_yaml,
            PackageResources.lab_services_yaml, PackageResources.lab_probes_yaml, PackageResources.incidents_yaml,
        ]
        var scenario = try DemoScenario(parsing: files.map { String(decoding: $0, as: UTF8.self) })
        scenario.commonCount = scenario.manifests.count
        try scenario.add([String(decoding: PackageResources.lab_more_yaml, as: UTF8.self)])
        scenario.hasBuiltIns = true
        return scenario
    }

    private static func documents(_ text: String) throws(DemoScenarioFailure) -> [JSONValue] {
        do {
            let parser = try Yams.Parser(yaml: text, resolver: .basic)
            var documents: [JSONValue] = []
            while let root = try parser.nextRoot() { documents.append(JSONValue(yaml: root)) }
            return documents.filter { $0 != .null }
        } catch {
            throw DemoScenarioFailure(description: "demo manifest: \(error)")
        }
    }
}

extension JSONValue {
    /// A YAML node as JSON; plain scalars that look like numbers, booleans or null are such.
    fileprivate init(yaml node: Yams.Node) {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain else {
                self = .string(scalar.string)
                return
            }
            switch scalar.string {
            case "", "~", "null": self = .null
            case "true": self = .bool(true)
            case "false": self = .bool(false)
            default: self = Int(scalar.string) == nil ? .string(scalar.string) : .number(scalar.string)
            }
        case .mapping(let mapping):
            self = .object(mapping.map { Member($0.key.string ?? "", JSONValue(yaml: $0.value)) })
        case .sequence(let sequence):
            self = .array(sequence.map(JSONValue.init(yaml:)))
        case .alias:
            self = .null
        }
    }
}

/// How old something is, as manifests say it.
struct ManifestAge: Equatable {
    var seconds: Int

    /// Parses such as `45m`; `nil` when the text is no age.
    init?(_ text: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count >= 0 else {
            return nil
        }
        seconds = count.multipliedReportingOverflow(by: unit).partialValue
    }
}
