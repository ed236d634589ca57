"""Our policies as Cedar: a rule is a statement, roles and tenants are the principal's parents, actions are entities.

Cedar has no unknowns: every leaf asks first whether its facts are there, and a denial is a `forbid … unless` it is
known not to match. Reading or writing a field class is an action of its own. Cedar has no type tests either: `Cedar.prepare` leaves out facts of another type than the schema's.
"""
import json

from conditions import FALSE, TRUE, About, All, Any, Compare, InChain, Known, Subject, known

TENANTS = """@id("tenants")
forbid (principal, action, resource)
unless { principal has tenant && resource has _tenant && principal.tenant == resource._tenant };
"""
# What stands in place of the person asking, by the type of the module's `about` attribute.
EMPLOYEE, MEMBER = "principal.employee_id", "principal.id"


def translate(policies):
    """The policies as text, and the scope of each grant by its `@id`."""
    statements = [] if policies.is_single_tenant else [TENANTS]
    scopes = {}
    for module in policies.modules.values():
        spelling = _Spelling(module)
        for rule in module.grants:
            scopes[rule.id] = rule.scope
            statements.append(spelling.grant(rule))
        statements += [spelling.denial(rule) for rule in module.denials]
        statements += [spelling.grant(rule) for rules in module.fields.values() for rule in rules]
    for overlay in policies.overlays:
        spelling = _Spelling(policies.modules[overlay.module], overlay.tenant)
        statements += [spelling.denial(rule) for rule in overlay.denials]
        if overlay.grants:
            statements.append(spelling.bound(overlay))
    return "\n".join(statements), scopes


def entity_type(module):
    """The Cedar type of a module's records."""
    return "".join(word.capitalize() for word in module.split("_"))


class _Spelling:
    """Spells the rules of one module, of the base or of a tenant's overlay."""

    def __init__(self, module, tenant=None):
        self.module, self.tenant = module, tenant
        self.asker = MEMBER if module.about_type == "member" else EMPLOYEE

    def grant(self, rule):
        return self.statement("permit", rule, None if (tree := known(rule.predicate)) == TRUE else
                              f"when {{ {self.expression(tree)} }}")

    def denial(self, rule):
        return self.statement("forbid", rule, None if (tree := known(rule.predicate, False)) == FALSE else
                              f"unless {{ {self.expression(tree)} }}")

    def bound(self, overlay):
        """What conjoins an overlay's grants with the base, in one statement: one of them must hold."""
        grants = [" && ".join(filter(None, [f"action in {_actions(rule.actions)}", _holds(rule),
                                            f"({self.expression(known(rule.predicate))})"]))
                  for rule in overlay.grants]
        return (f"@id({_text('bound/' + overlay.tenant)})\n"
                f"forbid (principal in Tenant::{_text(self.tenant)}, action in {_actions(overlay.bounded)}, "
                f"resource is {entity_type(self.module.name)})\nunless {{ {' || '.join(f'({g})' for g in grants)} }};\n")

    def statement(self, effect, rule, clause):
        if self.tenant is None and len(rule.roles) == 1:
            principal, roles = _holds(rule), None
        else:
            principal = "principal" if self.tenant is None else f"principal in Tenant::{_text(self.tenant)}"
            roles = f"when {{ {_holds(rule)} }}" if rule.roles else None
        head = f"@id({_text(rule.id)})\n{effect} ({principal}, action in {_actions(rule.actions)}, " \
               f"resource is {entity_type(self.module.name)})"
        return "\n".join(filter(None, [head, roles, clause])) + ";\n"

    def expression(self, tree):
        match tree:
            case All(parts):
                return " && ".join(f"({self.expression(part)})" for part in parts) or "true"
            case Any(parts):
                return " || ".join(f"({self.expression(part)})" for part in parts) or "false"
            case Known(About(), holds):
                equal = "==" if holds else "!="
                return self.given(self.asker, "resource._person", f"resource._person {equal} {self.asker}")
            case Known(InChain("any"), holds):
                contained = f"resource._managers.contains({EMPLOYEE})"
                return self.given(EMPLOYEE, "resource._managers", contained if holds else f"!{contained}")
            case Known(InChain("direct"), True):
                return self.given(EMPLOYEE, "resource._nearest", f"resource._nearest == {EMPLOYEE}")
            case Known(InChain("direct"), False):
                nearest = f"resource has _nearest && resource._nearest == {EMPLOYEE}"
                return self.given(EMPLOYEE, "resource._managers", f"!({nearest})")
            case Known(Compare() as test, holds):
                return self.comparison(test, holds)
        raise TypeError(tree)

    def comparison(self, test, holds):
        left = f"resource.{test.attribute.name}"
        match test.operand:
            case Subject(fact):
                right = f"principal.{fact}"
                return self.given(right, left, f"{left} {'==' if holds else '!='} {right}")
            case tuple() as values:
                found = f"[{', '.join(map(_text, values))}].contains({left})"
                return self.given(left, found if holds else f"!{found}")
        operator = "!=" if test.operator == "==" and not holds else test.operator
        return self.given(left, f"{left} {operator} {_text(test.operand)}")

    @staticmethod
    def given(*facts_and_test):
        """The test behind a question for each fact that may be missing."""
        *facts, test = facts_and_test
        asked = [fact.replace(".", " has ") for fact in facts if fact != MEMBER]
        return " && ".join([*asked, test])


def _holds(rule):
    """Whether the principal holds one of the rule's roles; nothing where the rule is for everybody."""
    if len(rule.roles) == 1:
        return f"principal in Role::{_text(rule.roles[0])}"
    return f"principal in [{', '.join(f'Role::{_text(role)}' for role in rule.roles)}]" if rule.roles else ""


def _actions(names):
    return f"[{', '.join(f'Action::{_text(name)}' for name in names)}]"


def _text(value):
    return json.dumps(value, ensure_ascii=False)
