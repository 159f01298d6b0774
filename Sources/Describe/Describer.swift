import Access
import ClusterState
import KubernetesModel

/// Describes one object: what `kubectl describe` says of it, and what it belongs to, with where each of these leads.
///
/// Pure, and bounded whatever the document holds.
///
/// - Parameters:
///   - document: the whole object as JSON.
///   - resource: what the document is.
///   - snapshot: what is known of related objects (`describedScopes`).
///   - now: by the server's clock.
///   - revealsSecrets: whether values of Secrets are shown.
/// - Returns: the lines, aligned.
package func describedLines(
    of document: JSONValue, resource: GroupResource, snapshot: ClusterSnapshot, now: Timestamp,
    revealsSecrets: Bool = false
) -> [DescribedLine] {
    let describer = Describer(
        document: document, resource: resource, related: Related(snapshot: snapshot), now: now,
        revealsSecrets: revealsSecrets)
    return PageLayout.lines(of: describer.page())
}

/// What a description is made from.
struct Describer: Sendable {
    let document: JSONValue
    let resource: GroupResource
    let related: Related
    let now: Timestamp
    let revealsSecrets: Bool

    var metadata: JSONValue? { document["metadata"] }
    var spec: JSONValue? { document["spec"] }
    var status: JSONValue? { document["status"] }
    var name: String { metadata["name"].string }
    var namespace: String { metadata["namespace"].string }
    var uid: String { metadata["uid"].string }

    func page() -> Page {
        var page = Page()
        switch resource.description {
        case "pods": pod(&page)
        case "nodes": node(&page)
        case "deployments.apps", "deployments.extensions": deployment(&page)
        case "replicasets.apps", "replicasets.extensions", "replicationcontrollers": replicaSet(&page)
        case "statefulsets.apps": statefulSet(&page)
        case "daemonsets.apps", "daemonsets.extensions": daemonSet(&page)
        case "jobs.batch": job(&page)
        case "cronjobs.batch": cronJob(&page)
        case "services": service(&page)
        case "ingresses.networking.k8s.io", "ingresses.extensions": ingress(&page)
        case "ingressclasses.networking.k8s.io": ingressClass(&page)
        case "endpoints": endpoints(&page)
        case "endpointslices.discovery.k8s.io": endpointSlice(&page)
        case "networkpolicies.networking.k8s.io": networkPolicy(&page)
        case "persistentvolumeclaims": claim(&page)
        case "persistentvolumes": volume(&page)
        case "storageclasses.storage.k8s.io": storageClass(&page)
        case "configmaps": configMap(&page)
        case "secrets": secret(&page)
        case "serviceaccounts": serviceAccount(&page)
        case "roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io": role(&page)
        case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io":
            roleBinding(&page)
        case "horizontalpodautoscalers.autoscaling": autoscaler(&page)
        case "poddisruptionbudgets.policy": disruptionBudget(&page)
        case "resourcequotas": resourceQuota(&page)
        case "limitranges": limitRange(&page)
        case "namespaces": namespaceObject(&page)
        case "priorityclasses.scheduling.k8s.io": priorityClass(&page)
        case "csinodes.storage.k8s.io": csiNode(&page)
        case AccessTopic.users.description: holder(.user, &page)
        case AccessTopic.groups.description: holder(.group, &page)
        case AccessTopic.whoCan.description, AccessTopic.whoCanAnywhere.description: whoCan(&page)
        default: generic(&page)
        }
        if !AccessTopic.all.contains(resource) { events(&page) }
        return page
    }

    // MARK: - What all objects have

    /// Name, namespace, age, labels, annotations, owners.
    func head(_ page: inout Page, created: String = "CreationTimestamp", showsNoFinalizers: Bool = false) {
        page.field("Name", Words(name))
        if !namespace.isEmpty {
            page.field("Namespace", Words(namespace, link: DescribedLink(kind: "Namespace", name: namespace)))
        }
        page.field(created, time(metadata["creationTimestamp"]))
        if metadata["deletionTimestamp"].exists {
            page.field("Deleted", Words("being deleted since ", .degraded) + time(metadata["deletionTimestamp"]))
        }
        maps(&page)
        owners(&page)
        let finalizers = metadata["finalizers"].strings
        if !finalizers.isEmpty || showsNoFinalizers { page.field("Finalizers", finalizers.map { Words($0) }) }
    }

