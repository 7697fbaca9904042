"""Draw docs/pictures/data_flow.svg: where pupils' data go, and where they stop. `python docs/draw_data_flow.py`."""

from html import escape
from pathlib import Path

OUT = Path(__file__).parent / "pictures" / "data_flow.svg"
WORDS = (
    "Inside the council's machine: tables and returns are read, names and birthdays dropped, into a Problem and a Plan "
    "in memory; from it run.json, confidential papers, and through one suppression the papers that may be shared. "
    "Nothing goes to the network."
)
INSIDE, MEMORY, SHARED, GATE = "#fdf1e3", "#e8f0f8", "#e6f3e6", "#ffffff"

BOXES = (
    (30, 70, 170, 84, INSIDE, "Tables, returns", ("as the council keeps them;", "never changed")),
    (260, 70, 170, 84, MEMORY, "Problem", ("ids and points; no name,", "number or birthday")),
    (490, 70, 170, 84, MEMORY, "Plan", ("who goes where,", "in memory")),
    (30, 210, 170, 84, INSIDE, "run.json", ("every placement, and", "the record of the run")),
    (260, 210, 170, 84, INSIDE, "Confidential papers", ("report, workbook, panel", "pack, letters, routes")),
    (490, 210, 170, 84, GATE, "Suppression", ("one ledger of counts", "for all papers")),
    (490, 390, 170, 84, SHARED, "Shared papers", ("report, workbook, CSV:", "groups of five and more")),
    (260, 390, 170, 84, SHARED, "Audit record", ("who, when, from what;", "no pupil")),
)
ARROWS = (
    "M200 112H258",
    "M430 112H488",
    "M575 154V208",
    "M540 154V182H345V208",
    "M520 154V174H115V208",
    "M575 294V388",
    "M540 294V340H345V388",
)


def draw() -> str:
    """Return the picture."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 690 500" role="img" aria-labelledby="t d" '
        'font-family="Helvetica, Arial, sans-serif" font-size="15" fill="#1d2733">',
        "  <title id='t'>Where pupils' data go</title>".replace("'t'", '"t"'),
        f'  <desc id="d">{escape(WORDS)}</desc>',
        '  <defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 10 5 0 10z" fill="#44546a"/></marker></defs>',
        '  <rect width="690" height="500" fill="#ffffff"/>',
        '  <rect x="10" y="14" width="670" height="312" rx="8" fill="none" stroke="#8a1020" stroke-dasharray="6 4"/>',
        '  <text x="26" y="40" font-weight="bold" fill="#8a1020">Stays inside the council</text>',
        '  <text x="26" y="372" font-weight="bold" fill="#1d6b2c">May leave</text>',
        '  <text x="26" y="440" font-size="13">Nothing goes to the network</text>',
        '  <text x="26" y="458" font-size="13">by itself: people share files.</text>',
    ]
    parts += [f'  <path d="{path}" fill="none" stroke="#44546a" marker-end="url(#a)"/>' for path in ARROWS]
    for x, y, width, height, colour, name, lines in BOXES:
        middle = x + width / 2
        parts.append(
            f'  <rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{colour}" stroke="#44546a"/>'
        )
        parts.append(
            f'  <text x="{middle:g}" y="{y + 26}" text-anchor="middle" font-weight="bold">{escape(name)}</text>'
        )
        parts += [
            f'  <text x="{middle:g}" y="{y + 46 + 18 * at}" text-anchor="middle" font-size="13">{escape(line)}</text>'
            for at, line in enumerate(lines)
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    OUT.write_text(draw(), encoding="utf-8")
