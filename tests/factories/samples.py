"""The callers and samples that the roles table (roles.toml) names; a sample is made when a line names it.

A new kind of sample is one function below: its name is used in braces in the table, `ours` if other
organisations may neither see nor change it. Ours contain the word SECRET in every readable field.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.core.test_png import picture as whole_picture
from tests.factories import (
    make_attribute,
    make_event,
    make_key,
    make_object,
    make_organisation,
    make_report,
    make_role,
    make_sharing_group,
    make_user,
)
from tests.factories.knowledge import make_attack, make_cluster, make_galaxy, make_tag
from tests.factories.seed import ORG_ADMIN, PUBLISHER, READ_ONLY, SYNC_USER, USER
from vardkase.analysis.correlation.models import CorrelationExclusion, CorrelationRule
from vardkase.audit.models import AuditEntry
from vardkase.core import files
from vardkase.core.openpgp import public_key as read_key
from vardkase.core.openpgp import public_part
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.feeds import tasks
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.taxii.models import Collection as TaxiiCollection
from vardkase.exchange.taxii.models import TaxiiServer
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.policy.approvals.services import digest_of
from vardkase.hub.policy.models import PolicyState, PolicyVersion, PublicationApproval
from vardkase.hub.training.models import Training
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access_reviews.models import AccessReview
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.bookmarks.models import Bookmark
from vardkase.identity.news.models import News
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupServer
from vardkase.identity.registrations.models import Inbox
from vardkase.identity.sign_in_policy.models import ApiRequirements, ClientCertificate, MailDomain
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.models import (
    Attribute,
    AttributeTag,
    Event,
    EventReport,
    EventTag,
    Object,
    ObjectReference,
)
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.protection.models import CryptographicKey
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyClusterRelation, GalaxyElement
from vardkase.knowledge.import_expressions.models import ImportExpression
from vardkase.knowledge.noticelists.models import Noticelist
from vardkase.knowledge.object_templates.loader import Owner
from vardkase.knowledge.object_templates.loader import store as store_templates
from vardkase.knowledge.object_templates.models import ObjectRelationship, ObjectTemplate
from vardkase.knowledge.tag_collections.models import TagCollection, TagCollectionTag
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyPredicate
from vardkase.knowledge.warninglists.models import Warninglist

SECRET = "only-for-a"
NEVER_TOUCHED = 1 << 40
"""The last use of the keys: so late that using them writes nothing."""
ROLES: dict[str, tuple[str, frozenset[Permission]]] = {
    "read only": ("Read Only", READ_ONLY),
    "user": ("User", USER),
    "publisher": ("Publisher", PUBLISHER),
    "sync user": ("Sync user", SYNC_USER),
    "org admin": ("Org Admin", ORG_ADMIN),
    "site admin": ("admin", frozenset(Permission)),
    "stranger": ("Everything but the hub", frozenset(Permission) - {Permission.SITE_ADMIN}),
}
"""MISP's own roles; the stranger, of another organisation, has every permission possible there."""
THING = re.compile(r"\{(\w+)((?:\.\w+)*)\}")
_number = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with a key. `holds` are the words that a line's `needs` consists of."""

    user: User
    key: str
    holds: frozenset[str]


class SampleHub:
    """The organisations and their users; features that are off by default are on."""

    def __init__(self) -> None:
        for name in ("Security.allow_self_registration", "MISP.delegation"):
            SettingValue.objects.create(name=name, value=True)
        self.hub, self.a, self.b = (make_organisation(name) for name in ("The hub", "A", "B"))

    def caller(self, who: str, *, read_only: bool = False, duty: str = "") -> Caller:
        """A new user of the kind `who`, in the organisation that belongs to it, with a duty at the hub."""
        name, permissions = ROLES[who]
        org = {"site admin": self.hub, "stranger": self.b}.get(who, self.a)
        domain = "b.example" if who == "stranger" else "hub.example" if duty else f"{SECRET}.example"
        duties = [duty] if duty else []
        user = make_user(org, make_role(name, permissions), f"{word()}@{domain}", staff_roles=duties)
        holds = {*permissions} | ({"site admin", "host"} if who == "site admin" else set())
        key = make_key(user, read_only=read_only, last_used=NEVER_TOUCHED)
        return Caller(user, key, frozenset(holds))


type Maker = Callable[[Samples], Any]
_makers: dict[str, Maker] = {}
OURS: set[str] = set()
"""The samples that other organisations may neither see nor change."""


