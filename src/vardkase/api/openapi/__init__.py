"""api/*: the machine-readable API description. `web` has the page for people."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import JSON_TYPE, Json
from vardkase.api.answers import Text as TextAnswer
from vardkase.api.dispatch import Description, Endpoint, declared_permissions, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Params
from vardkase.api.openapi.document import address_of, encoded, summary_of, tag_of
from vardkase.api.request import Call, plain
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

ABOUT_ONE = Description("POST the address of an endpoint to learn what it takes.")


class EndpointQuery(Params, kw_only=True):
    url: Mandatory[Text] = ""


@endpoint("api/openapi", public=True, methods=("GET",))
def openapi(call: Call) -> TextAnswer:
    """Return the OpenAPI 3.1 description of all endpoints; no authentication required."""
    return TextAnswer(encoded(), JSON_TYPE)


@endpoint("api/getAllApis")
def get_all_apis(call: Call) -> Json:
    """List the endpoints the caller may use, with the required and optional members of their bodies."""
    endpoints = [
        permission for permission in declared_permissions() if permission.may_be_called_by(call.actor)
    ]
    return Json({"allApis": {address_of(declared.name): _about(declared) for declared in endpoints}})


@endpoint("api/getApiInfo", describes=ABOUT_ONE, methods=("POST",))
def get_api_info(call: Call, *, params: EndpointQuery) -> Json:
    """Return the description of one endpoint by its path."""
    name = plain(params.url.strip("/"))
    for declared in declared_permissions():
        if plain(declared.name) == name and declared.may_be_called_by(call.actor):
            return Json(_about(declared))
    raise MispError(404, "There is no such endpoint, or you may not use it.")


def _about(declared: Endpoint) -> dict[str, Any]:
    mandatory, optional = declared.fields_of_description()
    return {
        "url": address_of(declared.name),
        "controller": tag_of(declared.name),
        "action": declared.name.rpartition("/")[2],
        "description": summary_of(declared),
        "mandatory": mandatory,
        "optional": optional,
        "methods": declared.methods,
    }
