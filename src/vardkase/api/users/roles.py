"""roles/*: roles and their permissions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import defstruct

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.api.value_formats import stamp
from vardkase.core.errors import Conflict, Invalid
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.rules import PERMISSIONS, level_of
from vardkase.identity.accounts.services.role_approvals import change_role

LEVELS = ("read_only", "manage_own", "manage_org", "publish")
FLAGS_BEFORE = (
    "perm_add",
    "perm_modify",
    "perm_modify_org",
    "perm_publish",
    "perm_delegate",
    "perm_sync",
    "perm_admin",
    "perm_audit",
    "perm_auth",
    "perm_site_admin",
    "perm_regexp_access",
    "perm_tagger",
    "perm_template",
    "perm_sharing_group",
    "perm_tag_editor",
    "perm_sighting",
    "perm_object_template",
)
FLAGS_AFTER = (
    "perm_galaxy_editor",
    "perm_warninglist",
    "perm_view_feed_correlations",
    "perm_analyst_data",
    "perm_skip_otp",
    "perm_server_sign",
    "perm_sync_internal",
    "perm_sync_authoritative",
)
ABOUT_ADD = Description("POST a Role object in JSON format to this API to create a role.")
ABOUT_EDIT = Description(
    "POST a Role object in JSON format to this API to edit a role.", url="/admin/roles/edit/[role_id]"
)


class RoleBody(Body, kw_only=True):
    model = "Role"

    name: Text = ""
    permission: Anything = None
    restricted_to_site_admin: Flag = False
    memory_limit: Text = ""
    max_execution_time: Text = ""
    enforce_rate_limit: Flag = False
    rate_limit_count: Anything = None
    restsearch_limit_result: Anything = None


class RoleChangeReason(Params, kw_only=True):
    reason: Text = ""


# With a flag for each permission that a role may have.
EditedRole = defstruct(
    "EditedRole", [(name, Flag, False) for name in PERMISSIONS], bases=(RoleBody,), kw_only=True
)
NewRole = defstruct("NewRole", [("name", Mandatory[Text], "")], bases=(EditedRole,), kw_only=True)


def role_dict(role: Role) -> dict[str, Any]:
    level = level_of(role)
    return {
        "id": str(role.pk),
        "name": role.name,
        "created": stamp(role.created),
        "modified": stamp(role.modified),
        **{flag: getattr(role, flag) for flag in FLAGS_BEFORE},
        "default_role": role.default_role,
        "memory_limit": role.memory_limit,
        "max_execution_time": role.max_execution_time,
        "restricted_to_site_admin": role.restricted_to_site_admin,
        "perm_publish_zmq": role.perm_publish_zmq,
        "perm_publish_kafka": role.perm_publish_kafka,
        "perm_decaying": role.perm_decaying,
        "enforce_rate_limit": role.enforce_rate_limit,
        "rate_limit_count": str(role.rate_limit_count),
        **{flag: getattr(role, flag) for flag in FLAGS_AFTER},
        "permission": str(level),
        "permission_description": LEVELS[level],
    }


@endpoint("roles/index", answers="[Role]")
def index(call: Call) -> Json:
    """List all roles with their permissions."""
    return Json([{"Role": role_dict(role) | {"default": role.default_role}} for role in queries.roles()])


@endpoint("roles/view", answers="Role")
def view(call: Call, role_id: str) -> Json:
    """Return one role with its permissions."""
    return Json({"Role": role_dict(queries.find_role(role_id))})


@endpoint(
    "admin/roles/add",
    site_admin=True,
    writes=True,
    describes=ABOUT_ADD,
    inputs={"body": NewRole},
    answers="Role",
)
def add(call: Call, *, body: RoleBody) -> Json:
    try:
        role = services.create_role(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add Role", "/admin/roles/add", error.errors) from error
    return Json({"Role": role_dict(role)})


@endpoint(
    "admin/roles/edit",
    proposes=("change_role_of_officers",),
    unlimited_key=True,
    site_admin=True,
    writes=True,
    describes=ABOUT_EDIT,
    inputs={"body": EditedRole},
)
def edit(call: Call, role_id: str, *, body: RoleBody, params: RoleChangeReason) -> Json | Saved:
    role = queries.find_role(role_id)
    try:
        changed = change_role(call.actor, role, body.sent, params.reason)
    except Invalid as error:
        raise SaveFailed(
            "edit Role", f"/admin/roles/edit/{role.pk}", error.errors, id=str(role.pk)
        ) from error
    if isinstance(changed, ApprovalRequest):
        waits = "Officers have this role: the change waits for the approval of an officer."
        url = f"/admin/roles/edit/{role.pk}"
        return replace(saved(waits, url, approval_request_id=str(changed.pk)), status=202)
    return Json({"Role": role_dict(changed)})


@endpoint("admin/roles/delete", site_admin=True, writes=True)
def delete(call: Call, role_id: str) -> Saved:
    """Delete a role that is not assigned and not the default."""
    role = queries.find_role(role_id)
    number = role.pk
    try:
        services.delete_role(call.actor, role)
    except Conflict as error:
        raise SaveFailed("delete Role", f"/roles/delete/{number}", error.wire, id=number) from error
    return saved("Role deleted.", f"/roles/delete/{number}", id=number)


@endpoint("admin/roles/set_default", unlimited_key=True, site_admin=True, writes=True)
def set_default(call: Call, role_id: str) -> Saved:
    """Make a role the default for new accounts."""
    role = queries.find_role(role_id)
    services.set_default_role(call.actor, role)
    return saved("Default role set.", f"/admin/roles/set_default/{role.pk}", id=str(role.pk))
