"""Template tag for the papers of a case on the pages of other packages. `{% load case_files %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from vardkase.hub.case_files.access import may_handle, readable
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.queries import documents_of, has_closed_documents
from vardkase.identity.access.actor import Actor
from vardkase.web.hub.case_files.presenters import paper_lines

register = template.Library()


@register.inclusion_tag("case_files/papers.html", takes_context=True)
def case_papers(context: Context, case_file: CaseFile | None, *, is_own_page: bool = False) -> dict[str, Any]:
    """The documents and notes of a case, and the buttons to add to it; nothing for who may not read it.

    Without a link to the case if it is on the page of the case itself.
    """
    actor: Actor = context["actor"]
    if case_file is None or not readable(actor).filter(pk=case_file.pk).exists():
        return {}
    return {
        "case_file": case_file,
        "documents": paper_lines(documents_of(case_file)),
        "has_closed": has_closed_documents(case_file),
        "is_own_page": is_own_page,
        "handles": case_file.is_open and may_handle(actor, case_file),
    }
