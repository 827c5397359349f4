"""organisations/*: known organisations. All users may read, site administrators edit."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Count

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Reference, Text, Uuid
from vardkase.api.inputs import Body, Params, field
from vardkase.api.request import Call
from vardkase.api.value_formats import stamp
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import emails_of
from vardkase.identity.organisations import queries, services
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services.organisations import OrganisationInUse
from vardkase.intel.queries.organisation_counts import require_content_access

# The misspelling is MISP’s: clients get its sentences unchanged.
ABOUT_ADD = Description(
    "POST an Organisation object in JSON format to this API to create a new organsiation."
)
ABOUT_EDIT = Description(
    "POST an Organisation object in JSON format to this API to edit an organsiation.",
    url="/admin/organisations/edit/[organisation_id]",
)
VIEWED = (
    "id", "name", "date_created", "date_modified", "type", "nationality", "sector", "contacts", "description",
    "local", "uuid", "restricted_to_domain",
)  # fmt: skip
"""What organisations/view returns to every user, in its order."""


class OrganisationSearch(Params, kw_only=True):
    scope: Text = "local"
    searchall: Text = ""


class OrganisationBody(Body, kw_only=True):
    model = "Organisation"

    name: Mandatory[Text] = ""
    description: Text = ""
    type: Text = ""
    nationality: Text = ""
    sector: Text = ""
    uuid: Uuid = None
    contacts: Text = ""
    local: Flag = False
    landingpage: Text = ""
    restricted_to_domain: Anything = None


class MergeBody(Body, kw_only=True):
    model = "Organisation"

    target_id: Mandatory[Reference] = ""
    target_is_external: Flag = field(name="targetType", default=False)
    local_target: Reference = field(name="orgsLocal", default="")
    external_target: Reference = field(name="orgsExternal", default="")


def organisation_dict(organisation: Organisation) -> dict[str, Any]:
    """An organisation in MISP's order of members; empty texts that MISP stores as null become null."""
    return {
        "id": str(organisation.pk),
        "name": organisation.name,
        "date_created": stamp(organisation.date_created),
        "date_modified": stamp(organisation.date_modified),
        "description": organisation.description or None,
        "type": organisation.type,
        "nationality": organisation.nationality,
        "sector": organisation.sector,
        "created_by": str(organisation.created_by),
        "uuid": str(organisation.uuid),
        "contacts": organisation.contacts or None,
        "local": organisation.local,
        "restricted_to_domain": organisation.restricted_to_domain,
        "landingpage": organisation.landingpage or None,
    }


def organisation_reference(organisation: Organisation) -> dict[str, str]:
    return {"id": str(organisation.pk), "name": organisation.name, "uuid": str(organisation.uuid)}


@endpoint("organisations/index")
def index(call: Call, *, params: OrganisationSearch) -> Json:
    """List organisations; `scope` is local (the default), external or all."""
    queries.require_index(call.actor)
    found = queries.organisations(params.scope, params.searchall)
    page = list(found.annotate(user_count=Count("users")))
    makers = emails_of(organisation.created_by for organisation in page)
    rows = []
    for organisation in page:
        row = organisation_dict(organisation) | {"user_count": str(organisation.user_count)}
        if not _is_told_the_maker(call.actor, organisation):
            del row["created_by"]
        if call.actor.is_site_admin:
            row["created_by_email"] = makers.get(organisation.created_by, "Unknown")
        rows.append({"Organisation": row})
    return Json(rows)


@endpoint("organisations/view", answers="Organisation")
def view(call: Call, organisation_id: str) -> Json:
    """Return one organisation by id, uuid or name."""
    organisation = queries.find_organisation_or_name(organisation_id)
    require_content_access(call.actor, organisation)
    row = organisation_dict(organisation)
    shown = {name: row[name] for name in VIEWED}
    if _is_told_the_maker(call.actor, organisation):
        shown["created_by"] = row["created_by"]
    shown["user_count"] = str(organisation.users.count())
    if call.actor.is_site_admin and organisation.created_by:
        maker = emails_of([organisation.created_by]).get(organisation.created_by, "Unknown")
        shown["created_by_email"] = maker
    return Json({"Organisation": shown})


def _is_told_the_maker(actor: Actor, organisation: Organisation) -> bool:
    """True if the actor may see the creator of an organisation: its own administrators and site
    administrators."""
    own = organisation.pk == actor.organisation_id and actor.may(Permission.ADMIN)
    return actor.is_site_admin or own


@endpoint("organisations/getUUIDs", requires=(Permission.SYNC,))
def uuids(call: Call) -> Json:
    """List the uuids of the organisations on this hub."""
    return Json([str(organisation.uuid) for organisation in queries.organisations("local")])


@endpoint(
    "admin/organisations/add", site_admin=True, writes=True, describes=ABOUT_ADD, answers="Organisation"
)
def add(call: Call, *, body: OrganisationBody) -> Json:
    try:
        organisation = services.create_organisation(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add Organisation", "/admin/organisations/add", error.errors) from error
    return Json({"Organisation": organisation_dict(organisation)})


@endpoint(
    "admin/organisations/edit", site_admin=True, writes=True, describes=ABOUT_EDIT, answers="Organisation"
)
def edit(call: Call, organisation_id: str, *, body: OrganisationBody) -> Json:
    organisation = queries.find_organisation(organisation_id)
    url = f"/admin/organisations/edit/{organisation.pk}"
    try:
        organisation = services.edit_organisation(call.actor, organisation, body.sent)
    except Invalid as error:
        raise SaveFailed("edit Organisation", url, error.errors, id=str(organisation.pk)) from error
    return Json({"Organisation": organisation_dict(organisation)})


@endpoint("admin/organisations/delete", site_admin=True, writes=True)
def delete(call: Call, organisation_id: str) -> Saved:
    """Delete an organisation that has no users, events or sharing groups."""
    organisation = queries.find_organisation(organisation_id)
    number = str(organisation.pk)
    url = f"/admin/organisations/delete/{number}"
    try:
        services.delete_organisation(call.actor, organisation)
    except OrganisationInUse as error:
        owned = ", ".join(f"{count} {name}" for name, count in error.owned.items())
        raise SaveFailed(
            "delete Organisation", url, f"The organisation still has {owned}.", id=number
        ) from error
    return saved("Organisation deleted", url, id=number)


@endpoint("admin/organisations/generateuuid", site_admin=True)
def generate_uuid(call: Call) -> Json:
    """Return a new uuid for an organisation."""
    return Json({"uuid": str(uuid4())})


@endpoint(
    "admin/organisations/merge",
    unlimited_key=True,
    site_admin=True,
    writes=True,
    describes=Description(
        "Give everything of one organisation to another, and remove it.",
        url="/admin/organisations/merge/[organisation_id]/[target_id]",
    ),
)
def merge(call: Call, organisation_id: str, target_id: str = "", *, body: MergeBody) -> Saved:
    """Merge an organisation into a target, given as in MISP's form by ``targetType`` and one list per type."""
    organisation = queries.find_organisation(organisation_id)
    number = str(organisation.pk)
    url = f"/admin/organisations/merge/{number}"
    listed = body.external_target if body.target_is_external else body.local_target
    target = queries.find_organisation(target_id or body.target_id or listed)
    try:
        services.merge_organisations(call.actor, organisation.pk, target.pk)
    except Invalid as error:
        raise SaveFailed("merge Organisation", url, error.errors, id=number) from error
    return saved("Organisation merged", url, id=str(target.pk))
