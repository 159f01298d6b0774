import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// Reads one text as if it were the file `/k/config`.
func kubeconfig(_ text: String) throws -> Kubeconfig {
    var config = Kubeconfig()
    try config.merge(file: "/k/config", bytes: Array(text.utf8))
    return config
}

/// A whole kubeconfig around the fields of one cluster (line 5) and one user (line 8).
func kubeconfigText(cluster: String = "server: https://10.0.0.1:6443", user: String = "token: hush") -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: dev
    clusters:
    - name: c
      cluster: {\(cluster)}
    users:
    - name: u
      user: {\(user)}
    contexts:
    - name: dev
      context: {cluster: c, user: u, namespace: shop}
    """
}

/// The access of a context.
func resolved(
    _ text: String, context: String? = nil, overrides: AccessOverrides = AccessOverrides(), now: Timestamp = testTime
) throws -> ClusterAccess {
    try kubeconfig(text).resolve(context: context, overrides: overrides, now: now)
}

/// What is said when a context cannot be used.
func refusal(
    _ text: String, context: String? = nil, overrides: AccessOverrides = AccessOverrides()
) throws -> String? {
    #expect(throws: KubeconfigFailure.self) { try resolved(text, context: context, overrides: overrides) }?.description
}

/// 2026-11-21T00:00:00Z.
let testTime = Timestamp(seconds: 1_795_219_200)

/// A JSON web token that is signed by nobody.
func webToken(_ claims: String) -> String {
    func part(_ text: String) -> String {
        let digits = Data(text.utf8).base64EncodedString()
        return digits.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    return "\(part(#"{"alg":"none"}"#)).\(part(claims)).c2ln"
}

/// A token of EKS that was made at a time such as `20261120T235000Z`; it is signed by nobody.
func amazonToken(_ date: String) -> String {
    let url = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Date=\(date)&X-Amz-Expires=60"
    let digits = Data(url.utf8).base64EncodedString()
    return "k8s-aws-v1."
        + digits.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
