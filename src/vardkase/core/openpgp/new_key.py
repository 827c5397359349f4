"""Generates OpenPGP key pairs whose primary key signs; Sequoia's own generator makes pairs that sign with a
subkey.

MISP takes a signature only from the primary key. The packets are those of RFC 4880 with EdDSA, which GnuPG has read
since 2.1; they hold one user id and never expire.
"""

from __future__ import annotations

import hashlib
from struct import pack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pysequoia import ArmorKind, armor

EDDSA, SHA512 = 22, 10
ED25519 = bytes.fromhex("2b06010401da470f01")
SECRET_KEY, USER_ID, SIGNATURE = 5, 13, 2
"""Numbers of packets."""
POSITIVE_CERTIFICATION = 0x13
CREATED, KEY_FLAGS, ISSUER = 2, 27, 33
"""Numbers of a signature's subpackets."""
CERTIFIES_AND_SIGNS = b"\x03"


def new_secret_key(user_id: str, created: int) -> str:
    """A new armored secret key without a passphrase.

    `user_id` has the form ``Name <mail>``, `created` is Unix seconds.
    """
    key = Ed25519PrivateKey.generate()
    public = pack(">BIBB", 4, created, EDDSA, len(ED25519)) + ED25519
    # 0x40: the point is in its native, compressed form.
    public += multiprecision_integer(b"\x40" + key.public_key().public_bytes_raw())
    secret = multiprecision_integer(key.private_bytes_raw())
    name = user_id.encode()
    packets = (
        # 0: not encrypted, so that a plain checksum follows the key (RFC 4880, section 5.5.3).
        packet(SECRET_KEY, public + b"\0" + secret + pack(">H", sum(secret) & 0xFFFF)),
        packet(USER_ID, name),
        packet(SIGNATURE, certification(key, public, name, created)),
    )
    return armor(b"".join(packets), ArmorKind.SecretKey)


def certification(key: Ed25519PrivateKey, public: bytes, name: bytes, created: int) -> bytes:
    of_key = b"\x99" + pack(">H", len(public)) + public
    # The fingerprint of a version 4 key is SHA-1 by definition (RFC 4880, section 12.2).
    fingerprint = hashlib.sha1(of_key, usedforsecurity=False).digest()
    about = subpacket(CREATED, pack(">I", created)) + subpacket(KEY_FLAGS, CERTIFIES_AND_SIGNS)
    about += subpacket(ISSUER, b"\x04" + fingerprint)
    signed = pack(">BBBBH", 4, POSITIVE_CERTIFICATION, EDDSA, SHA512, len(about)) + about
    # What a certification signs: the key, the user id, and the head of the signature itself (section 5.2.4).
    whole = of_key + b"\xb4" + pack(">I", len(name)) + name + signed + b"\x04\xff" + pack(">I", len(signed))
    digest = hashlib.sha512(whole).digest()
    signature = key.sign(digest)
    return (
        signed
        + b"\0\0"
        + digest[:2]
        + multiprecision_integer(signature[:32])
        + multiprecision_integer(signature[32:])
    )


def multiprecision_integer(raw: bytes) -> bytes:
    value = int.from_bytes(raw)
    return pack(">H", value.bit_length()) + value.to_bytes((value.bit_length() + 7) // 8)


def packet(number: int, body: bytes) -> bytes:
    return bytes([0xC0 | number, 0xFF]) + pack(">I", len(body)) + body


def subpacket(number: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, number]) + body
