from django.apps import AppConfig


class InstallationConfig(AppConfig):
    name = "vardkase.config"
    label = "installation"

    def ready(self) -> None:
        from vardkase.config.wiring import wire  # noqa: PLC0415 - models load after apps

        wire()
