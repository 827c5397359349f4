"""People at pages, for the stories whose clicks are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from tests.browser.everyday import Person
from tests.browser.pages import WIDE, Visit, visit
from tests.factories.seed import ApiUser
from tests.support.web_server import WebServer
from tests.web.accounts import signed_in
from vardkase.identity.accounts.models import User

type SignIn = Callable[..., Person]


@pytest.fixture
def sign_in(
    chromium: Browser, server: WebServer, record_property: Callable[[str, object], None]
) -> Iterator[SignIn]:
    """`sign_in(user, path, language)`; what each did is in the report of the run."""
    people: list[Person] = []

    def at(user: ApiUser, path: str = "/", language: str = "sv") -> Person:
        User.objects.filter(pk=user.user.pk).update(language=language)
        opened: Visit = visit(chromium, server, "/about/", user.user, WIDE)
        cookie = signed_in(user.user).cookies[settings.SESSION_COOKIE_NAME].value
        opened.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}]
        )
        opened.page.goto(server.url + path)
        people.append(Person(opened.page))
        return people[-1]

    yield at
    record_property("tasks", [{name: asdict(one) for name, one in each.tasks.items()} for each in people])
