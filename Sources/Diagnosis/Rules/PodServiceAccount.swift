import KubernetesModel

extension DiagnosisRule {
    static let podServiceAccount = DiagnosisRule(
        id: "pod/service-account", title: "A pod's service account does not exist any more", severity: .degraded,
        remedy: "Create it again, or let the workload use another.",
        source: "https://kubernetes.io/docs/concepts/security/service-accounts/",
        subject: Pod.self, needs: [ServiceAccount.self], uses: [Namespace.self]
    ) { pod, context in
        let name = pod.spec.serviceAccountName
        let namespace = pod.metadata.namespace
        // Every namespace has the account named default, but for a moment at its beginning and its end.
        guard !name.isEmpty, name != "default", !pod.isPhaseTerminal, pod.metadata.deletionTimestamp == nil,
            pod.metadata.annotations["kubernetes.io/config.mirror"] == nil,
            context.get(ServiceAccount.self, namespace: namespace, name: name) == nil,
            context.get(Namespace.self, name: namespace)?.phase != "Terminating"
        else { return }
        let id = ObjectID(pod)
        let near = nearestName(
            to: name, among: context.list(ServiceAccount.self, in: namespace).map(\.metadata.name))
        context.report(
            FindingDraft(
                key: name,
                title: "Service account \(name) does not exist any more" + (near.map { "; there is \($0)" } ?? ""),
                cause: "It was deleted while the pod runs. The pod's token is worth nothing since, so its calls to"
                    + " the API"
                    + " server fail, and a new pod would be refused.",
                nextStep: "Create it again with its role bindings, then restart the pods so that they get a new"
                    + " token; or name"
                    + " another account in the template.",
                command: "kubectl \(id.namespaceFlag)create serviceaccount \(name)",
                evidence: [Evidence(id, "spec.serviceAccountName", name)],
                related: [ObjectID(ServiceAccount.self, namespace: namespace, name: name)], owner: pod.maker))
    }
}
