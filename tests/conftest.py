"""Settings of all tests: every change meets the same examples, a night run meets new ones."""

from hypothesis import settings

from tests.amounts import IS_NIGHT

settings.register_profile("every change", derandomize=True)
settings.register_profile("night", print_blob=True)
settings.load_profile("night" if IS_NIGHT else "every change")
