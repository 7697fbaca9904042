"""What fairer journeys would cost in Exampleshire, a made-up county: the tables and the picture of docs/fairness.md.

    python examples/price_of_fairness.py [PICTURE]

The county is drawn from a fixed seed and the solver has one too: the figures are the same every time, the seconds are
not. Only pupils who are due may move (the default policy), so most journeys are not decided here.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import process_time
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from placement_opt.examples import exampleshire
from placement_opt.solve.fair.aim import FairObjective
from placement_opt.travel import crow_fly
from placement_opt.why.fairness.price import PriceOfFairness, price_of_fairness
from placement_opt.workers.sending import packed, unpacked

AIMS: dict[FairObjective, dict[str, Any]] = {
    "kolm_pollak": {},
    "min_max": {"step_minutes": 15.0, "shares": (0.0, 0.005, 0.02)},
}
GUIDE_MINUTES = (45, 60, 75, 90)
PICTURE = Path("docs/pictures/price_of_fairness.png")
SIZE_INCHES, DOTS_PER_INCH = (8.0, 3.2), 100


def make_price(objective: FairObjective) -> bytes:
    """Return the price of one kind of fairness, packed to be sent to another process."""
    problem, start = exampleshire(), process_time()
    price = price_of_fairness(problem, crow_fly(problem), objective=objective, **AIMS[objective])
    sys.stderr.write(f"{objective}: {process_time() - start:.0f} s of one core\n")
    return packed(price)


def make_prices() -> dict[str, PriceOfFairness]:
    """Return the price of each kind of fairness, each worked out in a process of its own."""
    with ProcessPoolExecutor(len(AIMS)) as executor:
        return dict(zip(map(str, AIMS), map(unpacked, executor.map(make_price, AIMS)), strict=True))


def draw(prices: dict[str, PriceOfFairness], path: Path) -> None:
    """Draw Kolm-Pollak and the mean on the left, how many have long journeys on the right."""
    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    kolm_pollak, min_max = prices["kolm_pollak"], prices["min_max"]
    points = kolm_pollak.points
    kolm_pollak.plot(ax=left, label="as bad if all had it (Kolm-Pollak)")
    left.plot(points["extra_gbp"] / 1_000, points["mean_minutes"], marker="s", label="mean")
    left.set_title("least Kolm-Pollak", fontsize="medium")
    extra = min_max.points["extra_gbp"] / 1_000
    for minutes, marker in zip(GUIDE_MINUTES, "os^D", strict=True):
        right.plot(extra, longer_than(min_max, minutes), marker=marker, label=f"over {minutes} minutes")
    right.set_title("longest journeys first", fontsize="medium")
    right.set_xlabel("£ thousand a year above the least")
    right.set_ylabel("pupils")
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.legend(fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def longer_than(price: PriceOfFairness, minutes: float) -> list[int]:
    """Return for each point how many pupils have a longer journey."""
    return [int(plan.placements.loc[lambda rows: rows["minutes"] > minutes, "count"].sum()) for plan in price.plans]


def table(price: PriceOfFairness) -> str:
    """Return the points as rows of a Markdown table."""
    heads = ["may cost more", "£ more", "value", "proven from", "mean", "longest", "Gini"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in price.points.itertuples():
        cells = [
            f"{row.share:.2%}",
            f"{row.extra_gbp:,.0f}",
            f"{row.value_minutes:.2f}",
            f"{row.bound_minutes:.2f}",
            f"{row.mean_minutes:.2f}",
            f"{row.longest_minutes:.1f}",
            f"{row.gini:.3f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def long_journeys(price: PriceOfFairness) -> str:
    """Return how many pupils have long journeys, as rows of a Markdown table."""
    heads = ["may cost more", "£ more", *(f"over {minutes} minutes" for minutes in GUIDE_MINUTES)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    over = zip(*(longer_than(price, minutes) for minutes in GUIDE_MINUTES), strict=True)
    for share, gbp, pupils in zip(price.shares, price.points["extra_gbp"], over, strict=True):
        lines.append(f"| {share:.2%} | {gbp:,.0f} | {' | '.join(map(str, pupils))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    found = make_prices()
    for name, price in found.items():
        sys.stdout.write(f"\n{price.words} ({name}), κ {price.kappa:.4f}\n\n{table(price)}\n")
    sys.stdout.write(f"\n{long_journeys(found['min_max'])}\n")
    draw(found, Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
