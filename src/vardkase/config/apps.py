"""The Django apps: one for each layer below the hub, and one for each large package of the hub.

Their names are prefixes: Django finds a model's app by the longest one that its module begins with.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig, apps


class PackagesConfig(AppConfig):
    """An app of several packages, each with its own models."""

    def import_models(self) -> None:
        # Django would import `<app>.models` alone.
        for path in sorted(Path(self.path).rglob("models*")):
            if path.suffix == ".py" or (path / "__init__.py").exists():
                parts = path.with_suffix("").relative_to(self.path).parts
                import_module(".".join((self.name, *parts)))
        self.models = apps.all_models[self.label]
        # Django takes an app without it for one without models, and makes it no permissions.
        self.models_module = self.module


class CoreConfig(PackagesConfig):
    name = "vardkase.core"


class AuditConfig(PackagesConfig):
    name = "vardkase.audit"


class IdentityConfig(PackagesConfig):
    name = "vardkase.identity"


class KnowledgeConfig(PackagesConfig):
    name = "vardkase.knowledge"


class IntelConfig(PackagesConfig):
    name = "vardkase.intel"


class AnalysisConfig(PackagesConfig):
    name = "vardkase.analysis"


class ExchangeConfig(PackagesConfig):
    name = "vardkase.exchange"


class LifecycleConfig(PackagesConfig):
    name = "vardkase.hub.lifecycle"


class CorrespondenceConfig(PackagesConfig):
    name = "vardkase.hub.correspondence"


class AnonymousPublicationConfig(PackagesConfig):
    name = "vardkase.hub.anonymous_publication"


class MoveInConfig(PackagesConfig):
    name = "vardkase.hub.move_in"


class SpillsConfig(PackagesConfig):
    name = "vardkase.hub.spills"


class LawConfig(PackagesConfig):
    name = "vardkase.hub.law"


class SignaturesConfig(PackagesConfig):
    name = "vardkase.hub.signatures"


class CaseFilesConfig(PackagesConfig):
    name = "vardkase.hub.case_files"


class PublicPagesConfig(PackagesConfig):
    name = "vardkase.hub.public_pages"


class TrainingConfig(PackagesConfig):
    name = "vardkase.hub.training"


class DashboardsConfig(PackagesConfig):
    name = "vardkase.hub.dashboards"


class PolicyConfig(PackagesConfig):
    name = "vardkase.hub.policy"


class ContentAccessConfig(PackagesConfig):
    name = "vardkase.hub.content_access"


class CustomerServiceConfig(PackagesConfig):
    name = "vardkase.hub.customer_service"


class DataProtectionConfig(PackagesConfig):
    name = "vardkase.hub.data_protection"


class MembershipConfig(PackagesConfig):
    name = "vardkase.hub.membership"


class PublicRecordsConfig(PackagesConfig):
    name = "vardkase.hub.public_records"


class BackupsConfig(PackagesConfig):
    name = "vardkase.hub.backups"


class SealedLinksConfig(PackagesConfig):
    name = "vardkase.hub.sealed_links"


class AuthorRelayConfig(PackagesConfig):
    name = "vardkase.hub.author_relay"


class RetentionConfig(PackagesConfig):
    name = "vardkase.hub.retention"


class OfficeConfig(PackagesConfig):
    name = "vardkase.hub.office"


class EnrolmentConfig(PackagesConfig):
    name = "vardkase.hub.enrolment"


class WebConfig(AppConfig):
    """Static files."""

    name = "vardkase.web"


class WiringConfig(AppConfig):
    """The last: what it registers needs the models of all others."""

    name = "vardkase.config"

    def ready(self) -> None:
        from vardkase.config.wiring import wire  # noqa: PLC0415 - models load after apps

        wire()
