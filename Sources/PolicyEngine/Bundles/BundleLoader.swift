import Dispatch
import MarkedYAML
import PolicyCore

/// Reads and compiles policies on a thread of its own: neither blocking reads nor a second of compiling may stand in the
/// way of decisions on the cooperative pool.
struct BundleLoader: Sendable {
    let directory: PolicyDirectory
    private let queue = DispatchQueue(label: "bailiwick.policy.bundle", qos: .utility)

    init(directory: PolicyDirectory) {
        self.directory = directory
    }

    /// What the directory holds.
    enum Outcome: Sendable {
        case bundle(PolicyBundle)
        case broken([String])
    }

    /// The fingerprint, or the line that says why there is none.
    func look() async -> Result<PolicyDirectory.Fingerprint, PolicyDirectory.Unreadable> {
        await onQueue { [directory] in
            Result { () throws(PolicyDirectory.Unreadable) in try directory.fingerprint() }
        }
    }

    func load(_ fingerprint: PolicyDirectory.Fingerprint) async -> Outcome {
        await onQueue { [directory] in
            let files: [PolicyFile]
            do throws(PolicyDirectory.Unreadable) {
                files = try directory.files(fingerprint)
            } catch {
                return .broken([error.description])
            }
            do throws(PolicyLoadErrors) {
                return .bundle(try PolicyBundle.load(files: files))
            } catch {
                return .broken(error.errors.map(\.description))
            }
        }
    }

    private func onQueue<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}

extension BundleLoader {
    /// A directory that is missing or broken at the start: nothing can be decided, so the process does not start.
    struct NoBundle: Error, CustomStringConvertible {
        let description: String
    }

    /// The bundle to start with.
    func first() async throws -> PolicyBundle {
        switch await look() {
        case .failure(let error): throw NoBundle(description: error.description)
        case .success(let fingerprint):
            switch await load(fingerprint) {
            case .bundle(let bundle): return bundle
            case .broken(let errors):
                let more = errors.count > 1 ? " (and \(errors.count - 1) more; `bailiwick policy lint` lists all)" : ""
                throw NoBundle(description: "the policies are broken: \(errors.first ?? "")\(more)")
            }
        }
    }
}
