/// A view of ours and how it compares with `kubectl get -o wide`.
struct TableComparison: Sendable {
    var view: String
    /// Titles as both print them, NAMESPACE and NAME aside.
    var columns: [String]
    var isNamespaced = true
    /// Whether a small cluster may have none, so that nothing is compared.
    var mayBeEmpty = false
    /// What only servers newer than the oldest that we test with print.
    var newerColumns: [String] = []
}

extension TableComparison {
    /// Where a server older than 1.36 prints a column differently, it is left out here, or made alike in
    /// `KubectlTables.normalized`.
    ///
    /// - pods RESTARTS: before 1.23 without "(5m ago)"; ours has it, so only the number is compared.
    /// - nodes KERNEL-VERSION: without the architecture; not compared.
    /// - horizontalpodautoscalers TARGETS: before 1.30 without the resource's name.
    /// - jobs STATUS, cronjobs TIMEZONE, VOLUMEATTRIBUTESCLASS, PREEMPTIONPOLICY: newer servers only; not compared.
    /// - endpointslices PORTS and ENDPOINTS: the same. AGE and LAST SEEN pass between two readings: not compared.
    static let all = [
        TableComparison(view: "pods", columns: ["READY", "STATUS", "RESTARTS", "IP", "NODE"]),
        TableComparison(view: "services", columns: ["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "SELECTOR"]),
        TableComparison(view: "ingresses", columns: ["CLASS", "HOSTS", "ADDRESS", "PORTS"]),
        TableComparison(
            view: "deployments", columns: ["READY", "UP-TO-DATE", "AVAILABLE", "CONTAINERS", "IMAGES", "SELECTOR"]),
        TableComparison(view: "statefulsets", columns: ["READY", "CONTAINERS", "IMAGES"]),
        TableComparison(
            view: "daemonsets",
            columns: [
                "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "CONTAINERS", "IMAGES",
                "SELECTOR",
            ]),
        TableComparison(
            view: "replicasets", columns: ["DESIRED", "CURRENT", "READY", "CONTAINERS", "IMAGES", "SELECTOR"]),
        TableComparison(view: "endpointslices", columns: ["ADDRESSTYPE", "PORTS", "ENDPOINTS"]),
        TableComparison(view: "namespaces", columns: ["STATUS"], isNamespaced: false),
        TableComparison(
            view: "jobs", columns: ["COMPLETIONS", "CONTAINERS", "IMAGES", "SELECTOR"], newerColumns: ["STATUS"]),
        TableComparison(
            view: "cronjobs", columns: ["SCHEDULE", "SUSPEND", "ACTIVE", "CONTAINERS", "IMAGES", "SELECTOR"],
            newerColumns: ["TIMEZONE"]),
        TableComparison(
            view: "horizontalpodautoscalers", columns: ["REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS"]),
        TableComparison(
            view: "poddisruptionbudgets", columns: ["MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS"]),
        TableComparison(
            view: "persistentvolumeclaims",
            columns: ["STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "VOLUMEMODE"],
            newerColumns: ["VOLUMEATTRIBUTESCLASS"]),
        TableComparison(
            view: "persistentvolumes",
            columns: [
                "CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "REASON",
                "VOLUMEMODE",
            ], isNamespaced: false),
        TableComparison(
            view: "storageclasses",
            columns: ["PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "ALLOWVOLUMEEXPANSION"],
            isNamespaced: false, mayBeEmpty: true),
        TableComparison(view: "configmaps", columns: ["DATA"]),
        TableComparison(view: "secrets", columns: ["TYPE", "DATA"]),
        TableComparison(view: "serviceaccounts", columns: ["SECRETS"]),
        TableComparison(view: "roles", columns: ["CREATED AT"]),
        TableComparison(view: "rolebindings", columns: ["ROLE", "USERS", "GROUPS", "SERVICEACCOUNTS"]),
        TableComparison(view: "clusterroles", columns: ["CREATED AT"], isNamespaced: false),
        TableComparison(
            view: "clusterrolebindings", columns: ["ROLE", "USERS", "GROUPS", "SERVICEACCOUNTS"], isNamespaced: false),
        TableComparison(view: "networkpolicies", columns: ["POD-SELECTOR"]),
        TableComparison(
            view: "ingressclasses", columns: ["CONTROLLER", "PARAMETERS"], isNamespaced: false, mayBeEmpty: true),
        TableComparison(view: "resourcequotas", columns: ["REQUEST", "LIMIT"]),
        TableComparison(view: "limitranges", columns: ["CREATED AT"], mayBeEmpty: true),
        TableComparison(view: "endpoints", columns: ["ENDPOINTS"]),
        TableComparison(view: "leases", columns: ["HOLDER"]),
        TableComparison(
            view: "priorityclasses", columns: ["VALUE", "GLOBAL-DEFAULT"], isNamespaced: false,
            newerColumns: ["PREEMPTIONPOLICY"]),
        TableComparison(
            view: "customresourcedefinitions", columns: ["CREATED AT"], isNamespaced: false, mayBeEmpty: true),
        TableComparison(
            view: "nodes", columns: ["STATUS", "ROLES", "VERSION", "INTERNAL-IP", "OS-IMAGE"], isNamespaced: false),
    ]
}
