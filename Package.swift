// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in the Swift 6 language mode with these; `docs/architecture.md` says why.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// What every service executable stands on.
let serviceParts: [Target.Dependency] = [
    "WireFormat", "SQLQuery", "ServiceKit", "Postgres", "KeyVault", "AuditCore", "AuditClient",
    "IdentityClient", "PolicyClient", logging, lifecycle,
]

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func service(_ name: String, _ more: [Target.Dependency], resources: [Resource] = []) -> Target {
    .executableTarget(
        name: name, dependencies: serviceParts + more,
        resources: [.copy("Migrations"), .copy("openapi.yaml")] + resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
    name: "bailiwick",
    products: [
        .executable(name: "bailiwick", targets: ["Bailiwick"]),
        .library(name: "PolicyCore", targets: ["PolicyCore", "WireFormat"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["JSON"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // C libraries of Debian
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibXCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibFido2", pkgConfig: "libfido2", providers: [.apt(["libfido2-dev"])]),
        .systemLibrary(name: "CLibQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CLibSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLibZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibRE2", providers: [.apt(["libre2-dev"])]),
        // RE2 has no C interface of its own
        .target(name: "RE2Shim", dependencies: ["CLibRE2"], linkerSettings: [.linkedLibrary("re2")]),

        // Pure libraries: no HTTP, SQL execution, clock or environment
        library("WireFormat", []),
        library("Gathering", []),
        library("SQLQuery", ["WireFormat"]),
        library("MarkedYAML", ["WireFormat", "CLibYAML"]),
        library("CEL", ["WireFormat", "RE2Shim"]),
        library("PolicyCore", ["WireFormat", "MarkedYAML", "CEL", crypto]),
        library("PolicyTools", ["WireFormat", "MarkedYAML", "PolicyCore"]),
        library("PolicySQL", ["WireFormat", "SQLQuery", "PolicyCore"]),
        library("AuditCore", ["WireFormat", crypto]),
        library("HRDomain", ["WireFormat"]),
        library("IdentityCore", ["WireFormat"]),
        library("WebAuthn", ["WireFormat", "CLibFido2"]),

        // Infrastructure
        library(
            "ServiceKit",
            [
                "WireFormat", "MarkedYAML", hummingbird, hummingbirdTLS, httpClient, httpTypes, nioCore,
                nioPosix, nioHTTP1, nioSSL, logging, metrics, coreMetrics, lifecycle, unixSignals, configuration,
                crypto, "CLibSodium",
            ]),
        library("Postgres", ["WireFormat", "SQLQuery", "Gathering", "CLibPQ", logging, metrics, lifecycle]),
        library(
            "KeyVault", ["WireFormat", "SQLQuery", "Postgres", "CLibCrypto", crypto, logging],
            resources: [.copy("Migrations")]),
        library("IdentityClient", ["WireFormat", "ServiceKit", "Postgres", "CLibCrypto", logging, lifecycle]),
        library(
            "PolicyClient", ["WireFormat", "ServiceKit", "PolicyCore", "IdentityCore", "Gathering", httpTypes, logging]),
        library(
            "AuditClient",
            ["WireFormat", "SQLQuery", "ServiceKit", "Postgres", "KeyVault", "AuditCore", logging, metrics, lifecycle],
            resources: [.copy("Migrations")]),
        library(
            "Idempotency",
            [
                "WireFormat", "SQLQuery", "ServiceKit", "Postgres", "KeyVault", "IdentityClient", crypto, logging,
                lifecycle,
            ]),
        library("PrivateCluster", ["WireFormat", subprocess, system, logging]),

        // The four services and the command-line tool
        service(
            "AuthService",
            [
                "Idempotency", "CLibXCrypt", "CLibCrypto", "CLibZxcvbn", "CLibCurl", "CLibQREncode", "PolicyCore",
                "PolicySQL",
                "WebAuthn", "IdentityCore", crypto, metrics, mustache,
            ],
            resources: [
                .copy("Passwords/common-passwords.txt"), .copy("Pages/Templates"), .copy("Pages/Assets"),
            ]),
        service("PolicyEngine", ["PolicyCore", "MarkedYAML", metrics]),
        service("HRService", ["Idempotency", "PolicyCore", "PolicySQL", "HRDomain", crypto]),
        service("AuditService", ["PolicyCore", metrics, crypto]),
        .executableTarget(
            name: "Bailiwick",
            dependencies: [
                "WireFormat", "SQLQuery", "MarkedYAML", "CEL", "PolicyCore", "PolicyTools", "PolicySQL", "AuditCore",
                "ServiceKit",
                "Postgres",
                "KeyVault", "PrivateCluster", crypto, logging, lifecycle, unixSignals, arguments, subprocess, system,
                httpClient,
                httpTypes, nioCore, nioHTTP1,
            ], swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "WireFormat", "ServiceKit", "PolicyCore", "CLibXCrypt", hummingbird, lifecycle, crypto,
                logging, arguments,
            ], swiftSettings: strict),

        // Tests; each mirrors its source target
        .target(
            name: "TestSupport",
            dependencies: [
                "WireFormat", "SQLQuery", "Postgres", "PrivateCluster", "ServiceKit", "PolicyCore", "PolicyClient",
                httpClient, nioCore, subprocess, system, logging, lifecycle,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("WireFormatTests", ["WireFormat"]),
        tests("GatheringTests", ["Gathering"]),
        tests("SQLQueryTests", ["SQLQuery"]),
        tests("MarkedYAMLTests", ["MarkedYAML"]),
        tests("CELTests", ["CEL", "WireFormat"]),
        tests("PolicyCoreTests", ["PolicyCore", "MarkedYAML", "WireFormat"]),
        .testTarget(
            name: "PolicyToolsTests", dependencies: ["PolicyTools", "PolicyCore", "MarkedYAML", "WireFormat"],
            exclude: ["Fixtures"], swiftSettings: strict),
        tests("PolicySQLTests", ["PolicySQL", "PolicyCore", "SQLQuery", "Postgres", "WireFormat"]),
        tests("AuditCoreTests", ["AuditCore", "WireFormat", crypto]),
        tests("HRDomainTests", ["HRDomain", "WireFormat"]),
        .target(
            name: "WebAuthnTestSupport", dependencies: ["WebAuthn", "WireFormat", "CLibFido2"],
            path: "Tests/WebAuthnTestSupport", swiftSettings: strict),
        .testTarget(
            name: "WebAuthnTests", dependencies: ["WebAuthn", "WebAuthnTestSupport", "WireFormat"],
            swiftSettings: strict),
        tests("ServiceKitTests", ["ServiceKit", "WireFormat", httpClient, nioCore, nioPosix, crypto, logging]),
        tests("PostgresTests", ["Postgres", "SQLQuery", "WireFormat"]),
        tests("IdentityCoreTests", ["IdentityCore", "WireFormat"]),
        tests("KeyVaultTests", ["KeyVault", "Postgres", "SQLQuery", "WireFormat", crypto]),
        tests(
            "IdentityClientTests",
            ["IdentityClient", "ServiceKit", "Postgres", "WireFormat", "CLibCrypto", logging, lifecycle]),
        tests(
            "IdempotencyTests",
            ["Idempotency", "KeyVault", "ServiceKit", "Postgres", "SQLQuery", "WireFormat", logging]),
        tests(
            "AuthServiceTests",
            [
                "AuthService", "AuditClient", "AuditCore", "IdentityClient", "KeyVault", "PolicyClient", "PolicyCore",
                "ServiceKit", "Postgres", "SQLQuery", "IdentityCore", "WebAuthn", "WebAuthnTestSupport", "WireFormat",
                "MarkedYAML",
                crypto,
                httpTypes, logging, subprocess, system,
            ]),
        tests(
            "PolicyEngineTests",
            [
                "PolicyEngine", "PolicyClient", "PolicyCore", "IdentityClient", "AuditClient", "ServiceKit", "Postgres",
                "SQLQuery", "WireFormat", "CLibCrypto", httpClient, nioCore, logging, lifecycle,
            ]),
        tests(
            "HRServiceTests",
            [
                "HRService", "HRDomain", "AuditClient", "AuditCore", "Idempotency", "IdentityClient", "KeyVault",
                "PolicyClient", "PolicyCore", "ServiceKit", "Postgres", "SQLQuery", "WireFormat",
            ]),
        tests(
            "AuditServiceTests",
            [
                "AuditService", "AuditClient", "AuditCore", "PolicyCore", "Bailiwick", "ServiceKit", "Postgres",
                "SQLQuery", "WireFormat", logging, lifecycle, arguments,
            ]),
        tests("BailiwickTests", ["Bailiwick", "ServiceKit", "PrivateCluster", "WireFormat", subprocess, system]),
        tests(
            "IntegrationTests",
            [
                "Bailiwick", "ServiceKit", "Postgres", "AuditCore", "WireFormat", httpClient, nioHTTP1, logging,
                subprocess, system,
            ]),
    ],
    swiftLanguageModes: [.v6]
)
