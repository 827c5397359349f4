"""Services for organisations and sharing groups."""

from vardkase.identity.organisations.services.capture import capture_organisations
from vardkase.identity.organisations.services.group_capture import capture_sharing_group
from vardkase.identity.organisations.services.groups import (
    add_organisation_to_group,
    add_server_to_group,
    create_sharing_group,
    delete_sharing_group,
    edit_sharing_group,
    remove_organisation_from_group,
    remove_server_from_group,
)
from vardkase.identity.organisations.services.merging import merge_organisations
from vardkase.identity.organisations.services.organisations import (
    create_organisation,
    delete_organisation,
    edit_organisation,
)

__all__ = [
    "add_organisation_to_group",
    "add_server_to_group",
    "capture_organisations",
    "capture_sharing_group",
    "create_organisation",
    "create_sharing_group",
    "delete_organisation",
    "delete_sharing_group",
    "edit_organisation",
    "edit_sharing_group",
    "merge_organisations",
    "remove_organisation_from_group",
    "remove_server_from_group",
]
