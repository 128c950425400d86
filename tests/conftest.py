"""What every test may rely on."""

import os

from hypothesis import HealthCheck, settings

# A run under load must not fail because one example took longer than another.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
