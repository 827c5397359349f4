"""sharing_group_blueprints/*: rules from which sharing groups are generated."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Reference, Text
from vardkase.api.inputs import Body
from vardkase.api.organisations.organisations import organisation_reference
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.servers.services import set_organisation_rule
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.blueprints import queries, services
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.organisations.models import Organisation

WHO = (Permission.SHARING_GROUP,)
ABOUT_ADD = Description("POST a blueprint to this API to add it.")
ABOUT_EDIT = Description(
    "POST a blueprint to this API to edit it.", url="/sharing_group_blueprints/edit/[id]"
)
ABOUT_RULE = Description(
    "POST to this API to put the organisations of a blueprint into the rules of a connection.",
    url="/sharing_group_blueprints/encodeSyncRule/[id]",
)


class BlueprintBody(Body, kw_only=True):
    model = "SharingGroupBlueprint"

    name: Text = ""
    rules: Anything = None


class NewBlueprintBody(BlueprintBody, kw_only=True):
    name: Mandatory[Text] = ""
    rules: Mandatory[Anything] = None


class SyncRuleBody(Body, kw_only=True):
    model = "SharingGroupBlueprint"

    server_id: Mandatory[Reference] = ""
    type: Mandatory[Text] = ""
    rule: Mandatory[Text] = ""
    overwrite: Flag = False


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
def index(call: Call) -> Json:
    """List the sharing group blueprints that the caller may see."""
    return Json([_document(blueprint) for blueprint in queries.blueprints(call.actor)])


@endpoint("sharing_group_blueprints/view", requires=WHO)
def view(call: Call, blueprint_id: str) -> Json:
    """Return one sharing group blueprint."""
    return Json(_document(queries.find_blueprint(call.actor, blueprint_id)))


@endpoint("sharing_group_blueprints/viewOrgs", requires=WHO)
def view_organisations(call: Call, blueprint_id: str) -> Json:
    """List the organisations that the rules currently select."""
    selected = _selected_organisations(call.actor, blueprint_id)
    return Json([organisation_reference(organisation) for organisation in selected])


@endpoint("sharing_group_blueprints/generateUuidList", requires=WHO)
def uuids(call: Call, blueprint_id: str) -> Json:
    """List the uuids of the organisations that the rules currently select."""
    selected = _selected_organisations(call.actor, blueprint_id)
    return Json([str(organisation.uuid) for organisation in selected])


@endpoint("sharing_group_blueprints/add", requires=WHO, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewBlueprintBody) -> Json:
    try:
        added = services.add_blueprint(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed(
            "add SharingGroupBlueprint", "/sharing_group_blueprints/add", error.errors
        ) from error
    return Json({"SharingGroupBlueprint": blueprint_dict(added)})


@endpoint("sharing_group_blueprints/edit", requires=WHO, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, blueprint_id: str, *, body: BlueprintBody) -> Json:
    url = f"/sharing_group_blueprints/edit/{blueprint_id}"
    try:
        changed = services.edit_blueprint(call.actor, blueprint_id, body.sent)
    except Invalid as error:
        raise SaveFailed("edit SharingGroupBlueprint", url, error.errors) from error
    return Json({"SharingGroupBlueprint": blueprint_dict(changed)})


@endpoint("sharing_group_blueprints/delete", requires=WHO, writes=True)
def delete(call: Call, blueprint_id: str) -> Saved:
    """Delete a blueprint; its sharing group is kept."""
    services.delete_blueprint(call.actor, blueprint_id)
    url = f"/sharing_group_blueprints/delete/{blueprint_id}"
    return saved("SharingGroupBlueprint deleted.", url, id=blueprint_id)


@endpoint("sharing_group_blueprints/execute", requires=WHO, writes=True)
def execute(call: Call, blueprint_id: str) -> Saved:
    """Create the sharing group, or update its members, according to the current rules."""
    url = f"/sharing_group_blueprints/execute/{blueprint_id}"
    try:
        outcome = services.execute_blueprint(call.actor, blueprint_id)
    except Invalid as error:
        raise SaveFailed("execute SharingGroupBlueprint", url, error.errors) from error
    text = f"Sharing group rebuilt: {outcome.added} organisations added, {outcome.removed} removed."
    return saved(text, url, id=str(outcome.sharing_group_id))


@endpoint("sharing_group_blueprints/detach", requires=WHO, writes=True)
def detach(call: Call, blueprint_id: str) -> Saved:
    """Detach the sharing group from its blueprint."""
    url = f"/sharing_group_blueprints/detach/{blueprint_id}"
    try:
        services.detach_blueprint(call.actor, blueprint_id)
    except Conflict as error:
        raise SaveFailed("detach SharingGroupBlueprint", url, error.wire) from error
    return saved("Sharing group detached from blueprint.", url, id=blueprint_id)


@endpoint("sharing_group_blueprints/encodeSyncRule", site_admin=True, writes=True, describes=ABOUT_RULE)
def encode_sync_rule(call: Call, blueprint_id: str, *, body: SyncRuleBody) -> Saved:
    """Write the organisations into a connection's rules: by name for pull rules, by id for push rules."""
    if body.type not in ("pull", "push") or body.rule not in ("OR", "NOT"):
        raise MispError(400, "type is pull or push, and rule is OR or NOT.")
    chosen = [
        organisation.name if body.type == "pull" else str(organisation.pk)
        for organisation in _selected_organisations(call.actor, blueprint_id)
    ]
    set_organisation_rule(call.actor, body.server_id, body.type, body.rule, chosen, overwrite=body.overwrite)
    return saved("Sync rules updated.", f"/sharing_group_blueprints/encodeSyncRule/{blueprint_id}")


def _selected_organisations(actor: Actor, blueprint_id: str) -> list[Organisation]:
    return list(queries.chosen_organisations(actor, queries.find_blueprint(actor, blueprint_id)))


def _document(blueprint: SharingGroupBlueprint) -> dict[str, Any]:
    group = blueprint.sharing_group
    return {
        "SharingGroupBlueprint": blueprint_dict(blueprint),
        "Organisation": organisation_reference(blueprint.org),
        "SharingGroup": {"id": str(group.pk), "name": group.name} if group else [],
    }
