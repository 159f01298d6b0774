import KubernetesModel

/// What `:logs` asks for.
struct LogsLine: Sendable, Equatable {
    /// A pod or a workload by name; the resource is nil for a pod.
    struct Name: Sendable, Equatable {
        var resource: String?
        var name: String
    }

    /// Nothing named and no selector: what is selected.
    var names: [Name] = []
    var selector: String?
    /// `nil` when none was named, `.some(nil)` for all.
    var namespace: String??
    var containers = LogOrder.Containers.usual
    var previous = false
    var range: LogOrder.Range?

    /// The logs that are meant, where the namespace in use is this one (`nil` for all).
    ///
    /// - Returns: `nil` when nothing is named.
    func order(in usual: String?) -> Result<LogOrder, LogRefusal>? {
        guard !names.isEmpty || selector != nil else { return nil }
        let place = namespace ?? usual
        var targets: [LogOrder.Target] = []
        if let selector { targets.append(.init(namespace: place ?? "", subject: .selector(selector))) }
        if !names.isEmpty {
            guard let place else {
                return .failure(LogRefusal(words: "Name the namespace: logs \(names[0].name) -n NAMESPACE."))
            }
            targets += names.map { item in
                .init(
                    namespace: place,
                    subject: item.resource.map { .workload(resource: $0, name: item.name) } ?? .pod(item.name))
            }
        }
        var order = LogOrder(targets)
        order.containers = containers
        order.previous = previous
        if let range { order.range = range }
        return .success(order)
    }
}

extension CommandLine {
    /// Kinds whose pods have logs, besides pods.
    static let loggedKinds = [
        "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "services",
        "replicationcontrollers",
    ]

    /// `logs`, `logs POD`, `logs deploy/web svc/api`, `logs -l app=web -A`, with the flags of `kubectl logs`.
    static func logs(_ rest: Substring, resources: [APIResource]) -> Result<CommandLine, Failure> {
        var request = LogsLine()
        var words = LogWords(rest)
        do throws(Failure) {
            while let word = words.next() {
                let (flag, inline) = LogWords.split(word)
                func value() throws(Failure) -> String {
                    guard let value = inline ?? words.next(), !value.isEmpty else {
                        throw Failure(reason: "\(flag) needs a value.")
                    }
                    return value
                }
                switch flag {
                case "-l", "--selector":
                    let text = try value()
                    guard (try? LabelSelector(parsing: text)) != nil else {
                        throw Failure(reason: "\(text) is no label selector, such as app=web,tier!=cache.")
                    }
                    request.selector = text
                case "-n", "--namespace": request.namespace = .some(try value())
                case "-A", "--all-namespaces": request.namespace = .some(nil)
                case "-c", "--container": request.containers = .named(try value())
                case "--all-containers": request.containers = .all
                case "-p", "--previous": request.previous = true
                case "--tail":
                    let text = try value()
                    guard let lines = Int(text), lines >= -1 else { throw Failure(reason: "--tail takes a number.") }
                    request.range = lines < 0 ? .start : .tail(lines)
                case "--since":
                    let text = try value()
                    guard let range = minutes(text).map(LogOrder.Range.minutes) ?? .init(parsing: text) else {
                        throw Failure(reason: "--since takes a time such as 90s, 5m or 3h, a number of lines, or all.")
                    }
                    request.range = range
                // As these logs always do.
                case "-f", "--follow": break
                case _ where flag.hasPrefix("-"):
                    throw Failure(reason: "logs does not know \(flag): -l -n -A -c --all-containers -p --since --tail")
                default: request.names.append(try name(word, resources: resources))
                }
            }
        } catch {
            return .failure(error)
        }
        if request.names.count > LogOrder.maximumTargets {
            return .failure(Failure(reason: "Logs of at most \(LogOrder.maximumTargets) things fit in one pane."))
        }
        return .success(.logs(request))
    }

    private static func name(_ word: String, resources: [APIResource]) throws(Failure) -> LogsLine.Name {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count < 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw Failure(reason: "\(word) names nothing: write a pod, or a kind and a name such as deploy/web.")
        }
        guard parts.count == 2 else { return LogsLine.Name(resource: nil, name: word) }
        let known = resource(named: parts[0].lowercased(), among: resources)?.groupResource
        let kind = known ?? ResourceTable.all.map(\.kind).first { $0.answers(to: parts[0].lowercased()) }?.groupResource
        switch kind?.resource {
        case "pods"?: return LogsLine.Name(resource: nil, name: parts[1])
        case let resource? where loggedKinds.contains(resource):
            return LogsLine.Name(resource: resource, name: parts[1])
        default:
            throw Failure(reason: "\(parts[0]) has no logs: only pods, workloads and Services have.")
        }
    }

    /// Whole minutes of `90s`, `5m`, `2h` or `1d`, rounded up.
    private static func minutes(_ text: String) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = text.last, let unit = units[last], let number = Int(text.dropLast()), number > 0 else {
            return nil
        }
        let seconds = number.multipliedReportingOverflow(by: unit)
        guard !seconds.overflow, seconds.partialValue < 1 << 40 else { return nil }
        return (seconds.partialValue + 59) / 60
    }
}

extension ResourceKind {
    fileprivate func answers(to name: String) -> Bool {
        let table = ResourceTable.named(groupResource)
        return ([groupResource.resource, kind.lowercased()] + (table?.aliases ?? [])).contains(name)
    }
}

/// The words of a line, one after the other; quotes keep spaces.
private struct LogWords {
    private var rest: Substring

    init(_ text: Substring) { rest = text }

    mutating func next() -> String? {
        rest = rest.drop { $0 == " " }
        guard !rest.isEmpty else { return nil }
        var word = ""
        var quote: Character?
        while let character = rest.first {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == " " {
                break
            } else {
                word.append(character)
            }
            rest = rest.dropFirst()
        }
        return word
    }

    /// A flag and what stands after its `=`.
    static func split(_ word: String) -> (flag: String, value: String?) {
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }
}
