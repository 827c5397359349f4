from django.apps import AppConfig


class ContentAccessConfig(AppConfig):
    name = "vardkase.hub.content_access"
    label = "content_access"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.content_access.letters import register_kinds  # noqa: PLC0415 - the same
        from vardkase.hub.content_access.recording import RecordedContentAccess  # noqa: PLC0415 - the same
        from vardkase.hub.content_access.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.hub.content_access.services import end_widened  # noqa: PLC0415 - the same
        from vardkase.identity.access.content_access import register_content_access_factory  # noqa: PLC0415 - the same
        from vardkase.identity.organisations.hooks import organisations_merged  # noqa: PLC0415 - the same

        register_content_access_factory(RecordedContentAccess)
        organisations_merged.register(end_widened)
        register_kinds()
        for schedule in SCHEDULES:
            register(schedule)
