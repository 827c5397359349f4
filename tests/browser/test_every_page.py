"""Every page in a real browser, with hostile text in all that is stored: none of it runs, axe passes, nothing is cut.

A new page is visited without being named here. What the walk cannot open is in `ELSEWHERE`, with the reason.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.urls import get_resolver
from playwright.sync_api import Browser, Dialog, Error

from tests.browser.pages import BOTH, Look, Visit, visit
from tests.conventions.test_permissions import views
from tests.factories import make_role, make_user
from tests.factories.hostile import fill_with_hostile_text
from tests.factories.hostile_office import add_office
from tests.factories.hostile_rows import add_membership, add_words
from tests.factories.samples import SampleHub, Samples
from tests.identity.two_people import at_screen
from tests.support.addresses import addresses, restart_sequences
from tests.support.web_server import WebServer
from tests.web.accounts import confirm, signed_in
from vardkase.hub.office.quarterly.periods import this_quarter
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.browser

# Text that became markup. Enter in a field presses the first button of its form: never one that only searches, adds or
# moves a row. The kinds of elements, because axe takes longer than all else: it looks at pages that have a new one.
EXAMINE = """() => ({
  faults: [
    ...[...document.querySelectorAll(
      "[onerror], [onload], [onfocus], img[src='x'], [href^='javascript:' i], [action^='javascript:' i]"
    )].map(found => found.outerHTML.slice(0, 200)),
    ...[...document.forms].map(form => form.querySelector("[type=submit]"))
      .filter(first => first?.formNoValidate).map(first => "Enter presses " + first.outerHTML.slice(0, 200)),
  ],
  kinds: [...new Set([...document.querySelectorAll("main *")].map(each =>
    [each.tagName, each.getAttribute("class"), each.getAttribute("role"), each.getAttribute("type")].join()))],
  isWhole: document.querySelectorAll("h1").length === 1,
})"""
FIRST = ("1", "2")
"""The ids of rows in tables that were empty."""
ELSEWHERE = {
    "anonymous publication is off until officers turn it on (tests/hub/anonymous_publication)": (
        "anonymous-publication/",
        "event/<reference:reference>/author/",
    ),
    "public-records cases have a story of their own (test_disclosure.py)": ("public-records/",),
    "a file, in tests/audit": ("administration/audit/proof/",),
    "a text file, in tests/web/hub/test_vulnerability_reports.py": (".well-known/",),
    "membership and applications have stories of their own": (
        "cases/<str:number>/appeals/new/",
        "membership/hearings/<",
        "membership/conditions/<",
        "applications/<",
        "apply/",
        "approval-requests/<",
        "breaches/<",
        "contacts/<int:organisation>/<int:pk>/",
        "contacts/<int:organisation>/extra/",
        "content-access/<",
        "content-access/new/",
        "data-requests/<",
        "data-requests/controllers/<",
        "our-data-requests/<",
        "processing-record/<",
        "groups/organisations/",
        "hub/",
        "mail/letters/<",
        "mail/undelivered/<",
        "event/<int:reference>/spill/",
        "members/<int:pk>/checklist/",
        "members/<int:pk>/hearings/",
        "members/<int:pk>/conditions/<",
        "members/<int:pk>/letters/",
        "members/<int:pk>/step/",
        "members/<int:pk>/test/",
        "membership/connections/",
        "membership/evidence/",
        "membership/letters/",
        "membership/phases/law/",
        "public-records/",
        "security/<int:pk>/reviews/<",
        "administration/move-in/",
        "backups/recipients/",
        "sealed-links/o",
        "administration/audit/held/register/",
        "terms-and-criteria/draft/",
        "terms/answer/form/",
    ),
    "opened by a link in a mail, or by the sign-in of an organisation": (
        "account-link/",
        "calendar/<",
        "account/organisation/",
        "entrance/",
        "personal-data/follow/",
        "support/follow/",
        "welcome/",
    ),
    "have tests of their own in a browser, or pages of the same kind here": (
        "administration/audit/archives/<",
        "administration/audit/held/<",
        "administration/feeds/own/<",
        "administration/public-page/<",
        "administration/schedules/<",
        "administration/streams/<",
        "api/docs/<",
        "collections/add/",
        "contributions/personal-data/<",
        "dashboard/<",
        "event/<reference:reference>/compare/",
        "event/<reference:reference>/object/<int:object_id>/edit/",
        "event/<reference:reference>/personal-data/<slug:kind>/not-offence/",
        "event/<reference:reference>/proposals/<int:proposal_id>/edit/",
        "event/<reference:reference>/version/",
        "galaxies/<uuid:uuid>/edit/",
        "mail/<",
        "office/delegation/<",
        "office/reasons/<",
        "search/saved/new/",
    ),
    "leads to another page": (
        "attributes/view/",
        "events/index",
        "events/view/",
        "galaxies/tag/",
        "notifications/<",
        "search/go/",
        "search/saved/<int:pk>/",
        "event/<reference:reference>/attributes/tag/",
        "event/<reference:reference>/copy-from/<",
    ),
    "asks another hub, or a module": (
        "administration/connections/<int:pk>/there/<",
        "administration/connections/<int:pk>/would-",
        "administration/connections/runs/",
        "administration/modules/<",
        "event/<reference:reference>/modules/results/",
    ),
    "answers a script with choices, figures or a file": (
        "correlations/graph/",
        "office/contacts/directory.pdf",
        "signatures/<int:pk>/certificate.pem",
        "event/<reference:reference>/file/",
        "event/<reference:reference>/graph/context/",
        "event/<reference:reference>/news/",
        "event/<reference:reference>/version-news/",
        "event/<reference:reference>/picture/",
        "event/<reference:reference>/proposals/<int:proposal_id>/file/",
        "event/<reference:reference>/report/<int:report_id>/diagram/",
        "search/advanced/choices/",
        "policy/draft/find/",
        "policy/versions/<int:pk>/document.",
        "search/advanced/download/",
        "search/saved/<int:pk>/restore/",
    ),
}
"""Why the walk does not open some pages, and how their routes begin (or what they are)."""
PARTS = ("/choices/", "/find/", "/types/", "/organisations/")
"""The ends of routes that answer a picker."""


@dataclass
class Walk:
    visit: Visit
    server: WebServer
    faults: dict[str, list[str]] = field(default_factory=dict)
    opened: int = 0
    kinds: set[str] = field(default_factory=set)
    looked: list[Look] = field(default_factory=lambda: [*BOTH])
    dark: bool = False

    def open(self, address: str) -> bool:
        """Opens a page and looks at it; whether there was one."""
        page, said = self.visit.page, self.visit.complaints
        try:
            answer = page.goto(self.server.url + address)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return True
        assert answer is not None
        if answer.status >= 500:
            self.faults[address] = [f"status {answer.status}", self.server.log.read_text()[-3000:]]
        is_page = "text/html" in answer.headers.get("content-type", "")
        if answer.status != 200 or answer.request.redirected_from is not None or not is_page:
            said.clear()
            return answer.status == 200 and answer.request.redirected_from is None
        seen = page.evaluate(EXAMINE)
        found = [*seen["faults"], *said]
        said.clear()
        if seen["isWhole"]:
            found += self.looks(set(seen["kinds"]))
        self.opened += 1
        if found:
            self.faults[address] = found
        return True

    def looks(self, kinds: set[str]) -> Iterator[str]:
        """What is too wide, and what axe finds in light or in dark by turns."""
        page, is_new = self.visit.page, not kinds <= self.kinds
        self.looked.reverse()  # The first size is that of the page before: the window changes once a page.
        for (width, height), dark in self.looked:
            page.set_viewport_size({"width": width, "height": height})
            if self.visit.overflow() > 0:
                page.wait_for_timeout(300)  # A graph follows the size of its frame.
            if (beyond := self.visit.overflow()) > 0:
                yield f"{width}: {beyond} pixels too wide"
            if is_new and dark == self.dark:
                page.emulate_media(color_scheme="dark" if dark else "light")
                yield from (
                    f"{width}: {fault}" for fault in self.visit.violations([".top-bar", ".frame > nav"])
                )
        self.dark ^= is_new
        self.kinds |= kinds


@pytest.fixture
def things(server: WebServer) -> Samples:
    restart_sequences()
    sample_hub = SampleHub()
    made = Samples(sample_hub, sample_hub.caller("org admin"))
    made.furnish()
    return made


def test_no_page_runs_what_is_stored(chromium: Browser, server: WebServer, things: Samples) -> None:
    duties = [StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER, StaffRole.ANALYST]
    everything = make_role("Everything", frozenset(Permission))
    reader = make_user(things.sample_hub.a, everything, "reader@a.example", staff_roles=duties)
    officers = make_role("Officer", frozenset(Permission) - {Permission.SITE_ADMIN})
    officer = make_user(things.sample_hub.a, officers, "officer@a.example", staff_roles=duties)
    add_words(things, reader)
    add_membership(things, reader)
    add_office(things, at_screen(reader))
    assert fill_with_hostile_text() > 90
    AuthKey.objects.update(last_used=1)
    walk = Walk(_visit_as(chromium, server, reader), server)
    unseen = [route for route in _pages() if not _visit_one_of(walk, route, things)]
    # Some pages are for officers who are no site administrators, as `reader` is.
    walk.visit = _visit_as(chromium, server, officer)
    unseen = [route for route in unseen if not _visit_one_of(walk, route, things)]
    assert walk.faults == {}
    assert unseen == []


def _visit_as(chromium: Browser, server: WebServer, user: User) -> Visit:
    """Signed in, with a second factor that was confirmed just now."""
    opened = visit(chromium, server, "/", user)
    client = signed_in(user)
    confirm(client, user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}]
    )
    opened.page.on("dialog", lambda dialog: _complain(opened, dialog))
    return opened


def _complain(opened: Visit, dialog: Dialog) -> None:
    opened.complaints.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _pages() -> Iterator[str]:
    """The routes of pages that can be asked for."""
    for route, view in views(get_resolver()):
        ours = view.__module__.startswith("vardkase.web.") and "misp_redirects" not in view.__module__
        if ours and not _is_elsewhere(route) and not _only_posted(view):
            yield route


def _is_elsewhere(route: str) -> bool:
    if route.endswith(PARTS) and not route.endswith("security/organisations/"):
        return True
    return any(route.startswith(beginning) for beginnings in ELSEWHERE.values() for beginning in beginnings)


def _only_posted(view: Callable[..., object] | None) -> bool:
    while view is not None:
        if "GET" not in inspect.getclosurevars(view).nonlocals.get("request_method_list", ["GET"]):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _visit_one_of(walk: Walk, route: str, things: Samples) -> bool:
    event, galaxy, value = things.event.uuid, things.attack.uuid, things.attribute.value1
    texts = {"form": "attack", "format": "csv", "kind": "event", "uuid": str(galaxy), "galaxy": str(galaxy)}
    texts |= {"number": things.application.number, "language": "sv", "selector": "orgc_id", "part": "about"}
    last = this_quarter().later(-1)
    texts |= {"field": "comment"}
    named = {
        "contacts/": "contacts/1/",
        "value/": f"value/?v={value}",
        "value/graph/": f"value/graph/?v={value}",
        "search/": "search/?q=example",
        "notes/new/<slug:kind>/<slug:object_type>/<reference:reference>/": f"notes/new/note/Event/{event}/",
        "administration/streams/new/<slug:kind>/": "administration/streams/new/webhook/",
        "security/": "security/1/",
        "reference-data/blocklists/": "reference-data/blocklists/event/",
        "administration/settings/<str:name>/": "administration/settings/MISP.delegation/",
        "event/<reference:reference>/personal-data/<slug:kind>/<str:way>/": f"event/{event}/personal-data/name/remove/",
        "event/<reference:reference>/personal-data/<slug:kind>/": f"event/{event}/personal-data/name/",
        "law/<slug:kind>/new/": "law/grounds/new/",
        "law/<slug:kind>/<slug:name>/": "law/deadlines/hearing/",
        "law/<slug:kind>/<slug:name>/change/": "law/deadlines/hearing/change/",
        "law/<slug:kind>/<slug:name>/retire/": "law/grounds/osl_15_1/retire/",
        "retention/rules/new/<slug:subject>/": "retention/rules/new/personal_data/",
        "cases/<str:number>/appeals/<int:pk>/<slug:name>/": f"cases/{things.application.number}/appeals/1/check_time/",
        **{
            f"office/reports/<int:year>/<int:number>/{end}": f"office/reports/{last.year}/{last.number}/{end}"
            for end in ("", "draft.pdf", "figures.json", "issue/")
        },
        "policy/draft/add/<str:kind>/": "policy/draft/add/retention/",
    }
    references = [*FIRST, str(event), str(things.report.uuid)]
    return any(walk.open(address) for address in addresses(named.get(route, route), references, texts))
