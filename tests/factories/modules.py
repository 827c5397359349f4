"""Setup for tests of modules: attributes to enrich, and enabled modules."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories import make_attribute
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event

URL = "https://www.evil.com:8443/a?b=c"


def attribute(event: Event, kind: str, value: str, category: str = "Network activity") -> Attribute:
    made = make_attribute(event, type=kind, category=category, value1=value)
    made.save()
    return made


def switch_on(seed: Seed, *names: str, kind: str = "Enrichment", **more: Any) -> None:
    wanted: dict[str, Any] = {f"{kind}_services_enable": True, f"{kind}_hover_enable": True}
    wanted |= {f"{kind}_{name}_enabled": True for name in names} | {
        f"{kind}_{name}": v for name, v in more.items()
    }
    if kind != "Enrichment":
        del wanted[f"{kind}_hover_enable"]
    for name, value in wanted.items():
        status, body = call(
            seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/Plugin.{name}", {"value": value}
        )
        assert status == 200, body
