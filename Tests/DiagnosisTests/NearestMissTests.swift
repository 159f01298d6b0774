import KubernetesModel
import Testing

@testable import Diagnosis

struct NearestMissTests {
    @Test(arguments: [
        ("checkout", "checkout", 0.0), ("Checkout", "checkout", 0.5), ("front-end", "frontend", 0.6),
        ("chekout", "checkout", 1), ("cehckout", "checkout", 1), ("myrel-web", "web", 1.2), ("db1", "db2", 3),
        ("cart", "search", 3), ("", "web", 3),
    ])
    func costsWhatTheDifferenceIs(wanted: String, found: String, cost: Double) {
        #expect(NearestMiss(["app": wanted], ["app": found]).score == cost)
    }

    @Test func saysWhichKeysDiffer() {
        let miss = NearestMiss(["app": "web", "tier": "front"], ["app": "web", "role": "front"])
        #expect(miss.matches == 1)
        #expect(miss.differences == [.init(key: "tier", wanted: "front", found: nil, cost: 1.5, foundKey: "role")])
        #expect(miss.score == 0.75)
    }
}
