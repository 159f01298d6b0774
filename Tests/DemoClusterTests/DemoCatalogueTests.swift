import KubernetesModel
import Testing

@testable import DemoCluster

/// The failures of the namespaces `lab-*`, in the words of the kubelet, the scheduler and the controllers.
@Suite struct DemoCatalogueTests {
    private static let store: DemoObjectStore? = try? DemoSimulation.begin(.standard(), at: beginning).store

    private struct Row: CustomStringConvertible {
        var pod: String
        /// What `kubectl get pods` says.
        var status: String
        /// The reason of an event, and what is in its message.
        var event = ""
        var words = ""
        var description: String { pod }

        init(_ pod: String, _ status: String, _ event: String = "", _ words: String = "") {
            self.pod = pod
            self.status = status
            self.event = event
            self.words = words
        }
    }

    private static let pods: [Row] = [
        Row("pull-no-tag", "ImagePullBackOff", "Failed", "registry.example.com/lab/app:1.0.1-typo: not found"),
        Row("pull-no-manifest", "ImagePullBackOff", "Failed", "manifest unknown"),
        Row("pull-no-host", "ImagePullBackOff", "Failed", "no such host"),
        Row("pull-denied", "ImagePullBackOff", "Failed", "pull access denied"),
        Row("pull-forbidden", "ImagePullBackOff", "Failed", "403 Forbidden"),
        Row("pull-rate-limit", "ImagePullBackOff", "Failed", "toomanyrequests"),
        Row("pull-certificate", "ImagePullBackOff", "Failed", "x509: certificate signed by unknown authority"),
        Row("pull-timeout", "ImagePullBackOff", "BackOff", "Back-off pulling image"),
        Row("pull-platform", "ImagePullBackOff", "Failed", "no match for platform in manifest"),
        Row("pull-registry-down", "ImagePullBackOff", "Failed", "Error: RegistryUnavailable"),
        Row("pull-signature", "ImagePullBackOff", "Failed", "Error: SignatureValidationFailed"),
        Row("image-name-invalid", "InvalidImageName", "InspectFailed", "invalid reference format"),
        Row("image-never-pull", "ErrImageNeverPull", "ErrImageNeverPull", "is not present with pull policy of Never"),
        Row("image-inspect", "ImageInspectError", "InspectFailed", "Failed to inspect image"),
        Row("config-no-configmap", "CreateContainerConfigError", "Failed", "Error: configmap \"settings\" not found"),
        Row("config-no-secret", "CreateContainerConfigError", "Failed", "Error: secret \"credentials\" not found"),
        Row(
            "config-no-key", "CreateContainerConfigError", "Failed",
            "couldn't find key loglevel in ConfigMap lab-pods/app-config"),
        Row(
            "config-run-as-root", "CreateContainerConfigError", "Failed",
            "container has runAsNonRoot and image will run as root"),
        Row("config-user-name", "CreateContainerConfigError", "Failed", "image has non-numeric user"),
        Row("create-no-program", "CrashLoopBackOff", "Failed", "executable file not found in $PATH"),
        Row("create-no-permission", "RunContainerError", "Failed", "permission denied"),
        Row("create-name-taken", "CreateContainerError", "Failed", "is reserved for"),
        Row("hook-post-start", "PostStartHookError", "FailedPostStartHook", "PostStartHook failed"),
        Row(
            "exit-0", "CrashLoopBackOff", "BackOff", "Back-off restarting failed container app in pod exit-0_lab-pods("),
        Row("exit-139", "CrashLoopBackOff", "BackOff", "Back-off restarting failed container"),
        Row("oom-killed", "CrashLoopBackOff", "BackOff", "Back-off restarting failed container"),
        Row("init-fails", "Init:CrashLoopBackOff", "BackOff", "failed container migrate in pod init-fails"),
        Row("deadline", "DeadlineExceeded"),
        Row("evicted-memory", "Evicted", "Evicted", "The node was low on resource"),
        Row("rejected-cpu", "OutOfcpu"), Row("rejected-pods", "OutOfpods"), Row("node-shutdown", "Terminated"),
        Row(
            "mount-no-configmap", "ContainerCreating", "FailedMount",
            "MountVolume.SetUp failed for volume \"data\" : configmap \"app-confg\" not found"),
        Row("mount-no-key", "ContainerCreating", "FailedMount", "references non-existent secret key: tls.key"),
        Row("mount-timeout", "ContainerCreating", "FailedMount", "unmounted volumes=[data]"),
        Row("attach-multi", "ContainerCreating", "FailedAttachVolume", "Multi-Attach error for volume"),
        Row("attach-failed", "ContainerCreating", "FailedAttachVolume", "AttachVolume.Attach failed for volume"),
        Row("sandbox-no-address", "ContainerCreating", "FailedCreatePodSandBox", "no IP addresses available"),
        Row("network-not-ready", "ContainerCreating", "NetworkNotReady", "cni plugin not initialized"),
        Row(
            "hook-pre-create", "PreCreateHookError", "Failed",
            "Internal PreCreateContainer hook failed: failed to set the memory nodes"),
        Row(
            "hook-pre-start", "PreStartHookError", "Failed",
            "Internal PreStartContainer hook failed: failed to set the CPUs"),
        Row("restarts-together", "Running"),
        Row("pull-slow", "ContainerCreating", "Pulling", "Pulling image"), Row("silent-kubelet", "ContainerCreating"),
        Row(
            "device-claim", "ContainerCreating", "FailedPrepareDynamicResources",
            "Failed to prepare dynamic resources"), Row("rejected-disk", "OutOfephemeral-storage"),
        Row("rejected-apparmor", "AppArmor", "AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled"),
        Row("rejected-volumes", "VolumeAttachmentLimitExceeded"),
        Row("mount-not-registered", "ContainerCreating", "FailedMount", "object \"lab-pods\"/\"app-config\" not reg"),
        Row("sandbox-changes", "Running", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created."),
        Row("stuck-finalizer", "Terminating", "Killing", "Stopping container app"), Row("healthy", "Running"),
    ]

    private static let unschedulable: [Row] = [
        Row("too-much-cpu", "2 Insufficient cpu"), Row("too-much-memory", "2 Insufficient memory"),
        Row("too-much-disk", "2 Insufficient ephemeral-storage"), Row("no-device", "2 Insufficient nvidia.com/gpu"),
        Row("no-node-label", "2 node(s) didn't match Pod's node affinity/selector"),
        Row("host-port-b", "1 node(s) didn't have free ports for the requested pod ports"),
        Row("no-affinity", "2 node(s) didn't match pod affinity rules"),
        Row("loner-b", "2 node(s) didn't match pod anti-affinity rules"),
        Row("shunned", "2 node(s) didn't satisfy existing pods anti-affinity rules"),
        Row(
            "no-spread-label", "2 node(s) didn't match pod topology spread constraints (missing required label)"),
        Row("meek", "preemption: not eligible due to preemptionPolicy=Never."),
        Row("no-claim", "0/5 nodes are available: persistentvolumeclaim \"archve\" not found."),
        Row("unbound-claim", "0/5 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
        Row("claim-being-deleted", "persistentvolumeclaim \"going\" is being deleted"),
        Row("lost-claim", "persistentvolumeclaim \"lost\" bound to non-existent persistentvolume \"pv-lost\""),
        Row("wrong-zone", "1 node(s) didn't match PersistentVolume's node affinity"),
        Row(
            "exclusive-b",
            "2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by "
                + "another pod"),
        Row("one-disk-b", "1 node(s) exceed max volume count"),
        Row("no-free-volume", "2 node(s) didn't find available persistent volumes to bind"),
        Row("no-storage-left", "2 node(s) did not have enough free storage"),
        Row("too-many-pods", "1 Too many pods"), Row("no-toleration", "2 node(s) had untolerated taint(s)"),
        Row(
            "no-ephemeral-claim",
            "0/5 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim "
                + "\"no-ephemeral-claim-scratch\"."), Row("no-scale-up", "2 Insufficient cpu"),
    ]

    private func events(_ namespace: String, _ name: String) throws -> [JSONValue] {
        let store = try #require(Self.store)
        return store.documents(of: .events, namespace: namespace).filter {
            $0.text("involvedObject", "name") == name
        }
    }

    @Test func podsFailInTheKubeletsWords() throws {
        let store = try #require(Self.store)
        for row in Self.pods {
            let pod = try #require(store.document(of: .pods, namespace: "lab-pods", name: row.pod), "\(row)")
            #expect(PodSummary(of: pod).status == row.status, "\(row)")
            guard !row.event.isEmpty else { continue }
            let isSaid = try events("lab-pods", row.pod).contains {
                $0.text("reason") == row.event && $0.text("message").contains(row.words)
            }
            #expect(isSaid, "\(row)")
        }
    }

    @Test func podsWaitInTheSchedulersWords() throws {
        let store = try #require(Self.store)
        for row in Self.unschedulable {
            let pod = try #require(store.document(of: .pods, namespace: "lab-scheduling", name: row.pod), "\(row)")
            let condition = pod.at("status", "conditions")?.elements.first { $0.text("type") == "PodScheduled" }
            #expect(condition?.text("reason") == "Unschedulable", "\(row)")
            #expect(
                condition?.text("message").contains(row.status) == true, "\(row): \(condition?.text("message") ?? "")")
            let isSaid = try events("lab-scheduling", row.pod).contains {
                $0.text("reason") == "FailedScheduling" && $0.text("message") == condition?.text("message")
            }
            #expect(isSaid, "\(row)")
        }
        let held = try #require(store.document(of: .pods, namespace: "lab-scheduling", name: "held-back"))
        #expect(held.at("status", "conditions")?.elements.first?.text("reason") == "SchedulingGated")
    }

    @Test func whatBeginsItsContainersAnewTogetherSaysSoMeanwhile() throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        var statuses: Set<String> = []
        var now = beginning
        for _ in 0..<300 {
            now = now.adding(seconds: 2)
            simulation.step(at: now, in: &store)
            let pod = try #require(store.document(of: .pods, namespace: "lab-pods", name: "restarts-together"))
            let summary = PodSummary(of: pod)
            guard statuses.insert(summary.status).inserted else { continue }
            let condition = pod.at("status", "conditions")?.elements.first {
                $0.text("type") == "AllContainersRestarting"
            }
            #expect(condition?.text("status") == (summary.status == "Running" ? "False" : "True"))
        }
        #expect(statuses == ["Running", "RestartingAllContainers"])
    }

