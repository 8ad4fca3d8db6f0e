"""For all tests: no test fails because a machine is slow; timings belong in benchmarks/."""

from hypothesis import HealthCheck, settings

settings.register_profile("refiner", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("refiner")
