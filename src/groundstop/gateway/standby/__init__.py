"""Models that answer in another's place: tested, and ready only as long as the test is fresh and passed."""

from groundstop.gateway.standby.keeping import KeptTest, keep_test, kept_tests
from groundstop.gateway.standby.standby import Standby, findings_about

__all__ = ["KeptTest", "Standby", "findings_about", "keep_test", "kept_tests"]
