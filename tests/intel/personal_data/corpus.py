"""A seeded corpus: sentences with personal data of each kind, and sentences that only look so.

Check digits are computed here and not by the library that detection uses. A third of the names are not on its lists.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vardkase.intel.personal_data.kinds import PersonalDataKind

SEED = 14
ROUNDS = 40
"""Sentences made of each template."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`kind` is None where there are no personal data; otherwise they are at `start` up to `end`."""

    text: str
    template: str
    kind: PersonalDataKind | None = None
    start: int = 0
    end: int = 0


def corpus() -> Iterator[Sentence]:
    chance = random.Random(SEED)
    for kind, values in POSITIVES.items():
        for template, value in values:
            for _ in range(ROUNDS):
                data = value(chance)
                start = template.index("{}")
                text = template.replace("{}", data)
                yield Sentence(text, template, kind, start, start + len(data))
    for template, *values in NEGATIVES:
        for _ in range(ROUNDS if values else 1):
            yield Sentence(template.format(*(value(chance) for value in values)), template)


type Value = Callable[[random.Random], str]


def luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + (place % 2 == 0))
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def digits(count: int) -> Value:
    return lambda chance: "".join(chance.choices("0123456789", k=count))


def written(*parts: int | str, first: str) -> Value:
    """So many digits, and what stands between them."""
    return lambda chance: (
        first + "".join(part if isinstance(part, str) else digits(part)(chance) for part in parts)
    )


def hexadecimal(count: int) -> Value:
    return lambda chance: "".join(chance.choices("0123456789abcdef", k=count))


def _born(chance: random.Random) -> date:
    return date(1930, 1, 1) + timedelta(days=chance.randrange(365 * 93))


def _personal(form: str, days: int = 0) -> Value:
    """`form`: {c} century, {d} the date without it, {s} serial number and check digit."""

    def made(chance: random.Random) -> str:
        born = _born(chance)
        written = f"{born:%y%m}{born.day + days:02}"
        serial = f"{chance.randrange(980):03}"
        return form.format(c=f"{born.year // 100}", d=written, s=serial + luhn(written + serial))

    return made


def birth_date(form: str) -> Value:
    return lambda chance: f"{_born(chance):{form}}"


GIVEN = """
Anna Erik Johan Maria Karin Lars Fatima Björn Åsa Jan-Erik Linnéa Mohammed Gunilla Sven Ingrid
Tindra Isac Svea Ture Märit Zlatan Alvar
""".split()  # noqa: SIM905
SURNAMES = """
Andersson Johansson Lindqvist Bergström Ek Nguyen Svensson Karlsson Öberg Lindgren Wallin Åkesson Gustafsson
Brännmark Cederlöf Sjöstedt Hamberg Ekelund Rask Wester Trygg
""".split()  # noqa: SIM905
# What the second lines have is not on the lists of detection, which has to miss it or find it by its context.


def person(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}"


def reversed_person(chance: random.Random) -> str:
    return f"{chance.choice(SURNAMES)}, {chance.choice(GIVEN)}"


def _plain(word: str) -> str:
    return word.lower().translate(str.maketrans("åäöéü", "aaoeu"))


DOMAINS = ("exempel.se", "kommun.example.se", "mail.example.com", "region.example.org", "gmail.com")


def email(chance: random.Random) -> str:
    return f"{_plain(chance.choice(GIVEN))}.{_plain(chance.choice(SURNAMES))}@{chance.choice(DOMAINS)}"


def short_email(chance: random.Random) -> str:
    return f"{_plain(chance.choice(GIVEN))[:3]}{chance.randrange(99)}@{chance.choice(DOMAINS)}"


def defanged_email(chance: random.Random) -> str:
    return email(chance).replace("@", "[at]").replace(".", "[.]")


ROLE_NAMES = (
    "info",
    "abuse",
    "registrator",
    "noreply",
    "no-reply",
    "support",
    "kundservice",
    "security",
    "postmaster",
    "kontakt",
)


