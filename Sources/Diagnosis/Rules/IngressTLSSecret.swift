import KubernetesModel

extension DiagnosisRule {
    static let ingressTLSSecret = DiagnosisRule(
        id: "ingress/tls-secret", title: "The certificate of an Ingress does not exist", severity: .degraded,
        remedy: "Create the Secret of type kubernetes.io/tls, or correct its name.",
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
        subject: Ingress.self, needs: [SecretObject.self]
    ) { ingress, context in
        // An issuer of certificates may still be at it.
        guard ingress.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 300, since: ingress.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(ingress)
        let namespace = ingress.metadata.namespace
        var reported: Set<String> = []
        for entry in ingress.tls where !entry.secretName.isEmpty && reported.insert(entry.secretName).inserted {
            let name = entry.secretName
            let hosts = entry.hosts.isEmpty ? "its hosts" : entry.hosts.prefix(3).joined(separator: ", ")
            let secret = context.get(SecretObject.self, namespace: namespace, name: name)
            let missing = secret.map { secret in
                ["tls.crt", "tls.key"].filter { key in !secret.keys.contains { $0.key == key && $0.bytes > 0 } }
            }
            guard missing?.isEmpty != true else { continue }
            let near =
                secret == nil
                ? nearestName(to: name, among: context.list(SecretObject.self, in: namespace).map(\.metadata.name))
                : nil
            context.report(
                FindingDraft(
                    key: name,
                    title: missing.map { "Secret \(name) has no \($0.joined(separator: " and no "))" }
                        ?? "Secret \(name) does not exist" + (near.map { "; there is \($0)" } ?? ""),
                    cause: "Controllers then answer https for \(hosts) with a certificate of their own, which clients"
                        + " refuse.",
                    nextStep: "Create it, or correct spec.tls; if an issuer is to make it, look at its objects.",
                    command: "kubectl \(id.namespaceFlag)get secrets --field-selector type=kubernetes.io/tls",
                    evidence: [Evidence(id, "spec.tls[*].secretName", name)],
                    related: [ObjectID(SecretObject.self, namespace: namespace, name: near ?? name)],
                    since: ingress.metadata.creationTimestamp))
        }
    }
}
