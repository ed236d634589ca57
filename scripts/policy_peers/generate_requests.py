"""Writes requests for a set, a JSON object a line in the shape of OpenID AuthZEN 1.0.

    python3 generate_requests.py SET FILE [--count 500] [--seed N]

Half of them are made so that a grant could hold: a rule is chosen, and subject and record are bent towards it. Every
tenth or so is an edge: a fact missing, null or of another type, another tenant, none, an unknown role or action.
`context.request_id` names the request and its edge.
"""
import argparse
import json
import pathlib
import random

import conditions
import policies as policy_files
from ids import uuid7

# How many requests in a hundred are each edge; the rest are plain.
EDGES = {"other-tenant": 3, "no-tenant": 1, "unknown-role": 2, "no-role": 1, "unknown-action": 1, "other-type": 1,
         "missing-attribute": 5, "null-attribute": 1, "mistyped-attribute": 1, "no-employee": 2, "no-chain": 2,
         "contradicting-person": 1}
TOP_OF_CHAIN = 4
WORDS = ["alpha", "bravo", "charlie"]


class World:
    """Draws subjects and records for one set."""

    def __init__(self, policies, tenants, seed):
        self.policies, self.tenants = policies, tenants
        self.random = random.Random(seed)
        self.literals = _literals(policies)

    def request(self, number):
        """One request."""
        choose = self.random.choice
        module = choose(sorted(self.policies.modules))
        module = self.policies.modules[module]
        action = choose(module.actions)
        edge = self.random.choices([*EDGES, "plain"], [*EDGES.values(), 100 - sum(EDGES.values())])[0]
        tenant = choose(self.tenants)
        subject = {"id": uuid7(self.random), "employee_id": uuid7(self.random), "tenant": tenant}
        grants = [rule for rule in module.grants if action in rule.actions]
        rule = choose(grants) if grants and self.random.random() < 0.75 else None
        subject["roles"] = self.roles(rule)
        properties = self.record(module, subject, rule)
        properties["tenant"] = tenant
        resource = {"type": module.name, "id": properties.pop("_id"), "properties": properties}
        request = {
            "subject": {"type": "member", "id": subject.pop("id"), "properties": subject},
            "action": {"name": action}, "resource": resource,
            "context": {"time": f"2026-11-21T{self.random.randrange(24):02}:{self.random.randrange(60):02}:00.000000Z",
                        "ip": f"198.51.100.{self.random.randrange(1, 255)}",
                        "request_id": f"{number:04}-{edge}"}}
        self.bend(edge, request, module)
        return request

    def roles(self, rule):
        names = sorted(self.policies.roles)
        roles = [self.random.choice(rule.roles or names)] if rule else [self.random.choice(names)]
        if self.random.random() < 0.3:
            roles.append(self.random.choice(names))
        return sorted(set(roles))

    def record(self, module, subject, rule):
        """Properties of a record, and its id as `_id`."""
        person, chain = self.relation(module, subject, rule)
        values = {name: self.value(module, name, subject) for name in module.types}
        if rule is not None and rule.condition is not None:
            self.satisfy(rule.condition, values, subject)
        record_id = values.pop("id", None) or uuid7(self.random)
        if module.about:
            if module.about == "id":
                record_id = person
            else:
                values[module.about] = person
            values["subject_id"] = person
            values["manager_chain"] = chain
        return {**values, "_id": record_id}

    def relation(self, module, subject, rule):
        """The person the record is about and that person's managers, as they stand to the subject."""
        others = [uuid7(self.random) for _ in range(self.random.randint(1, TOP_OF_CHAIN))]
        own = subject["id"] if module.about_type == "member" else subject["employee_id"]
        kind = {"self": "self", "sub(direct)": "direct", "sub(any)": "below"}.get(rule.scope if rule else "", "")
        if not kind or self.random.random() < 0.3:
            kind = self.random.choice(["self", "direct", "below", "stranger", "stranger"])
        if kind == "self":
            return own, others
        if kind == "direct":
            return uuid7(self.random), [subject["employee_id"], *others]
        if kind == "below":
            return uuid7(self.random), [others[0], subject["employee_id"], *others[1:]]
        return uuid7(self.random), others

    def value(self, module, name, subject):
        """A value of the attribute's type, mostly one that some condition names or nearly does."""
        type_name = module.types[name]
        literals = self.literals.get((module.name, name), [])
        if type_name == "boolean":
            return self.random.random() < 0.2
        if type_name == "integer":
            return self.random.choice(literals or [3]) + self.random.choice([-1, 0, 0, 1])
        if literals and self.random.random() < 0.9:
            return self.random.choice(literals)
        if module.values[name]:
            return self.random.choice(module.values[name])
        if type_name in ("employee", "member"):
            own = subject["employee_id"] if type_name == "employee" else subject["id"]
            return own if self.random.random() < 0.3 else uuid7(self.random)
        texts = {"day": "2026-03-01", "instant": "2026-03-01T09:00:00.000000Z"}
        return texts.get(type_name) or (uuid7(self.random) if type_name == "uuid" else self.random.choice(WORDS))

    def satisfy(self, condition, values, subject):
        """Sets the attributes of a conjunction of comparisons so that it holds."""
        match condition:
            case conditions.And(parts):
                for part in parts:
                    self.satisfy(part, values, subject)
            case conditions.Compare(conditions.Attribute(name), operator, operand):
                if isinstance(operand, conditions.Subject):
                    values[name] = subject[operand.fact]
                elif isinstance(operand, tuple):
                    values[name] = self.random.choice(operand)
                else:
                    values[name] = operand + {"<": -1, ">": 1}.get(operator, 0) if operator != "==" else operand

    def bend(self, edge, request, module):
        """Makes the edge."""
        subject, resource = request["subject"]["properties"], request["resource"]
        properties = resource["properties"]
        stated = sorted(properties.keys() & module.types.keys() - {module.about})
        match edge:
            case "other-tenant":
                properties["tenant"] = uuid7(self.random)
            case "no-tenant":
                del self.random.choice([subject, properties])["tenant"]
            case "unknown-role":
                subject["roles"] = ["astronaut"] + subject["roles"][1:]
            case "no-role":
                subject["roles"] = []
            case "unknown-action":
                request["action"]["name"] = f"{module.name}.levitate"
            case "other-type":
                resource["type"] = self.random.choice([name for name in [*self.policies.modules, "spaceship"]
                                                       if name != module.name])
            case "missing-attribute" if stated:
                for name in self.random.sample(stated, self.random.randint(1, min(3, len(stated)))):
                    del properties[name]
            case "null-attribute" if stated:
                properties[self.random.choice(stated)] = None
            case "mistyped-attribute" if stated:
                name = self.random.choice(stated)
                properties[name] = 7 if isinstance(properties[name], str) else "seven"
            case "no-employee":
                del subject["employee_id"]
            case "no-chain":
                properties.pop("manager_chain", None)
            case "contradicting-person" if module.about:
                properties["subject_id"] = uuid7(self.random)


