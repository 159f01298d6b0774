/// Runs pods until enough of them succeeded (batch/v1 Job).
public struct Job: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "batch", resource: "jobs", kind: "Job", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// What it does.
    public var spec = JobSpec()
    /// Source: `status.startTime`.
    public var startTime: Timestamp?
    /// Source: `status.completionTime`.
    public var completionTime: Timestamp?
    /// Pods that run (`status.active`).
    public var active: Int32 = 0
    /// Source: `status.succeeded`.
    public var succeeded: Int32 = 0
    /// Source: `status.failed`.
    public var failed: Int32 = 0
    /// Indexes that failed, such as `1,3-5` (`status.failedIndexes`).
    public var failedIndexes = ""
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A Job with nothing set.
    public init() {}
}

/// What a Job does (batch/v1 JobSpec).
public struct JobSpec: Sendable, Equatable {
    /// Pods at the same time; `nil` means 1 (`parallelism`).
    public var parallelism: Int32?
    /// Successes wanted; `nil` means that one success ends it all (`completions`).
    public var completions: Int32?
    /// After how long it is given up (`activeDeadlineSeconds`).
    public var activeDeadlineSeconds: Int64?
    /// Failures allowed; `nil` means 6 (`backoffLimit`).
    public var backoffLimit: Int32?
    /// Which pods are its own (`selector`).
    public var selector = LabelSelector()
    /// What its pods are made from (`template`).
    public var template = PodTemplate()
    /// Source: `suspend`.
    public var suspend = false

    /// A spec with nothing set.
    public init() {}
}

/// Starts a Job at the times of a schedule (batch/v1 CronJob).
public struct CronJob: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "batch", resource: "cronjobs", kind: "CronJob", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// In cron notation (`spec.schedule`).
    public var schedule = ""
    /// Empty for the controller manager's own (`spec.timeZone`).
    public var timeZone = ""
    /// How late a Job may start (`spec.startingDeadlineSeconds`).
    public var startingDeadlineSeconds: Int64?
    /// `Allow`, `Forbid` or `Replace` (`spec.concurrencyPolicy`).
    public var concurrencyPolicy = ""
    /// Source: `spec.suspend`.
    public var suspend = false
    /// What each Job does (`spec.jobTemplate.spec`).
    public var jobSpec = JobSpec()
    /// Jobs that run (`status.active`).
    public var active: [ObjectReference] = []
    /// Source: `status.lastScheduleTime`.
    public var lastScheduleTime: Timestamp?
    /// Source: `status.lastSuccessfulTime`.
    public var lastSuccessfulTime: Timestamp?

    /// A CronJob with nothing set.
    public init() {}
}
