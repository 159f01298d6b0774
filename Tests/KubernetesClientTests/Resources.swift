import KubernetesModel
import Testing

/// Pods as a server offers them.
let podResource = APIResource(
    groupResource: GroupResource(group: "", resource: "pods"), version: "v1", kind: "Pod", verbs: ["list", "watch"])

/// The decoder of pods.
func podDecoder() throws -> KindDecoder {
    try #require(KindDecoder.named(GroupResource(group: "", resource: "pods")))
}

/// A list of pods in JSON with nothing but names.
func podList(_ names: [String], version: String = "7", continueToken: String = "") -> String {
    let items = names.map { #"{"metadata":{"name":"\#($0)","namespace":"shop"}}"# }.joined(separator: ",")
    return
        #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)","continue":"\#(continueToken)"},"items":[\#(items)]}"#
}

extension WatchEvent {
    /// Such as `added web-0` or `bookmark 12`.
    var summary: String {
        switch self {
        case .added(let object): "added \(object.metadata.name)"
        case .modified(let object): "modified \(object.metadata.name)"
        case .deleted(let object): "deleted \(object.metadata.name)"
        case .bookmark(let version, let ends): "bookmark \(version)\(ends ? " ends" : "")"
        case .error(let status): "error \(status.code)"
        }
    }
}