def _literals(policies):
    """Every literal that a condition compares an attribute with."""
    found = {}

    def collect(module, node):
        match node:
            case conditions.Compare(conditions.Attribute(name), _, operand):
                values = operand if isinstance(operand, tuple) else (operand,)
                found.setdefault((module, name), set()).update(
                    value for value in values if not isinstance(value, conditions.Subject))
            case conditions.And(parts) | conditions.Or(parts):
                for part in parts:
                    collect(module, part)
            case conditions.Not(part):
                collect(module, part)

    for rules in [*policies.modules.values(), *policies.overlays]:
        name = getattr(rules, "module", None) or rules.name
        for rule in [*rules.grants, *rules.denials]:
            collect(name, rule.condition)
    return {key: sorted(values) for key, values in found.items()}


def tenants_of(folder, policies, seed):
    """The tenants to ask about: mostly those with an overlay, some without."""
    listed = pathlib.Path(folder) / "tenants.json"
    if not listed.exists():
        drawn = random.Random(f"tenants {seed}")
        return [uuid7(drawn) for _ in range(3)]
    every, narrowed = json.loads(listed.read_text()), sorted({overlay.tenant for overlay in policies.overlays})
    plain = sorted(set(every) - set(narrowed))
    return narrowed + plain[:len(narrowed) // 4]


def generate(folder, count, seed):
    """The requests."""
    policies = policy_files.load(folder)
    world = World(policies, tenants_of(folder, policies, seed), seed)
    return [world.request(number) for number in range(count)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    with arguments.file.open("w") as file:
        for request in generate(arguments.set, arguments.count, arguments.seed):
            file.write(json.dumps(request, ensure_ascii=False) + "\n")
