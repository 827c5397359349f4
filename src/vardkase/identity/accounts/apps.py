from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vardkase.identity.accounts"
    label = "accounts"

    def ready(self) -> None:
        from vardkase.identity.accounts.services import (  # noqa: F401, PLC0415 - they register what takes two people
            account_approvals,
            appointments,
            role_approvals,
        )
