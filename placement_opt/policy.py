"""What the council decides before a plan is made: who may move, whose wishes bind, what counts as cost."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from placement_opt.given import is_number, is_whole
from placement_opt.schema import YEAR_RANGE

Moves = Literal["due", "flagged", "all"]
Force = Literal["hard", "priced", "off"]
CostBasis = Literal["marginal", "average", "full"]
Post16 = Literal["as under 16", "none"]
MOST_THREADS = 1_024
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Policy:
    """The rules of a plan that are a choice.

    Parameters
    ----------
    moves
        Who may be given another place. `due`: pupils without a place, at a change of phase, or whose present place the
        rules refuse; `flagged`: those and the pupils marked `movable`; `all`: everybody.
    phase_years
        Year groups at whose start a pupil changes phase: into Reception, Year 7 and Year 12. (Year 3 of a junior
        school needs no entry: the infant school's highest year refuses it.)
    max_moves
        At most this many pupils may leave a place that they could keep; None = no limit.
    requests
        Parents' requests (Children and Families Act 2014, sections 38-39). `hard`: met wherever the rules allow the
        place; `priced`: not meeting one weighs `missed_request_gbp`; `off`: ignored.
    missed_request_gbp
        What an unmet request weighs, in £ a year; never reported as money. £2,000-4,000 of extra transport was not an
        inefficient use of resources in Essex County Council v SENDIST [2006] EWHC 1105 (Admin).
    mainstream
        The presumption of mainstream (section 33) for pupils whose `mainstream` is `wanted`: need and band cannot
        refuse them a mainstream place, and `hard`: no other kind of place is given; `priced`: another kind weighs
        `missed_mainstream_gbp`; `off`: ignored.
    missed_mainstream_gbp
        What an unmet wish for mainstream weighs, in £ a year; never reported as money.
    siblings
        Brothers and sisters at one school. `hard`: where a school is possible for all of them, those who are placed
        are placed together; `priced`: each child apart weighs `split_siblings_gbp`; `off`: ignored.
    split_siblings_gbp
        What a child placed apart weighs, in £ a year; never reported as money.
    cost_basis
        `marginal`: the place funding of an existing place is sunk, so only top-up, transport and new spending count
        ([2015] UKUT 523 (AAC)); `average`: place funding is counted for each place taken; `full`: every commissioned
        place is paid for, filled or not.
    max_minutes
        Longest journey, one way, for every pupil who has no limit of their own; None = no limit.
    authorities
        Only schools of these authorities may be used; None = any. A school whose authority is blank may be used.
    match_secondary_needs
        A provision also suits a pupil one of whose secondary needs it takes.
    post16_transport
        Transport from Year 12 on is for the council to decide. `as under 16`: owed by the same tests; `none`: owed only
        where an officer has decided so (`entitled`).

    Raises
    ------
    ValueError
        When a value is not one of those above.

    Examples
    --------
    >>> Policy(moves="all", cost_basis="average").moves
    'all'
    >>> Policy(moves="some")
    Traceback (most recent call last):
    ...
    ValueError: `moves` is 'some'; use one of due, flagged, all.
    """

    moves: Moves = "due"
    phase_years: tuple[int, ...] = (0, 7, 12)
    max_moves: int | None = None
    requests: Force = "priced"
    missed_request_gbp: float = 4_000
    mainstream: Force = "hard"
    missed_mainstream_gbp: float = 4_000
    siblings: Force = "hard"
    split_siblings_gbp: float = 4_000
    cost_basis: CostBasis = "marginal"
    max_minutes: float | None = None
    authorities: tuple[str, ...] | None = None
    match_secondary_needs: bool = False
    post16_transport: Post16 = "as under 16"

    def __post_init__(self) -> None:
        self._check_choices()
        self._check_amounts()
        object.__setattr__(self, "phase_years", _years(self.phase_years))
        if self.authorities is not None:
            object.__setattr__(self, "authorities", _names(self.authorities))

    def _check_choices(self) -> None:
        for name, allowed in (
            ("moves", get_args(Moves)),
            ("requests", get_args(Force)),
            ("mainstream", get_args(Force)),
            ("siblings", get_args(Force)),
            ("cost_basis", get_args(CostBasis)),
            ("post16_transport", get_args(Post16)),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"`{name}` is {getattr(self, name)!r}; use one of {', '.join(allowed)}.")
        if self.match_secondary_needs not in {True, False}:
            raise ValueError(f"`match_secondary_needs` is {self.match_secondary_needs!r}; use True or False.")

    def _check_amounts(self) -> None:
        for name in ("missed_request_gbp", "missed_mainstream_gbp", "split_siblings_gbp"):
            if not is_number(getattr(self, name), least=0, most=1e9):
                raise ValueError(f"`{name}` is {getattr(self, name)!r}; use an amount of £ from 0 to 1,000,000,000.")
        if self.max_moves is not None and not is_whole(self.max_moves, least=0, most=10**9):
            raise ValueError(f"`max_moves` is {self.max_moves!r}; use a whole number from 0, or None for no limit.")
        if self.max_minutes is not None and not is_number(self.max_minutes, least=1e-9, most=1e6):
            raise ValueError(f"`max_minutes` is {self.max_minutes!r}; use minutes above 0, or None for no limit.")

    def as_dict(self) -> dict[str, Any]:
        """Return the policy as plain values, for a record."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


@dataclass(frozen=True)
class SolveOptions:
    """How hard to look for a plan.

    Parameters
    ----------
    gap
        Stop when the plan is proven to be within this share of the best (0.0001 = 0.01 %).
    time_limit_s
        Seconds for the whole solve; None = no limit.
    threads
        Threads of the solver; one makes runs repeatable.
    seed
        Seed of the solver.
    weights
        None: first as few unplaced pupils as possible, then least £, then fewest minutes. Or a weighted sum: £ for each
        unplaced pupil under `unplaced`, £ for each minute of a pupil's journey under `minutes`.

    Raises
    ------
    ValueError
        When a value is out of its range.

    Examples
    --------
    >>> SolveOptions(gap=0.001).gap
    0.001
    """

    gap: float = 1e-4
    time_limit_s: float | None = None
    threads: int = 1
    seed: int = 0
    weights: Mapping[str, float] | None = field(default=None)

    def __post_init__(self) -> None:
        if not is_number(self.gap, least=0, most=0.999_999):
            raise ValueError(f"`gap` is {self.gap!r}; use a share from 0 up to 1 (0.0001 = 0.01 %).")
        if self.time_limit_s is not None and not is_number(self.time_limit_s, least=1e-9, most=1e9):
            raise ValueError(f"`time_limit_s` is {self.time_limit_s!r}; use seconds above 0, or None for no limit.")
        if not is_whole(self.threads, least=1, most=MOST_THREADS):
            raise ValueError(f"`threads` is {self.threads!r}; use a whole number from 1 to {MOST_THREADS:,}.")
        if not is_whole(self.seed, least=0, most=LARGEST_SEED):
            raise ValueError(f"`seed` is {self.seed!r}; use a whole number from 0 to {LARGEST_SEED:,}.")
        if self.weights is not None:
            object.__setattr__(self, "weights", _weights(self.weights))

    def as_dict(self) -> dict[str, Any]:
        """Return the options as plain values, for a record."""
        return asdict(self)


def _years(given: object) -> tuple[int, ...]:
    years = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    lowest, highest = YEAR_RANGE
    if not all(is_whole(year, least=lowest, most=highest) for year in years) or not isinstance(given, Iterable):
        raise ValueError(f"`phase_years` is {given!r}; use a tuple of year groups from {lowest} to {highest}.")
    return years


def _names(given: object) -> tuple[str, ...]:
    names = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else ()
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"`authorities` is {given!r}; use a tuple of names, or None for any.")
    return names


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    weights = dict(given)
    is_known = {"unplaced"} <= set(weights) <= {"unplaced", "minutes"}
    if not is_known or not all(is_number(weight, least=0, most=1e12) for weight in weights.values()):
        raise ValueError(
            "`weights` holds `unplaced` (£ a pupil; without it nobody need be placed) and, if wanted, `minutes` "
            "(£ a minute), each 0 or more; use numbers."
        )
    return weights
