from django.apps import AppConfig


class AccessReviewsConfig(AppConfig):
    name = "vardkase.identity.access_reviews"
    label = "access_reviews"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.identity.access_reviews.schedules import REVIEW  # noqa: PLC0415 - the same

        register(REVIEW)
