"""What the report says of a review of routes: merges, cheaper runs and broken limits, by route and never by pupil."""

from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.routing.review import RouteReview


def review_sentences(review: RouteReview) -> tuple[str, ...]:
    """Return in sentences what a review of routes found."""
    prices, merges, alone = review.prices, review.merges, review.alone
    done, share = int(merges["together"].sum()), int((alone["outcome"] == "can share").sum())
    broken = int((prices["broken"] != "").sum())
    return (
        f"Of {len(prices):,} routes, {broken:,} do not keep to all limits.",
        f"{len(merges):,} pairs of routes can merge into one that keeps to them and costs less; {done:,} of these "
        f"merges can be done together and save £{review.together_gbp:,.0f} a year.",
        f"{len(alone):,} pupils ride alone who need not; {share:,} of them can share for less.",
        f"{review.record['pairs_looked_at']:,} of {review.record['pairs_possible']:,} pairs of routes were looked at.",
    )


def review_grids(review: RouteReview) -> tuple[Grid, ...]:
    """Return what a review of routes found as tables."""
    return tuple(grid for grid in (_merges(review), _cheaper(review), _broken(review)) if grid.rows)


def _merges(review: RouteReview) -> Grid:
    heads = (
        *("Routes", "Into one", "Pupils", "Saving, £ a year", "Prices by", "By the tariff, £ a year"),
        *("Pupils who ride longer", "By at most, minutes", "Among those done together"),
    )
    rows = tuple(
        (
            text_cell(f"{row['route_id']} and {row['other_route_id']}"),
            text_cell(f"{row['vehicle']}, {row['seats']} seats, {row['wheelchair_places']} wheelchair places"),
            Cell(int(row["pupils"]), Unit.COUNT),
            Cell(float(row["saving_gbp"]), Unit.GBP),
            text_cell(row["basis"]),
            Cell(float(row["tariff_saving_gbp"]), Unit.GBP),
            Cell(int(row["longer_pupils"]), Unit.COUNT),
            Cell(float(row["most_longer_minutes"]), Unit.ONE_DECIMAL),
            text_cell("yes" if row["together"] else "no"),
        )
        for row in review.merges.to_dict("records")
    )
    return Grid("merges", "Routes that can merge for less", heads, rows)


def _cheaper(review: RouteReview) -> Grid:
    heads = (
        "Route",
        "Vehicle",
        "Cheaper in",
        "What changes",
        "Saving by the tariff, £ a year",
        "Pupils who ride longer",
    )
    rows = tuple(
        (
            text_cell(row["route_id"]),
            text_cell(row["vehicle"]),
            text_cell(f"{row['to_vehicle']}, {row['to_seats']} seats, {row['to_wheelchair_places']} wheelchair places"),
            text_cell(row["changes"]),
            Cell(float(row["tariff_saving_gbp"]), Unit.GBP),
            Cell(int(row["longer_pupils"]), Unit.COUNT),
        )
        for row in review.cheaper.to_dict("records")
    )
    return Grid("cheaper", "Routes with a cheaper run for the same pupils", heads, rows)


def _broken(review: RouteReview) -> Grid:
    prices = review.prices
    rows = tuple(
        (text_cell(row["route_id"]), text_cell(row["broken"]), Cell(int(row["over_limit"]), Unit.COUNT))
        for row in prices[prices["broken"] != ""].to_dict("records")
    )
    heads = ("Route", "Limits that it breaks", "Pupils over their ride limit")
    return Grid("broken", "Routes that do not keep to all limits", heads, rows)
