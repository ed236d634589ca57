"""Seeded ids in the form that the platform uses: UUIDs of version 7, all from one day."""
import uuid

FIRST_MILLISECOND = 1_790_000_000_000  # 2026-09-21
A_DAY = 86_400_000


def uuid7(random):
    """The next id of a `random.Random`."""
    instant = FIRST_MILLISECOND + random.randrange(A_DAY)
    bits = instant << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=bits))
