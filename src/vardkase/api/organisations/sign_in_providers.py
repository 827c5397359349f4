"""organisationSecurity/…Provider: the OpenID Connect provider through which an organisation's users sign in.

Each takes the organisation's id or uuid in the path; without one it is about the caller's own. Secrets are never told.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.openid import register
from vardkase.identity.access.permissions import Permission
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.queries import find_decided
from vardkase.misp.flags import as_bool

ADMINISTRATOR = (Permission.ADMIN,)
TEXTS = ("issuer", "client_id", "label")
FLAGS = ("required", "trusts_second_factor")
SET = "/organisationSecurity/setProvider"


@endpoint(
    "organisationSecurity/viewProvider",
    requires=ADMINISTRATOR,
    describes=Description(url="/organisationSecurity/viewProvider/[organisation_id]"),
)
def view_provider(call: Call) -> Answer:
    """Return the registered sign-in provider without its secret; null if there is none."""
    return Json({"Provider": _provider(services.provider_of(find_decided(call.actor, call.arg(0))))})


@endpoint(
    "organisationSecurity/setProvider",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=Description(
        "POST the provider, which has to answer; what is not named stays as it is kept. It can be `required` once "
        "somebody has come in through it.",
        (),
        (*TEXTS, "client_secret", *FLAGS),
        f"{SET}/[organisation_id]",
    ),
)
def set_provider(call: Call) -> Answer:
    """Register or change the organisation's sign-in provider."""
    organisation, data = find_decided(call.actor, call.arg(0)), call.data("Provider")
    changes: dict[str, Any] = {name: str(data[name] or "") for name in TEXTS if name in data}
    changes |= {name: as_bool(data[name]) for name in FLAGS if name in data}
    registration = services.changed_registration(
        services.provider_of(organisation), changes, str(data.get("client_secret") or "")
    )
    try:
        provider = register(call.actor, organisation, registration)
    except Invalid as error:
        raise SaveFailed("setProvider OrganisationSecurity", SET, error.errors) from error
    return Json({"Provider": _provider(provider)})


@endpoint(
    "organisationSecurity/removeProvider",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=Description(url="/organisationSecurity/removeProvider/[organisation_id]"),
)
def remove_provider(call: Call) -> Answer:
    """Remove the sign-in provider; users sign in with passkey and password again."""
    organisation = find_decided(call.actor, call.arg(0))
    services.remove_provider(call.actor, organisation)
    return saved("The provider was removed.", f"/organisationSecurity/removeProvider/{organisation.pk}")


def _provider(row: IdentityProvider | None) -> dict[str, Any] | None:
    if row is None:
        return None
    shown = {name: getattr(row, name) for name in services.SHOWN_OF_PROVIDER}
    return shown | {"org_id": str(row.org_id), "proved": row.proved and row.proved.isoformat()}
