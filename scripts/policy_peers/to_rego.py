"""Our policies as Rego, written as somebody who knows OPA would for speed.

One package a module and one for each tenant's overlay, found by name; every rule body begins with the action, which
OPA's rule index looks up. Facts and roles held are complete rules, computed once a request. The widest scope is asked
first, so that deciding and naming the scope cost the same.
"""
import json

from conditions import About, Attribute, Compare, InChain, Known, SCOPES, Subject, disjuncts, known, possible

ENTRY = "bailiwick.authz.answer"
ENTRY_WITH_FIELDS = "bailiwick.authz.answer_with_fields"
ORDER = {"<": "less", "<=": "less_or_equal", ">": "greater", ">=": "greater_or_equal"}
# What covers the record at each scope, widest first.
COVERED = {"all": None, "sub(any)": "facts.below_any", "sub(direct)": "facts.below_direct", "self": "facts.about_self"}

FACTS = """package bailiwick.facts

employee_id := id if {
	id := input.subject.properties.employee_id
	is_string(id)
}

default employee_or_null := null

employee_or_null := employee_id

tenant := input.subject.properties.tenant

held := {role | some name in input.subject.properties.roles; some role in inherits[name]}

holds(roles) if {
	some role in roles
	held[role]
}

record_id := object.get(input.resource, ["properties", "id"], input.resource.id)

chain := managers if {
	managers := input.resource.properties.manager_chain
	is_array(managers)
}

about_self if person == asker
about_other if person != asker

in_chain_any if employee_id in chain
in_chain_direct if employee_id == chain[0]

out_chain_any if {
	known_chain
	not in_chain_any
}

out_chain_direct if {
	known_chain
	not in_chain_direct
}

known_chain if {
	is_array(chain)
	is_string(employee_id)
}

below_any if about_self
below_any if in_chain_any

below_direct if about_self
below_direct if in_chain_direct

differs(value, other) if {
	type_name(value) == type_name(other)
	value != other
}

outside(value, others) if {
	every other in others { type_name(other) == type_name(value) }
	not value in others
}

less(value, other) if {
	is_number(value)
	value < other
}

less_or_equal(value, other) if {
	is_number(value)
	value <= other
}

greater(value, other) if {
	is_number(value)
	value > other
}

greater_or_equal(value, other) if {
	is_number(value)
	value >= other
}
"""

# The person a record is about: `subject_id`, the module's `about` attribute, or both where they agree.
PERSON = """
person := id if {{
	input.resource.type == {module}
	id := {named}
	is_string(id)
	object.get(input.resource.properties, "subject_id", null) in {{id, null}}
}}

person := id if {{
	input.resource.type == {module}
	not is_string({named})
	id := input.resource.properties.subject_id
	is_string(id)
}}

asker := {asker} if input.resource.type == {module}
"""

AUTHZ = """package bailiwick.authz

import data.bailiwick.facts

default answer := {"decision": false, "context": {"scope": "none"}}

answer := {"decision": true, "context": {"scope": scope}} if {
	facts.same_tenant
	scope
	not data.bailiwick.modules[input.resource.type].denied
	%s
}
"""

AUTHZ_FIELDS = """
default answer_with_fields := {"decision": false, "context": {"scope": "none"}}

answer_with_fields := {"decision": true, "context": {"scope": answer.context.scope, "fields": {
	"read": data.bailiwick.fields[input.resource.type].read,
	"write": data.bailiwick.fields[input.resource.type].write,
}}} if answer.decision
"""

BASE_SCOPE = """
scope := data.bailiwick.modules[input.resource.type].scope
"""

OVERLAID_SCOPE = """
base := data.bailiwick.modules[input.resource.type].scope

bounded if data.bailiwick.overlays[facts.tenant][input.resource.type].bounded[input.action.name]

narrowed := "all" if not bounded
else := data.bailiwick.overlays[facts.tenant][input.resource.type].scope

rank := {"self": 1, "sub(direct)": 2, "sub(any)": 3, "all": 4}

scope := base if rank[base] <= rank[narrowed]
scope := narrowed if rank[narrowed] < rank[base]
"""


def translate(policies):
    """Files by name."""
    files = {"facts.rego": _facts(policies)}
    not_overlaid = "not data.bailiwick.overlays[facts.tenant][input.resource.type].denied"
    files["authz.rego"] = AUTHZ.rstrip("\n") % (not_overlaid if policies.overlays else "true")
    files["authz.rego"] += "\n" + (OVERLAID_SCOPE if policies.overlays else BASE_SCOPE)
    files["authz.rego"] += AUTHZ_FIELDS
    for module in policies.modules.values():
        files[f"{module.name}-fields.rego"] = _fields(module)
        files[f"{module.name}.rego"] = _package(f"bailiwick.modules[{json.dumps(module.name)}]", module)
    for overlay in policies.overlays:
        bounded = ", ".join(map(json.dumps, overlay.bounded))
        files[f"{overlay.tenant}-{overlay.module}.rego"] = _package(
            f"bailiwick.overlays[{json.dumps(overlay.tenant)}][{json.dumps(overlay.module)}]", overlay,
            f"bounded := {{{bounded}}}" if bounded else None)
    return files


