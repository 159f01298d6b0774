import KubernetesModel
import Screen

extension TableDefinition where Row == NetworkPolicy {
    /// Network policies, as `kubectl get networkpolicies` shows them, and what they rule.
    package static var networkPolicies: TableDefinition {
        TableDefinition(
            title: "NetworkPolicies", aliases: ["netpol", "networkpolicy", "np"],
            columns: [
                .name(help: "Name of the policy."),
                .text(
                    "POD-SELECTOR", width: .fill(min: 12), importance: 2,
                    help: "Labels of the pods whose traffic it rules; none means all."
                ) { $0.podSelector.printedText },
                .text("TYPES", width: .fit(max: 14), help: "Whether it rules what comes in, goes out, or both.") {
                    orNone($0.policyTypes.joined(separator: ","))
                },
                .number("INGRESS", wide: true, help: "Rules for what comes in; none lets nothing in.") {
                    $0.ingress.count
                },
                .number("EGRESS", wide: true, help: "Rules for what goes out; none lets nothing out.") {
                    $0.egress.count
                },
                .age,
            ],
            health: { $0.metadata.health })
    }
}

extension TableDefinition where Row == IngressClass {
    /// Ingress classes, as `kubectl get ingressclasses` shows them.
    package static var ingressClasses: TableDefinition {
        TableDefinition(
            title: "IngressClasses", aliases: ["ingressclass"],
            columns: [
                .name(help: "Name of the class."),
                .text("CONTROLLER", width: .fill(min: 12), importance: 2, help: "Who serves its Ingresses.") {
                    $0.controller
                },
                .text("PARAMETERS", width: .fill(min: 10), help: "Object with its settings.", text: \.parametersText),
                .text("DEFAULT", width: .fit(max: 7), help: "Whether Ingresses that name no class get it.") {
                    "\($0.isDefault)"
                },
                .age,
            ],
            health: { $0.metadata.health })
    }
}
