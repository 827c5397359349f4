from django.apps import AppConfig


class GuideConfig(AppConfig):
    name = "vardkase.hub.guide"
    label = "guide"

    def ready(self) -> None:
        from vardkase.hub.guide.providers import register_all  # noqa: PLC0415 - models load after apps

        register_all()
