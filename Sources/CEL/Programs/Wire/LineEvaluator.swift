import WireFormat

/// Evaluates requests that come a JSON object a line: `{"expr", "container"?, "bindings"?, "disable_check"?}`, answered
/// by `{"value": …}` or `{"error": "…"}`. Values have the form of the conformance cases.
public struct LineEvaluator: Sendable {
    /// Longest line in bytes: room for an expression of the limit with bindings, small enough to hold in memory.
    public static let lineLimit = 8 << 20
    /// Most values in an answer: more than any expression of the limit writes out, few enough to hold in memory.
    private static let answerLimit = 200_000
    /// A list of a value takes two levels of JSON and a map three.
    private static let jsonLimits = JSONLimits(bytes: lineLimit, depth: Value.wireDepth * 3 + 8)

    private let limits: ExpressionLimits
    private let budget: Budget

    /// An evaluator with limits of its own.
    public init(limits: ExpressionLimits = .standard, budget: Budget = .standard) {
        self.limits = limits
        self.budget = budget
    }

    /// The answer to one line, as JSON without a line end.
    public func answer(_ line: String) -> String {
        let result: JSONValue
        do throws(Refusal) {
            result = ["value": try Self.json(evaluate(line))]
        } catch {
            result = ["error": .string(error.reason)]
        }
        return result.text
    }

    private static func json(_ value: Value) throws(Refusal) -> JSONValue {
        var budget = Budget(steps: answerLimit)
        do throws(EvaluationError) {
            return try value.json(&budget)
        } catch {
            throw Refusal(reason: "the value is too large to write")
        }
    }

    private struct Refusal: Error {
        let reason: String
    }

    private func evaluate(_ line: String) throws(Refusal) -> Value {
        let request = try Self.request(line)
        guard let text = request["expr"]?.string else { throw Refusal(reason: "the request has no text `expr`") }
        let container = try Self.member("container", of: request) { $0.string } ?? ""
        let isUnchecked = try Self.member("disable_check", of: request) { $0.bool } ?? false
        var variables: [String: Value] = [:]
        for (name, json) in try Self.member("bindings", of: request, { $0.object }) ?? [:] {
            guard let value = Value(json: json) else { throw Refusal(reason: "the binding of `\(name)` is no value") }
            variables[name] = value
        }
        let environment = Environment(
            container: container, variables: variables.mapValues { _ in .dyn }, limits: limits)
        let program: Program
        do throws(ExpressionErrors) {
            program = try environment.program(text, isChecked: !isUnchecked, limits: limits)
        } catch {
            throw Refusal(reason: error.description)
        }
        return try Self.evaluate(program, variables, budget)
    }

    private static func evaluate(
        _ program: Program, _ variables: [String: Value], _ budget: Budget
    ) throws(Refusal) -> Value {
        switch program.evaluate(SlotValues(program.slots, variables: variables), budget: budget) {
        case .value(let value): return value
        case .failure(let failure):
            let place = SourcePosition(offset: failure.offset, in: program.text)
            throw Refusal(reason: "\(place): \(failure)")
        case .unknown: throw Refusal(reason: "the result is unknown")
        }
    }

    private static func request(_ line: String) throws(Refusal) -> JSONValue {
        let json: JSONValue
        do throws(JSONParseError) {
            json = try JSONValue.parseAllowingNUL(line, limits: jsonLimits)
        } catch {
            throw Refusal(reason: "the line is no JSON: \(error)")
        }
        // Other members are for whoever wrote the line, such as a case's name and what it must come to.
        guard json.object != nil else { throw Refusal(reason: "the line is \(json.kind), not an object") }
        return json
    }

    private static func member<Result>(
        _ name: String, of request: JSONValue, _ read: (JSONValue) -> Result?
    ) throws(Refusal) -> Result? {
        guard let json = request[name], !json.isNull else { return nil }
        guard let value = read(json) else { throw Refusal(reason: "`\(name)` is \(json.kind), which it cannot be") }
        return value
    }
}

extension Environment {
    /// Parses, checks if asked to, and compiles.
    fileprivate func program(
        _ text: String, isChecked: Bool, limits: ExpressionLimits
    ) throws(ExpressionErrors) -> Program {
        let expression = try Expression.parse(text, limits: limits)
        return isChecked ? try compile(check(expression)) : try compile(unchecked: expression)
    }
}
