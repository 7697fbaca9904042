"""Completion scripts: what they offer in the shells themselves, and that they follow the parser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from placement_opt.arguments import SHELLS
from placement_opt.cli import COMMANDS, main
from placement_opt.cli.completion import commands, script

ASK = """source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
_placement_opt; echo "${COMPREPLY[@]}"
"""


def offered(tmp_path: Path, *words: str) -> list[str]:
    """Return what bash offers after these words, the last of which is being typed."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    path = tmp_path / "completion.bash"
    path.write_text(script("bash"), encoding="utf-8")
    run = subprocess.run(  # noqa: S603
        [bash, "--norc", "-c", ASK, "bash", str(path), "placement-opt", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


def test_bash_offers_commands_options_and_choices(tmp_path: Path) -> None:
    assert offered(tmp_path, "so") == ["solve"]
    assert set(offered(tmp_path, "")) == {*COMMANDS, "--help", "--version"}
    assert offered(tmp_path, "solve", "tables", "--mo") == ["--moves"]
    assert offered(tmp_path, "solve", "tables", "--moves", "") == ["due", "flagged", "all"]
    assert offered(tmp_path, "completion", "") == list(SHELLS)
    assert "--pupil" in offered(tmp_path, "explain", "run.json", "--")


def test_bash_leaves_files_to_the_shell(tmp_path: Path) -> None:
    assert offered(tmp_path, "solve", "") == []
    assert offered(tmp_path, "solve", "tables", "--out", "") == []


def test_every_command_and_option_of_the_parser_is_in_every_script() -> None:
    known = commands()
    assert {command.name for command in known} == set(COMMANDS)
    for shell in SHELLS:
        text = script(shell)
        for command in known:
            assert command.name in text
            for option in command.named:
                long = max(option.names, key=len)
                assert (f"-l {long[2:]} " if shell == "fish" else long) in text, (shell, command.name, long)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_is_here_reads_its_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    subprocess.run([program, "-n", str(path)], check=True)  # noqa: S603
