"""Enforcement points: what each cannot evaluate of an order."""

from __future__ import annotations

import pytest

from groundstop.directives.surfaces import (
    Gap,
    GapKind,
    SeesModel,
    cannot_evaluate,
    gaps,
    looked_at,
    surface,
    surfaces,
)
from groundstop.documents.directives import (
    Act,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    InFlight,
    OrderKind,
    Rule,
    Subject,
)
from groundstop.errors import InputError
from tests.directive_parts import a_directive, a_model, for_everybody

EVERY_ACT = a_directive(acts=tuple(Act))
WEIGHTS = Subject(models=(a_model(weights=("a" * 64,)),), descendants=Descendants.NONE)


def kinds(directive: Directive, point: str) -> set[GapKind]:
    return {gap.kind for gap in gaps(directive, surface(point))}


def test_the_points_of_the_design_are_known() -> None:
    known = {"proxy", "litellm-hook", "auth-request", "ext-authz", "download-check", "batch"}
    assert set(surfaces()) == known
    assert all(one.called and one.remark for one in surfaces().values())


def test_the_proxy_can_evaluate_an_order_about_asking() -> None:
    assert cannot_evaluate(a_directive(), surface("proxy")) == ()
    assert cannot_evaluate(a_directive(in_flight=InFlight.CUT), surface("proxy")) == ()
    assert cannot_evaluate(a_directive(order=OrderKind.VIRTUAL_PATCH), surface("proxy")) == ()


def test_a_point_that_reads_headers_sees_the_model_only_in_the_path() -> None:
    for point in ("auth-request", "ext-authz"):
        assert surface(point).sees_model is SeesModel.PATH
        (words,) = cannot_evaluate(a_directive(), surface(point))
        assert words == "It sees the model only where its name is in the path."


def test_a_download_check_sees_no_asking_no_nationality_and_no_hosted_name() -> None:
    found = kinds(a_directive(), "download-check")
    assert found == {GapKind.ACT, GapKind.MODEL, GapKind.CLAIM}
    assert kinds(for_everybody(acts=(Act.DOWNLOAD,), subject=WEIGHTS), "download-check") == set()


def test_an_act_that_does_not_pass_through_is_named() -> None:
    (words,) = [gap.words for gap in gaps(EVERY_ACT, surface("proxy")) if gap.kind is GapKind.ACT]
    assert words == "It sees no download, transfer or deploy: another point must keep that."


def test_only_the_proxy_cuts_streams() -> None:
    cut = a_directive(in_flight=InFlight.CUT)
    assert {name for name in surfaces() if GapKind.STREAM not in kinds(cut, name)} == {"proxy"}


def test_a_guard_needs_the_text() -> None:
    guard = a_directive(order=OrderKind.VIRTUAL_PATCH)
    able = {name for name in surfaces() if GapKind.GUARD not in kinds(guard, name)}
    assert able == {name for name, one in surfaces().items() if one.sees_text}


def test_a_class_of_persons_is_decided_by_a_status_too() -> None:
    assert ClaimName.STATUS in looked_at(a_directive())
    assert looked_at(for_everybody()) == frozenset()
    rule = Rule(id="abroad", destinations=("XB",))
    order = for_everybody(scope=(rule,), claims=(ClaimNeeded(claim=ClaimName.LOCATED_IN),))
    assert looked_at(order) == {ClaimName.LOCATED_IN}
    assert GapKind.CLAIM not in kinds(order, "download-check")


def test_an_unknown_point_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match="no enforcement point 'moon'") as refused:
        surface("moon")
    assert "proxy" in refused.value.hint


def test_words_are_sentences() -> None:
    for point in surfaces().values():
        for gap in gaps(EVERY_ACT.model_copy(update={"order": OrderKind.VIRTUAL_PATCH}), point):
            assert isinstance(gap, Gap)
            assert gap.words.endswith(".")
            assert gap.words[0].isupper()
