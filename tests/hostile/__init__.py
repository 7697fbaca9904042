"""Bad inputs, each with the message that it has to end in; `python -m tests.hostile` stores the messages."""

from tests.hostile.cells import CELL_CASES
from tests.hostile.csv_files import CSV_CASES
from tests.hostile.documents import DOCUMENT_CASES
from tests.hostile.geopackages import GEOPACKAGE_CASES
from tests.hostile.register_files import REGISTER_CASES
from tests.hostile.road_files import ROAD_CASES
from tests.hostile.toml_files import TOML_CASES
from tests.hostile.workbooks import WORKBOOK_CASES

CASES = {
    "cells": CELL_CASES,
    "CSV files": CSV_CASES,
    "workbooks": WORKBOOK_CASES,
    "GeoPackages": GEOPACKAGE_CASES,
    "TOML": TOML_CASES,
    "saved documents": DOCUMENT_CASES,
    "registers": REGISTER_CASES,
    "roads": ROAD_CASES,
}
