"""Every verb in one place: what can be changed, for scripts (`verbs.close(...)`) and for scenario files."""

from collections.abc import Callable, Mapping

from placement_opt.scenarios.change import Change
from placement_opt.scenarios.money import reprice
from placement_opt.scenarios.places import add_places, cap, expand
from placement_opt.scenarios.sites import close, open_site, withdraw
from placement_opt.scenarios.wishes import honour_requests, raise_mainstream, replace_table, set_policy

__all__ = [
    "add_places",
    "cap",
    "close",
    "expand",
    "honour_requests",
    "open_site",
    "raise_mainstream",
    "replace_table",
    "reprice",
    "set_policy",
    "withdraw",
]

VERBS: Mapping[str, Callable[..., Change]] = {
    "open": open_site,
    "close": close,
    "withdraw": withdraw,
    "add places": add_places,
    "expand": expand,
    "cap": cap,
    "reprice": reprice,
    "raise mainstream": raise_mainstream,
    "honour requests": honour_requests,
    "policy": set_policy,
}
"""The verbs of a scenario file, by the word under `do`; their arguments are the other entries of the change."""