    @Test func claimsWithoutVolumesSayWhy() throws {
        let words = [
            "no-class": "ProvisioningFailed", "no-provisioner": "ExternalProvisioning", "static": "FailedBinding",
            "unused": "WaitForFirstConsumer",
        ]
        for (claim, reason) in words {
            #expect(try events("lab-scheduling", claim).map { $0.text("reason") } == [reason], "\(claim)")
        }
    }

    @Test func everyProbeFailsInItsOwnWords() throws {
        let store = try #require(Self.store)
        let pods = store.documents(of: .pods, namespace: "lab-probes").filter {
            $0.at("metadata", "annotations", "example.com/fault") != nil
                && !["gate", "sidecar-only", "patient", "host-network"].contains($0.text("metadata", "name"))
        }
        var messages: Set<String> = []
        for pod in pods {
            let name = pod.text("metadata", "name")
            let said = try events("lab-probes", name).filter {
                ["Unhealthy", "ProbeWarning"].contains($0.text("reason"))
            }
            #expect(said.count == 1, "\(name)")
            let message = said.first?.text("message") ?? ""
            #expect(message.contains(" probe ") && !message.contains("{"), "\(message)")
            messages.insert(message.replacing(pod.text("status", "podIP"), with: "IP"))
        }
        #expect(pods.count == 31 && messages.count >= 26, "\(pods.count) pods, \(messages.count) messages")
    }
}
