import KubernetesModel
import Testing

struct HumanDurationTests {
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86400

    @Test(arguments: [
        (-3, "<invalid>"), (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (1, "1s"), (119, "119s"),
        (2 * minute, "2m"), (3 * minute + 5, "3m5s"), (10 * minute - 1, "9m59s"), (10 * minute, "10m"),
        (3 * hour - 1, "179m"), (3 * hour, "3h"), (5 * hour + 10 * minute, "5h10m"), (8 * hour - 1, "7h59m"),
        (8 * hour, "8h"), (48 * hour - 1, "47h"), (2 * day, "2d"), (2 * day + 4 * hour, "2d4h"),
        (8 * day - 1, "7d23h"), (8 * day, "8d"), (100 * day, "100d"), (730 * day - 1, "729d"), (730 * day, "2y"),
        (760 * day, "2y30d"), (8 * 365 * day - 1, "7y364d"), (8 * 365 * day, "8y"), (30 * 365 * day, "30y"),
    ])
    func readsLikeKubectl(seconds: Int64, text: String) {
        #expect(humanDuration(microseconds: seconds * 1_000_000) == text)
    }

    @Test func toleratesAClockThatIsLessThanTwoSecondsBehind() {
        #expect(humanDuration(microseconds: -1_999_999) == "0s")
        #expect(humanDuration(microseconds: -2_000_000) == "<invalid>")
    }

    @Test func anAgeWithoutAStartIsUnknown() {
        #expect(age(from: nil, to: Timestamp(seconds: 5)) == "<unknown>")
    }

    @Test func anAgeBeyondAllBoundsDoesNotTrap() {
        let (first, last) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
        #expect(age(from: first, to: last) == "292471y")
        #expect(age(from: last, to: first) == "<invalid>")
    }
}
