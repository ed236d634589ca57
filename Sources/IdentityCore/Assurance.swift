/// A level of assurance as a type. A handler that takes a ``Session`` of it cannot be called without the proof.
public protocol Assurance: Sendable {
    /// The least level that the type stands for.
    static var level: AssuranceLevel { get }
}

/// Signed in.
public enum AAL1: Assurance {
    /// One factor.
    public static var level: AssuranceLevel { .oneFactor }
}

/// Signed in with two factors.
public enum AAL2: Assurance {
    /// Two factors.
    public static var level: AssuranceLevel { .twoFactors }
}

/// Signed in with a passkey.
public enum PhishingResistant: Assurance {
    /// A passkey.
    public static var level: AssuranceLevel { .phishingResistant }
}

/// The age of an authentication as a type.
public protocol Freshness: Sendable {
    /// How old it may be; nil: as old as the session.
    static var maximumAge: Duration? { get }
}

/// Whenever the session began.
public enum AnyAge: Freshness {
    /// No limit.
    public static var maximumAge: Duration? { nil }
}

/// Within five minutes: a person at the keyboard, not whoever finds the open laptop after lunch.
public enum Fresh5m: Freshness {
    /// Five minutes.
    public static var maximumAge: Duration? { .seconds(300) }
}
