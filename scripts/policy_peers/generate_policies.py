"""Writes the generated set: a base for employees, and tenants whose overlays narrow it.

    python3 generate_policies.py RULES FOLDER [--seed N]

RULES counts grants and denials of the base and of all overlays together. Up to 10,000 a tenant that has an overlay has
about ten rules, so few rules mean few tenants; above, the 1,000 tenants share them. Every overlay grants something for
every action, so that it does not matter whether an overlay's silence about an action allows or denies.
"""
import argparse
import json
import pathlib
import random
import shutil

from ids import uuid7

TENANTS = 1_000
RULES_A_TENANT = 10
COUNTRIES = ["AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "NL", "NO", "PL", "PT", "SE"]
DEPARTMENTS = ["design", "engineering", "facilities", "finance", "legal", "marketing", "operations", "people",
               "product", "sales", "security", "support"]
EMPLOYMENT = ["permanent", "fixed_term", "contractor", "intern"]
ACTIONS = ["view", "create", "update", "terminate", "change_manager", "change_salary", "export"]
CHANGES = ACTIONS[1:]
GRADES = 15
# Four rules in ten of an overlay are grants; the first two keep every action within reach of somebody.
GRANTS_IN_TEN = 4
FIRST_GRANTS = 2

ROLES = """\
tenancy: multiple
roles:
  employee: {description: Works here.}
  manager: {description: Leads people., inherits: [employee]}
  analyst: {description: Works with figures., inherits: [employee]}
  viewer: {description: Looks things up.}
  payroll: {description: Pays people., inherits: [employee]}
  hr_partner: {description: Looks after departments., inherits: [employee]}
  hr_lead: {description: Runs human resources., inherits: [hr_partner, payroll]}
  admin: {description: Runs the system., inherits: [employee]}
  owner: {description: Answers for the organisation., inherits: [hr_lead, admin]}
"""

BASE = f"""\
module: employee
owner: hr
about: id
attributes:
  id: employee
  country: string
  department: {{type: enum, values: [{", ".join(DEPARTMENTS)}]}}
  employment_type: {{type: enum, values: [{", ".join(EMPLOYMENT)}]}}
  grade: integer
  works_council: boolean
  on_leave: boolean
  cost_centre: string
actions:
  view: {{listable: true}}
  create: {{}}
  update: {{listable: true}}
  terminate: {{listable: true}}
  change_manager: {{listable: true}}
  change_salary: {{listable: true}}
  export: {{listable: true}}
grants:
  - {{id: own-record, roles: [employee], actions: [view, export], scope: self}}
  - {{id: own-people, roles: [manager], actions: [view, export], scope: sub}}
  - {{id: own-people-change, roles: [manager], actions: [update, change_manager], scope: sub, when: resource.grade < 13}}
  - {{id: direct-pay, roles: [manager], actions: [change_salary], scope: sub, depth: direct, when: resource.grade <= 9}}
  - {{id: directory, roles: [viewer, analyst], actions: [view], scope: all}}
  - {{id: figures, roles: [analyst], actions: [export], scope: all, when: '!resource.works_council'}}
  - {{id: partners, roles: [hr_partner], actions: [view, update, create, export], scope: all}}
  - {{id: payroll-view, roles: [payroll], actions: [view, export], scope: all}}
  - {{id: payroll-pay, roles: [payroll], actions: [change_salary], scope: all, when: resource.grade <= 12}}
  - {{id: leads, roles: [hr_lead], actions: ["*"], scope: all}}
  - {{id: accounts, roles: [admin], actions: [view], scope: all}}
denials:
  - id: own-pay
    actions: [change_salary, change_manager]
    scope: self
    reason: Nobody changes their own pay or manager.
  - id: works-council
    roles: [manager]
    actions: [terminate, change_salary]
    when: resource.works_council
    reason: The works council is asked first.
  - id: board
    roles: [payroll]
    actions: [change_salary]
    when: resource.grade >= 15 && resource.employment_type == "permanent"
    reason: The board's pay is not changed here.
  - id: contractors
    actions: [change_salary]
    when: resource.employment_type in ["contractor", "intern"]
    reason: They are paid by invoice.
"""
BASE_RULES = 15


def write(count, folder, seed):
    """Writes a set of about `count` rules and returns the exact number."""
    shuffled = random.Random(seed)
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "modules").mkdir(parents=True)
    (folder / "overlays").mkdir()
    (folder / "roles.yaml").write_text(ROLES)
    (folder / "modules" / "employee.yaml").write_text(BASE)
    # The same thousand tenants whatever the number of rules.
    tenants = [uuid7(shuffled) for _ in range(TENANTS)]
    (folder / "tenants.json").write_text(json.dumps(tenants) + "\n")
    rest = count - BASE_RULES
    narrowed = min(TENANTS, max(1, rest // RULES_A_TENANT))
    for index, tenant in enumerate(tenants[:narrowed]):
        share = rest * (index + 1) // narrowed - rest * index // narrowed
        (folder / "overlays" / f"{tenant}.yaml").write_text(_overlay(tenant, share, shuffled))
    return count


def _overlay(tenant, count, shuffled):
    grants = max(FIRST_GRANTS, count * GRANTS_IN_TEN // 10)
    lines = [f"overlay: {tenant}", "modules:", "  employee:", "    grants:"]
    countries = sorted(shuffled.sample(COUNTRIES, 12))
    lines.append('      - {id: offices, roles: [hr_lead, hr_partner, payroll, admin], actions: ["*"], scope: all, '
                 f"when: 'resource.country in {json.dumps(countries)}'}}")
    lines.append('      - {id: line, roles: [employee, viewer], actions: ["*"], scope: '
                 f"{shuffled.choice(['all', 'all', 'sub'])}, when: 'resource.grade <= {shuffled.randint(9, GRADES)}'}}")
    lines += [_grant(index, shuffled) for index in range(grants - FIRST_GRANTS)]
    lines.append("    denials:")
    lines += [_denial(index, shuffled) for index in range(count - grants)]
    return "\n".join(lines) + "\n"


def _grant(index, shuffled):
    scope = shuffled.choice(["self", "sub", "sub, depth: direct", "all", "all"])
    roles = shuffled.choice(["manager", "analyst", "viewer", "payroll", "hr_partner", "hr_lead", "admin", "owner"])
    actions = ", ".join(sorted(shuffled.sample(ACTIONS, shuffled.randint(1, 3))))
    condition = " && ".join(_tests(shuffled, shuffled.randint(1, 2)))
    return f"      - {{id: grant-{index}, roles: [{roles}], actions: [{actions}], scope: {scope}, when: '{condition}'}}"


def _denial(index, shuffled):
    roles = shuffled.choice(["roles: [manager], ", "roles: [hr_partner], ", "roles: [payroll, analyst], ",
                             "roles: [viewer], ", "roles: [admin], ", ""])
    actions = ", ".join(sorted(shuffled.sample(CHANGES, shuffled.randint(1, 2)) if shuffled.random() < 0.8 else ["view"]))
    tests = _tests(shuffled, 3)
    if shuffled.random() < 0.2:
        condition = f"{tests[0]} && ({tests[1]} || {tests[2]})"
    else:
        condition = " && ".join(tests)
    return (f"      - {{id: denial-{index}, {roles}actions: [{actions}], when: '{condition}', "
            "reason: Not in this organisation.}")


def _tests(shuffled, count):
    """Comparisons of different attributes, each true of a small part of the people."""
    few = lambda values, most: json.dumps(sorted(shuffled.sample(values, shuffled.randint(2, most))))
    texts = {
        "country": lambda: shuffled.choice([f'resource.country == "{shuffled.choice(COUNTRIES)}"',
                                            f"resource.country in {few(COUNTRIES, 4)}"]),
        "department": lambda: shuffled.choice([f'resource.department == "{shuffled.choice(DEPARTMENTS)}"',
                                               f"resource.department in {few(DEPARTMENTS, 3)}"]),
        "grade": lambda: shuffled.choice([f"resource.grade >= {shuffled.randint(10, GRADES)}",
                                          f"resource.grade < {shuffled.randint(2, 6)}",
                                          f"resource.grade == {shuffled.randint(1, GRADES)}"]),
        "employment_type": lambda: f'resource.employment_type == "{shuffled.choice(EMPLOYMENT)}"',
        "cost_centre": lambda: f'resource.cost_centre == "CC-{shuffled.randint(100, 140)}"',
        "on_leave": lambda: shuffled.choice(["resource.on_leave", "!resource.on_leave"]),
    }
    return [texts[name]() for name in shuffled.sample(sorted(texts), count)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rules", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    print(write(arguments.rules, arguments.folder, arguments.seed), "rules")
