"""The command that makes tables from register, return and postcodes, and says what became of every row."""

import argparse
from pathlib import Path

import pandas as pd

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import check_writable, read_by
from placement_opt.file_limits import read_whole
from placement_opt.files import write_problem
from placement_opt.registers import Reading, compare_with_statistics, read_registers_with_notes, read_statistics
from placement_opt.registers.pseudonyms import LEAST_SALT_CHARACTERS
from placement_opt.whole_files import turn_in, write_csv_files

_SALT_FILE = f"a text file of at least {LEAST_SALT_CHARACTERS} characters"
TABLES_FOLDER, READING_FILE, CHECKS_FILE, STATISTICS_FILE = "tables", "reading.csv", "checks.csv", "statistics.csv"


def registers(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Read an authority's own files, or those of several, and write the tables."""
    returns = _returns(parsed.sen2)
    read = [*read_by(parsed), *(returns.values() if isinstance(returns, dict) else [returns])]
    check_writable(parsed.out, READING_FILE, CHECKS_FILE, STATISTICS_FILE, read=read)
    statistics = None
    if parsed.statistics:
        statistics = read_statistics(parsed.statistics, authority=parsed.area)
    try:
        reading = read_registers_with_notes(
            register=parsed.register,
            sen2=returns,
            postcodes=parsed.postcodes,
            section_41=parsed.section_41,
            planning_year=parsed.planning_year,
            salt=_salt(parsed.salt_file) if parsed.salt_file else None,
            keep_ids=parsed.keep_ids,
        )
        beside = None if statistics is None else compare_with_statistics(reading.problem, statistics)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        wrong_use(str(error))
    tables = {READING_FILE: listed(reading), CHECKS_FILE: reading.checks}
    tables |= {} if beside is None else {STATISTICS_FILE: beside}
    with turn_in(parsed.out, voice.tell):
        write_problem(reading.problem, parsed.out / TABLES_FOLDER)
        write_csv_files(parsed.out, tables)
    voice.say(reading.summary())
    voice.say(
        f"Tables: {parsed.out / TABLES_FOLDER}. Every row that was dropped, assumed or looks odd: {READING_FILE}."
    )
    for name in (TABLES_FOLDER, *tables):
        what = name.removesuffix(".csv")
        voice.written.append({"what": what, "path": str(parsed.out / name), "note": "keep it inside the council"})
    pupils = reading.problem.pupils
    counts = {name: len(getattr(reading, name)) for name in ("dropped", "assumed", "noted", "checks")}
    return Reply({"pupils": int(pupils["count"].sum()), **counts, "summary": reading.summary()})


def listed(reading: Reading) -> pd.DataFrame:
    """Return every row that was dropped, assumed or looks odd, with what became of it."""
    parts = {"dropped": reading.dropped, "assumed": reading.assumed, "noted": reading.noted}
    return pd.concat([part.assign(outcome=name) for name, part in parts.items()], ignore_index=True)


def _salt(path: Path) -> str:
    try:
        salt = read_whole(path).decode().strip()
    except UnicodeDecodeError:
        wrong_use(f"{path}: --salt-file is no text in UTF-8; give {_SALT_FILE}.")
    if len(salt) < LEAST_SALT_CHARACTERS:
        wrong_use(f"{path}: --salt-file has {len(salt)} characters; give {_SALT_FILE}.")
    return salt


def _returns(given: list[str]) -> Path | dict[str, Path]:
    """Return the one return, or several by the name before the equals sign."""
    if len(given) == 1 and "=" not in given[0]:
        return Path(given[0])
    named = [text.partition("=") for text in given]
    if not all(sign and name.strip() for name, sign, _ in named) or len({name for name, *_ in named}) < len(named):
        wrong_use("Several returns: give each as --sen2 NAME=FOLDER, with a name of its own.")
    return {name.strip(): Path(path) for name, _, path in named}
