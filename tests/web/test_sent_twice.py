"""A form that is sent several times at once is handled once."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import requests
from django.conf import settings
from django.core.cache import cache

from tests.factories import make_event
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.web.accounts import signed_in
from vardkase.hub.membership.applications.access import find_link
from vardkase.hub.membership.applications.models import Application
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event, EventReport, Object
from vardkase.intel.proposals.models import Proposal
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement

AT_ONCE = 4


class Person:
    """Sends forms to the server as a browser does."""

    def __init__(self, server: WebServer, user: User) -> None:
        self._server = server
        self._session = requests.Session()
        name = settings.SESSION_COOKIE_NAME
        self._session.cookies.set(name, signed_in(user).cookies[name].value)

    def opens(self, path: str) -> dict[str, str]:
        """The token of a form on the page."""
        token = re.search(
            r'name="csrfmiddlewaretoken" value="([^"]+)', self._session.get(self._server.url + path).text
        )
        assert token is not None
        return {"csrfmiddlewaretoken": token[1]}

    def sends(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        headers = {"Referer": self._server.url + "/"}
        answer = self._session.post(self._server.url + path, fields, headers=headers, allow_redirects=False)
        return answer.status_code, answer.headers.get("Location", "")


def at_once(person: Person, path: str, fields: dict[str, str]) -> Counter[tuple[int, str]]:
    sent = {**person.opens(path), **fields}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(lambda _: person.sends(path, sent), range(AT_ONCE)))


def test_nothing_is_made_twice(server: WebServer, server_seed: Seed) -> None:
    analyst, other = Person(server, server_seed.analyst.user), Person(server, server_seed.stranger.user)
    fields = {"info": "Phishing", "date": "2026-11-20", "threat_level_id": "2", "analysis": "1"}
    answers = at_once(analyst, "/event/new/", {**fields, "distribution": "3"})
    event = Event.objects.get()
    assert answers == {(302, f"/event/{event.pk}/"): AT_ONCE}

    reports = f"/event/{event.pk}/reports/new/"
    at_once(analyst, reports, {"name": "What happened", "content": "Mail.", "distribution": "5"})
    assert EventReport.objects.count() == 1

    Event.objects.update(published=True)
    proposals = f"/event/{event.pk}/proposals/new/"
    domain = {"category": "Network activity", "type": "domain", "value": "bad.example", "comment": ""}
    at_once(other, proposals, domain)
    assert Proposal.objects.count() == 1

    # The same words in a form that is opened anew are another form.
    at_once(analyst, "/event/new/", {**fields, "distribution": "3"})
    assert Event.objects.count() == 2


def test_an_object_is_made_once(server: WebServer, server_seed: Seed) -> None:
    analyst = Person(server, server_seed.analyst.user)
    event = make_event(server_seed.org_a, user_id=server_seed.analyst.user.pk)
    event.save()
    template = ObjectTemplate.objects.create(uuid=uuid4(), name="server", meta_category="network", version=1)
    element = ObjectTemplateElement.objects.create(
        object_template=template, object_relation="name", type="hostname", ui_priority=1
    )
    path = f"/event/{event.pk}/object/new/?template={template.pk}"
    answers = at_once(analyst, path, {f"e{element.pk}": "a.example", "distribution": "5"})
    assert [status for status, _location in answers] == [302]
    assert Object.objects.count() == 1


def test_a_visitor_begins_one_application_and_keeps_its_link(server: WebServer, server_seed: Seed) -> None:
    visitor = requests.Session()
    opened = visitor.get(f"{server.url}/apply/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)', opened.text)
    assert token is not None
    sent = {"csrfmiddlewaretoken": token[1], "email": "it@skogsby.example"}

    def send(_number: int) -> requests.Response:
        headers = {"Referer": f"{server.url}/"}
        return requests.post(
            f"{server.url}/apply/",
            sent,
            headers=headers,
            cookies=visitor.cookies,
            allow_redirects=False,
            timeout=60,
        )

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = [*threads.map(send, range(AT_ONCE))]
    application = Application.objects.get()
    assert [each.status_code for each in answers] == [302] * AT_ONCE
    for each in answers:
        assert find_link(each.cookies["vardkase_application"]).application == application
    cache.clear()  # Later, somebody goes back to the form: it leads to the same.
    assert send(0).status_code == 302
    sent["email"] = "other@skogsby.example"
    assert send(0).status_code == 302
    assert Application.objects.count() == 2


def test_a_refused_form_is_handled_again(server: WebServer, server_seed: Seed) -> None:
    analyst = Person(server, server_seed.analyst.user)
    answers = at_once(analyst, "/event/new/", {"info": "", "distribution": "0"})
    assert {location for _status, location in answers} == {""}
    assert not Event.objects.exists()
