import KubernetesModel
import Testing

@testable import Diagnosis

struct SchedulerMessageTests {
    typealias Reason = SchedulerMessage.Reason

    @Test(arguments: [
        (
            "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
            [Reason(nodes: 1, text: "Insufficient cpu"), Reason(nodes: 1, text: "Insufficient memory")]
        ),
        (
            "0/3 nodes are available: 1 node(s) had taint {a: b}, that the pod didn't tolerate, 2 Too many pods. "
                + "preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod..",
            [
                Reason(nodes: 1, text: "node(s) had taint {a: b}, that the pod didn't tolerate"),
                Reason(nodes: 2, text: "Too many pods"),
            ]
        ),
        (
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. no new claims to deallocate, "
                + "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
            [Reason(nodes: 0, text: "pod has unbound immediate PersistentVolumeClaims")]
        ),
        ("Failed to schedule pod, incompatible with nodepool \"default\"", []),
        ("0/0 nodes are available:", []), ("", []),
    ])
    func readsTheReasonsOfEveryVersion(message: String, reasons: [Reason]) {
        #expect(SchedulerMessage(message).reasons == reasons)
    }

    @Test func aPodReservesWhatItsContainersOrItsLargestInitContainerAskFor() {
        func container(_ cpu: String, sidecar: Bool = false) -> Container {
            var container = Container()
            container.requests = ["cpu": cpu]
            container.restartPolicy = sidecar ? "Always" : ""
            return container
        }
        var spec = PodSpec()
        spec.containers = [container("300m"), container("1")]
        spec.overhead = ["cpu": "10m"]
        #expect(spec.requested == ["cpu": 1310])
        spec.initContainers = [container("200m", sidecar: true), container("2")]
        #expect(spec.requested == ["cpu": 2210])
        spec.initContainers = [container("2"), container("200m", sidecar: true)]
        #expect(spec.requested == ["cpu": 2010])
    }

    @Test(arguments: [
        (1500, "cpu", "1.5"), (2000, "cpu", "2"), (50, "cpu", "0.05"), (20 << 30, "memory", "20Gi"),
        (1536 << 20, "memory", "1.5Gi"), (64 << 20, "memory", "64Mi"), (500, "memory", "500"),
    ])
    func amountsAreWrittenShort(thousandthsOrBytes: Int64, resource: String, text: String) {
        let amount = resource == "memory" ? thousandthsOrBytes * 1000 : thousandthsOrBytes
        #expect(NodeObstacle.amount(amount, resource) == text)
    }
}
