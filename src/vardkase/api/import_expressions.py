"""regexp/*: import expressions, which rewrite or reject incoming values."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import AnyText, Flag, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.import_expressions import services
from vardkase.knowledge.import_expressions.models import EVERY_TYPE, ImportExpression

PROFILES = EVERY

PAGE = 60
KEEPER = (Permission.REGEXP_ACCESS,)
ABOUT_ADD = Description(
    "POST a Regexp object to this API to rewrite the values that it matches; without a replacement they stay out."
)
ABOUT_EDIT = Description(
    "POST a Regexp object to this API to change it.",
    url="/admin/regexp/edit/[regexp_id]",
)


class ExpressionChanges(Body, kw_only=True):
    """`all`: for every type, whatever `type` says."""

    model = "Regexp"

    regexp: AnyText = None
    replacement: AnyText = None
    type: AnyText = None
    all: Flag = False

    @property
    def members(self) -> dict[str, Any]:
        return self.sent | {"type": EVERY_TYPE} if self.all else self.sent


class ExpressionBody(ExpressionChanges, kw_only=True):
    regexp: Mandatory[AnyText] = None


@endpoint("regexp/index")
@endpoint("admin/regexp/index", requires=KEEPER)
def index(call: Call, *, params: Paging) -> Json:
    """List the import expressions in the order in which they are applied, page by page."""
    limit, offset = params.limit_and_offset(PAGE)
    return Json(
        [_row(expression) for expression in services.expressions(call.actor)[offset : offset + limit]]
    )


@endpoint("admin/regexp/add", requires=KEEPER, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: ExpressionBody) -> Json:
    try:
        return Json(_row(services.add_expression(call.actor, body.members)))
    except Invalid as error:
        raise SaveFailed("add Regexp", "/admin/regexp/add", error.errors) from error


@endpoint("admin/regexp/edit", requires=KEEPER, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, regexp_id: str, *, body: ExpressionChanges) -> Json:
    try:
        return Json(_row(services.edit_expression(call.actor, regexp_id, body.members)))
    except Invalid as error:
        raise SaveFailed("edit Regexp", f"/admin/regexp/edit/{regexp_id}", error.errors) from error


@endpoint("admin/regexp/delete", requires=KEEPER, writes=True)
def delete(call: Call, regexp_id: str) -> Saved:
    """Delete an import expression."""
    services.delete_expression(call.actor, regexp_id)
    return saved("Regexp deleted", f"/admin/regexp/delete/{regexp_id}", id=regexp_id)


def _row(row: ImportExpression) -> dict[str, Any]:
    return {
        "Regexp": {
            "id": str(row.pk),
            "regexp": row.regexp,
            "replacement": row.replacement,
            "type": row.type,
        }
    }
