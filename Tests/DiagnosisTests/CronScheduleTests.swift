import KubernetesModel
import Testing

@testable import Diagnosis

struct CronScheduleTests {
    @Test(arguments: [
        ("* * * * *", "2026-11-21T10:47:00Z"), ("*/15 * * * *", "2026-11-21T11:00:00Z"),
        ("5/20 * * * *", "2026-11-21T11:05:00Z"), ("0 3 * * *", "2026-11-22T03:00:00Z"),
        ("30 9 * * mon-fri", "2026-11-23T09:30:00Z"), ("0 0 1 JAN ?", "2027-01-01T00:00:00Z"),
        ("0 0 29 2 *", "2028-02-29T00:00:00Z"), ("0 0 13 * 5", "2026-11-27T00:00:00Z"),
        ("0 0 */2 * 5", "2026-11-23T00:00:00Z"), ("0 12,18 21 11 *", "2026-11-21T12:00:00Z"),
        ("@hourly", "2026-11-21T11:00:00Z"), ("@weekly", "2026-11-22T00:00:00Z"),
        ("@every 1h30m", "2026-11-21T12:16:08Z"), ("CRON_TZ=Asia/Tokyo 0 3 * * *", "2026-11-22T03:00:00Z"),
    ])
    func saysWhenTheNextRunIsDue(schedule: String, expected: String) throws {
        let now = try #require(Timestamp("2026-11-21T10:46:08Z"))
        #expect(try #require(CronSchedule(schedule)).next(after: now)?.rfc3339 == expected)
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "5-1 * * * *",
        "*/0 * * * *", "a * * * *", "1, * * * *", "@never", "@every", "@every x", "@every 1.5h", "-1 * * * *",
        "1- * * * *",
    ])
    func refusesWhatIsNoSchedule(text: String) {
        #expect(CronSchedule(text) == nil)
    }

    @Test(arguments: ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"])
    func knowsDaysThatNeverCome(text: String) throws {
        #expect(try #require(CronSchedule(text)).next(after: Timestamp(seconds: 0)) == nil)
    }

    @Test func countsRuns() throws {
        let last = try #require(Timestamp("2026-11-20T09:00:00Z"))
        #expect(CronSchedule("0 9 * * 1-5")?.next(3, after: last)?.rfc3339 == "2026-11-25T09:00:00Z")
    }

    @Test(arguments: [Int64.min, Int64.max, -1, 0]) func returnsForEveryMoment(microseconds: Int64) {
        let moment = Timestamp(microseconds: microseconds)
        _ = CronSchedule("59 23 31 12 *")?.next(after: moment)
        _ = CronSchedule("@every 999999999h")?.next(3, after: moment)
    }
}
