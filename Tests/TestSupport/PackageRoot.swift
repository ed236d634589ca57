/// The package's own folder, found from this file.
public enum PackageRoot {
    /// Without a slash at the end.
    public static let path: String = {
        // …/Tests/TestSupport/PackageRoot.swift
        let parts = #filePath.split(separator: "/").dropLast(3)
        return parts.reduce("") { $0 + "/" + $1 }
    }()

    /// Where the migrations of a target lie.
    public static func migrations(of target: String) -> String { "\(path)/Sources/\(target)/Migrations" }
}
