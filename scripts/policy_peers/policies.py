"""Reads a folder of our policies (roles.yaml, modules/*.yaml, overlays/*.yaml) for the translators.

Only what decides is read. Whatever could change a decision and is not understood is put on `Policies.unsupported` by
name, and the actions that it touches are left out of every comparison and timing.
"""
import dataclasses
import pathlib

import yaml

import conditions

SCOPE_ORDER = list(conditions.SCOPES)
# The JSON kind of each attribute type; types that are not here cannot be used in conditions.
KINDS = {"string": str, "integer": int, "boolean": bool, "day": str, "instant": str, "uuid": str, "employee": str,
         "member": str, "enum": str}
MODULE_KEYS = {"module", "description", "owner", "about", "attributes", "actions", "grants", "denials",
               "fields"}
CLASS_KEYS = {"description", "fields", "sensitive", "read", "write"}
RULE_KEYS = {"id", "description", "roles", "actions", "scope", "depth", "when", "reason"}
NO_FIELDS = {"read": [], "write": []}
ROLE_KEYS = {"description", "inherits"}


@dataclasses.dataclass(frozen=True)
class Rule:
    """A grant or a denial: `roles` are as written (empty: everybody), `actions` whole names, `condition` or None."""
    id: str
    roles: tuple
    actions: tuple
    scope: str
    condition: object

    @property
    def predicate(self):
        """Scope and condition together."""
        scope = conditions.SCOPES[self.scope]
        return scope if self.condition is None else conditions.And((scope, self.condition))


@dataclasses.dataclass
class Module:
    name: str
    about: str | None
    about_type: str | None
    types: dict
    values: dict
    actions: list
    grants: list = dataclasses.field(default_factory=list)
    denials: list = dataclasses.field(default_factory=list)
    # (class, `read` or `write`): its rules. A class is no action, so its rules name `field_action(…)` in place of one.
    fields: dict = dataclasses.field(default_factory=dict)

    def field_action(self, name, mode):
        return f"{self.name}:{name}:{mode}"


@dataclasses.dataclass
class Overlay:
    """A tenant's rules for one module. Base and overlay are conjoined: its denials deny, and an action that its grants
    name needs one of them besides one of the base."""
    tenant: str
    module: str
    grants: list
    denials: list

    @property
    def bounded(self):
        """The actions that its grants name."""
        return sorted({action for rule in self.grants for action in rule.actions})


@dataclasses.dataclass
class Policies:
    roles: dict = dataclasses.field(default_factory=dict)
    is_single_tenant: bool = False
    modules: dict = dataclasses.field(default_factory=dict)
    overlays: list = dataclasses.field(default_factory=list)
    # (what, tenant or None, action or None): None touches all.
    unsupported: list = dataclasses.field(default_factory=list)

    def held(self, role):
        """The roles that whoever has `role` holds, itself included."""
        reached = [role]
        for name in reached:
            reached += [parent for parent in self.roles[name] if parent not in reached]
        return reached

    @property
    def rule_count(self):
        """Grants and denials, and the lines of field classes."""
        rules = sum(len(each.grants) + len(each.denials) for each in [*self.modules.values(), *self.overlays])
        return rules + sum(len(lines) for module in self.modules.values() for lines in module.fields.values())

    def refuse(self, what, tenant=None, action=None):
        self.unsupported.append((what, tenant, action))


def load(folder):
    """Reads every YAML file below a folder."""
    policies, readers = Policies(), {"roles": _roles, "module": _module, "overlay": _overlay}
    found = {key: [] for key in readers}
    for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        # `module` and `overlay` first: a later language may give them roles of their own.
        kind = next((key for key in ("module", "overlay", "roles") if key in document), None)
        if kind is None:
            policies.refuse(f"{path.name}: not a roles, module or overlay file")
        else:
            found[kind].append((document, path.name))
    for kind, read in readers.items():
        for document, name in found[kind]:
            read(policies, document, name)
    return policies


def _roles(policies, document, path):
    policies.is_single_tenant = document.get("tenancy") == "single"
    for key in document.keys() - {"roles", "tenancy"}:
        policies.refuse(f"{path}: key `{key}`")
    for name, role in document["roles"].items():
        role = role or {}
        policies.roles[name] = role.get("inherits") or []
        for key in role.keys() - ROLE_KEYS:
            policies.refuse(f"{path}: key `{key}` of role `{name}`")


