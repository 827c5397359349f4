from django.apps import AppConfig


class AccessReviewsConfig(AppConfig):
    name = "vardkase.identity.access_reviews"
    label = "access_reviews"