    func maps(_ page: inout Page) {
        page.field("Labels", labels(metadata["labels"]))
        page.field("Annotations", annotations(metadata["annotations"]))
    }

    func labels(_ value: JSONValue?) -> [Words] { value.labels.pairs.map { Words("\($0.key)=\($0.value)") } }

    /// One annotation a line; kubectl's copy of the whole object as its size only.
    func annotations(_ value: JSONValue?) -> [Words] {
        value.labels.pairs.map { pair in
            guard pair.key == "kubectl.kubernetes.io/last-applied-configuration" else {
                return Words("\(pair.key): \(pair.value)")
            }
            return Words("\(pair.key): ") + Words("\(pair.value.utf8.count) bytes, y shows it", .dim)
        }
    }

    private func owners(_ page: inout Page) {
        var others: [Words] = []
        for owner in metadata["ownerReferences"].items {
            let words = reference(Optional(owner), namespace: namespace)
            if owner["controller"].bool == true {
                page.field("Controlled By", words)
            } else {
                others.append(words)
            }
        }
        if !others.isEmpty { page.field("Owned By", others) }
    }

    /// An object that is named by `kind`, `name` and `apiVersion` or `apiGroup`, such as `ReplicaSet/web`.
    func reference(_ value: JSONValue?, namespace: String) -> Words {
        let version = value["apiVersion"].string
        let slash = version.firstIndex(of: "/")
        let group = slash.map { String(version[..<$0]) } ?? value["apiGroup"].string
        let own = value["namespace"].string
        let link = DescribedLink(
            group: group, kind: value["kind"].string, namespace: own.isEmpty ? namespace : own,
            name: value["name"].string)
        return Words("\(link.kind)/\(link.name)", link: link)
    }

    /// The name of an object, and whether it is missing where that is known.
    func named<Object: KubernetesObject>(_ type: Object.Type, _ name: String, namespace: String? = nil) -> Words {
        guard !name.isEmpty else { return .none }
        let namespace = Object.kind.isNamespaced ? namespace ?? self.namespace : ""
        let kind = Object.kind
        let words = Words(
            name,
            link: DescribedLink(
                group: kind.groupResource.group, kind: kind.kind, namespace: namespace, name: name))
        guard related.has(type, namespace: namespace, name: name) == false else { return words }
        return words + Words("  ● there is no such \(kind.kind)", .broken)
    }

    /// A moment, and how long ago it was.
    func time(_ value: JSONValue?) -> Words {
        guard let moment = value.time else { return .text(value.string) }
        return time(moment)
    }

    func time(_ moment: Timestamp) -> Words {
        // The zero of Go's time and the one of Unix stand for no time.
        guard moment.seconds > 0 else { return Words("<unknown>", .dim) }
        var text = moment.rfc3339.prefix(19)
        if let index = text.firstIndex(of: "T") { text.replaceSubrange(index...index, with: " ") }
        let isPast = moment <= now
        let distance = isPast ? age(from: moment, to: now) + " ago" : "in " + age(from: now, to: moment)
        return Words("\(text) UTC ") + Words("(\(distance))", .dim)
    }

    func ageWords(_ value: JSONValue?) -> Words { Words(value.time.map { age(from: $0, to: now) } ?? "") }

    // MARK: - Selectors

    /// A label selector as kubectl writes it: `app=web,tier in (a,b),!legacy`.
    func selector(_ value: JSONValue?) -> String {
        var terms = value["matchLabels"].labels.pairs.map { "\($0.key)=\($0.value)" }
        for expression in value["matchExpressions"].items { terms.append(requirement(expression)) }
        return terms.joined(separator: ",")
    }

