extension Event: FieldReadable {
    static let fields = FieldTable<Event>(
        "Event",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("involvedObject", 2) { $1.message(&$0.involvedObject) },
            Field("reason", 3) { $0.reason = $1.interned() },
            Field("message", 4) { $0.message = $1.string() },
            Field("source", 5) { $1.message(&$0, source) },
            Field("firstTimestamp", 6) { $0.firstTimestamp = $1.timestamp() },
            Field("lastTimestamp", 7) { $0.lastTimestamp = $1.timestamp() },
            Field("count", 8) { $0.count = $1.int32() },
            Field("type", 9) { $0.type = $1.interned() },
            Field("eventTime", 10) { $0.eventTime = $1.timestamp() },
            Field("series", 11) { $1.message(&$0, series) },
            Field("reportingComponent", 14) { $0.reportingComponent = $1.interned() },
            Field("reportingInstance", 15) { $0.reportingInstance = $1.interned() },
        ])

    private static let source = FieldTable<Event>(
        "EventSource",
        [
            Field("component", 1) { $0.sourceComponent = $1.interned() },
            Field("host", 2) { $0.sourceHost = $1.interned() },
        ])

    private static let series = FieldTable<Event>(
        "EventSeries",
        [
            Field("count", 1) { $0.seriesCount = $1.optionalInt32() },
            Field("lastObservedTime", 2) { $0.seriesLastObservedTime = $1.timestamp() },
        ])
}
