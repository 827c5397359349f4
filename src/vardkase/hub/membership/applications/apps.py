from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "vardkase.hub.membership.applications"
    label = "applications"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.correspondence.letters.resending import (  # noqa: PLC0415 - the same
            register_recipients,
        )
        from vardkase.hub.membership.applications import letters, tasks  # noqa: PLC0415 - the same
        from vardkase.hub.membership.applications.services.queueing import (  # noqa: PLC0415 - the same
            tell_of_new_terms,
        )
        from vardkase.hub.membership.phases.hooks import phases_changed  # noqa: PLC0415 - the same
        from vardkase.hub.membership.terms.hooks import terms_published  # noqa: PLC0415 - the same

        letters.register()
        register_recipients("application", letters.recipients_by_id)
        register(tasks.QUEUE_ADMITTED)
        register(tasks.FORGET_DRAFTS)
        phases_changed.register(tasks.order_queueing)
        terms_published.register(tell_of_new_terms)
