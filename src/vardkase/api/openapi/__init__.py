"""api/*: the machine-readable API description. `web` has the page for people."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import JSON_TYPE, Answer, Json, Text
from vardkase.api.dispatch import Description, Endpoint, declared_permissions, endpoint
from vardkase.api.errors import MispError
from vardkase.api.openapi.document import address_of, encoded, summary_of, tag_of
from vardkase.api.request import Call, plain
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

ABOUT_ONE = Description("POST the address of an endpoint to learn what it takes.", ["url"])


@endpoint("api/openapi", public=True, methods=("GET",))
def openapi(call: Call) -> Answer:
    """Return the OpenAPI 3.1 description of all endpoints; no authentication required."""
    return Text(encoded(), JSON_TYPE)


@endpoint("api/getAllApis")
def get_all_apis(call: Call) -> Answer:
    """List the endpoints the caller may use, with the required and optional members of their bodies."""
    found = [one for one in declared_permissions() if one.may_be_called_by(call.actor)]
    return Json({"allApis": {address_of(one.name): _about(one) for one in found}})


@endpoint("api/getApiInfo", describes=ABOUT_ONE, methods=("POST",))
def get_api_info(call: Call) -> Answer:
    """Return the description of one endpoint by its path."""
    wanted = plain(str(call.param("url") or "").strip("/"))
    for found in declared_permissions():
        if plain(found.name) == wanted and found.may_be_called_by(call.actor):
            return Json(_about(found))
    raise MispError(404, "There is no such endpoint, or you may not use it.")


def _about(found: Endpoint) -> dict[str, Any]:
    about = found.describes
    return {
        "url": address_of(found.name),
        "controller": tag_of(found.name),
        "action": found.name.rpartition("/")[2],
        "description": summary_of(found),
        "mandatory": about.mandatory if about else [],
        "optional": about.optional if about else [],
        "methods": found.methods,
    }
