"""Conditions: the part of our CEL that all three engines can say, and what is known of it when facts are missing.

A predicate is true, false or unknown (a fact is missing or of another type). A grant needs it known to be true; a
denial is escaped only where it is known to be false. `known` turns either question into a tree of `All`, `Any` and
`Known` without negations, which each translator then spells in its own language.
"""
import dataclasses
import itertools
import re

TOKEN = re.compile(r"""\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<integer>-?\d+)|(?P<string>"[^"\\]*"|'[^'\\]*')"""
                   r"""|(?P<symbol>&&|\|\||[=!<>]=|[<>!()\[\],.]))""")
COMPLEMENT = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRROR = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
SUBJECT_FACTS = ("id", "employee_id")
# One body a disjunct: a condition with more than this is not something anybody would write in Rego.
MOST_DISJUNCTS = 64


class Unsupported(Exception):
    """Something of our language that is not translated; the message names it."""


@dataclasses.dataclass(frozen=True)
class Attribute:
    """An attribute of the resource."""
    name: str


@dataclasses.dataclass(frozen=True)
class Subject:
    """`subject.id` or `subject.employee_id`."""
    fact: str


@dataclasses.dataclass(frozen=True)
class Compare:
    """An attribute, an operator out of `== < <= > >= in`, and a literal, a tuple of literals or a `Subject`."""
    attribute: Attribute
    operator: str
    operand: object


@dataclasses.dataclass(frozen=True)
class About:
    """The record is about the subject."""


@dataclasses.dataclass(frozen=True)
class InChain:
    """The subject stands in the manager chain; `depth` is `direct` or `any`."""
    depth: str


@dataclasses.dataclass(frozen=True)
class And:
    parts: tuple


@dataclasses.dataclass(frozen=True)
class Or:
    parts: tuple


@dataclasses.dataclass(frozen=True)
class Not:
    part: object


@dataclasses.dataclass(frozen=True)
class Known:
    """A `Compare`, `About` or `InChain` that is known to hold, or known not to."""
    test: object
    holds: bool


@dataclasses.dataclass(frozen=True)
class All:
    parts: tuple


@dataclasses.dataclass(frozen=True)
class Any:
    parts: tuple


TRUE, FALSE = All(()), Any(())
SCOPES = {
    "none": Or(()), "self": About(), "sub(direct)": Or((About(), InChain("direct"))),
    "sub(any)": Or((About(), InChain("any"))), "all": And(()),
}


def known(predicate, holds=True):
    """Where the predicate is known to hold, or known not to (Kleene's logic, negations at the leaves)."""
    match predicate:
        case Not(part):
            return known(part, not holds)
        case And(parts) | Or(parts):
            join = All if isinstance(predicate, And) == holds else Any
            return _joined(join, [known(part, holds) for part in parts])
        case Compare(attribute, operator, operand) if not holds and operator in COMPLEMENT:
            return Known(Compare(attribute, COMPLEMENT[operator], operand), True)
    return Known(predicate, holds)


def _joined(join, parts):
    """Joined without needless levels: the empty `All` is true, the empty `Any` false."""
    neutral, absorbing = (TRUE, FALSE) if join is All else (FALSE, TRUE)
    kept = []
    for part in parts:
        if part == absorbing:
            return absorbing
        if part != neutral:
            kept += part.parts if isinstance(part, join) else [part]
    return kept[0] if len(kept) == 1 else join(tuple(kept))


def possible(predicate):
    """Where the predicate is not known to be false: the dual of `known(predicate, False)`, to be read with every leaf
    negated, so that a missing fact counts as matched."""
    def dual(tree):
        match tree:
            case All(parts):
                return _joined(Any, map(dual, parts))
            case Any(parts):
                return _joined(All, map(dual, parts))
        return tree
    return dual(known(predicate, False))


def disjuncts(tree):
    """The tree as a list of lists of leaves: one of the lists must hold whole."""
    match tree:
        case All(parts):
            result = [list(itertools.chain(*choice)) for choice in itertools.product(*map(disjuncts, parts))]
        case Any(parts):
            result = [leaves for part in parts for leaves in disjuncts(part)]
        case _:
            return [[tree]]
    if len(result) > MOST_DISJUNCTS:
        raise Unsupported(f"a condition of more than {MOST_DISJUNCTS} alternatives")
    return result


def parse(text, types):
    """Reads a condition over attributes of the given types; raises `Unsupported` for all the rest of CEL."""
    return _Parser(text, types).whole()


class _Parser:
    def __init__(self, text, types):
        self.text, self.types, self.tokens, self.index = text, types, [], 0
        position = 0
        while text[position:].strip():
            found = TOKEN.match(text, position)
            if not found:
                raise Unsupported(f"`{text[position:].strip()[:20]}` in `{text}`")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        self.tokens.append(("end", ""))

    def whole(self):
        predicate = self.disjunction()
        if self.tokens[self.index][0] != "end":
            self.refuse()
        return predicate

    def refuse(self):
        raise Unsupported(f"`{self.tokens[self.index][1] or 'end'}` in `{self.text}`")

    def take(self, *wanted):
        if self.tokens[self.index][1] in wanted and self.tokens[self.index][0] != "string":
            self.index += 1
            return self.tokens[self.index - 1][1]
        return None

    def expect(self, wanted):
        if not self.take(wanted):
            self.refuse()

    def chain(self, operator, part, join):
        parts = [part()]
        while self.take(operator):
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def disjunction(self):
        return self.chain("||", self.conjunction, Or)

    def conjunction(self):
        return self.chain("&&", self.unary, And)

    def unary(self):
        if self.take("!"):
            return Not(self.unary())
        if self.take("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self):
        left = self.operand()
        if self.take("in"):
            self.expect("[")
            values = [self.literal()]
            while self.take(","):
                values.append(self.literal())
            self.expect("]")
            return self.compare(left, "in", tuple(values))
        operator = self.take(*MIRROR)
        if operator is None:
            if not isinstance(left, Attribute) or self.types[left.name] != "boolean":
                self.refuse()
            return Compare(left, "==", True)
        right = self.operand()
        if not isinstance(left, Attribute):
            left, operator, right = right, MIRROR[operator], left
        if operator == "!=":
            return Not(self.compare(left, "==", right))
        return self.compare(left, operator, right)

    def compare(self, left, operator, right):
        if not isinstance(left, Attribute) or isinstance(right, Attribute):
            raise Unsupported(f"a comparison without exactly one attribute in `{self.text}`")
        if operator in COMPLEMENT and (self.types[left.name] != "integer" or type(right) is not int):
            raise Unsupported(f"an order of anything but integers in `{self.text}`")
        return Compare(left, operator, right)

    def operand(self):
        kind, word = self.tokens[self.index]
        if kind == "name" and word in ("resource", "subject"):
            self.index += 1
            self.expect(".")
            kind, member = self.tokens[self.index]
            known_members = self.types if word == "resource" else SUBJECT_FACTS
            if member not in known_members:
                self.refuse()
            self.index += 1
            return Attribute(member) if word == "resource" else Subject(member)
        return self.literal()

    def literal(self):
        kind, word = self.tokens[self.index]
        self.index += 1
        if kind == "string":
            return word[1:-1]
        if kind == "integer":
            return int(word)
        if word in ("true", "false"):
            return word == "true"
        self.index -= 1
        return self.refuse()
