from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "vardkase.hub.membership.overview"
    label = "membership_overview"

    def ready(self) -> None:
        from vardkase.hub.membership.overview.tasks import register_all  # noqa: PLC0415 - models load after apps

        register_all()
