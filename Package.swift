// swift-tools-version: 6.2
import PackageDescription

// Every target of ours: Swift 6 mode, warnings are errors, and a member is visible only where its module is imported.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let collections: Target.Dependency = .product(name: "HashTreeCollections", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "sextant",
    products: [
        .library(name: "KubernetesClient", targets: ["KubernetesClient", "KubernetesModel", "Access"]),
        .executable(name: "sextant", targets: ["sextant"]),
        .executable(name: "sextant-bench", targets: ["sextant-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .target(name: "CCurses", linkerSettings: [.linkedLibrary("ncursesw")]),
        .target(name: "CMalloc"),
        .target(name: "CKubernetesSchema", exclude: ["fields.txt", "descriptions.txt"]),
        .systemLibrary(name: "CVTerm", pkgConfig: "vterm", providers: [.apt(["libvterm-dev"])]),
        .target(name: "KubernetesModel", swiftSettings: strict),
        .target(name: "Access", dependencies: ["KubernetesModel"], swiftSettings: strict),
        .target(
            name: "KubernetesClient",
            dependencies: [
                "KubernetesModel", "Access", logging, nioCore, nioPosix, nioHTTP1, nioWebSocket, nioTLS, nioSSL, yams,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .target(name: "ClusterState", dependencies: ["KubernetesModel", collections], swiftSettings: strict),
        .target(name: "Diagnosis", dependencies: ["KubernetesModel", "ClusterState"], swiftSettings: strict),
        .target(
            name: "Describe", dependencies: ["KubernetesModel", "Access", "ClusterState"], swiftSettings: strict),
        .target(
            name: "ClusterCache",
            dependencies: ["KubernetesModel", "ClusterState", "KubernetesClient", logging], swiftSettings: strict),
        .target(
            name: "Streams", dependencies: ["KubernetesModel", "Access", "KubernetesClient", logging],
            swiftSettings: strict),
        .target(name: "Screen", swiftSettings: strict),
        .target(name: "TerminalEmulator", dependencies: ["CVTerm", "Screen"], swiftSettings: strict),
        .target(name: "CursesTerminal", dependencies: ["CCurses", "Screen"], swiftSettings: strict),
        .target(
            name: "AppCore",
            dependencies: ["KubernetesModel", "Access", "ClusterState", "Describe", "Diagnosis", "Screen"],
            swiftSettings: strict),
        .target(
            name: "Views",
            dependencies: ["KubernetesModel", "Access", "ClusterState", "Describe", "Diagnosis", "Screen", "AppCore"],
            swiftSettings: strict),
        .target(
            name: "AppRuntime",
            dependencies: [
                "CMalloc", "KubernetesModel", "Access", "KubernetesClient", "ClusterState", "ClusterCache", "Describe",
                "Diagnosis",
                "Streams", "Screen", "TerminalEmulator", "AppCore", "Views", logging,
            ],
            swiftSettings: strict),
        .target(
            name: "DemoCluster",
            dependencies: [
                "CKubernetesSchema", "KubernetesModel", nioCore, nioPosix, nioHTTP1, nioWebSocket, nioSSL, yams,
            ],
            resources: [.embedInCode("Resources")], swiftSettings: strict),
        .executableTarget(
            name: "sextant",
            dependencies: [
                "KubernetesModel", "Access", "KubernetesClient", "ClusterState", "Describe", "Diagnosis", "Streams",
                "Screen",
                "CursesTerminal", "AppCore", "Views", "AppRuntime", "DemoCluster", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "sextant-bench",
            dependencies: [
                "KubernetesModel", "KubernetesClient", "ClusterState", "Describe", "Diagnosis", "Streams", "Screen",
                "TerminalEmulator", "AppCore", "Views", "AppRuntime", "DemoCluster", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "KubernetesModel", "KubernetesClient", "ClusterState", "Screen", "AppCore", "Views", "AppRuntime",
                "DemoCluster", nioSSL, logging,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "ConcurrencyTestSupport", path: "Tests/ConcurrencyTestSupport", swiftSettings: strict),
        .target(
            name: "ModelTestSupport", dependencies: ["CKubernetesSchema", "KubernetesModel"],
            path: "Tests/ModelTestSupport", swiftSettings: strict),
        .testTarget(
            name: "KubernetesModelTests", dependencies: ["KubernetesModel", "ModelTestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "AccessTests", dependencies: ["Access", "KubernetesModel"], resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "KubernetesClientTests",
            dependencies: [
                "ConcurrencyTestSupport", "KubernetesClient", "KubernetesModel", "Access", nioCore, nioPosix, nioHTTP1,
                nioWebSocket, nioSSL, logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "ClusterStateTests", dependencies: ["ClusterState", "KubernetesModel"], swiftSettings: strict),
        .testTarget(
            name: "ClusterCacheTests",
            dependencies: ["ClusterCache", "ClusterState", "KubernetesClient", "KubernetesModel", logging],
            swiftSettings: strict),
        .testTarget(
            name: "DescribeTests",
            dependencies: ["Describe", "Access", "ClusterState", "KubernetesModel", "ModelTestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Diagnosis", "ClusterState", "KubernetesModel"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "StreamsTests",
            dependencies: [
                "ConcurrencyTestSupport", "Streams", "KubernetesClient", "KubernetesModel", "DemoCluster", logging,
            ],
            swiftSettings: strict),
        .testTarget(name: "ScreenTests", dependencies: ["Screen"], swiftSettings: strict),
        .testTarget(
            name: "TerminalEmulatorTests", dependencies: ["TerminalEmulator", "Screen"], swiftSettings: strict),
        .testTarget(
            name: "CursesTerminalTests", dependencies: ["CursesTerminal", "Screen"], swiftSettings: strict),
        .testTarget(
            name: "AppCoreTests",
            dependencies: ["AppCore", "Access", "KubernetesModel", "ClusterState", "Describe", "Diagnosis", "Screen"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "ViewsTests",
            dependencies: [
                "Views", "AppCore", "KubernetesModel", "Access", "ClusterState", "Describe", "Diagnosis", "Screen",
            ],
            resources: [.copy("Screens")], swiftSettings: strict),
        .testTarget(
            name: "DemoClusterTests",
            dependencies: [
                "ConcurrencyTestSupport", "DemoCluster", "Diagnosis", "ClusterState", "KubernetesClient",
                "KubernetesModel", nioCore, nioPosix, nioHTTP1, nioWebSocket,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ], resources: [.copy("Fixtures")], swiftSettings: strict),
        .target(
            name: "CThreadSanitizer", path: "Tests/CThreadSanitizer", exclude: ["suppressions.txt"]),
        .testTarget(
            name: "SextantTests",
            dependencies: [
                "sextant", "ConcurrencyTestSupport", "KubernetesClient", "DemoCluster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "CThreadSanitizer", "ConcurrencyTestSupport", "TestSupport", "AppRuntime", "AppCore", "Screen",
                "ClusterCache", "ClusterState", "KubernetesClient", "KubernetesModel", "DemoCluster", nioCore, nioPosix,
                nioHTTP1, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "ModelTestSupport", "KubernetesClient", "KubernetesModel", "Streams", "AppCore", "Screen",
                "TerminalEmulator", "DemoCluster", yams, nioCore,
                nioWebSocket, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            resources: [.copy("Seeds")], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "ConcurrencyTestSupport", "TestSupport", "ModelTestSupport", "AppRuntime", "AppCore", "Views", "Screen",
                "ClusterState", "KubernetesClient", "KubernetesModel", "Access", "Streams", "DemoCluster", "Describe",
                logging,
            ],
            swiftSettings: strict),
    ]
)