def role_email(chance: random.Random) -> str:
    return f"{chance.choice(ROLE_NAMES)}@{chance.choice(DOMAINS)}"


def mobile(form: str) -> Value:
    def made(chance: random.Random) -> str:
        number = chance.choice(("70", "72", "73", "76")) + digits(7)(chance)
        return form.format(number[:2], number[2:5], number[5:7], number[7:])

    return made


def landline(chance: random.Random) -> str:
    area = chance.choice(("08-{} {} {}", "031-{} {} {}", "040-{} {} {}", "018-{} {} {}"))
    return area.format(chance.randrange(120, 700), digits(2)(chance), digits(2)(chance))


def iban(chance: random.Random) -> str:
    account = "500000" + digits(14)(chance)
    check = 98 - int(f"{account}281400") % 97
    return f"SE{check:02}{account}"


def grouped_iban(chance: random.Random) -> str:
    number = iban(chance)
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def card(form: str) -> Value:
    def made(chance: random.Random) -> str:
        number = chance.choice(("4", "51", "53", "2221")).ljust(0)
        number += digits(15 - len(number))(chance)
        number += luhn(number)
        return form.format(*(number[place : place + 4] for place in range(0, 16, 4)))

    return made


STREETS = (
    "Storgatan",
    "Kungsvägen",
    "Björkgränd",
    "Lilla Nygatan",
    "Karl Johans gata",
    "Skolstigen",
    "Ringvägen",
)
TOWNS = ("Stockholm", "Göteborg", "Malmö", "Umeå", "Örebro")


def street(chance: random.Random) -> str:
    return f"{chance.choice(STREETS)} {chance.randrange(1, 120)}{chance.choice(('', '', 'A', 'B'))}"


def address(chance: random.Random) -> str:
    code = f"{chance.randrange(100, 990)}{chance.choice((' ', ''))}{digits(2)(chance)}"
    return f"{street(chance)}, {code} {chance.choice(TOWNS)}"


def legal_person(chance: random.Random) -> str:
    number = f"{chance.choice(('21', '55', '76', '80'))}{chance.randrange(2, 10)}{digits(3)(chance)}{digits(3)(chance)}"
    number = number[:2] + chance.choice("23456789") + number[3:]
    return f"{number[:6]}-{number[6:]}{luhn(number)}"


def ocr(length: int) -> Value:
    def made(chance: random.Random) -> str:
        number = str(chance.randrange(1, 10)) + digits(length - 2)(chance)
        return number + luhn(number)

    return made


def unix_time(chance: random.Random) -> str:
    return str(chance.randrange(1_450_000_000, 1_795_000_000))


def moment(form: str) -> Value:
    def made(chance: random.Random) -> str:
        day = date(2014, 1, 1) + timedelta(days=chance.randrange(365 * 12))
        return form.format(day=day, h=chance.randrange(24), m=chance.randrange(60), s=chance.randrange(60))

    return made


def ipv4(chance: random.Random) -> str:
    return ".".join(str(chance.randrange(1, 255)) for _ in range(4))


def version(chance: random.Random) -> str:
    return ".".join(str(chance.randrange(0, 9999)) for _ in range(4))


def document(chance: random.Random) -> str:
    return f"{chance.choice(('AA', 'BC', ''))}{digits(7)(chance)}"


