"""sharing_group_blueprints/*: rules from which sharing groups are generated."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.organisations.organisations import organisation_reference
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.servers.services import set_organisation_rule
from vardkase.identity.access.permissions import Permission
from vardkase.identity.blueprints import queries, services
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.organisations.models import Organisation
from vardkase.misp.flags import as_bool

WHO = (Permission.SHARING_GROUP,)
ABOUT_ADD = Description("POST a blueprint to this API to add it.", ["name", "rules"], ())
ABOUT_EDIT = Description(
    "POST a blueprint to this API to edit it.", (), ["name", "rules"], "/sharing_group_blueprints/edit/[id]"
)
ABOUT_RULE = Description(
    "POST to this API to put the organisations of a blueprint into the rules of a connection.",
    ["server_id", "type", "rule"],
    ["overwrite"],
    "/sharing_group_blueprints/encodeSyncRule/[id]",
)


def blueprint_dict(blueprint: SharingGroupBlueprint) -> dict[str, Any]:
    return {
        "id": str(blueprint.pk),
        "uuid": str(blueprint.uuid),
        "name": blueprint.name,
        "timestamp": str(blueprint.timestamp),
        "user_id": str(blueprint.user_id),
        "org_id": str(blueprint.org_id),
        "sharing_group_id": str(blueprint.sharing_group_id or 0),
        "rules": json.dumps(blueprint.rules, separators=(",", ":")),
    }


@endpoint("sharing_group_blueprints/index", requires=WHO)
def index(call: Call) -> Answer:
    """List the sharing group blueprints that the caller may see."""
    return Json([_document(blueprint) for blueprint in queries.blueprints(call.actor)])


@endpoint("sharing_group_blueprints/view", requires=WHO)
def view(call: Call) -> Answer:
    """Return one sharing group blueprint."""
    return Json(_document(queries.find_blueprint(call.actor, call.arg(0))))


@endpoint("sharing_group_blueprints/viewOrgs", requires=WHO)
def view_organisations(call: Call) -> Answer:
    """List the organisations that the rules currently select."""
    return Json([organisation_reference(organisation) for organisation in _selected_organisations(call)])


@endpoint("sharing_group_blueprints/generateUuidList", requires=WHO)
def uuids(call: Call) -> Answer:
    """List the uuids of the organisations that the rules currently select."""
    return Json([str(organisation.uuid) for organisation in _selected_organisations(call)])


@endpoint("sharing_group_blueprints/add", requires=WHO, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        added = services.add_blueprint(call.actor, call.data("SharingGroupBlueprint"))
    except Invalid as error:
        raise SaveFailed(
            "add SharingGroupBlueprint", "/sharing_group_blueprints/add", error.errors
        ) from error
    return Json({"SharingGroupBlueprint": blueprint_dict(added)})


@endpoint("sharing_group_blueprints/edit", requires=WHO, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    url = f"/sharing_group_blueprints/edit/{call.arg(0)}"
    try:
        changed = services.edit_blueprint(call.actor, call.arg(0), call.data("SharingGroupBlueprint"))
    except Invalid as error:
        raise SaveFailed("edit SharingGroupBlueprint", url, error.errors) from error
    return Json({"SharingGroupBlueprint": blueprint_dict(changed)})


@endpoint("sharing_group_blueprints/delete", requires=WHO, writes=True)
def delete(call: Call) -> Answer:
    """Delete a blueprint; its sharing group is kept."""
    services.delete_blueprint(call.actor, call.arg(0))
    url = f"/sharing_group_blueprints/delete/{call.arg(0)}"
    return saved("SharingGroupBlueprint deleted.", url, id=call.arg(0))


@endpoint("sharing_group_blueprints/execute", requires=WHO, writes=True)
def execute(call: Call) -> Answer:
    """Create the sharing group, or update its members, according to the current rules."""
    url = f"/sharing_group_blueprints/execute/{call.arg(0)}"
    try:
        outcome = services.execute_blueprint(call.actor, call.arg(0))
    except Invalid as error:
        raise SaveFailed("execute SharingGroupBlueprint", url, error.errors) from error
    text = f"Sharing group rebuilt: {outcome.added} organisations added, {outcome.removed} removed."
    return saved(text, url, id=str(outcome.sharing_group_id))


@endpoint("sharing_group_blueprints/detach", requires=WHO, writes=True)
def detach(call: Call) -> Answer:
    """Detach the sharing group from its blueprint."""
    url = f"/sharing_group_blueprints/detach/{call.arg(0)}"
    try:
        services.detach_blueprint(call.actor, call.arg(0))
    except Conflict as error:
        raise SaveFailed("detach SharingGroupBlueprint", url, error.wire) from error
    return saved("Sharing group detached from blueprint.", url, id=call.arg(0))


@endpoint("sharing_group_blueprints/encodeSyncRule", site_admin=True, writes=True, describes=ABOUT_RULE)
def encode_sync_rule(call: Call) -> Answer:
    """Write the organisations into a connection's rules: by name for pull rules, by id for push rules."""
    data = call.data("SharingGroupBlueprint")
    kind, rule = str(data.get("type")), str(data.get("rule"))
    if kind not in ("pull", "push") or rule not in ("OR", "NOT"):
        raise MispError(400, "type is pull or push, and rule is OR or NOT.")
    chosen = [
        organisation.name if kind == "pull" else str(organisation.pk)
        for organisation in _selected_organisations(call)
    ]
    overwrite = as_bool(data.get("overwrite"))
    reference = str(data.get("server_id"))
    set_organisation_rule(call.actor, reference, kind, rule, chosen, overwrite=overwrite)
    return saved("Sync rules updated.", f"/sharing_group_blueprints/encodeSyncRule/{call.arg(0)}")


def _selected_organisations(call: Call) -> list[Organisation]:
    blueprint = queries.find_blueprint(call.actor, call.arg(0))
    return list(queries.chosen_organisations(call.actor, blueprint))


def _document(blueprint: SharingGroupBlueprint) -> dict[str, Any]:
    group = blueprint.sharing_group
    return {
        "SharingGroupBlueprint": blueprint_dict(blueprint),
        "Organisation": organisation_reference(blueprint.org),
        "SharingGroup": {"id": str(group.pk), "name": group.name} if group else [],
    }
