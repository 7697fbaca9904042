"""Problems from the files that an authority already has: school register, SEN2 return, postcodes, open statistics."""

from placement_opt.registers.assemble import read_registers, read_registers_with_notes
from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.reading import Note, Outcome, Reading, Record
from placement_opt.registers.school_list import SchoolReading, read_schools
from placement_opt.registers.statistics import Statistics, read_statistics
from placement_opt.registers.statistics_compare import compare_with_statistics

__all__ = [
    "Note",
    "Outcome",
    "Reading",
    "Record",
    "RegisterAssumptions",
    "SchoolReading",
    "Statistics",
    "compare_with_statistics",
    "read_registers",
    "read_registers_with_notes",
    "read_schools",
    "read_statistics",
]
