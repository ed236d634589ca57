import Foundation

/// The passwords that everybody tries first (`common-passwords.txt`, whose head says where it is from). Those below
/// eight characters are left out: their length refuses them.
enum CommonPasswords {
    private static let list: Set<Substring> = {
        guard let path = Bundle.module.path(forResource: "common-passwords", ofType: "txt"),
            let data = FileManager.default.contents(atPath: path)
        else { return [] }
        // The head ends at the first blank line.
        let text = String(decoding: data, as: UTF8.self)
        guard let head = text.firstRange(of: "\n\n") else { return [] }
        return Set(text[head.upperBound...].split(separator: "\n"))
    }()

    /// How many there are; 0 tells a broken installation.
    static var count: Int { list.count }

    /// Whether it is one of them, in any case.
    static func contains(_ text: String) -> Bool { list.contains(text.lowercased()[...]) }
}