    func requirement(_ value: JSONValue) -> String {
        let key = value["key"].string
        let values = value["values"].strings.joined(separator: ",")
        switch value["operator"].string {
        case "In": return "\(key) in (\(values))"
        case "NotIn": return "\(key) notin (\(values))"
        case "Exists": return key
        case "DoesNotExist": return "!\(key)"
        case let other: return values.isEmpty ? "\(key) \(other)" : "\(key) \(other) \(values)"
        }
    }

    /// A selector of the model, for finding pods.
    func labelSelector(_ value: JSONValue?) -> LabelSelector {
        var selector = LabelSelector()
        selector.matchLabels = value["matchLabels"].labels
        selector.matchExpressions = value["matchExpressions"].items.map { item in
            var requirement = LabelSelectorRequirement()
            requirement.key = item["key"].string
            requirement.operator = item["operator"].string
            requirement.values = item["values"].strings
            return requirement
        }
        return selector
    }

    // MARK: - Conditions

    /// Conditions in the order of the object, with their age and message.
    ///
    /// - Parameters:
    ///   - page: gets the section.
    ///   - wanted: what a condition of that type is when all is well; the others are well when they are true.
    func conditions(_ page: inout Page, wanted: (String) -> String = { _ in "True" }) {
        let conditions = status["conditions"].items
        guard !conditions.isEmpty else { return }
        let hasHeartbeat = conditions.contains { $0["lastHeartbeatTime"].exists }
        var titles = ["Type", "Status", "Since", "Reason", "Message"]
        if hasHeartbeat { titles.insert("Heartbeat", at: 3) }
        page.section("Conditions") { page in
            page.table(
                titles,
                conditions.map { condition in
                    let type = condition["type"].string
                    let state = condition["status"].string
                    let since = condition["lastTransitionTime"].exists ? "lastTransitionTime" : "lastUpdateTime"
                    let role: DescribedRole = state == wanted(type) ? .fine : state == "Unknown" ? .broken : .degraded
                    var row = [
                        Words(type), Words(state, role), ageWords(condition[since]),
                        Words(condition["reason"].string), Words(condition["message"].string),
                    ]
                    if hasHeartbeat { row.insert(ageWords(condition["lastHeartbeatTime"]), at: 3) }
                    return row
                })
        }
    }

    // MARK: - Events

    /// The events about the object, by UID, newest last.
    private func events(_ page: inout Page) {
        guard resource != Event.kind.groupResource, resource.group != "events.k8s.io" else {
            return page.field("Events", .none)
        }
        let scope = namespace.isEmpty ? "default" : namespace
        // A mirror pod's events carry the UID of the file's pod, and a kubelet's those of its node's name.
        var ids = [uid]
        if resource == Pod.kind.groupResource {
            ids.append(metadata["annotations"]["kubernetes.io/config.mirror"].string)
        } else if resource == Node.kind.groupResource {
            ids.append(name)
        }
        let found = related.find(Event.self, in: scope) { kind in
            ids.filter { !$0.isEmpty }.flatMap { kind.objects(about: $0) }
        }
        switch found {
        case .unknown(let reason): page.field("Events", reason)
        case .known(let events) where events.isEmpty: page.field("Events", .none)
        case .known(let events):
            let sorted = events.sorted {
                (($0.lastSeen ?? Timestamp(seconds: 0)), $0.metadata.name)
                    < (($1.lastSeen ?? Timestamp(seconds: 0)), $1.metadata.name)
            }
            page.section("Events") { page in
                page.table(["Type", "Reason", "Age", "From", "Message"], sorted.map(row(of:)))
            }
        }
    }

    private func row(of event: Event) -> [Words] {
        var seen = age(from: event.lastSeen, to: now)
        if event.occurrences > 1 { seen += " (x\(event.occurrences) over \(age(from: event.firstSeen, to: now)))" }
        var message = Words("")
        if !event.involvedObject.fieldPath.isEmpty { message += Words(event.involvedObject.fieldPath + ": ", .dim) }
        message += Words(event.message)
        let source = event.sourceComponent.isEmpty ? event.reportingComponent : event.sourceComponent
        return [
            Words(event.type, event.isWarning ? .degraded : .plain), Words(event.reason), Words(seen), Words(source),
            message,
        ]
    }
}