K = PersonalDataKind
POSITIVES: dict[PersonalDataKind, tuple[tuple[str, Value], ...]] = {
    K.PERSONAL_NUMBER: (
        ("Kontot tillhör {} enligt banken.", _personal("{c}{d}-{s}")),
        ("Personnummer: {}", _personal("{d}-{s}")),
        ("pnr {}, ringde kl. 10", _personal("{d}{s}")),
        ("user={};role=admin", _personal("{c}{d}{s}")),
        ("The leak has {} in its third row", _personal("{c}{d}-{s}")),
        ("Filen listar {} bland andra.", _personal("{d}-{s}")),
    ),
    K.COORDINATION_NUMBER: (
        ("Samordningsnummer {}", _personal("{c}{d}-{s}", 60)),
        ("Kunden {} saknar folkbokföring.", _personal("{d}-{s}", 60)),
    ),
    K.SOLE_TRADER_NUMBER: (
        ("Enskild firma, org.nr {}", _personal("{d}-{s}")),
        ("Organisationsnummer: {}", _personal("{d}-{s}")),
    ),
    K.NAME: (
        ("Mejlet skickades till {} på ekonomi.", person),
        ("The account of {} was used to sign in.", person),
        ("Namn: {}", person),
        ("Anhållen: {}, enligt åklagaren", person),
        ("In 2024 the court convicted {} of fraud", person),
        ("Författare: {}", reversed_person),
        ("Kontaktperson: {}", person),
    ),
    K.EMAIL: (
        ("Skickat från {} i går.", email),
        ("Reply-To: <{}>", email),
        ("mailto:{}?subject=Hej", short_email),
        ("Victim: {}", defanged_email),
        ("login;password\n{};hemligt1", short_email),
    ),
    K.PHONE: (
        ("Ring {} för mer information", mobile("0{}-{} {} {}")),
        ("Sms från {}", mobile("+46{}{}{}{}")),
        ("Mobil: {}", mobile("0{}{}{}{}")),
        ("Call {} now", mobile("+46 {} {} {} {}")),
        ("Tel. {}", landline),
        ("Uppringd av {} under förmiddagen.", landline),
    ),
    K.IBAN: (("Pengarna gick till {}.", iban), ("IBAN {} BIC ESSESESS", grouped_iban)),
    K.BANK_ACCOUNT: (
        ("Kontonummer: {}", written(3, "-", 2, " ", 3, " ", 2, first="3")),
        ("Clearing och konto: {}", written(3, "-", 1, ",", 3, " ", 3, " ", 3, first="8")),
    ),
    K.CARD_NUMBER: (
        ("Kortnummer {}", card("{} {} {} {}")),
        ("{}|12|27|123", card("{}{}{}{}")),
        ("Stolen card: {}", card("{}-{}-{}-{}")),
    ),
    K.DOCUMENT_NUMBER: (
        ("Passnummer {}", document),
        ("passport no: {} (copy attached)", document),
        ("Körkort nr {}", digits(8)),
    ),
    K.ADDRESS: (
        ("Paketet gick till {}.", address),
        ("Bor på {}", street),
        ("Registrant Street: {}", address),
    ),
    K.BIRTH_DATE: (
        ("Mannen är född {} i Lund", birth_date("%Y-%m-%d")),
        ("DOB: {}", birth_date("%d/%m/%Y")),
        ("born {} in Kazan", birth_date("%d March %Y")),
        ("Född den {}.", birth_date("%d juni %Y")),
    ),
}  # fmt: skip

