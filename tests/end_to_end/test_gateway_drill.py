"""Two hundred streams at once, and the model that they are of is withdrawn."""

from __future__ import annotations

from groundstop.gateway.drilling import Drill, Pace, drill_here
from tests.gateway_parts import OPEN, WITHDRAWN, settings_for


async def test_nobody_is_served_any_more_and_no_request_fails_where_another_model_may_answer() -> None:
    settings = settings_for({"url": "http://127.0.0.1:9/v1"}, fallback=[{"model": WITHDRAWN, "use": OPEN}])
    drill = Drill(WITHDRAWN, streams=200, before_s=1.0, after_s=1.0, pace=Pace(pieces=6, every_s=0.2))
    report = await drill_here(drill, settings)
    assert report.failed == 0, report.failures
    assert report.cut > 0
    # What the withdrawal finds on its way ends at once: in the second half of what follows nobody is served.
    after = [one for one in report.pieces if one.from_s > drill.after_s / 2]
    assert sum(one.served for one in after) == 0
    assert sum(one.fallback for one in after) > 0
    assert report.restored_s is not None
