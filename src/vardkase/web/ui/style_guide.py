"""The live style guide of the design system: every component in every state, on one page."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.hub.profiles import EVERY
from vardkase.web.ui.pages import PageRequest, page

PROFILES = EVERY

SAMPLE_VALUES = (
    ("url", "https://login.payroll.example.com/session/verify?tenant=norrvik&return=%2Fspec%2F2026%2F11"),
    ("domain", "login.payroll.example.com"),
    ("domain", "norrv\u0456k.example"),
    ("email-src", "loner@payroll.example.com"),
    ("email-dst", "anna.ek@norrvik.example"),
    ("ip-dst", "198.51.100.23"),
    ("ip-dst", "2001:db8:4a:11::7f"),
    ("sha256", "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"),
    ("filename", "faktura\u202efdp.exe"),
    ("text", "\n".join(f"{n}. Received: from mx{n}.payroll.example (192.0.2.{n})" for n in range(1, 13))),
)
TOKENS = (
    "ground",
    "sheet",
    "sheet-2",
    "sheet-3",
    "ink",
    "sea",
    "water",
    "land",
    "flare",
    "ok",
    "warn",
    "bad",
)


class SampleForm(forms.Form):
    title = forms.CharField(label=_("Title"), help_text=_("Describe what happened, in one line."))
    contact = forms.EmailField(label=_("Contact"))
    description = forms.CharField(
        label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    level = forms.ChoiceField(label=_("Threat level"), choices=[("1", _("High")), ("2", _("Medium"))])
    connection = forms.ChoiceField(
        label=_("Connection"),
        choices=[("web", "Web"), ("api", "API")],
        widget=forms.RadioSelect,
        initial="web",
    )
    mail = forms.BooleanField(label=_("Send e-mail to those who want it"), required=False)


@page()
def components(request: PageRequest) -> HttpResponse:
    return render(request, "design/components.html", _samples())


def _samples() -> dict[str, Any]:
    now = timezone.now()
    return {
        "attributes": [SimpleNamespace(type=kind, value=text) for kind, text in SAMPLE_VALUES],
        "tokens": TOKENS,
        "levels": range(6),
        "group": SimpleNamespace(pk=1, name="Energi och vatten"),
        "groups": [SimpleNamespace(pk=1, name="Energi och vatten"), SimpleNamespace(pk=2, name="Kommuner")],
        "form": SampleForm({"title": "Nätfiske", "contact": "anna", "level": "1", "connection": "api"}),
        "moments": [now, now - timedelta(days=1), now - timedelta(days=3), now - timedelta(days=400)],
        "days": [((now - timedelta(days=13 - n)).date(), n * n % 11) for n in range(14)],
        **_lists(),
    }


def _lists() -> dict[str, Any]:
    now = timezone.now()
    return {
        "tabs_sample": [
            {"label": _("Attributes"), "url": "#", "count": 42, "current": True},
            {"label": _("Correlations"), "url": "#", "count": 7},
            {"label": _("History"), "url": "#"},
        ],
        "filters": [
            {"label": _("Changed: last 30 days"), "remove_url": "?"},
            {"label": _("Source: not feeds"), "remove_url": "?"},
        ],
        "happenings": [
            {"when": now, "text": _("Two addresses were added"), "state": "now"},
            {"when": now - timedelta(hours=5), "text": _("A hash was proposed"), "state": "planned"},
            {"when": now - timedelta(days=1), "text": _("Version 4 was published"), "state": "past"},
        ],
        "steps": [
            {"label": _("Organisation"), "state": "done", "url": "#"},
            {"label": _("Contacts"), "state": "now", "detail": _("3 of 4")},
            {"label": _("Networks"), "state": "also"},
            {"label": _("Agreement"), "state": "coming"},
        ],
        "diff": [
            {"change": "added", "what": "ip-dst", "new": "203.0.113.88"},
            {"change": "changed", "what": "comment", "old": "Omgående", "new": "I dag"},
            {"change": "removed", "what": "md5", "old": "44d88612fea8a8f36de82e1278abb02f"},
        ],
        "choices": [("objects", _("Objects")), ("flat", _("Flat list"))],
        "counts": {0: "Norrviks kommun", 1: "148 organisationer", 3: _("no limit")},
    }
