"""Finds object templates by their names and by the words that people use for what they describe."""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.knowledge.object_templates.models import ObjectTemplate

WORDS = {
    "annotation": "anteckning kommentar not note remark",
    "asn": "as-nummer autonomt system autonomous system bgp",
    "attack-pattern": "angreppsmönster angreppssätt teknik technique ttp mitre",
    "attack-step": "angreppssteg attacksteg steg step",
    "bank-account": "bankkonto konto kontonummer iban account",
    "btc-wallet": "bitcoin plånbok kryptovaluta wallet crypto",
    "c2-list": "styrserver c2 c&c command and control ledningsserver",
    "coin-address": "kryptovaluta bitcoin monero plånbok adress wallet crypto",
    "command-line": "kommandorad kommando command shell",
    "course-of-action": "motåtgärd åtgärd skydd mitigation countermeasure",
    "credential": "inloggningsuppgift lösenord användarnamn kontouppgift password login",
    "ddos": "överbelastningsangrepp överbelastningsattack tillgänglighet denial of service flood",
    "device": "enhet dator apparat utrustning computer host machine",
    "dns-record": "dns-post namnuppslag uppslagning resolution lookup",
    "domain-ip": "domän domännamn ip-adress host dns resolution",
    "elf": "linux programfil körbar executable binary",
    "email": "mejl mejlmeddelande mail e-mail e-post epost brev meddelande nätfiske phishing message",
    "employee": "anställd medarbetare personal staff",
    "exploit": "utnyttjande angreppskod poc",
    "facebook-account": "konto sociala medier profil profile",
    "file": "fil dokument bilaga skadlig kod skadeprogram prov malware sample document attachment hash checksumma",
    "geolocation": "plats position koordinater land ort coordinates location place",
    "http-request": "webbanrop webbförfrågan anrop http web request user-agent",
    "image": "bild foto skärmbild picture photo screenshot",
    "incident": "incident händelse intrång breach",
    "instant-message": "chatt meddelande snabbmeddelande chat im",
    "intrusion-set": "aktör hotaktör grupp actor apt group campaign",
    "ip-port": "ip-adress port uttag socket address",
    "ja3": "tls fingeravtryck fingerprint",
    "leaked-document": "läckt dokument läcka leak",
    "legal-entity": "företag bolag juridisk person company",
    "macho": "mac macos programfil körbar executable binary",
    "malware": "skadlig kod skadeprogram virus trojan",
    "malware-analysis": "analys av skadlig kod sandlåda sandbox",
    "malware-config": "konfiguration skadlig kod inställningar configuration",
    "microblog": "inlägg sociala medier tweet post social media",
    "mutex": "mutex lås lock",
    "netflow": "nätflöde flöde trafik nätverkstrafik flow traffic",
    "network-connection": "nätverksanslutning anslutning uppkoppling förbindelse nätverk trafik connection traffic",
    "network-socket": "nätverksuttag uttag socket anslutning",
    "network-traffic": "nätverkstrafik trafik anslutning nätverk",
    "organization": "organisation företag myndighet company authority",
    "passive-dns": "passiv dns namnuppslag historik history resolution",
    "paste": "inklistrad text pastebin läcka leak",
    "pe": "windows programfil exe dll körbar executable binary",
    "person": "person människa individ human",
    "phishing": "nätfiske lurendrejeri bluff bluffsida",
    "phishing-kit": "nätfiske verktyg paket",
    "phone": "telefon mobil telefonnummer mobile number",
    "process": "process program körande running",
    "ransomware-group-post": "utpressning utpressningsprogram gisslanprogram läcksida leak site",
    "registry-key": "registernyckel register windows registret registry",
    "report": "rapport redogörelse",
    "sb-signature": "sandlåda signatur sandbox",
    "scheduled-task": "schemalagd aktivitet schemalagd uppgift cron",
    "script": "skript powershell kod code",
    "shortened-link": "kortlänk länk förkortad",
    "short-message-service": "sms textmeddelande text message smishing",
    "sigma": "sigma regel detektering rule detection",
    "software": "programvara program mjukvara application",
    "suricata": "suricata regel detektering ids rule detection",
    "target-system": "målsystem mål system drabbat",
    "telegram-account": "konto sociala medier chatt",
    "timestamp": "tid tidpunkt tidsstämpel time",
    "tor-node": "tor nod anonymisering utgångsnod exit",
    "transaction": "transaktion betalning överföring payment",
    "url": "webbadress länk adress webbsida link address web",
    "user-account": "användarkonto konto användare inloggning login user account",
    "vehicle": "fordon bil car",
    "victim": "offer drabbad måltavla utsatt target",
    "vulnerability": "sårbarhet cve svaghet säkerhetshål flaw",
    "weakness": "svaghet cwe brist flaw",
    "whois": "whois registrering domänägare registrant domain registration",
    "windows-service": "windows-tjänst tjänst service",
    "x509": "certifikat tls ssl certificate",
    "yara": "yara regel detektering rule detection",
}
"""By template: what people call it in Swedish and English, where the name and description do not say it."""


def matching(templates: Iterable[ObjectTemplate], text: str) -> list[tuple[int, ObjectTemplate]]:
    """The templates that have every word of `text`, each with how close it is (0 is closest)."""
    words = text.lower().replace("-", " ").split()
    return [
        (closeness, template)
        for template in templates
        if (closeness := max((_closeness(template, word) for word in words), default=0)) < NOWHERE
    ]


NOWHERE = 4


def _closeness(template: ObjectTemplate, word: str) -> int:
    name, known = (part.lower().replace("-", " ") for part in (template.name, WORDS.get(template.name, "")))
    if word in name.split():
        return 0
    if any(known_word.startswith(word) for known_word in known.split()):
        return 1
    if word in name:
        return 2
    return 3 if word in f"{template.description} {template.meta_category}".lower() else NOWHERE
