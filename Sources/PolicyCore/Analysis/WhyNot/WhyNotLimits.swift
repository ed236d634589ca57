/// How far the search for changes goes.
public struct WhyNotLimits: Sendable, Hashable {
    /// The most changes in a way of who asks and how: a role, a relation, an approval and a reason are four.
    public var changes = 4
    /// The most changes of the record beside those. Apart, so that what a person is told does not depend on how many of
    /// them the record happens to need.
    public var recordChanges = 4
    /// The most requests that are tried: at some five microseconds each they take about as long as a page does.
    public var tries = 4_000
    /// The most ways. People read three.
    public var ways = 12
    /// The most possible changes that are looked at; the rules of one action name a dozen or two.
    public var remedies = 64

    /// The usual limits.
    public static let standard = WhyNotLimits()

    /// The usual limits.
    public init() {}
}
