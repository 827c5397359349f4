"""What the invented authority says of applying, of personal data and of accessibility."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

from vardkase.hub.public_pages.queries import find_passage
from vardkase.hub.public_pages.services import change_passage
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.services import approve

OWNER = "Demonstrationsmyndigheten"
WHY = "Påhittad text för demonstrationen."


class Said(NamedTuple):
    swedish: str
    english: str


TEXTS = {
    ("privacy", "controller"): Said(
        f"{OWNER} är personuppgiftsansvarig. Box 1, 123 45 Exempelköping, registrator@navet.example.",
        f"{OWNER} is the controller. Box 1, 123 45 Exempelköping, registrator@navet.example.",
    ),
    ("privacy", "dpo"): Said(
        "Du når dataskyddsombudet på dataskydd@navet.example.",
        "You can reach the data protection officer at dataskydd@navet.example.",
    ),
    ("privacy", "basis"): Said(
        "Behandlingen är nödvändig för att utföra en uppgift av allmänt intresse (artikel 6.1 e i "
        "dataskyddsförordningen). Uppgiften följer av myndighetens instruktion.",
        "Processing is necessary for a task carried out in the public interest (Article 6(1)(e) of the General Data "
        "Protection Regulation). The task follows from the authority’s instruction.",
    ),
    ("privacy", "retention"): Said(
        "Uppgifterna i en ansökan sparas så länge medlemskapet består och arkiveras sedan enligt myndighetens "
        "arkivplan. Loggar sparas i ett år.",
        "The details of an application are kept for as long as the membership lasts, and are then archived under the "
        "authority’s records schedule. Logs are kept for one year.",
    ),
    ("accessibility", "compliance"): Said(
        "Tjänsten är delvis förenlig med lagen om tillgänglighet till digital offentlig service.",
        "The service is partially compliant with the Act on Accessibility of Digital Public Services.",
    ),
    ("accessibility", "shortcomings"): Said(
        "Grafer och tidslinjer kan vara svåra att uppfatta med skärmläsare. Samma uppgifter finns alltid i en tabell "
        "på samma sida.\n\nBilagor som medlemmar har laddat upp kan sakna textalternativ.",
        "Graphs and timelines can be hard to perceive with a screen reader. The same details are always in a table on "
        "the same page.\n\nFiles that members have uploaded may lack text alternatives.",
    ),
    ("accessibility", "burden"): Said(
        "Vi åberopar inte undantaget för oskäligt betungande anpassning.",
        "We do not rely on the exemption for disproportionate burden.",
    ),
    ("accessibility", "excluded"): Said(
        "Innehåll som kommer från andra organisationer, och som vi inte har möjlighet att påverka, omfattas inte av "
        "lagen.",
        "Content that comes from other organisations and that we cannot influence is not covered by the Act.",
    ),
    ("accessibility", "tested"): Said(
        "Vi har gjort en självskattning mot WCAG 2.2 nivå AA. Den gjordes i november 2026.",
        "We have made a self-assessment against WCAG 2.2 level AA. It was made in November 2026.",
    ),
    ("accessibility", "report"): Said(
        "Skriv till tillganglighet@navet.example om du hittar brister som inte är beskrivna här, eller om du behöver "
        "innehållet i ett annat format. Vi svarar normalt inom en vecka.",
        "Write to tillganglighet@navet.example if you find problems that are not described here, or if you need the "
        "content in another format. We normally reply within a week.",
    ),
}


def state(writer: Actor, second: Actor) -> None:
    """Proposed by `writer` and approved by `second`, as every text of the public pages."""
    for (part, name), said in TEXTS.items():
        _change(writer, second, part, name, {"text_sv": said.swedish, "text_en": said.english})


def _change(writer: Actor, second: Actor, part: str, name: str, texts: dict[str, str]) -> None:
    current = {
        f"{field}_{language}": text
        for language, words in find_passage(part, name).words.items()
        for field, text in asdict(words).items()
    }
    proposed = change_passage(writer, part, name, current | texts, reason=WHY)
    approve(second, proposed.pk, proposed.digest)
