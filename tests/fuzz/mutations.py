"""Sound bytes made unsound, the same for the same seed."""

import random

COMMON = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b",", b"\n", b"\r\n", b"=1+1", b"@SUM(1)", b"-1", b"1e999", b"nan",
    b"inf", b"9" * 400, b"9" * 5_000, b"[" * 3_000, b"{" * 3_000, b"<script>", b"\xe2\x80\xae", b"\xed\xa0\x80",
    b"../../etc/passwd", b"A" * 40_000, b"\x1b[2J", b"null", b"true", b"[]", b"{}", b'""', b"0", b"1.5",
)  # fmt: skip


def mutated(data: bytes, words: tuple[bytes, ...], rng: random.Random) -> bytes:
    """Return a sound input with one to six changes."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(changed))
        end = min(len(changed), at + rng.choice((1, 2, 4, 16, 64)))
        kind = rng.randrange(6)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[at:end]
        elif kind == 2:
            changed[at:at] = changed[at:end] * rng.choice((1, 2, 50))
        elif kind == 3:
            changed[at:end] = rng.choice((*COMMON, *words))
        elif kind == 4:
            changed[at:at] = rng.choice((*COMMON, *words))
        else:
            changed = changed[: max(at, 1)]
    return bytes(changed)
