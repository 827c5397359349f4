"""Mixed load: analysts over HTTP and PyMISP, a partner who proposes, a reader of pages, and pulls."""

from __future__ import annotations

import base64
import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import requests
import urllib3
from pymisp import MISPEvent, PyMISP
from pymisp.exceptions import PyMISPError

from bench.asking import Asking, Cut, Said
from bench.chaos.ledger import Ledger, Write
from bench.chaos.peers import Peer
from bench.chaos.people import People
from bench.corpus import Corpus

SIZES = (3, 20, 120)
PAUSE = 0.02
AFTER_TROUBLE = 0.1
logging.getLogger("pymisp").disabled = True  # It prints every answer with a status of 500 or more.
PAGES = ("/", "/events/", "/events/?q=bench")


class Load:
    """Threads that write and read until `stop`; everything goes into `ledger`."""

    def __init__(self, url: str, people: People, peer: Peer, seed: int) -> None:
        self.ledger = Ledger()
        self._url, self._people, self._peer = url, people, peer
        self._stop = threading.Event()
        self._targets: list[Write] = []
        work: tuple[Callable[[random.Random], None], ...] = (
            self._analyst,
            self._analyst,
            self._partner,
            self._client_library,
            self._reader,
            self._puller,
        )
        self._threads = [
            threading.Thread(target=each, args=(random.Random(f"{seed} {number}"),), daemon=True)
            for number, each in enumerate(work)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
        if any(thread.is_alive() for thread in self._threads):
            self.ledger.complain("a request was not answered within two minutes")

    # What somebody does

    def _analyst(self, rng: random.Random) -> None:
        corpus = Corpus(rng.randrange(1 << 60))
        asking = Asking(self._url, self._people.analyst)
        acts = (self._event, self._attribute, self._tag, self._attachment, self._publication)
        while not self._stop.wait(PAUSE):
            own = [each for each in self._targets if each.acknowledged][-10:]
            act = rng.choice(acts) if own else self._event
            act(asking, rng, corpus, rng.choice(own) if own else None)
        asking.close()

    def _event(self, asking: Asking, rng: random.Random, corpus: Corpus, _target: Write | None) -> None:
        document = _shareable(corpus, rng.choice(SIZES))
        write = self.ledger.sends(Write("event", document["uuid"], document["uuid"], document))
        if self._asked(write, lambda: asking.api("POST", "/events/add/metadata:1", document)):
            self._targets.append(write)

    def _attribute(self, asking: Asking, _rng: random.Random, corpus: Corpus, target: Write) -> None:
        attribute = corpus.event(1)["Attribute"][0]
        write = self.ledger.sends(Write("attribute", attribute["uuid"], target.name, attribute))
        self._asked(write, lambda: asking.api("POST", f"/attributes/add/{target.name}", attribute))

    def _attachment(self, asking: Asking, rng: random.Random, _corpus: Corpus, target: Write) -> None:
        content = rng.randbytes(rng.choice((100, 20_000, 400_000)))
        uuid = str(UUID(int=rng.getrandbits(128), version=4))
        body = {
            "uuid": uuid,
            "type": "attachment",
            "category": "External analysis",
            "value": f"{uuid}.bin",
            "data": base64.b64encode(content).decode(),
        }
        write = self.ledger.sends(Write("attachment", uuid, target.name, content))
        self._asked(write, lambda: asking.api("POST", f"/attributes/add/{target.name}", body))

    def _tag(self, asking: Asking, rng: random.Random, _corpus: Corpus, target: Write) -> None:
        attribute = rng.choice(target.content["Attribute"])["uuid"]
        name = f"chaos:n={rng.getrandbits(24)}"
        write = self.ledger.sends(Write("tag", name, target.name, attribute))
        body = {"uuid": attribute, "tag": name}
        self._asked(write, lambda: asking.api("POST", "/tags/attachTagToObject", body))

    def _publication(self, asking: Asking, _rng: random.Random, _corpus: Corpus, target: Write) -> None:
        if any(each.event == target.name for each in self.ledger.of("publication", acknowledged=False)):
            return
        write = self.ledger.sends(Write("publication", target.name, target.name))
        self._asked(write, lambda: asking.api("POST", f"/events/publish/{target.name}", {}))

    def _partner(self, rng: random.Random) -> None:
        asking = Asking(self._url, self._people.partner)
        while not self._stop.wait(2 * PAUSE):
            shared = [each for each in self._targets if each.acknowledged][-10:]
            if not shared:
                continue
            target = rng.choice(shared)
            name = f"{rng.getrandbits(40)}.example"
            if rng.random() < 0.5:
                body = {"type": "domain", "category": "Network activity", "value": name}
                path, kind = f"/shadow_attributes/add/{target.name}", "proposal"
            else:
                body = {"uuid": rng.choice(target.content["Attribute"])["uuid"], "source": name}
                path, kind = "/sightings/add", "sighting"
            write = self.ledger.sends(Write(kind, name, target.name))
            self._asked(write, lambda path=path, body=body: asking.api("POST", path, body))
        asking.close()

    def _client_library(self, rng: random.Random) -> None:
        corpus = Corpus(rng.randrange(1 << 60))
        misp: PyMISP | None = None
        while not self._stop.wait(2 * PAUSE):
            document = _shareable(corpus, SIZES[0])
            event = MISPEvent()
            event.from_dict(**document)
            try:
                misp = misp or PyMISP(self._url, self._people.analyst, ssl=False, timeout=60)
                write = self.ledger.sends(Write("event", document["uuid"], document["uuid"], document))
                answer: Any = misp.add_event(event, metadata=True)
            except (PyMISPError, requests.RequestException, urllib3.exceptions.HTTPError):
                # Its texts for an outage and a lost connection are its own; the other clients look at ours.
                self.ledger.refused()
                self._stop.wait(AFTER_TROUBLE)
                continue
            self._said_to_library(write, answer)
        if misp:
            misp._PyMISP__session.close()  # noqa: SLF001 - it has no way to close its connections

    def _said_to_library(self, write: Write, answer: Any) -> None:
        write.acknowledged = "Event" in answer
        if write.acknowledged:
            self._targets.append(write)
        elif "already exists" not in str(answer):  # It sends again by itself what was cut.
            self.ledger.complain(f"PyMISP: {str(answer)[:200]}")

    def _reader(self, rng: random.Random) -> None:
        asking = Asking(self._url)
        signed_in = False
        while not self._stop.wait(PAUSE):
            try:
                if not signed_in:
                    signed_in = asking.sign_in(*self._people.reader)
                    if not signed_in:
                        self._stop.wait(AFTER_TROUBLE)
                    continue
                path = rng.choice(PAGES)
                said = asking.page(path)
            except Cut as cut:
                self.ledger.cut(cut.began, f"page: {cut}")
                self._stop.wait(AFTER_TROUBLE)
                continue
            if said.status == 302:
                signed_in = False
            else:
                self._judge(said, path)
        asking.close()

    def _puller(self, rng: random.Random) -> None:
        asking = Asking(self._url, self._people.administrator)
        while not self._stop.wait(0.5 + rng.random()):
            uuids = [self._peer.offer() for _ in range(3)]
            writes = [self.ledger.sends(Write("pull", uuid, uuid)) for uuid in uuids]
            path = f"/servers/pull/{self._people.peer}/full"
            done = self._asked(writes[0], lambda path=path: asking.api("POST", path, {}))
            for write in writes:
                write.acknowledged = done
        asking.close()

    # What came of it

    def _asked(self, write: Write, ask: Callable[[], Said]) -> bool:
        try:
            said = ask()
        except Cut as cut:
            self.ledger.cut(cut.began, f"{write.kind}: {cut}")
            time.sleep(AFTER_TROUBLE)
            return False
        write.acknowledged = said.is_done()
        self._judge(said, write.kind)
        return write.acknowledged

    def _judge(self, said: Said, what: str) -> None:
        if said.is_done():
            self.ledger.answered()
        elif said.is_clear_refusal():
            self.ledger.refused()
            time.sleep(AFTER_TROUBLE)
        else:
            self.ledger.complain(f"{what}: {said.shown()}")


def _shareable(corpus: Corpus, size: int) -> dict[str, Any]:
    """An event that may be published: TLP:RED is for named recipients."""
    event = corpus.event(size)
    return {**event, "Tag": [{"name": "tlp:green"}, event["Tag"][1]]}
