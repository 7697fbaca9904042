"""Made-up ids for pupils, from which nobody without the salt can find the child."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

LEAST_SALT_CHARACTERS = 16
_ID_CHARACTERS = 12
_ID_STEP = 4


def pseudonyms(identities: Sequence[str], salt: str | None) -> tuple[str, ...]:
    """Return an id for each identity: keyed SHA-256, cut short, lengthened until no two are the same.

    Parameters
    ----------
    identities
        What tells the pupils apart, such as unique pupil numbers; no two may be the same.
    salt
        The key. None makes a new one, so that ids differ from call to call and can never be traced back. With the
        same salt the same child has the same id in every reading: keep the salt as secret as the return.

    Raises
    ------
    ValueError
        When the salt is shorter than 16 characters, or an identity repeats.

    Examples
    --------
    >>> one, two = pseudonyms(["A", "B"], salt="an example, not a secret")
    >>> one == two, len(one)
    (False, 13)
    """
    if salt is not None and len(salt.strip()) < LEAST_SALT_CHARACTERS:
        raise ValueError(f"`salt` has {len(salt.strip())} characters; use at least {LEAST_SALT_CHARACTERS}.")
    if len(set(identities)) != len(identities):
        raise ValueError("`identities` repeats one; every pupil needs their own.")
    key = secrets.token_bytes(32) if salt is None else salt.encode()
    digests = [hmac.new(key, identity.encode(), hashlib.sha256).hexdigest() for identity in identities]
    length = _ID_CHARACTERS
    while len({digest[:length] for digest in digests}) < len(digests):
        length += _ID_STEP
    return tuple(f"P{digest[:length]}" for digest in digests)