def _facts(policies):
    text = FACTS
    if policies.is_single_tenant:
        text += "\nsame_tenant := true\n"
    else:
        text += "\nsame_tenant if {\n\tis_string(tenant)\n\ttenant != \"\"\n\ttenant == input.resource.properties.tenant\n}\n"
    missing = dict.fromkeys(sorted(_denied_by(policies)))
    text += f'\nstated := object.union({json.dumps(missing)}, object.get(input.resource, "properties", {{}}))\n'
    inherits = {role: policies.held(role) for role in policies.roles}
    text += "\ninherits := " + json.dumps(inherits, ensure_ascii=False) + "\n"
    for module in policies.modules.values():
        if module.about:
            asker = "input.subject.id" if module.about_type == "member" else "employee_id"
            named = _reference(module.about).removeprefix("facts.")
            text += PERSON.format(module=json.dumps(module.name), named=named, asker=asker)
    return text


def _denied_by(policies):
    """The attributes that denials look at."""
    for each in [*policies.modules.values(), *policies.overlays]:
        for rule in each.denials:
            for leaves in disjuncts(possible(rule.predicate)):
                yield from (leaf.test.attribute.name for leaf in leaves if isinstance(leaf.test, Compare))


def _package(name, rules, extra=None):
    blocks = [f"package {name}\n\nimport data.bailiwick.facts"]
    if extra:
        blocks.append(extra)
    scopes = [scope for scope in COVERED if any(rule.scope == scope for rule in rules.grants)]
    if scopes:
        blocks.append("\nelse ".join(
            ("scope := " if index == 0 else ":= ") + _scope_line(scope) for index, scope in enumerate(scopes)))
    for rule in rules.grants:
        if rule.scope in COVERED:
            condition = SCOPES["all"] if rule.condition is None else rule.condition
            bodies = [[_leaf(leaf) for leaf in leaves] for leaves in disjuncts(known(condition))]
            blocks += _bodies(_group(rule.scope), rule, bodies)
    for rule in rules.denials:
        bodies = [[_negated(leaf) for leaf in leaves] for leaves in disjuncts(possible(rule.predicate))]
        blocks += _bodies("denied", rule, bodies)
    return "\n\n".join(blocks) + "\n"


def _group(scope):
    return "granted_" + scope.replace("(", "_").replace(")", "")


def _scope_line(scope):
    covered = COVERED[scope]
    if covered is None:
        return f"{json.dumps(scope)} if {_group(scope)}"
    return f"{json.dumps(scope)} if {{\n\t{covered}\n\t{_group(scope)}\n}}"


def _fields(module):
    """The classes of fields that are read and written."""
    blocks = [f"package bailiwick.fields[{json.dumps(module.name)}]\n\nimport data.bailiwick.facts"]
    for mode in ("read", "write"):
        # Makes the set defined where no line adds to it.
        blocks.append(f"{mode} contains name if some name in set()")
        for (name, _), rules in ((key, rules) for key, rules in module.fields.items() if key[1] == mode):
            for rule in rules:
                if rule.scope != "none":
                    covered = [COVERED[rule.scope]] if COVERED[rule.scope] else []
                    condition = SCOPES["all"] if rule.condition is None else rule.condition
                    for leaves in disjuncts(known(condition)):
                        blocks.append(_block(rule, f"{mode} contains {json.dumps(name)}",
                                             [*_held(rule), *covered, *map(_leaf, leaves)]))
    return "\n\n".join(blocks) + "\n"


def _bodies(head, rule, bodies):
    actions = ", ".join(map(json.dumps, rule.actions))
    action = "input.action.name " + (f"== {actions}" if len(rule.actions) == 1 else f"in {{{actions}}}")
    return [_block(rule, head, [action, *_held(rule), *body]) for body in bodies]


def _block(rule, head, lines):
    body = "\n\t".join(lines or ["true"])
    return f"# {rule.id}\n{head} if {{\n\t{body}\n}}"


def _held(rule):
    if len(rule.roles) == 1:
        return [f"facts.held[{json.dumps(rule.roles[0])}]"]
    return [f"facts.holds({{{', '.join(map(json.dumps, rule.roles))}}})"] if rule.roles else []


def _reference(name, is_negated=False):
    if name == "id":
        return "facts.record_id"
    return f"{'facts.stated' if is_negated else 'input.resource.properties'}[{json.dumps(name)}]"


def _operand(operand, is_negated=False):
    match operand:
        case Subject("id"):
            return "input.subject.id"
        case Subject("employee_id"):
            return "facts.employee_or_null" if is_negated else "facts.employee_id"
        case tuple():
            return "{" + ", ".join(map(_operand, operand)) + "}"
    return json.dumps(operand, ensure_ascii=False)


def _negated(leaf):
    """A leaf with `not` before it. Rego looks up the arguments of a call outside its `not`, so that an undefined one
    makes the whole body undefined and a denial would fail open: arguments are facts that are null where missing."""
    return "not " + _leaf(leaf, is_negated=True)


def _leaf(leaf, is_negated=False):
    match leaf:
        case Known(About(), holds):
            return "facts.about_self" if holds else "facts.about_other"
        case Known(InChain(depth), holds):
            return f"facts.{'in' if holds else 'out'}_chain_{depth}"
        case Known(Compare(Attribute(name), "==", operand), True):
            return f"{_reference(name)} == {_operand(operand)}"
        case Known(Compare(Attribute(name), operator, operand), holds):
            left, right = _reference(name, is_negated), _operand(operand, is_negated)
            if operator in ORDER:
                return f"facts.{ORDER[operator]}({left}, {right})"
            if operator == "in" and holds:
                return f"{left} in {right}"
            return f"facts.{'outside' if operator == 'in' else 'differs'}({left}, {right})"
    raise TypeError(leaf)
