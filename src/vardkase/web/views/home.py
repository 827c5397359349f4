"""The first page after sign-in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.web.pages import PageRequest, page


@page()
def home(request: PageRequest) -> HttpResponse:
    """What waits for the reader, and what is new."""
    return render(request, "home.html")
