from django.apps import AppConfig
from django.core import checks

from vardkase.config.checks import unsafe_settings


class InstallationConfig(AppConfig):
    name = "vardkase.config"
    label = "installation"

    def ready(self) -> None:
        from vardkase.hub.instance import approvals  # noqa: F401, PLC0415 - once the models are there

        checks.register(unsafe_settings, checks.Tags.security, deploy=True)
