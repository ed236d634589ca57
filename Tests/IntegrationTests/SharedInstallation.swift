import Testing

/// The suites that share one running installation; one after the other, since they change what it holds.
@Suite("A running installation", .serialized)
struct SharedInstallation {}
