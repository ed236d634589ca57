"""Cedar through `cedarpy`: policies parsed once, entities made for each request, the engine's own clock."""
import json

import cedarpy

import to_cedar
from policies import KINDS, NO_FIELDS, SCOPE_ORDER


# Not the name of any module: a member may be both who asks and what is asked about.
PRINCIPAL = "Principal"


class Cedar:
    """One set of policies, parsed."""

    def __init__(self, policies):
        self.policies = policies
        text, self.scopes = to_cedar.translate(policies)
        self.set = cedarpy.PolicySet.from_str(text)
        self.bounded = {(overlay.tenant, action) for overlay in policies.overlays for action in overlay.bounded}
        self.roles = [_entity("Role", role, {}, [("Role", parent) for parent in parents])
                      for role, parents in policies.roles.items()]

    def prepare(self, request):
        """A request as Cedar wants it: outside what is timed."""
        subject, resource = request["subject"], request["resource"]
        properties = subject.get("properties", {})
        tenant = properties.get("tenant")
        attributes = {"id": subject["id"]}
        for name in ("tenant", "employee_id"):
            if isinstance(properties.get(name), str) and properties[name]:
                attributes[name] = properties[name]
        parents = [("Role", role) for role in properties.get("roles", [])]
        if "tenant" in attributes:
            parents.append(("Tenant", tenant))
        kind = to_cedar.entity_type(resource["type"])
        entities = [*self.roles, _entity(PRINCIPAL, subject["id"], attributes, parents),
                    _entity(kind, resource["id"], self._facts(resource), [])]
        return {"principal": _uid(PRINCIPAL, subject["id"]), "action": _uid("Action", request["action"]["name"]),
                "resource": _uid(kind, resource["id"]), "context": request.get("context", {})}, \
            cedarpy.Entities.from_json_str(json.dumps(entities))

    def answer(self, prepared):
        """Cedar's result; its `authz_duration_micros` is the engine's own time."""
        request, entities = prepared
        result = cedarpy.is_authorized(request, self.set, entities)
        if result.diagnostics.errors:
            raise SystemExit(f"peers: Cedar: {result.diagnostics.errors[0]}")
        return result

    def answer_fields(self, prepared, type_name):
        """The result for each field class and mode of a record: questions of their own."""
        request, entities = prepared
        module = self.policies.modules[type_name]
        return {key: self.answer(({**request, "action": _uid("Action", module.field_action(*key))}, entities))
                for key in module.fields}

    def decide(self, request):
        """Decision, scope and field classes; the scope is None where a tenant's overlay bounds it, because what
        satisfied an `unless` is not told."""
        prepared = self.prepare(request)
        result = self.answer(prepared)
        if not result.allowed:
            return False, "none", NO_FIELDS
        fields = {"read": [], "write": []}
        for (name, mode), each in self.answer_fields(prepared, request["resource"]["type"]).items():
            if each.allowed:
                fields[mode].append(name)
        if (request["subject"]["properties"].get("tenant"), request["action"]["name"]) in self.bounded:
            return True, None, fields
        satisfied = result.diagnostics.id_annotations_by_reason.values()
        return True, max((self.scopes[rule] for rule in satisfied), key=SCOPE_ORDER.index), fields

    def _facts(self, resource):
        properties = resource.get("properties", {})
        module = self.policies.modules.get(resource["type"])
        stated = {"id": resource["id"], **properties}
        facts = {}
        for name, type_name in (module.types if module else {}).items():
            if type(stated.get(name)) is KINDS[type_name]:
                facts[name] = stated[name]
        if properties.get("tenant"):
            facts["_tenant"] = properties["tenant"]
        if module and module.about:
            people = {stated[name] for name in (module.about, "subject_id") if isinstance(stated.get(name), str)}
            if len(people) == 1:
                facts["_person"] = people.pop()
        if isinstance(properties.get("manager_chain"), list):
            facts["_managers"] = properties["manager_chain"]
            if properties["manager_chain"]:
                facts["_nearest"] = properties["manager_chain"][0]
        return facts


def _uid(kind, id):
    return {"type": kind, "id": id}


def _entity(kind, id, attributes, parents):
    return {"uid": _uid(kind, id), "attrs": attributes, "parents": [_uid(*parent) for parent in parents]}
