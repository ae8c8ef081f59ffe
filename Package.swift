// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

// Strict memory safety can't see into the expansions of test macros, and the load generator is nothing but pointers.
let looseSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// Measured at 6 % of a forwarded call's CPU; debug builds, and so all tests, keep the checks.
let engineSettings = settings + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "stoplog",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "stoplog", targets: ["stoplog"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "CGate",
            exclude: ["aws_actions.txt"],
            linkerSettings: [
                .linkedLibrary("curl"), .linkedLibrary("ssl"), .linkedLibrary("crypto"),
                .linkedLibrary("pcre2-8"), .linkedLibrary("z"),
            ]
        ),
        .target(
            name: "GatePolicy",
            dependencies: ["CGate", .product(name: "Yams", package: "Yams")],
            swiftSettings: engineSettings
        ),
        .target(
            name: "GateStore",
            // The journal speaks to SQLite in C, through GRDB's module for it.
            dependencies: ["CGate", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            swiftSettings: engineSettings
        ),
        .target(
            name: "GateEngine",
            dependencies: [
                "CGate", "GatePolicy", "GateStore",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: engineSettings
        ),
        .executableTarget(
            name: "stoplog",
            dependencies: [
                "CGate", "GateEngine", "GatePolicy", "GateStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "policy-bench", dependencies: ["GatePolicy"], path: "Tests/Bench/PolicyBench", swiftSettings: settings
        ),
        // The load generator of `make bench`: nothing but pointers and descriptors, so without strict memory safety.
        .executableTarget(
            name: "gate-load",
            dependencies: ["CGate"],
            path: "Tests/Bench/GateLoad",
            swiftSettings: looseSettings
        ),
        .testTarget(name: "GatePolicyTests", dependencies: ["GatePolicy"], swiftSettings: looseSettings),
        .testTarget(name: "GateStoreTests", dependencies: ["GateStore"], swiftSettings: looseSettings),
        .testTarget(
            name: "GateEngineTests",
            dependencies: ["GateEngine", "GatePolicy", "GateStore", "CGate", "stoplog"],
            exclude: ["Support/raw.py", "Support/aws.py", "Support/origin.py"],
            swiftSettings: looseSettings
        ),
    ]
)