def _module(policies, document, path):
    types, values = {}, {}
    for name, declared in document.get("attributes", {}).items():
        declared = {"type": declared} if isinstance(declared, str) else declared
        if declared["type"] in KINDS:
            types[name] = declared["type"]
            values[name] = declared.get("values")
    module = Module(document["module"], document.get("about"), types.get(document.get("about")), types, values,
                    [f"{document['module']}.{action}" for action in document["actions"]])
    policies.modules[module.name] = module
    for key in document.keys() - MODULE_KEYS:
        for action in module.actions:
            policies.refuse(f"{path}: key `{key}`", None, action)
    for name, action in document["actions"].items():
        for key in (action or {}).keys() - {"listable", "description"}:
            policies.refuse(f"{path}: key `{key}` of an action", None, f"{module.name}.{name}")
    module.grants = _rules(policies, module, document.get("grants"), "grant", path)
    module.denials = _rules(policies, module, document.get("denials"), "denial", path)
    for name, declared in document.get("fields", {}).items():
        for key in declared.keys() - CLASS_KEYS:
            policies.refuse(f"{path}: key `{key}` of field class `{name}`")
        for mode in ("read", "write"):
            actions = (module.field_action(name, mode),)
            # Every answer of the module tells its field classes, so a line that is not understood touches them all.
            rules = (_rule(policies, module, item, f"{name}/{mode}[{index}]", actions, path, touched=module.actions)
                     for index, item in enumerate(declared.get(mode, [])))
            module.fields[name, mode] = [rule for rule in rules if rule]


def _overlay(policies, document, path):
    tenant = document["overlay"]
    for key in document.keys() - {"overlay", "description", "modules"}:
        policies.refuse(f"{path}: key `{key}`", tenant)
    for name, rules in document["modules"].items():
        module = policies.modules.get(name)
        for key in rules.keys() - {"grants", "denials"}:
            policies.refuse(f"{path}: key `{key}`", tenant)
        if module is None:
            policies.refuse(f"{path}: module `{name}`", tenant)
            continue
        policies.overlays.append(Overlay(
            tenant, name, _rules(policies, module, rules.get("grants"), "grant", path, tenant),
            _rules(policies, module, rules.get("denials"), "denial", path, tenant)))


def _rules(policies, module, items, kind, path, tenant=None):
    """The rules that are understood; the others are named on `policies.unsupported`."""
    rules = []
    for index, item in enumerate(items or []):
        actions = tuple(action for action in module.actions
                        if any(_names(word, action.removeprefix(module.name + ".")) for word in item["actions"]))
        rules.append(_rule(policies, module, item, item.get("id", f"{kind}[{index}]"), actions, path, tenant))
    return [rule for rule in rules if rule]


def _rule(policies, module, item, id, actions, path, tenant=None, touched=None):
    """One rule; None where it is not understood."""
    try:
        if unknown := item.keys() - RULE_KEYS:
            raise conditions.Unsupported(f"key `{min(unknown)}`")
        if unknown := set(item.get("roles", ())) - policies.roles.keys():
            raise conditions.Unsupported(f"role `{min(unknown)}`")
        scope = item.get("scope", "all")
        if scope == "sub":
            scope = f"sub({item.get('depth', 'any')})"
        if scope not in conditions.SCOPES:
            raise conditions.Unsupported(f"scope `{scope}`")
        condition = conditions.parse(item["when"], module.types) if "when" in item else None
        rule = Rule(f"{module.name}/{id}", tuple(item.get("roles", ())), actions, scope, condition)
        # Rego spells these out: too many alternatives are found here, for both peers.
        conditions.disjuncts(conditions.known(rule.predicate))
        conditions.disjuncts(conditions.possible(rule.predicate))
        return rule
    except conditions.Unsupported as reason:
        for action in touched or actions:
            policies.refuse(f"{path}: {id}: {reason}", tenant, action)
        return None


def _names(word, action):
    return action.startswith(word[:-1]) if word.endswith("*") else action == word
