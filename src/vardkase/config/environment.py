"""Typed readers for environment variables; an invalid value aborts startup and is named."""

from __future__ import annotations

import os
import secrets
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

TRUE = frozenset({"1", "true", "yes", "on"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FALSE = frozenset({"0", "false", "no", "off"})


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    """true/false, yes/no, on/off, 1/0; raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def env_int(name: str, default: int, *, minimum: int = 0) -> int:
    """An integer of at least `minimum`; raises ImproperlyConfigured otherwise."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}")
    return number


def env_choice(name: str, options: tuple[str, ...]) -> str:
    """One of `options`, by default the first; raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip().lower() or options[0]
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}")
    return value


def env_sender(name: str, *, required_by: str) -> str:
    """An e-mail address, required if the variable `required_by` is set; raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip()
    if not value and not os.environ.get(required_by, "").strip():
        return ""
    try:
        validate_email(value)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} must be an e-mail address, since {required_by} is set") from None
    return value


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    value = os.environ.get(name)
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def env_path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().absolute()


def env_networks(name: str) -> list[str]:
    """Comma-separated networks in CIDR notation; raises ImproperlyConfigured for anything else."""
    written = env_list(name)
    for each in written:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be networks such as 10.1.0.0/16, not {each!r}") from None
    return written


def env_proxy(name: str) -> str:
    """A proxy as ``http://[user:password@]host:port``, or empty; raises ImproperlyConfigured otherwise."""
    value = env_str(name)
    if value and (urlsplit(value).scheme != "http" or not urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} must be written as http://host:port")
    return value


def env_absolute_path(name: str) -> str:
    """A path that does not depend on where the hub was started; raises ImproperlyConfigured for others."""
    value = env_str(name).strip()
    if value and not Path(value).is_absolute():
        raise ImproperlyConfigured(f"{name} must be an absolute path, not {value!r}")
    return value


def env_files(name: str) -> str:
    """An absolute path, or a bucket as ``s3://bucket/prefix``; raises ImproperlyConfigured for others."""
    if not env_str(name).strip().startswith("s3://"):
        return env_absolute_path(name)
    return env_url(name, ("s3",))


def env_url(name: str, schemes: tuple[str, ...]) -> str:
    """An address with a host and one of `schemes`; raises ImproperlyConfigured otherwise."""
    value = env_str(name).strip()
    if value and not (urlsplit(value).scheme in schemes and urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{each}://' for each in schemes)}")
    return value


def env_listener(name: str) -> tuple[str, int] | None:
    """An address of this machine as ``host:port`` or a port alone; raises ImproperlyConfigured otherwise."""
    value = env_str(name).strip()
    if not value:
        return None
    host, _, port = value.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if host not in LOOPBACK or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(f"{name} must be an address of this machine such as 127.0.0.1:9464")
    return host, int(port)


def secret_from(name: str, file: Path) -> str:
    """The secret in variable `name`, else the one in `file`, which is created (0600) on first use."""
    if value := os.environ.get(name):
        return value
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _make_secret(file)


def former_secrets(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def _make_secret(file: Path) -> str:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    value = secrets.token_urlsafe(48)
    try:
        # O_EXCL: of two processes that start at once, one makes the secret and the other reads it.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(value)
    return value
