"""From where on a journey is doubted."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class TravelLimits:
    """From where on a journey is doubted.

    Apart from `most_mph`, the limits are judgements of this check and no published figures: wide enough that real
    roads pass. Change them where yours do not.

    Parameters
    ----------
    most_minutes, most_miles
        A longer journey is a sign for "none" of another program (such as 9999), not a school run in Great Britain.
    most_mph
        Faster than this is doubted: the national speed limit of a motorway (Highway Code, rule 124, 2022). A minute
        is allowed for figures in whole minutes.
    least_mph
        Slower than this is doubted, for journeys of a mile and more.
    near_miles
        Points so near to each other (straight line) may have a journey of zero.
    far_miles
        A zero between points as far apart as this is an error, not only doubtful.
    slack_miles
        How much shorter than the straight line a journey may be: points of postcodes and of houses differ.
    far_slack_miles, far_share
        A journey below `far_share` of the straight line, and by more than `far_slack_miles`, is an error.
    most_median_ratio
        The median of miles over straight miles above this looks like kilometres.
    most_unit_ratio, least_unit_ratio
        The median of miles over straight miles outside these is another unit.
    least_median_mph, most_median_mph
        The median of straight miles over hours outside these is another unit.
    detour, detour_miles, detour_mph
        Two pupils L straight miles apart have journeys to one school that differ by no more than `detour` x L +
        `detour_miles`, and by no more minutes than that takes at `detour_mph`; so do two schools for one pupil.
    one_way_share, one_way_minutes, one_way_miles
        There and back may differ by this share of the shorter one, or by these figures if they are more.
    least_reach
        A pupil who reaches less than this share of what the median pupil reaches is named.
    most_blank
        A greater share of blanks is doubted, once pupils and schools that are named for it are set aside.

    Raises
    ------
    ValueError
        When a limit is not above 0.

    Examples
    --------
    >>> TravelLimits(most_mph=60).most_mph
    60
    """

    most_minutes: float = 600.0
    most_miles: float = 400.0
    most_mph: float = 70.0
    least_mph: float = 2.0
    near_miles: float = 0.15
    far_miles: float = 1.0
    slack_miles: float = 0.1
    far_slack_miles: float = 0.25
    far_share: float = 0.75
    most_median_ratio: float = 1.75
    most_unit_ratio: float = 12.0
    least_unit_ratio: float = 0.5
    least_median_mph: float = 1.5
    most_median_mph: float = 100.0
    detour: float = 3.0
    detour_miles: float = 5.0
    detour_mph: float = 20.0
    one_way_share: float = 0.5
    one_way_minutes: float = 5.0
    one_way_miles: float = 2.0
    least_reach: float = 0.1
    most_blank: float = 0.1

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not value > 0:
                raise ValueError(f"`{one.name}` is {value!r}; use a limit above 0.")
