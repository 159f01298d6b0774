import Testing

@testable import KubernetesModel

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1), ("2000-02-29T12:00:00Z", 951_825_600_000_000),
        ("2026-03-01T00:00:02.123456Z", 1_772_323_202_123_456), ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000_000), ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
    ])
    func readsAndWritesTheSameText(text: String, microseconds: Int64) {
        #expect(Timestamp(text) == Timestamp(microseconds: microseconds))
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    @Test(arguments: [
        ("2026-03-01T01:30:00+01:30", "2026-03-01T00:00:00Z"), ("2026-02-28t23:00:00-01:00", "2026-03-01T00:00:00Z"),
        ("2026-03-01T00:00:00.5z", "2026-03-01T00:00:00.500000Z"),
        ("2026-03-01T00:00:00.1234567899Z", "2026-03-01T00:00:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ])
    func readsOffsetsAndFractions(text: String, expected: String) {
        #expect(Timestamp(text)?.rfc3339 == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T00:60:00Z", "2026-03-01T00:00:61Z", "2026-03-01T00:00:00",
        "2026-03-01T00:00:00.Z", "2026-03-01T00:00:00Z ", "2026-03-01T00:00:00+1:00", "2026-03-01T00:00:00+25:00",
        "2026-03-01 00:00:00Z", "-026-03-01T00:00:00Z", "２０26-03-01T00:00:00Z",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func everyMomentCanBeWritten() {
        #expect(Timestamp(microseconds: .min).rfc3339.hasPrefix("-290308-12-21T19:59:05"))
        #expect(Timestamp(microseconds: .max).rfc3339 == "294247-01-10T04:00:54.775807Z")
        #expect(Timestamp(seconds: .max, nanoseconds: .max).microseconds == .max)
        #expect(Timestamp(seconds: .min, nanoseconds: .min).microseconds == .min)
        #expect(Timestamp(seconds: 1, nanoseconds: -1).microseconds == 999_999)
    }
}
