"""A program that is killed leaves every file as it was or as it was to be; many futures go on where they were."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.amounts import how_many

KILLS = how_many(200, in_ci=2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_killed_commands_leave_whole_files(tmp_path: Path) -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.killed", str(tmp_path), str(KILLS), "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert sum(number for name, number in seen.items() if name.startswith("killed")) == KILLS
    assert seen["while a draft was there"] >= seen["killed while a file is drafted"] / 2
    assert seen["files looked at"] > 10 * seen["killed at any moment"]
