"""What the translations must say, each case asked of both engines.

    .venv/bin/python -m unittest discover -s scripts/policy_peers
"""
import json
import pathlib
import tempfile
import unittest

import conditions
import policies as policy_files
from cedar import Cedar
from opa import OPA
from peers import compared

ROLES = """\
roles:
  employee: {}
  manager: {inherits: [employee]}
  clerk: {}
"""
RECORD = """\
module: record
owner: hr
about: person
attributes: {id: uuid, person: employee, country: string, level: integer, closed: boolean, maker: employee}
actions: {see: {}, change: {}, pay: {}, sign: {}, drop: {}}
grants:
  - {roles: [employee], actions: [see], scope: self}
  - {roles: [manager], actions: [see], scope: sub}
  - {roles: [manager], actions: [change], scope: sub, depth: direct}
  - {roles: [clerk], actions: [change], scope: all, when: 'resource.country != "DE"'}
  - {roles: [clerk], actions: [pay, sign, drop], scope: all}
denials:
  - {actions: [pay], when: 'resource.closed || resource.level >= 5', reason: closed}
  - {actions: [sign], when: '!(resource.country in ["DE", "FR"])', reason: elsewhere}
  - {actions: [drop], when: resource.maker == subject.employee_id, reason: own}
fields:
  names: {fields: [person], read: [{roles: [employee], scope: all}]}
  money: {fields: [level], read: [{roles: [manager], scope: sub}], write: [{roles: [clerk], scope: all, when: resource.level < 3}]}
"""
OVERLAY = """\
overlay: narrow
modules:
  record:
    grants:
      - {roles: [employee], actions: [see], scope: sub, depth: direct}
    denials:
      - {roles: [clerk], actions: [pay], when: resource.country == "FR", reason: not here}
"""
ACCOUNT = """\
module: account
owner: auth
about: id
attributes: {id: member}
actions: {see: {}, end: {}}
grants:
  - {roles: [employee], actions: [see], scope: self}
  - {roles: [clerk], actions: ["*"], scope: all}
denials:
  - {actions: [end], scope: self, reason: own}
"""
FILES = {"roles.yaml": ROLES, "record.yaml": RECORD, "narrow.yaml": OVERLAY, "account.yaml": ACCOUNT}


def ask(action, roles, tenant="wide", employee="e1", kind="record", id="r1", **properties):
    subject = {"tenant": tenant, "roles": roles}
    if employee:
        subject["employee_id"] = employee
    return {"subject": {"type": "member", "id": "m1", "properties": subject}, "action": {"name": f"{kind}.{action}"},
            "resource": {"type": kind, "id": id, "properties": {"tenant": tenant, **properties}},
            "context": {"request_id": "x"}}


