import Testing

@testable import KubernetesModel

struct QuantityTests {
    @Test(arguments: [
        ("0", "0"), ("100m", "100m"), ("0.1", "100m"), ("1500m", "1500m"), ("1.5", "1500m"), ("2000m", "2"),
        ("1k", "1k"), ("1000", "1k"), ("1000k", "1M"), ("128Mi", "128Mi"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"),
        ("1Ki", "1Ki"), ("0.5Ki", "512"), ("1e3", "1e3"), ("12E2", "1200"), ("1E", "1E"), ("-1.5", "-1500m"),
        ("+3", "3"),
        ("5u", "5u"), ("7n", "7n"), (".5", "500m"), ("5.", "5"), ("1e-3", "1e-3"), ("1.1Ki", "1126400m"),
        ("944865657377792000000103n", "944865657377792000000103n"), (".52147483647Ei", "601219553077601878451914015n"),
    ])
    func printsAsKubectlDoes(text: String, expected: String) {
        #expect(Quantity(text)?.description == expected)
    }

    @Test(arguments: ["", "-", "m", "1 Gi", "1gi", "1K", "1.2.3", "0x10", "1e", "1ee3", "Ki", "１", "1Zi", "1e1.5"])
    func refusesWhatIsNoAmount(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test(
        arguments: [
            ("9223372036854775807", Int64.max), ("8Ei", .max), ("1000E", .max), ("-1000E", -.max), ("1e1000", .max),
            ("1e99999999999999999", .max), ("0.0000000001", 1), ("999999999999999999999999999999999999999999", .max),
            ("0.00000000000000000000000000000000000001Ei", 1), ("1e-1000", 1), ("2500m", 3), ("-2500m", -3),
            ("0e999", 0),
        ] as [(String, Int64)])
    func roundsUpAndClamps(text: String, value: Int64) {
        #expect(Quantity(text)?.value == value)
    }

    @Test func comparesAmountsHoweverWritten() throws {
        #expect(Quantity("1Gi") == Quantity("1024Mi"))
        #expect(Quantity("1000m") == Quantity("1"))
        #expect(try #require(Quantity("1Gi")) > #require(Quantity("1G")))
        #expect(Set([Quantity("1"), Quantity("1000m"), Quantity("1e0")]).count == 1)
        #expect(Quantity("250m")?.milliValue == 250)
        #expect(Quantity("2")?.milliValue == 2000)
        #expect(Quantity("8Ei")?.milliValue == .max)
        #expect(Quantity(5).description == "5")
    }
}
