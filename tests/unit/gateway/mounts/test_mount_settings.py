from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.gateway import config
from groundstop.gateway.config import check_settings, warnings_of
from tests.mount_parts import mount_settings


def test_an_address_that_strangers_may_reach_is_warned_of() -> None:
    assert warnings_of(mount_settings(decide="127.0.0.1:8402", grpc="localhost:8403")) == ()
    told = warnings_of(mount_settings(decide="0.0.0.0:8402", grpc="10.0.0.7:8403"))
    assert [one.partition(":")[0] for one in told] == ["decide is 0.0.0.0", "grpc is 10.0.0.7"]


def test_what_grpc_needs_is_looked_for_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = mount_settings(grpc="127.0.0.1:8403")
    assert check_settings(settings, Path(), {}) == ()
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    (told,) = check_settings(settings, Path(), {})
    assert "pip install 'groundstop[grpc]'" in told
