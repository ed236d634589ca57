import ArgumentParser
import CLibXCrypt
import Foundation
import Synchronization

/// The limit of sign-in: how many `crypt_r` the cores allow when nothing else runs.
struct RawBcrypt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bcrypt", abstract: "Hash on some threads for a while; print hashes a second.")

    /// Threads that hash.
    @Option var threads = 2
    /// How long, in seconds.
    @Option var seconds = 10
    /// bcrypt's cost.
    @Option var cost = 12

    func run() throws {
        var salt = [CChar](repeating: 0, count: 192)
        guard crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, &salt, Int32(salt.count)) != nil else {
            throw ValidationError("cost \(cost) is not one of bcrypt's")
        }
        let setting = salt
        let hashes = Mutex(0)
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let workers = (0..<threads).map { _ in
            Thread {
                let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
                data.initialize(to: crypt_data())
                defer { data.deallocate() }
                while ContinuousClock.now < end {
                    _ = crypt_r("correct horse battery staple", setting, data)
                    hashes.withLock { $0 += 1 }
                }
            }
        }
        workers.forEach { $0.start() }
        while workers.contains(where: { !$0.isFinished }) { usleep(10_000) }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        print(Double(hashes.withLock { $0 }) / elapsed)
    }
}
