import KubernetesModel

/// What a name that leads nowhere was probably meant to be.
struct MissingReference {
    /// For the end of a title, such as `; there is web-config`; empty when nothing is near.
    var hint = ""
    /// What is there instead.
    var evidence: [Evidence] = []
    var related: [ObjectID] = []
    /// The name or key that is there, empty for none.
    var near = ""
}

extension RuleContext {
    /// What a ConfigMap or Secret that does not exist, or one of its keys, was probably meant to be.
    ///
    /// - Parameters:
    ///   - object: the ConfigMap or Secret that is named.
    ///   - key: the key that it lacks; `nil` when the object itself is missing.
    /// - Returns: nothing near when the kind cannot be read.
    mutating func nearest(to object: ObjectID, key: String?) -> MissingReference {
        object.kind == "Secret"
            ? nearest(to: object, key: key, SecretObject.self) { $0.keys }
            : nearest(to: object, key: key, ConfigMap.self) { $0.keys }
    }

    private mutating func nearest<Object: KubernetesObject>(
        to object: ObjectID, key: String?, _ type: Object.Type, keys: (Object) -> [KeySize]
    ) -> MissingReference {
        var found = MissingReference()
        guard canRead(type) else { return found }
        if let key {
            guard let holder = get(type, namespace: object.namespace, name: object.name) else { return found }
            let names = keys(holder).map(\.key)
            found.evidence = [
                Evidence(object, "data, keys", names.isEmpty ? "none" : names.prefix(10).joined(separator: ", "))
            ]
            found.near = nearestName(to: key, among: names.filter { $0 != key }) ?? ""
            if !found.near.isEmpty { found.hint = "; there is \(found.near)" }
            return found
        }
        let names = list(type, in: object.namespace).map(\.metadata.name).filter { $0 != object.name }
        if let near = nearestName(to: object.name, among: names) {
            let other = ObjectID(type, namespace: object.namespace, name: near)
            found.near = near
            found.hint = "; there is \(near)"
            found.evidence = [Evidence(other, "metadata.name", near)]
            found.related = [other]
        } else if let other = all(type).first(where: { $0.metadata.name == object.name }) {
            guard other.metadata.namespace != object.namespace else { return found }
            found.hint = " here; there is one in namespace \(other.metadata.namespace)"
            found.evidence = [Evidence(ObjectID(other), "metadata.namespace", other.metadata.namespace)]
            found.related = [ObjectID(other)]
        }
        return found
    }
}
