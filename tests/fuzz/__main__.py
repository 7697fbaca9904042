"""Feed readers with atheris: python -m tests.fuzz READER --seconds 60 --folder FOLDER; `all` takes them in turn.

FOLDER keeps inputs that reach something new (corpus), inputs that crash (crashes) and a line for each reader (cpu.log).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

WATCHED = ("csv", "json", "placement_opt", "tomllib")
"""Packages whose branches guide the search."""


def main() -> None:
    import atheris  # noqa: PLC0415 - only where something is fuzzed: pip install --group fuzz

    with atheris.instrument_imports(include=list(WATCHED), enable_loader_override=False):
        from tests.fuzz.entry import feed  # noqa: PLC0415 - what is loaded here is watched
        from tests.fuzz.readers import READERS  # noqa: PLC0415 - as above

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("reader", choices=["all", *sorted(READERS)])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()

    def feed_one(name: str) -> None:
        """Let atheris feed a reader; it ends the process."""
        entry, corpus = READERS[name], given.folder / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        for at, seed in enumerate(entry.seeds()):
            (corpus / f"seed{at}").write_bytes(seed)

        def one_input(data: bytes) -> None:
            with tempfile.TemporaryDirectory() as place:
                feed(entry, data, Path(place))

        limits = [f"-max_total_time={given.seconds}", "-max_len=200000", "-timeout=1200", "-rss_limit_mb=4096"]
        crashes = f"-artifact_prefix={given.folder / 'crashes' / name}-"
        atheris.Setup([sys.argv[0], *limits, crashes, str(corpus)], one_input)
        atheris.Fuzz()

    (given.folder / "crashes").mkdir(parents=True, exist_ok=True)
    for name in sorted(READERS) if given.reader == "all" else [given.reader]:
        _in_child(name, feed_one, given.folder)


def _in_child(name: str, feed_one: Callable[[str], None], folder: Path) -> None:
    """Feed a reader in a process of its own, which has all modules already, and note its CPU time and how it ended."""
    child = os.fork()
    if child == 0:
        log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        feed_one(name)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    with (folder / "cpu.log").open("a", encoding="utf-8") as log_file:
        ended = os.waitstatus_to_exitcode(status)
        log_file.write(f"{name}: {used.ru_utime + used.ru_stime:.1f} CPU seconds, ended with {ended}\n")


if __name__ == "__main__":
    main()
