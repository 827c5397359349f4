"""What the stories of the entrance share."""

from tests.web.conftest import password_is_enough

__all__ = ["password_is_enough"]
