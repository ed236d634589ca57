/// Every function that the language has of itself.
public enum FunctionLibrary {
    /// The standard definitions of the language, operators included (cel-spec, "List of Standard Definitions").
    public static let standard: [FunctionDeclaration] =
        Operators.all + Conversions.all + StandardTexts.all + TimeFunctions.all

    /// The extensions: texts, mathematics, encoders, network addresses, lists, sets and optionals.
    public static let extensions: [FunctionDeclaration] =
        StringPositions.all + StringTransforms.all + StringParts.all + FormatFunction.all + MathFunctions.all
        + Base64Functions.all + NetworkFunctions.all + ListFunctions.all + SetFunctions.all + OptionalFunctions.all
}
