"""The answer of every page that proposes what another person approves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.web.ui.pages import PageRequest


def proposed(request: PageRequest, made: ApprovalRequest) -> HttpResponse:
    messages.success(request, gettext("Proposed. Another person must approve it before anything happens."))
    return redirect("approval_request", made.pk)
