import CLibXCrypt
import WireFormat

/// bcrypt in the `$2b$` form, by libxcrypt. Every call blocks for as long as the cost says (about 300 ms at 12): only
/// ``PasswordHasher`` makes them.
struct Bcrypt {
    /// OWASP's floor for bcrypt is 10; less would not slow down who has stolen the table.
    static let costs = 10...16
    /// About 300 ms on the machines of 2026.
    static let standardCost = 12

    private static let prefix = "$2b$"

    /// One `crypt_data`, 32 KiB, used again by the thread that owns this value.
    private let scratch: UnsafeMutablePointer<crypt_data>

    /// Takes scratch memory, zeroed as `crypt_r` demands before its first use.
    init() {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<crypt_data>.size, alignment: MemoryLayout<crypt_data>.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<crypt_data>.size)
        scratch = memory.bindMemory(to: crypt_data.self, capacity: 1)
    }

    /// Gives the scratch memory back; the value must not be used afterwards.
    func free() {
        wipe()
        scratch.deallocate()
    }

    /// The hash of `input`, at most 72 bytes without NUL, with a fresh salt; nil when libxcrypt refuses.
    func hash(_ input: Redacted<[UInt8]>, cost: Int) -> String? {
        guard let setting = Self.setting(cost: cost) else { return nil }
        return crypt(input.reveal(), setting)
    }

    /// Whether `hash` is of `input`. One bcrypt computation, whatever the answer.
    func verify(_ input: Redacted<[UInt8]>, against hash: String) -> Bool {
        guard let computed = crypt(input.reveal(), hash) else { return false }
        return ConstantTime.equal(computed.utf8, hash.utf8)
    }

    /// The cost that `hash` was made with, or nil when it is no `$2b$` hash.
    static func cost(of hash: String) -> Int? {
        guard hash.hasPrefix(prefix), hash.utf8.count == 60 else { return nil }
        return Int(hash.dropFirst(prefix.count).prefix(2))
    }

    /// `$2b$12$` and 22 characters of salt; the entropy is the kernel's.
    private static func setting(cost: Int) -> String? {
        guard costs.contains(cost) else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CRYPT_GENSALT_OUTPUT_SIZE)) { buffer in
            guard
                crypt_gensalt_rn(prefix, UInt(cost), nil, 0, buffer.baseAddress, Int32(CRYPT_GENSALT_OUTPUT_SIZE))
                    != nil, let start = buffer.baseAddress
            else { return nil }
            return String(cString: start)
        }
    }

    private func crypt(_ password: [UInt8], _ setting: String) -> String? {
        defer { wipe() }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        guard let output = crypt_r(phrase, setting, scratch) else { return nil }
        let text = String(cString: output)
        // libxcrypt reports a failure as `*0` or `*1`, never as NULL from `crypt_r`.
        return text.hasPrefix("*") ? nil : text
    }

    private func wipe() {
        UnsafeMutableRawPointer(scratch).initializeMemory(
            as: UInt8.self, repeating: 0, count: MemoryLayout<crypt_data>.size)
    }
}
