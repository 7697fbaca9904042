"""The command that prints a completion script for a shell, made from the parser itself.

The scripts are static: they need neither Python nor a library when Tab is pressed.
"""

import argparse
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from placement_opt.arguments import build_parser
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice

PROGRAM = "placement-opt"
_FUNCTION = "_placement_opt"


@dataclass(frozen=True)
class Option:
    """An option of a command, or what it takes without a name.

    Parameters
    ----------
    names
        As they are written; none = what stands without a name.
    about
        In a few words.
    choices
        The words that can follow it.
    takes_value, takes_path
        Whether a word follows it, and whether that is a path.
    """

    names: tuple[str, ...]
    about: str
    choices: tuple[str, ...]
    takes_value: bool
    takes_path: bool


@dataclass(frozen=True)
class Command:
    """A command, what it is for, and what it understands."""

    name: str
    about: str
    options: tuple[Option, ...]

    @property
    def named(self) -> tuple[Option, ...]:
        """The options that have names."""
        return tuple(option for option in self.options if option.names)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that can stand without a name, where they can be chosen only."""
        return tuple(word for option in self.options if not option.names for word in option.choices)


def print_script(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Print the completion script of a shell."""
    voice.say(script(parsed.shell))
    return Reply({})


def script(shell: str) -> str:
    """Return the completion script of a shell: bash, zsh or fish."""
    return _WRITERS[shell](commands())


def commands() -> tuple[Command, ...]:
    """Return every command with what it understands, as the parser has it."""
    (subparsers,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    about = {choice.dest: choice.help or "" for choice in subparsers._choices_actions}
    return tuple(
        Command(name, about[name], tuple(_option(action) for action in parser._actions))
        for name, parser in subparsers.choices.items()
    )


def _option(action: argparse.Action) -> Option:
    first_clause = re.split(r"[;:.(] ?", (action.help or "").replace("%%", "%"), maxsplit=1)[0].strip()
    return Option(
        tuple(action.option_strings),
        first_clause,
        tuple(str(choice) for choice in action.choices or ()),
        action.nargs != 0,
        action.type is Path,
    )


def _bash(known: tuple[Command, ...]) -> str:
    names = " ".join(command.name for command in known)
    after = [
        f'        "{command.name} {name}") words="{" ".join(option.choices)}" ;;'
        for command in known
        for option in command.named
        for name in option.names
        if option.choices
    ]
    of_command = [f'            {command.name}) words="{" ".join(_names(command))}" ;;' for command in known]
    chosen = [f'            {command.name}) words="{" ".join(command.words)}" ;;' for command in known if command.words]
    lines = [
        f"# Completion of {PROGRAM} for bash.",
        f"{_FUNCTION}() {{",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
        "    COMPREPLY=()",
        "    if (( COMP_CWORD == 1 )); then",
        f'        COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))',
        "        return",
        "    fi",
        '    case "${COMP_WORDS[1]} $before" in',
        *after,
        "    esac",
        '    if [[ -z "$words" && "$word" == -* ]]; then',
        '        case "${COMP_WORDS[1]}" in',
        *of_command,
        "        esac",
        '    elif [[ -z "$words" ]]; then',
        '        case "${COMP_WORDS[1]}" in',
        *chosen,
        "        esac",
        "    fi",
        '    COMPREPLY=($(compgen -W "$words" -- "$word"))',
        "}",
        f"complete -o default -F {_FUNCTION} {PROGRAM}",
    ]
    return "\n".join(lines)


def _zsh(known: tuple[Command, ...]) -> str:
    described = [f"        {shlex.quote(f'{command.name}:{command.about}')}" for command in known]
    lines = [
        f"#compdef {PROGRAM}",
        f"# Completion of {PROGRAM} for zsh.",
        f"{_FUNCTION}() {{",
        "    local -a known",
        "    known=(",
        *described,
        "    )",
        "    if (( CURRENT == 2 )); then",
        "        _describe command known",
        "        return",
        "    fi",
        "    local command=$words[2]",
        "    shift words",
        "    (( CURRENT-- ))",
        "    case $command in",
        *(line for command in known for line in _zsh_case(command)),
        "    esac",
        "}",
        f'if [[ "$funcstack[1]" == {_FUNCTION} ]]; then {_FUNCTION} "$@"; else compdef {_FUNCTION} {PROGRAM}; fi',
    ]
    return "\n".join(lines)


def _zsh_case(command: Command) -> Iterator[str]:
    specs = []
    for option in command.named:
        about = re.sub(r"([\[\]:\\])", r"\\\1", option.about)
        specs += [f"*{name}[{about}]{_zsh_value(option)}" for name in option.names]
    specs.append(f"*:word:({' '.join(command.words)})" if command.words else "*:file:_files")
    yield f"        {command.name})"
    yield "            _arguments \\"
    yield " \\\n".join(f"                {shlex.quote(spec)}" for spec in specs)
    yield "            ;;"


def _zsh_value(option: Option) -> str:
    if option.choices:
        return f":word:({' '.join(option.choices)})"
    if option.takes_path:
        return ":file:_files"
    return ":value: " if option.takes_value else ""


def _fish(known: tuple[Command, ...]) -> str:
    lines = [f"# Completion of {PROGRAM} for fish."]
    lines += [
        f"complete -c {PROGRAM} -f -n __fish_use_subcommand -a {command.name} -d {shlex.quote(command.about)}"
        for command in known
    ]
    for command in known:
        start = f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {command.name}'"
        if command.words:
            lines.append(f"{start} -f -a {shlex.quote(' '.join(command.words))}")
        lines += [f"{start} {_fish_option(option)} -d {shlex.quote(option.about)}" for option in command.named]
    return "\n".join(lines)


def _fish_option(option: Option) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    if option.choices:
        return f"{names} -x -a {shlex.quote(' '.join(option.choices))}"
    if option.takes_path:
        return f"{names} -r"
    return f"{names} -x" if option.takes_value else names


def _names(command: Command) -> tuple[str, ...]:
    return tuple(name for option in command.named for name in option.names)


_WRITERS: dict[str, Callable[[tuple[Command, ...]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
