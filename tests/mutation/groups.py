"""Which modules are tried together, and which tests know them best."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Group:
    """Modules, and the files of tests that are run for them.

    Parameters
    ----------
    modules
        Patterns of paths within the package.
    tests
        Names of files of tests, without test_ and .py.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]

    def paths(self, home: Path) -> list[Path]:
        """Return the modules, sorted."""
        return sorted({path for pattern in self.modules for path in (home / "placement_opt").glob(pattern)})

    def chosen(self) -> list[str]:
        """Return the files, or tests of a file, from the folder of the project."""
        return [
            f"tests/test_{file}.py{mark}{test}" for file, mark, test in (name.partition("::") for name in self.tests)
        ]


PAIRS = "against_brute_force::test_every_pair_has_the_reason_or_the_price_of_the_page"
GROUPS = {
    "rules": Group(
        ("rules.py", "suitability.py", "duties.py", "statutory/*.py"),
        ("rules", "rules_edges", "duties", "statutory", "verify_eligibility", PAIRS),
    ),
    "costs": Group(
        ("prices.py", "kind_prices.py", "tariff.py", "transport.py", "summaries.py"),
        ("money", "rules", "duties", "repr", "verify_eligibility", PAIRS),
    ),
    "model": Group(("model/*.py",), ("model_text", "model_edges", "model", "totals", "lp", "years")),
    "verify": Group(
        ("verify/*.py",),
        (
            "verify",
            "verify_spoilt",
            "verify_sites",
            "verify_proof",
            "verify_eligibility",
            "verify_questions",
            "verify_solved",
            "verify_certificate",
            "verify_years",
            "route_check",
        ),
    ),
    "routes": Group(
        ("routing/*.py", "route_rules.py"),
        ("route_rules", "routing_timing", "routing_refusals", "routing_choosing", "routing_marginal", "routes_today"),
    ),
}