NEGATIVES: tuple[tuple[str | Value, ...], ...] = (
    ("MD5 {}", hexadecimal(32)),
    ("{}", hexadecimal(40)),
    ("sha256={}", hexadecimal(64)),
    ("uuid {}-{}-{}-{}-{}", hexadecimal(8), digits(4), digits(4), digits(4), digits(12)),
    ("Timestamp {}", unix_time),
    ("first_seen {} last_seen {}", unix_time, unix_time),
    ("{}", moment("{day:%Y%m%d}{h:02}{m:02}")),
    ("backup_{}.zip", moment("{day:%Y%m%d}-{h:02}{m:02}")),
    ("log-{}.txt", moment("{day:%y%m%d}-{h:02}{m:02}")),
    ("Kompilerad {}", moment("{day:%Y-%m-%d} {h:02}:{m:02}:{s:02}")),
    ("{}+0100", moment("{day:%Y-%m-%dT}{h:02}:{m:02}:{s:02}")),
    ("C2 {} port {}", ipv4, digits(4)),
    ("{}:{}", ipv4, digits(5)),
    ("Chrome/{} Safari/{}", version, version),
    ("Version {} build {}", version, digits(8)),
    ("OCR {}", ocr(10)),
    ("OCR-nummer: {}", ocr(12)),
    ("Betala med OCR {} till bankgiro 123-4567", ocr(16)),
    ("Faktura {} förfaller 2024-03-01", ocr(10)),
    ("Fakturanummer 0{}", digits(9)),
    ("Invoice no. {}", ocr(16)),
    ("Ordernr {}", digits(10)),
    ("Ärende {}", ocr(10)),
    ("Diarienummer 2024-{}", digits(5)),
    ("https://twitter.com/x/status/{}", ocr(19)),
    ("https://example.com/?id={}", ocr(16)),
    ("id: {}", ocr(16)),
    ("Beloppet {} 000,00 kr", digits(3)),
    ("Skickat från {}", role_email),
    ("Bolaget har org.nr {}", legal_person),
    ("Organisationsnummer {}", legal_person),
    ("Account id {}", digits(12)),
    ("IMEI {}", ocr(15)),
    ("Serial number {}", ocr(14)),
    ("coordinates 59.{}, 18.{}", digits(6), digits(6)),
    ("CVE-2024-{}", digits(5)),
    ("bc1q{}", hexadecimal(38)),
    ("{}", lambda chance: hexadecimal(32)(chance).upper()),
    ("KB{} installed", digits(7)),
    ("size {} bytes", digits(9)),
    ("HKLM\\SOFTWARE\\{}", lambda chance: "{" + hexadecimal(8)(chance).upper() + "-0000}"),
    ("Message-ID: <{}.{}@mail.example.com>", unix_time, digits(6)),
    ("ftp://upload:{}@files.example.com/", hexadecimal(8)),
    ("Cobalt Strike Beacon", ),
    ("Name: Cobalt Strike", ),
    ("Namn: Windows Defender", ),
    ("Service name: Remote Access Manager", ),
    ("Lazarus Group and Fancy Bear use Mimikatz", ),
    ("North Korean hackers", ),
    ("Misstänkt nätfiske från Microsoft Office", ),
    ("Suspected Cobalt Strike Team Server", ),
    ("Operation Aurora against Google Inc", ),
    ("Lars Larsson Bygg AB", ),
    ("Erik Johansson & Co", ),
    ("Karl Johans gata", ),
    ("The Martin Luther King Library", ),
    ("Internet Explorer 11 on Windows Server", ),
    ("Box 5301, 102 47 Stockholm", ),
    ("Section 12 of Main Street Bank malware", ),
    ("npm install lodash@4.17.21", ),
    ("git@github.com:org/project.git", ),
    ("password: 12345678", ),
    ("Konto admin låstes efter 10 försök", ),
    ("@everyone in the channel", ),
    ("Alexander von Humboldt Foundation", ),
    ("Red October, Blue Energy and Sandworm Team", ),
)  # fmt: skip

OFFENCES: tuple[tuple[str, bool], ...] = (
    ("Anna Svensson är misstänkt för grovt dataintrång.", True),
    ("Personnummer 19121212-1212, dömd till fängelse 2021", True),
    ("Anhållen: Erik Lindqvist", True),
    ("häktad i går, erik.lindqvist@exempel.se", True),
    ("Åtal väckt mot Maria Karlsson", True),
    ("The suspect, Lars Andersson, was arrested in Malmö", True),
    ("Indicted: Maksim Ivanov (GRU)", True),
    ("Johan Ek was convicted of computer fraud", True),
    ("wanted by the FBI: Sergey Petrov", True),
    ("Lagförd, 19121212-1212", True),
    ("Misstänkt fil skickad till anna.svensson@exempel.se", False),
    ("Misstänkt nätfiske mot Anna Svensson", False),
    ("Suspicious e-mail to Lars Andersson", False),
    ("Suspect file sent by erik.lindqvist@exempel.se", False),
    ("Kontaktperson: Maria Karlsson", False),
    ("Account of Johan Ek was used by an attacker", False),
    ("Domän registrerad av Erik Lindqvist", False),
    ("Dömd skadlig kod finns i filen", False),
    ("The group was indicted in 2020", False),
)
"""Texts, and whether they have personal data that concern an offence."""
