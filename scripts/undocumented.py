"""Lists declarations that are neither private nor documented. Usage: undocumented.py DIRECTORY...

A declaration counts as documented when a `///` comment stands above it (attributes may stand between). Members that
a protocol requires of every type, initialisers of literals and enum cases on one line with others are left to taste.
"""
import pathlib
import re
import sys

DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(public|package)\s+(?:(?:private|fileprivate|internal)\(set\)\s+)?"
    r"(?:static |final |mutating |nonisolated |override |class |convenience |indirect |borrowing |consuming )*"
    r"(?:func|var|let|init|struct|enum|class|actor|protocol|typealias|subscript)\b"
)
# Requirements whose meaning the protocol gives.
CONFORMANCE = re.compile(
    r"\b(description|debugDescription|customMirror|hash\(into|static func [<=]|placeholder|sqlValue|sqlArray|wire\b|"
    r"init\(wire|init\(fields|init\(stringLiteral|init\(integerLiteral|init\(booleanLiteral|init\(nilLiteral|"
    r"init\(arrayLiteral|init\(stringInterpolation|init\(literalCapacity|init\(sql|func run\(\)|static let configuration|"
    r"init\(\) \{\}|mutating func next|makeAsyncIterator|rawValue)"
)


def undocumented(path: pathlib.Path) -> list[str]:
    lines = path.read_text().splitlines()
    found = []
    for number, line in enumerate(lines):
        if not DECLARATION.match(line) or CONFORMANCE.search(line):
            continue
        above = number - 1
        while above >= 0 and lines[above].strip().startswith("@"):
            above -= 1
        if above < 0 or not lines[above].strip().startswith("///"):
            found.append(f"{path}:{number + 1}: {line.strip()}")
    return found


def main() -> int:
    findings = [
        finding
        for directory in sys.argv[1:]
        for path in sorted(pathlib.Path(directory).rglob("*.swift"))
        for finding in undocumented(path)
    ]
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
