from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "vardkase.hub.membership.assessments"
    label = "assessments"

    def ready(self) -> None:
        from vardkase.hub.membership.assessments import decision, letters  # noqa: F401, PLC0415 - models load after apps
        from vardkase.hub.membership.assessments.access import interest_in  # noqa: PLC0415 - the same
        from vardkase.hub.membership.assessments.queries import drop_outdated  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.rules import interest_is_told_by  # noqa: PLC0415 - the same
        from vardkase.hub.membership.terms.hooks import terms_published  # noqa: PLC0415 - the same

        letters.register()
        interest_is_told_by(interest_in)
        terms_published.register(drop_outdated)