class Samples:
    """One sample of each kind, of organisation A, made when first named; a few depend on `caller`."""

    def __init__(self, sample_hub: SampleHub, caller: Caller) -> None:
        self.sample_hub = sample_hub
        self.caller = caller
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _makers[name](self)
        return self._made[name]

    def furnish(self) -> None:
        """Make one of each kind."""
        for name in _makers:
            getattr(self, name)

    def fill(self, value: Any) -> Any:
        """`value`, a text, list or map, with its {samples} replaced."""
        if isinstance(value, dict):
            return {key: self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        return THING.sub(self._named, value) if isinstance(value, str) else value

    def _named(self, mention: re.Match[str]) -> str:
        found = word() if mention[1] == "new" else getattr(self, mention[1])
        for field in mention[2].split(".")[1:]:
            found = getattr(found, field)
        return str(getattr(found, "pk", found))


def mentioned(value: Any) -> set[str]:
    """The names of the samples in a line."""
    return {name for name, _ in THING.findall(str(value))}


def word() -> str:
    """A word that is not used yet."""
    return f"w{next(_number)}q"


def ours(maker: Maker) -> Maker:
    """A sample that other organisations may neither see nor change."""
    OURS.add(maker.__name__)
    return shared(maker)


def shared(maker: Maker) -> Maker:
    """A sample that belongs to everyone, or to the hub."""
    _makers[maker.__name__] = maker
    return maker


def _saved[Row: (Event, Attribute, Object, EventReport)](row: Row) -> Row:
    row.save()
    return row


@ours
def event(it: Samples) -> Event:
    return _saved(make_event(it.sample_hub.a, info=SECRET))


@ours
def event_template(it: Samples) -> EventTemplate:
    own = uuid.uuid4()
    definition = {
        "schema_version": 1,
        "uuid": str(own),
        "name": SECRET,
        "event_defaults": {},
        "structure": [],
    }
    return EventTemplate.objects.create(uuid=own, name=SECRET, org=it.sample_hub.a, definition=definition)


@ours
def published(it: Samples) -> Event:
    return _saved(make_event(it.sample_hub.a, info=SECRET, published=True))


@ours
def event_graph(it: Samples) -> EventGraph:
    kept = {"network_json": "{}", "network_name": SECRET, "preview": whole_picture()}
    return EventGraph.objects.create(event=it.event, org=it.sample_hub.a, user_id=0, timestamp=0, **kept)


@shared
def public_key(_it: Samples) -> str:
    return public_part(new_secret_key(word(), 1_700_000_000))


@ours
def cryptographic_key(it: Samples) -> CryptographicKey:
    armored = public_part(new_secret_key(SECRET, 1_700_000_000))
    fingerprint = read_key(armored).fingerprint
    return CryptographicKey.objects.create(
        event=it.event, timestamp=0, key_data=armored, fingerprint=fingerprint
    )


@ours
def delegation(it: Samples) -> EventDelegation:
    """A request that A take over an event."""
    requester = make_organisation(word())
    asked = _saved(make_event(requester, info=SECRET))
    return EventDelegation.objects.create(
        event=asked, org=it.sample_hub.a, requester_org=requester, message=SECRET, distribution=1
    )


@ours
def publication_request(it: Samples) -> PublicationRequest:
    asked = _saved(make_event(it.sample_hub.a, info=SECRET))
    return PublicationRequest.objects.create(
        event=asked, requester=it.me, message=SECRET, asked_at=timezone.now()
    )


@ours
def attribute(it: Samples) -> Attribute:
    return _saved(
        make_attribute(
            it.event,
            type="domain",
            category="Network activity",
            value1=f"{word()}.{SECRET}.example",
            to_ids=True,
        )
    )


@ours
def deleted(it: Samples) -> Attribute:
    return _saved(make_attribute(it.event, value1=SECRET + word(), deleted=True))


@ours
def attachment(it: Samples) -> Attribute:
    kept = {"type": "attachment", "data_sha256": files.store(SECRET.encode())}
    return _saved(make_attribute(it.event, value1=f"{SECRET}{word()}.txt", **kept))


@ours
def picture(it: Samples) -> Attribute:
    kept = {"type": "attachment", "data_sha256": files.store(b"\x89PNG\r\n\x1a\n" + SECRET.encode())}
    return _saved(make_attribute(it.event, value1="picture.png", **kept))


@ours
def object(it: Samples) -> Object:
    named = {"template_uuid": str(uuid.uuid4()), "description": "A file"}
    return _saved(make_object(it.event, comment=SECRET, **named))


@ours
def inside(it: Samples) -> Attribute:
    return _saved(make_attribute(it.event, object=it.object, object_relation="text", value1=SECRET + word()))


@ours
def reference(it: Samples) -> ObjectReference:
    target = {"referenced_uuid": it.inside.uuid, "referenced_id": it.inside.pk, "referenced_type": 0}
    return ObjectReference.objects.create(
        event=it.event, object=it.object, source_uuid=it.object.uuid, comment=SECRET, timestamp=1, **target
    )


@ours
def report(it: Samples) -> EventReport:
    return _saved(make_report(it.event, name=SECRET, content=f"{SECRET} 192.0.2.7"))


@ours
def deleted_report(it: Samples) -> EventReport:
    return _saved(make_report(it.event, name=SECRET, deleted=True))


@ours
def sighting(it: Samples) -> Sighting:
    return Sighting.objects.create(
        attribute=it.attribute, event=it.event, org=it.sample_hub.a, date_sighting=1, source=SECRET
    )


@ours
def proposal(it: Samples) -> Proposal:
    return _proposed(it, type="text", value1=SECRET + word())


@ours
def proposed_attachment(it: Samples) -> Proposal:
    kept = {"type": "attachment", "data_sha256": files.store(SECRET.encode())}
    return _proposed(it, value1=f"{SECRET}{word()}.txt", **kept)


def _proposed(it: Samples, **columns: Any) -> Proposal:
    stated = {"category": "Other", "to_ids": False, "timestamp": 1, "comment": SECRET}
    return Proposal.objects.create(event=it.event, org=it.sample_hub.a, **stated, **columns)


@ours
def event_tag(it: Samples) -> EventTag:
    return EventTag.objects.create(event=it.event, tag=it.tag)


@ours
def attribute_tag(it: Samples) -> AttributeTag:
    return AttributeTag.objects.create(event=it.event, attribute=it.attribute, tag=it.tag)


@ours
def report_tag(it: Samples) -> EventReportTag:
    return EventReportTag.objects.create(event_report=it.report, tag=it.tag)


@ours
def group(it: Samples) -> SharingGroup:
    return make_sharing_group(it.sample_hub.a, [it.sample_hub.a], name=f"{SECRET} {word()}")


@ours
def member(it: Samples) -> Any:
    return it.group.members.create(org=make_organisation(word()))


@ours
def listed_server(it: Samples) -> SharingGroupServer:
    return SharingGroupServer.objects.create(sharing_group=it.group, server_id=0)


@ours
def user(it: Samples) -> User:
    return make_user(it.sample_hub.a, make_role("User", USER), f"{word()}@{SECRET}.example")


@ours
def me(it: Samples) -> User:
    return it.caller.user


@shared
def application(_it: Samples) -> Application:
    return Application.objects.create(number=word()[:16], state="submitted", answers={})


@ours
def key(it: Samples) -> AuthKey:
    make_key(it.caller.user, comment=SECRET)
    return AuthKey.objects.filter(user=it.caller.user).latest("pk")


@ours
def setting(it: Samples) -> UserSetting:
    return UserSetting.objects.get_or_create(
        user=it.caller.user, setting="homepage", defaults={"value": {"path": f"/{SECRET}"}, "timestamp": 1}
    )[0]


@ours
def model(it: Samples) -> DecayingModel:
    parameters = {"lifetime": 30, "decay_speed": 2, "threshold": 30, "default_base_score": 80}
    return DecayingModel.objects.create(
        name=f"{SECRET} {word()}",
        parameters=parameters | {"base_score_config": {}},
        formula="Polynomial",
        org=it.caller.user.org,
        all_orgs=False,
    )


@ours
def own_galaxy(it: Samples) -> Galaxy:
    owner = it.caller.user.org_id
    return make_galaxy(
        word(), name=SECRET + word(), default=False, org_id=owner, orgc_id=owner, distribution=0
    )


def _cluster(it: Samples, **fields: Any) -> GalaxyCluster:
    owner = it.caller.user.org_id
    own = {"default": False, "org_id": owner, "orgc_id": owner, "distribution": 0, "description": SECRET}
    return make_cluster(it.galaxy, SECRET + word(), **own | fields)


@ours
def cluster(it: Samples) -> GalaxyCluster:
    return _cluster(it)


@ours
def deleted_cluster(it: Samples) -> GalaxyCluster:
    return _cluster(it, deleted=True)


@ours
def published_cluster(it: Samples) -> GalaxyCluster:
    return _cluster(it, published=True)


@ours
def forked_cluster(it: Samples) -> GalaxyCluster:
    parent = make_cluster(it.galaxy, word(), version=2)
    return _cluster(it, extends_uuid=parent.uuid, extends_version=1)


@ours
def element(it: Samples) -> GalaxyElement:
    return GalaxyElement.objects.create(galaxy_cluster=it.cluster, key="note", value=SECRET)


@ours
def relation(it: Samples) -> GalaxyClusterRelation:
    return GalaxyClusterRelation.objects.create(
        galaxy_cluster=it.cluster,
        referenced_galaxy_cluster_uuid=it.technique.uuid,
        referenced_galaxy_cluster_type=SECRET,
        distribution=0,
        default=False,
    )


@ours
def audited(it: Samples) -> AuditEntry:
    return AuditEntry.objects.create(
        action="event.edit",
        actor_id=it.caller.user.pk,
        actor_name=it.caller.user.email,
        organisation_id=it.caller.user.org_id,
        credential="api_key",
        target_kind="event",
        target_id=it.event.pk,
        title=SECRET,
        change={"info": [SECRET, SECRET]},
    )


@shared
def uuid_(it: Samples) -> uuid.UUID:
    return uuid.uuid4()


_makers["uuid"] = _makers.pop("uuid_")


@shared
def tag(it: Samples) -> Tag:
    return make_tag(word())


@shared
def own_organisation(it: Samples) -> Organisation:
    return it.caller.user.org


@shared
def organisation(it: Samples) -> Organisation:
    return it.sample_hub.b


@shared
def spare_organisation(it: Samples) -> Organisation:
    return make_organisation(word())


@shared
def role(it: Samples) -> Role:
    return make_role("User", USER)


@shared
def spare_role(it: Samples) -> Role:
    return make_role(word(), READ_ONLY)


@shared
def registration(it: Samples) -> Inbox:
    email = f"{word()}@new.example"
    data = {"email": email, "org_name": "New", "org_uuid": "", "role_name": "", "message": "please"}
    return Inbox.objects.create(title=f"User registration for {email}.", timestamp=1, data=data)


@shared
def exclusion(it: Samples) -> CorrelationExclusion:
    return CorrelationExclusion.objects.create(value=word())


def _blocked(kind: Blocked) -> BlocklistEntry:
    return BlocklistEntry.objects.create(kind=kind, uuid=uuid.uuid4(), info=SECRET)


@shared
def blocked_event(it: Samples) -> BlocklistEntry:
    return _blocked(Blocked.EVENT)


@shared
def blocked_organisation(it: Samples) -> BlocklistEntry:
    return _blocked(Blocked.ORGANISATION)


@shared
def blocked_sighting_organisation(it: Samples) -> BlocklistEntry:
    return _blocked(Blocked.SIGHTING_ORGANISATION)


@shared
def blocked_cluster(it: Samples) -> BlocklistEntry:
    return _blocked(Blocked.GALAXY_CLUSTER)


@shared
def blocked_analyst_data(it: Samples) -> BlocklistEntry:
    return _blocked(Blocked.ANALYST_DATA)


@shared
def rule(it: Samples) -> CorrelationRule:
    return CorrelationRule.objects.create(
        name=word(), selector_type="org_id", selector_list=["1"], numbers=[1], timestamp=1
    )


@shared
def import_expression(it: Samples) -> ImportExpression:
    return ImportExpression.objects.create(regexp=f"/{word()}/", replacement="x")


@shared
def taxonomy(it: Samples) -> Taxonomy:
    found = Taxonomy.objects.create(namespace=word(), enabled=True)
    TaxonomyPredicate.objects.create(taxonomy=found, value="red")
    return found


@shared
def galaxy(it: Samples) -> Galaxy:
    return make_galaxy(word())


@shared
def attack(it: Samples) -> Galaxy:
    return Galaxy.objects.filter(type="mitre-attack-pattern").first() or make_attack()


@shared
def technique(it: Samples) -> GalaxyCluster:
    return GalaxyCluster.objects.filter(galaxy=it.attack).earliest("pk")


@shared
def template(it: Samples) -> ObjectTemplate:
    return _template(Owner())


@ours
def own_template(it: Samples) -> ObjectTemplate:
    return _template(Owner(it.caller.user.pk, it.sample_hub.a.pk))


def _template(owner: Owner) -> ObjectTemplate:
    relations = {kind: {"misp-attribute": kind, "multiple": True} for kind in ("domain", "text")}
    about = {"name": word(), "meta-category": "misc", "version": 1}
    (number,) = store_templates([{"uuid": str(uuid.uuid4()), **about, "attributes": relations}], owner)
    return ObjectTemplate.objects.get(pk=number)


@ours
def own_relationship(it: Samples) -> ObjectRelationship:
    return ObjectRelationship.objects.create(name=word(), org_id=it.sample_hub.a.pk)


@shared
def noticelist(it: Samples) -> Noticelist:
    return Noticelist.objects.create(name=word())


@shared
def warninglist(it: Samples) -> Warninglist:
    return Warninglist.objects.create(name=word(), type="string")


@shared
def own_warninglist(it: Samples) -> Warninglist:
    return Warninglist.objects.create(name=word(), type="string", default=False)


@ours
def blueprint(it: Samples) -> SharingGroupBlueprint:
    return SharingGroupBlueprint.objects.create(
        name=f"{SECRET} {word()}",
        timestamp=1,
        user_id=it.caller.user.pk,
        org=it.sample_hub.a,
        sharing_group=it.group,
        rules={"OR": {"org_type": ["CERT"]}},
    )


@ours
def bookmark(it: Samples) -> Bookmark:
    user = it.caller.user
    return Bookmark.objects.create(user=user, org=user.org, name=f"{SECRET} {word()}", url="/events/index")


@ours
def job(it: Samples) -> int:
    return int(tasks.fetch.defer(user_id=it.caller.user.pk, feed_id=0))


@shared
def news(it: Samples) -> News:
    return News.objects.create(title=word(), message="m", date_created=1)


@ours
def dashboard(it: Samples) -> DashboardTemplate:
    return DashboardTemplate.objects.create(
        name=f"{SECRET} {word()}", user=it.caller.user, value=[{"widget": "WhoamiWidget"}], timestamp=1
    )


@shared
def silent(it: Samples) -> Server:
    """A connection to an address that the hub does not contact."""
    return Server.objects.create(
        name=word(), url="http://127.0.0.1:9", org=it.sample_hub.hub, remote_org=it.sample_hub.b, priority=1
    )


@shared
def taxii_collection(it: Samples) -> TaxiiCollection:
    """A collection that the hub offers over TAXII."""
    return TaxiiCollection.objects.create(name=word(), org=it.sample_hub.hub)


@shared
def taxii_server(it: Samples) -> TaxiiServer:
    """A TAXII server at an address that the hub does not contact."""
    return TaxiiServer.objects.create(
        name=word(), baseurl="http://127.0.0.1:9", api_root="/api/", collection="a", org=it.sample_hub.hub
    )


@shared
def feed(it: Samples) -> Feed:
    """A feed that everyone may view and that no server answers for."""
    number = next(_number)
    return Feed.objects.create(
        name=f"Feed {number}",
        provider="P",
        url=f"http://127.0.0.1:9/{number}",
        enabled=True,
        lookup_visible=True,
    )


@shared
def connection(it: Samples) -> Server:
    return Server.objects.create(
        name=word(),
        url=f"https://{word()}.example",
        org=it.sample_hub.hub,
        remote_org=it.sample_hub.b,
        priority=1,
    )


@ours
def collection(it: Samples) -> TagCollection:
    return TagCollection.objects.create(name=f"{SECRET} {word()}", org=it.sample_hub.a)


@ours
def collected(it: Samples) -> TagCollectionTag:
    return TagCollectionTag.objects.create(tag_collection=it.collection, tag=it.tag)


@ours
def event_collection(it: Samples) -> Collection:
    moment = timezone.now()
    user = it.caller.user
    return Collection.objects.create(
        org=user.org,
        orgc=user.org,
        user_id=user.pk,
        created=moment,
        modified=moment,
        distribution=0,
        name=SECRET,
    )


@ours
def collected_event(it: Samples) -> CollectionElement:
    return CollectionElement.objects.create(
        collection=it.event_collection, element_uuid=it.event.uuid, element_type="Event", description=SECRET
    )


@ours
def note(it: Samples) -> AnalystData:
    moment = timezone.now()
    org = it.caller.user.org
    about = {"object_type": "Event", "object_uuid": it.event.uuid}
    return AnalystData.objects.create(
        kind=0, org=org, orgc=org, created=moment, modified=moment, distribution=0, text=SECRET, **about
    )


@ours
def policy(it: Samples) -> PolicyVersion:
    """A version of A's policy that is no longer in force."""
    return _policy(it, it.sample_hub.a, PolicyState.REPLACED)


@shared
def policy_draft(it: Samples) -> PolicyVersion:
    """The draft of the caller's organisation."""
    found = PolicyVersion.objects.filter(organisation=it.caller.user.org, state=PolicyState.DRAFT)
    return found.first() or _policy(it, it.caller.user.org, PolicyState.DRAFT)


@shared
def policy_in_force(it: Samples) -> PolicyVersion:
    """The policy in force in the caller's organisation; it forbids nothing."""
    found = PolicyVersion.objects.filter(organisation=it.caller.user.org, state=PolicyState.IN_FORCE)
    return found.first() or _policy(it, it.caller.user.org, PolicyState.IN_FORCE)


def _policy(it: Samples, org: Organisation, state: PolicyState) -> PolicyVersion:
    rules = [
        {"kind": "retention", "title": {"sv": SECRET if org == it.sample_hub.a else word()}, "months": 1200}
    ]
    return PolicyVersion.objects.create(
        organisation=org, number=1000 + next(_number), state=state, rules=rules, written_at=timezone.now()
    )


@ours
def approval(it: Samples) -> PublicationApproval:
    """A request in the caller's organisation to publish an event."""
    return _approval(it, make_user(it.caller.user.org, it.caller.user.role, f"{word()}@{SECRET}.example"))


@ours
def own_approval(it: Samples) -> PublicationApproval:
    """The caller's own request to publish an event."""
    return _approval(it, it.caller.user)


def _approval(it: Samples, requester: User) -> PublicationApproval:
    asked = _saved(make_event(requester.org, info=SECRET))
    soon = timezone.now() + timedelta(days=1)
    return PublicationApproval.objects.create(
        policy=it.policy,
        organisation=requester.org,
        event_id=asked.pk,
        event_uuid=asked.uuid,
        event_info=SECRET,
        digest=digest_of(asked),
        requester=requester,
        requester_name=requester.email,
        asked_at=timezone.now(),
        expires_at=soon,
    )


@ours
def training(it: Samples) -> Training:
    """A user of A has been trained."""
    trained = make_user(it.sample_hub.a, it.caller.user.role, f"{word()}@{SECRET}.example")
    return Training.objects.create(user=trained, module=SECRET, done_on=timezone.now().date())


@ours
def access_review(it: Samples) -> AccessReview:
    """An access review of A that is open."""
    now = timezone.now()
    begun = {"opened": now, "due": now + timedelta(days=14), "closed": None}
    return AccessReview.objects.update_or_create(org=it.sample_hub.a, defaults=begun)[0]


@shared
def reviewed(it: Samples) -> Organisation:
    """The caller's organisation; it has no open access review."""
    AccessReview.objects.filter(org=it.caller.user.org).delete()
    return it.caller.user.org


@ours
def mail_domain(it: Samples) -> MailDomain:
    """A domain that A claims."""
    return MailDomain.objects.create(
        org=it.sample_hub.a,
        domain=f"{word()}.example",
        method="dns",
        token=SECRET,
        asked=timezone.now(),
        added_by="",
    )


@ours
def client_certificate(it: Samples) -> ClientCertificate:
    """A certificate that A has registered."""
    return ClientCertificate.objects.create(
        org=it.sample_hub.a, fingerprint=uuid.uuid4().hex * 2, subject=SECRET, added_by=""
    )


@ours
def api_requirements(it: Samples) -> ApiRequirements:
    """A's answers about the security of its machines."""
    filled = {
        "software": SECRET,
        "egress_addresses": ["192.0.2.0/28"],
        "contact_name": "Technician",
        "contact_email": "tech@a.example",
        "state": "draft",
    }
    return ApiRequirements.objects.update_or_create(org=it.sample_hub.a, defaults=filled)[0]
