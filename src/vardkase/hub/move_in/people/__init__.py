"""Organisations, roles, accounts with their keys and second factors, and sharing groups."""

from __future__ import annotations

from vardkase.hub.move_in.people import (
    accounts,
    groups,
    keys,
    organisations,
    roles,
    second_factors,
    user_settings,
)

PEOPLE_STEPS = (
    organisations.STEP,
    roles.STEP,
    accounts.STEP,
    keys.STEP,
    second_factors.STEP,
    user_settings.STEP,
    groups.STEP,
)
