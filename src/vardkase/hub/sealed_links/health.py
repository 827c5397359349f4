"""Officers' keys among the checks of the hub, for the page of diagnostics and `vardkase doctor`."""

from __future__ import annotations

from vardkase.hub.instance.health import Check, HealthState
from vardkase.hub.sealed_links.queries import forged_keys, status
from vardkase.hub.sealed_links.sealing import altered_links


def check() -> Check:
    now = status()
    facts = {
        "valid": now.valid,
        "lasting": now.lasting,
        "links": now.links,
        "openable": now.openable,
        "unopenable": now.unopenable,
        "frail": now.frail,
        "forged": forged_keys(),
        "altered": altered_links() if now.links else 0,
    }
    is_bad = facts["altered"] or facts["forged"] or now.unopenable or (now.links and now.valid < 2)
    is_due = now.is_in_use and (now.lasting < 2 or now.frail)
    return Check(
        "sealed_links", HealthState.BAD if is_bad else HealthState.WARN if is_due else HealthState.OK, facts
    )
