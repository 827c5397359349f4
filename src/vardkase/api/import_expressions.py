"""regexp/*: import expressions, which rewrite or reject incoming values."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.import_expressions import services
from vardkase.knowledge.import_expressions.models import EVERY_TYPE, ImportExpression
from vardkase.misp.flags import as_bool

PROFILES = EVERY

PAGE = 60
KEEPER = (Permission.REGEXP_ACCESS,)
ABOUT_ADD = Description(
    "POST a Regexp object to this API to rewrite the values that it matches; without a replacement they stay out.",
    ["regexp"],
    ["replacement", "type"],
)
ABOUT_EDIT = Description(
    "POST a Regexp object to this API to change it.",
    (),
    ["regexp", "replacement", "type"],
    "/admin/regexp/edit/[regexp_id]",
)


@endpoint("regexp/index")
def index(call: Call) -> Answer:
    """List the import expressions in the order in which they are applied, page by page."""
    return _index(call)


@endpoint("admin/regexp/index", requires=KEEPER)
def admin_index(call: Call) -> Answer:
    """List the import expressions as index does, for the users who maintain them."""
    return _index(call)


@endpoint("admin/regexp/add", requires=KEEPER, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        return Json(_row(services.add_expression(call.actor, _sent_expression(call))))
    except Invalid as error:
        raise SaveFailed("add Regexp", "/admin/regexp/add", error.errors) from error


@endpoint("admin/regexp/edit", requires=KEEPER, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    try:
        return Json(_row(services.edit_expression(call.actor, call.arg(0), _sent_expression(call))))
    except Invalid as error:
        raise SaveFailed("edit Regexp", f"/admin/regexp/edit/{call.arg(0)}", error.errors) from error


@endpoint("admin/regexp/delete", requires=KEEPER, writes=True)
def delete(call: Call) -> Answer:
    """Delete an import expression."""
    services.delete_expression(call.actor, call.arg(0))
    return saved("Regexp deleted", f"/admin/regexp/delete/{call.arg(0)}", id=call.arg(0))


def _sent_expression(call: Call) -> dict[str, Any]:
    data = call.data("Regexp")
    return data | {"type": EVERY_TYPE} if as_bool(data.get("all")) else data


def _index(call: Call) -> Answer:
    limit, offset = limit_and_offset(call, PAGE)
    return Json(
        [_row(expression) for expression in services.expressions(call.actor)[offset : offset + limit]]
    )


def _row(row: ImportExpression) -> dict[str, Any]:
    return {
        "Regexp": {
            "id": str(row.pk),
            "regexp": row.regexp,
            "replacement": row.replacement,
            "type": row.type,
        }
    }
