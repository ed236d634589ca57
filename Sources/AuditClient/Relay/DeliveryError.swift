/// A believable answer that does not settle a delivery; the relay backs off and repeats it.
struct DeliveryError: Error, Sendable, CustomStringConvertible {
    /// The status, and what was expected; for the log.
    let description: String
}
