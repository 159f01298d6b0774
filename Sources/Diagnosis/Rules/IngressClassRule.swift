import KubernetesModel

extension DiagnosisRule {
    static let ingressClass = DiagnosisRule(
        id: "ingress/class", title: "No controller is named that serves an Ingress", severity: .broken,
        remedy: "Name a class that exists in spec.ingressClassName, or install its controller.",
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",
        subject: Ingress.self, needs: [IngressClass.self]
    ) { ingress, context in
        // Somebody serves it.
        guard ingress.loadBalancerIngress.isEmpty, ingress.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 60, since: ingress.metadata.creationTimestamp)
        else { return }
        let annotation = ingress.metadata.annotations["kubernetes.io/ingress.class"]
        let classes = context.all(IngressClass.self)
        if let name = ingress.ingressClassName, !name.isEmpty {
            guard !classes.contains(where: { $0.metadata.name == name }) else { return }
            report(
                ingress, classes, field: "spec.ingressClassName", value: name,
                title: "Ingress class \(name) does not exist", &context)
        } else if annotation == nil, !classes.contains(where: \.isDefault) {
            report(
                ingress, classes, field: "spec.ingressClassName", value: "not set",
                title: "Names no class, and none is the default", &context)
        }
    }

    private static func report(
        _ ingress: Ingress, _ classes: [IngressClass], field: String, value: String, title: String,
        _ context: inout RuleContext
    ) {
        let id = ObjectID(ingress)
        let isNamed = ingress.ingressClassName != nil
        let names = classes.map(\.metadata.name)
        let near = isNamed ? nearestName(to: value, among: names) : nil
        let suggestion = near ?? (names.count == 1 ? names.first : nil)
        let known = names.isEmpty ? "none" : names.prefix(5).joined(separator: ", ")
        var nextStep = "Install an Ingress controller."
        if suggestion != nil {
            nextStep = "Name the class that is meant."
        } else if !names.isEmpty {
            nextStep = "Name one of the classes: \(known)."
        }
        context.report(
            FindingDraft(
                // Controllers from before there were classes have none, and some serve what names none.
                severity: names.isEmpty ? .hygiene : isNamed ? .broken : .degraded,
                title: title + (near.map { "; there is \($0)" } ?? ""),
                cause: names.isEmpty
                    ? "The cluster has no Ingress class, so probably no controller serves it; it has no address either."
                    : "A controller serves the Ingresses of its class, so none serves this one; it has no address"
                        + " either.",
                nextStep: nextStep,
                command: suggestion.map {
                    "kubectl \(id.namespaceFlag)patch \(id.text) -p '{\"spec\":{\"ingressClassName\":\"\($0)\"}}'"
                } ?? "kubectl get ingressclasses",
                evidence: [
                    Evidence(id, field, value),
                    classes.first.map {
                        Evidence(ObjectID(IngressClass.self, name: near ?? $0.metadata.name), "metadata.name", known)
                    }
                        ?? Evidence(id, "classes of the cluster", known),
                    Evidence(id, "status.loadBalancer.ingress", "empty"),
                ],
                related: suggestion.map { [ObjectID(IngressClass.self, name: $0)] } ?? [],
                since: ingress.metadata.creationTimestamp))
    }
}

extension IngressClass {
    /// Whether it serves Ingresses that name no class.
    fileprivate var isDefault: Bool {
        metadata.annotations["ingressclass.kubernetes.io/is-default-class"] == "true"
    }
}
