from django.apps import AppConfig


class FormatsConfig(AppConfig):
    name = "vardkase.formats"
    label = "formats"

    def ready(self) -> None:
        from vardkase.formats.misp_json.snapshots import keep_version  # noqa: PLC0415 - models load after apps
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(keep_version)
