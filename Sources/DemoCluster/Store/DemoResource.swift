import KubernetesModel

/// A kind that the demo server serves.
package struct DemoResource: Sendable, Hashable {
    /// API group; empty for the core group.
    package var group: String
    /// Such as `v1`.
    package var version: String
    /// Plural name, such as `pods`.
    package var plural: String
    /// Such as `Pod`.
    package var kind: String
    /// Such as `po`.
    package var shortNames: [String]
    /// Whether objects live in namespaces.
    package var isNamespaced: Bool
    /// Whether `kubectl get all` lists it.
    package var isInAll: Bool
    /// Fields that a field selector may name, besides `metadata.name` and `metadata.namespace`.
    package var selectableFields: [String]
    /// Categories besides `all`, such as `api-extensions`.
    package var otherCategories: [String]
    /// Whether it comes from a CustomResourceDefinition.
    package var isCustom: Bool
    /// What its objects can be asked to do.
    package var verbs: [String]
    /// Whether its objects have a `status` that is read and written on its own.
    package var hasStatus: Bool
    /// What a definition calls one of them; `nil` for the kind in lower case.
    var singularName: String?
    /// Whether a definition gives it a `scale`.
    var isScaled = false
    /// The columns of a definition besides the name.
    var printerColumns: [PrinterColumn] = []

    /// A column that a definition asks for.
    struct PrinterColumn: Sendable, Hashable {
        var name: String
        /// Such as `string` or `date`.
        var type: String
        var path: String
        var isWide: Bool
    }

    init(
        _ group: String, _ version: String, _ plural: String, _ kind: String, _ shortNames: [String] = [],
        isNamespaced: Bool = true, isInAll: Bool = false, selectableFields: [String] = [],
        otherCategories: [String] = [], isCustom: Bool = false, hasStatus: Bool = false,
        verbs: [String] = DemoResource.allVerbs
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.shortNames = shortNames
        self.isNamespaced = isNamespaced
        self.isInAll = isInAll
        self.selectableFields = selectableFields
        self.otherCategories = otherCategories
        self.isCustom = isCustom
        self.hasStatus = hasStatus
        self.verbs = verbs
    }

    /// What can be done to the objects of most kinds, in the order of discovery.
    package static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// The same of custom kinds, in the order that discovery has for them.
    static let customVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]

    /// Such as `pod`; what `kubectl get` takes for one of them.
    package var singular: String { group == DemoMetrics.group ? "" : singularName ?? kind.lowercased() }

    /// Whether its objects count how often their `spec` changed.
    var countsGenerations: Bool { isCustom || Self.counted.contains(plural) }

    private static let counted: Set<String> = [
        "pods", "replicationcontrollers", "daemonsets", "deployments", "replicasets", "statefulsets", "cronjobs",
        "jobs",
        "ingresses", "ingressclasses", "networkpolicies", "poddisruptionbudgets", "customresourcedefinitions",
        "flowschemas", "prioritylevelconfigurations", "resourceclaims", "resourceclaimtemplates",
        "validatingadmissionpolicies", "mutatingadmissionpolicies",
    ]

    /// What a server warns of who asks for it.
    var warnings: [String] {
        switch qualifiedName {
        case "endpoints": ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
        case "componentstatuses": ["v1 ComponentStatus is deprecated in v1.19+"]
        default: []
        }
    }

    /// The categories it belongs to, such as `all`.
    package var categories: [String] { (isInAll ? ["all"] : []) + otherCategories }

    /// Group and plural name.
    package var groupResource: GroupResource { GroupResource(group: group, resource: plural) }

    /// `v1`, or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Such as `pods` or `deployments.apps`, as the server's messages say it.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The resource of a kind, such as of `apps/v1` and `Deployment`.
    package static func of(apiVersion: String, kind: String) -> DemoResource? {
        all.first { $0.apiVersion == apiVersion && $0.kind == kind }
    }
}
