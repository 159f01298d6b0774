import KubernetesModel

extension Programs {
    /// Programs that tell of the container and its processes.
    static let systemPrograms: [String: Program] = [
        "true": { _ in 0 },
        "false": { _ in 1 },
        "test": { process in test(Array(process.arguments.dropFirst()), process) },
        "[": { process in test(Array(process.arguments.dropFirst().dropLast()), process) },
        "sleep": { process in
            guard let text = process.arguments.dropFirst().first else {
                try await process.complain("missing operand")
                return 1
            }
            let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
            if text == "infinity" || text == "inf" {
                try await sleep(seconds: 1e9)
            } else if let seconds = Double(text) {
                try await sleep(seconds: seconds)
            } else if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()) {
                try await sleep(seconds: count * unit)
            } else {
                try await process.complain("invalid number '\(text)'")
                return 1
            }
            return 0
        },
        "env": { process in
            let variables = process.environment.filter { Int($0.key) == nil }.sorted { $0.key < $1.key }
            try await process.output.print(variables.map { "\($0.key)=\($0.value)\n" }.joined())
            return 0
        },
        "printenv": { process in
            guard let name = process.arguments.dropFirst().first else {
                return try await systemPrograms["env"]?(process) ?? 1
            }
            guard let value = process.environment[name] else { return 1 }
            try await process.output.print(value + "\n")
            return 0
        },
        "hostname": { process in
            let isAddress = process.arguments.dropFirst().first == "-i"
            let pod = process.world.container.pod
            try await process.output.print(
                (isAddress ? pod.text("status", "podIP") : process.world.container.podName) + "\n")
            return 0
        },
        "whoami": { process in
            try await process.output.print("root\n")
            return 0
        },
        "id": { process in
            let isNumber = process.arguments.contains("-u")
            try await process.output.print(isNumber ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n")
            return 0
        },
        "uname": { process in
            let all = process.arguments.contains("-a")
            try await process.output.print(
                all
                    ? "Linux \(process.world.container.podName) 6.12.48-cloud-amd64 #1 SMP x86_64 GNU/Linux\n"
                    : "Linux\n")
            return 0
        },
        "date": { process in
            let now = process.world.now()
            switch process.arguments.dropFirst().first {
            case "+%s": try await process.output.print("\(now.seconds)\n")
            case "-Iseconds", "-Is", "+%FT%TZ": try await process.output.print("\(now.wholeSeconds.rfc3339)\n")
            case "+%T":
                try await process.output.print("\(now.wholeSeconds.rfc3339.dropFirst(11).dropLast())\n")
            default: try await process.output.print(date(now) + "\n")
            }
            return 0
        },
        "ps": { process in
            let rows = [
                "1 root      0:07 \(process.world.mainCommand)",
                "27 root      0:00 \(process.arguments.joined(separator: " "))",
            ]
            try await process.output.print("PID   USER     TIME  COMMAND\n")
            for row in rows {
                let number = row.prefix { $0 != " " }
                try await process.output.print(String(repeating: " ", count: 5 - number.count) + row + "\n")
            }
            return 0
        },
        "kill": { process in
            try await process.errors.print("sh: kill: permission denied\n")
            return 1
        },
        "stty": { process in
            guard let terminal = process.terminal else {
                try await process.complain("standard input: Inappropriate ioctl for device")
                return 1
            }
            let size = terminal.size
            let asksSize = process.arguments.contains("size")
            try await process.output.print(
                asksSize
                    ? "\(size.rows) \(size.columns)\n"
                    : "speed 38400 baud; rows \(size.rows); columns \(size.columns);\n")
            return 0
        },
        "tty": { process in
            try await process.output.print(process.terminal == nil ? "not a tty\n" : "/dev/pts/0\n")
            return process.terminal == nil ? 1 : 0
        },
        "which": { process in
            var status = 0
            for name in process.arguments.dropFirst() {
                if all[name] != nil || ["sh", "ash", "bash"].contains(name) {
                    try await process.output.print("/bin/\(name)\n")
                } else {
                    status = 1
                }
            }
            return status
        },
        "nproc": { process in
            try await process.output.print("8\n")
            return 0
        },
        "df": { process in
            try await process.output.print(
                """
                Filesystem           1K-blocks      Used Available Use% Mounted on
                overlay               81106868  31415924  49674560  39% /

                """)
            return 0
        },
        "free": { process in
            try await process.output.print(
                """
                              total        used        free      shared  buff/cache   available
                Mem:       32873912    12345678     2345678      123456    18182556    20123456
                Swap:             0           0           0

                """)
            return 0
        },
        "timeout": { process in
            var inner = process
            inner.arguments = Array(process.arguments.dropFirst(2))
            let seconds = process.arguments.dropFirst().first.flatMap { Double($0) } ?? 0
            return try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { [inner] in try await Shell.launch(inner) ?? 127 }
                group.addTask {
                    try await sleep(seconds: seconds)
                    return 143
                }
                defer { group.cancelAll() }
                return try await group.next() ?? 0
            }
        },
    ]

    private static func test(_ words: [String], _ process: Process) -> Int {
        if words.first == "!" { return test(Array(words.dropFirst()), process) == 0 ? 1 : 0 }
        if let index = words.firstIndex(of: "-a") {
            return max(test(Array(words[..<index]), process), test(Array(words[(index + 1)...]), process))
        }
        let isTrue: Bool
        switch words.count {
        case 0: isTrue = false
        case 1: isTrue = !words[0].isEmpty
        case 2:
            let node = try? process.world.files.node(process.path(words[1]))
            switch words[0] {
            case "-e": isTrue = node != nil
            case "-f": isTrue = node?.kind == .file
            case "-d": isTrue = node?.kind == .directory
            case "-s": isTrue = node.map { !$0.data.isEmpty } ?? false
            case "-r", "-w", "-x": isTrue = node != nil
            case "-L", "-h":
                isTrue = (try? process.world.files.node(process.path(words[1]), followsLast: false))?.kind == .link
            case "-z": isTrue = words[1].isEmpty
            case "-n": isTrue = !words[1].isEmpty
            case "-t": isTrue = process.terminal != nil
            default: return 2
            }
        case 3:
            let numbers = (Int(words[0]) ?? 0, Int(words[2]) ?? 0)
            switch words[1] {
            case "=", "==": isTrue = words[0] == words[2]
            case "!=": isTrue = words[0] != words[2]
            case "-eq": isTrue = numbers.0 == numbers.1
            case "-ne": isTrue = numbers.0 != numbers.1
            case "-lt": isTrue = numbers.0 < numbers.1
            case "-le": isTrue = numbers.0 <= numbers.1
            case "-gt": isTrue = numbers.0 > numbers.1
            case "-ge": isTrue = numbers.0 >= numbers.1
            default: return 2
            }
        default: return 2
        }
        return isTrue ? 0 : 1
    }
}
