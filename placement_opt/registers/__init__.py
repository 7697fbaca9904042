"""Problems from the files that an authority already has: school register, SEN2 return, Code-Point Open."""

from placement_opt.registers.assemble import read_registers, read_registers_with_notes
from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.reading import Note, Outcome, Reading

__all__ = ["Note", "Outcome", "Reading", "RegisterAssumptions", "read_registers", "read_registers_with_notes"]
