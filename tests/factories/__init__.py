"""Makers of single things, straight into the tables: quick, with only what a test must say."""

from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.people import make_key, make_organisation, make_role, make_sharing_group, make_user

__all__ = [
    "make_attribute",
    "make_event",
    "make_key",
    "make_object",
    "make_organisation",
    "make_report",
    "make_role",
    "make_sharing_group",
    "make_user",
]
