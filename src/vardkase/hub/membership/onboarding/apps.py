from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "vardkase.hub.membership.onboarding"
    label = "onboarding"
