"""organisationSecurity/…Provider: the OpenID Connect provider through which an organisation's users sign in.

Each takes the organisation's id or uuid in the path; without one it is about the caller's own. No
secret is ever returned.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Flag, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.openid import register
from vardkase.identity.access.permissions import Permission
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.queries import find_decided

ADMINISTRATOR = (Permission.ADMIN,)
SET = "/organisationSecurity/setProvider"


class ProviderBody(Body, kw_only=True):
    model = "Provider"

    issuer: Text = ""
    client_id: Text = ""
    label: Text = ""
    client_secret: Text = ""
    required: Flag = False
    trusts_second_factor: Flag = False


@endpoint("organisationSecurity/viewProvider", requires=ADMINISTRATOR)
def view_provider(call: Call, organisation_id: str = "") -> Json:
    """Return the registered sign-in provider without its secret; null if there is none."""
    return Json({"Provider": _provider(services.provider_of(find_decided(call.actor, organisation_id)))})


@endpoint(
    "organisationSecurity/setProvider",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=Description(
        "POST the provider, which has to answer; what is not named stays as it is kept. It can be `required` once "
        "somebody has come in through it.",
        url=f"{SET}/[organisation_id]",
    ),
)
def set_provider(call: Call, organisation_id: str = "", *, body: ProviderBody) -> Json:
    """Register or change the organisation's sign-in provider."""
    organisation = find_decided(call.actor, organisation_id)
    changes = {
        name: getattr(body, name)
        for name in ProviderBody.fields()
        if name in body.sent and name != "client_secret"
    }
    registration = services.changed_registration(
        services.provider_of(organisation), changes, body.client_secret
    )
    try:
        provider = register(call.actor, organisation, registration)
    except Invalid as error:
        raise SaveFailed("setProvider OrganisationSecurity", SET, error.errors) from error
    return Json({"Provider": _provider(provider)})


@endpoint("organisationSecurity/removeProvider", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def remove_provider(call: Call, organisation_id: str = "") -> Saved:
    """Remove the sign-in provider; users sign in with passkey and password again."""
    organisation = find_decided(call.actor, organisation_id)
    services.remove_provider(call.actor, organisation)
    return saved("The provider was removed.", f"/organisationSecurity/removeProvider/{organisation.pk}")


def _provider(row: IdentityProvider | None) -> dict[str, Any] | None:
    if row is None:
        return None
    shown = {name: getattr(row, name) for name in services.SHOWN_OF_PROVIDER}
    return shown | {"org_id": str(row.org_id), "proved": row.proved and row.proved.isoformat()}
