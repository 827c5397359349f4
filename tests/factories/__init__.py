"""Rows that tests begin with, written directly to the tables: fast, with only what a test must specify."""

from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.people import (
    make_key,
    make_keys,
    make_organisation,
    make_organisations,
    make_role,
    make_roles,
    make_sharing_group,
    make_user,
    make_users,
)

__all__ = [
    "make_attribute",
    "make_event",
    "make_key",
    "make_keys",
    "make_object",
    "make_organisation",
    "make_organisations",
    "make_report",
    "make_role",
    "make_roles",
    "make_sharing_group",
    "make_user",
    "make_users",
]
