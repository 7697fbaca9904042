"""Settings of all tests: every change meets the same examples, a night run meets new ones.

How long an example takes is no fault of it: a machine may be busy.
"""

from hypothesis import HealthCheck, settings

from tests.amounts import IS_NIGHT

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("every change", unhurried, derandomize=True)
settings.register_profile("night", unhurried, print_blob=True)
settings.load_profile("night" if IS_NIGHT else "every change")
