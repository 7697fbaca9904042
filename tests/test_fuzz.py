"""Broken bytes never make a reader fail otherwise than on purpose."""

import random
from pathlib import Path

import pytest

from tests.amounts import how_many
from tests.fuzz.entry import feed
from tests.fuzz.mutations import mutated
from tests.fuzz.readers import READERS


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_reader_of_broken_bytes_raises_only_what_the_library_means_to(name: str, tmp_path: Path) -> None:
    entry, rng = READERS[name], random.Random(f"fuzz {name}")  # noqa: S311 - the same for every run
    sound = entry.seeds()
    for number in range(how_many(1_000, in_ci=5)):
        place = tmp_path / str(number)
        place.mkdir()
        feed(entry, mutated(rng.choice(sound), entry.words, rng), place)
