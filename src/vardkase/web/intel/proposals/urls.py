"""URLs of proposals: of one event, of all events, and to make one."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.proposals import deciding, lists, proposing
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

ATTRIBUTE = "event/<reference:reference>/attribute/<int:attribute_id>/"
PROPOSALS = "event/<reference:reference>/proposals/"
PROPOSAL = PROPOSALS + "<int:proposal_id>/"

urlpatterns = [
    path("proposals/", lists.every, name="proposals"),
    path(PROPOSALS, lists.of_event, name="event_proposals"),
    path(PROPOSAL + "file/", lists.file, name="proposal_file"),
    path(PROPOSALS + "new/", proposing.attribute, name="attribute_propose"),
    path(ATTRIBUTE + "propose/", proposing.change, name="change_propose"),
    path(ATTRIBUTE + "propose-deletion/", proposing.deletion, name="deletion_propose"),
    path(PROPOSALS + "accept/", deciding.accept_selected, name="proposals_accept"),
    path(PROPOSALS + "discard/", deciding.discard_selected, name="proposals_discard"),
    path(PROPOSALS + "reopen/", deciding.reopen, name="proposals_reopen"),
    path(PROPOSALS + "accept-all/", deciding.accept_all, name="proposals_accept_all"),
    path(PROPOSALS + "discard-all/", deciding.discard_all, name="proposals_discard_all"),
    path(PROPOSAL + "accept/", deciding.accept, name="proposal_accept"),
    path(PROPOSAL + "discard/", deciding.discard, name="proposal_discard"),
    path(PROPOSAL + "accept-fields/", deciding.accept_fields, name="proposal_accept_fields"),
    path(PROPOSAL + "comment/", deciding.comment, name="proposal_comment"),
    path(PROPOSAL + "edit/", deciding.edit, name="proposal_edit"),
]
