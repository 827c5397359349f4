"""Which addresses the hub may connect to."""

from __future__ import annotations

import pytest

from vardkase.exchange.addresses import may_be_reached, networks

SPECIAL = """
127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
100.64.0.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 168.63.129.16 ::ffff:168.63.129.16
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::127.0.0.1 64:ff9b::10.1.2.3 64:ff9b:1::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd12::1 ff02::1
2001:db8::1 2002:7f00:1:: 2002:808:808::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 100::1
"""


@pytest.mark.parametrize("address", SPECIAL.split())
def test_special_addresses_are_refused(address: str) -> None:
    assert not may_be_reached(address, ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "193.10.0.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:801::1"]
)
def test_public_addresses_are_permitted(address: str) -> None:
    assert may_be_reached(address, ())


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd00::7"])
def test_networks_configured_by_the_operator_are_permitted(address: str) -> None:
    permitted = networks(["10.1.0.0/16", "fd00::/8"])
    assert may_be_reached(address, permitted)
    assert not may_be_reached("10.2.0.1", permitted)