# (what, request, scope of the answer or None for a denial)
CASES = [
    ("the own record", ask("see", ["employee"], person="e1"), "self"),
    ("an inherited grant", ask("see", ["manager"], person="e1"), "sub(any)"),
    ("somebody two levels below", ask("see", ["manager"], person="e2", manager_chain=["e9", "e1"]), "sub(any)"),
    ("only the nearest manager", ask("change", ["manager"], person="e2", manager_chain=["e9", "e1"]), None),
    ("the nearest manager", ask("change", ["manager"], person="e2", manager_chain=["e1", "e9"]), "sub(direct)"),
    ("nobody's record", ask("see", ["employee"]), None),
    ("two names for the person", ask("see", ["employee"], person="e1", subject_id="e2"), None),
    ("nobody asks", ask("see", ["employee"], employee=None, person="e1"), None),
    ("another tenant", ask("pay", ["clerk"], closed=False, level=1) | {"resource": {
        "type": "record", "id": "r1", "properties": {"tenant": "other", "closed": False, "level": 1}}}, None),
    ("no tenant", ask("pay", ["clerk"], tenant=None, closed=False, level=1), None),
    ("an empty tenant", ask("pay", ["clerk"], tenant="", closed=False, level=1), None),
    ("an unknown role", ask("see", ["astronaut"], person="e1"), None),
    ("unequal and stated", ask("change", ["clerk"], country="FR"), "all"),
    ("unequal and missing", ask("change", ["clerk"]), None),
    ("unequal and null", ask("change", ["clerk"], country=None), None),
    ("unequal and of another type", ask("change", ["clerk"], country=7), None),
    ("a denial known not to match", ask("pay", ["clerk"], closed=False, level=4), "all"),
    ("a denial that matches", ask("pay", ["clerk"], closed=False, level=5), None),
    ("a denial whose first fact is missing", ask("pay", ["clerk"], level=4), None),
    ("a denial whose second fact is missing", ask("pay", ["clerk"], closed=False), None),
    ("a denial whose fact is null", ask("pay", ["clerk"], closed=None, level=4), None),
    ("a denial whose fact is of another type", ask("pay", ["clerk"], closed=False, level="4"), None),
    ("a negated denial known not to match", ask("sign", ["clerk"], country="DE"), "all"),
    ("a negated denial that matches", ask("sign", ["clerk"], country="ES"), None),
    ("a negated denial without its fact", ask("sign", ["clerk"]), None),
    ("somebody else's", ask("drop", ["clerk"], maker="e2"), "all"),
    ("one's own", ask("drop", ["clerk"], maker="e1"), None),
    ("a denial that compares with a subject without employee", ask("drop", ["clerk"], employee=None, maker="e2"), None),
    ("a denial by scope", ask("end", ["clerk"], kind="account", id="m1"), None),
    ("outside a denial's scope", ask("end", ["clerk"], kind="account", id="m2"), "all"),
    ("a record about a member", ask("see", ["employee"], kind="account", id="m1"), "self"),
    ("an overlay's grant covers less", ask("see", ["manager"], tenant="narrow", person="e2",
                                           manager_chain=["e9", "e1"]), None),
    ("an overlay's grant covers", ask("see", ["manager"], tenant="narrow", person="e2", manager_chain=["e1"]),
     "sub(direct)"),
    ("an overlay's denial", ask("pay", ["clerk"], tenant="narrow", closed=False, level=1, country="FR"), None),
    ("an overlay's denial without its fact", ask("pay", ["clerk"], tenant="narrow", closed=False, level=1), None),
    ("an action that the overlay does not name", ask("drop", ["clerk"], tenant="narrow", maker="e2"), "all"),
    ("another module's action", ask("see", ["clerk"], kind="account", id="m1") | {"action": {"name": "record.pay"}}, None),
]


def load(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (pathlib.Path(folder) / name).write_text(text)
        return policy_files.load(folder)


class Translations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.policies = load(FILES)
        cls.opa, cls.cedar = OPA(cls.policies), Cedar(cls.policies)

    def test_every_rule_is_translated(self):
        self.assertEqual(self.policies.unsupported, [])

    def test_both_engines_decide_as_our_language_says(self):
        for what, request, scope in CASES:
            with self.subTest(what):
                wanted = (scope is not None, scope or "none")
                self.assertEqual(self.opa.decide(json.dumps(request).encode())[:2], wanted)
                decision, told, _ = self.cedar.decide(request)
                self.assertEqual((decision, told or wanted[1]), wanted)

    def test_both_engines_tell_the_field_classes(self):
        request = ask("see", ["manager", "clerk"], person="e1", level=2)
        for _, _, fields in (self.opa.decide(json.dumps(request).encode()), self.cedar.decide(request)):
            self.assertEqual({mode: sorted(names) for mode, names in fields.items()},
                             {"read": ["money", "names"], "write": ["money"]})


class Unsupported(unittest.TestCase):
    def test_what_is_not_translated_is_named_and_left_out(self):
        module = RECORD.replace("roles: [employee], actions: [see]", "roles: [employee], until: x, actions: [see]")
        module = module.replace("resource.closed || resource.level >= 5", "size(resource.country) > 2")
        policies = load({"roles.yaml": ROLES, "record.yaml": module})
        requests = [(ask(action, ["clerk"]), b"") for action in ("see", "pay", "drop")]
        kept, left_out = compared(policies, requests)
        self.assertEqual([request["action"]["name"] for request, _ in kept], ["record.drop"])
        self.assertEqual(set(left_out), {"record.yaml: grant[0]: key `until`",
                                         "record.yaml: denial[0]: `size` in `size(resource.country) > 2`"})

    def test_a_condition_with_too_many_alternatives_is_named(self):
        with self.assertRaises(conditions.Unsupported):
            part = "(resource.a == 1 || resource.a == 2)"
            conditions.disjuncts(conditions.known(conditions.parse(" && ".join([part] * 7), {"a": "integer"})))


if __name__ == "__main__":
    unittest.main()
