"""What a preview counts on, and what the doors do, is the same: ``surfaces.toml`` says it once."""

from __future__ import annotations

from groundstop.directives.surfaces import SeesModel, surface
from groundstop.documents.directives import Act, OrderKind, Unknown
from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, chat
from tests.mount_parts import WEIGHTS_DIGEST, WEIGHTS_PURL, a_decision_service, about_weights


async def test_nginx_sees_a_model_where_it_is_said_to_and_nowhere_else() -> None:
    said = surface("auth-request")
    assert (said.sees_model, said.sees_text, said.cuts_streams) == (SeesModel.PATH, False, False)
    async with a_decision_service(for_everybody()) as deciding:
        assert (await deciding.nginx(f"/models/{WITHDRAWN}/v1/x")).headers["Groundstop-Status"] == "451"
        assert (await deciding.nginx("/v1/chat/completions")).status == 403
    # It sees no text, so that no guard is passed there.
    patch = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.DENY)
    async with a_decision_service(patch) as deciding:
        assert (await deciding.nginx(f"/models/{WITHDRAWN}/v1/x")).status == 403
        assert deciding.guards.texts == []


async def test_envoy_sees_at_least_what_it_is_said_to() -> None:
    said = surface("ext-authz")
    assert said.sees_model is SeesModel.PATH
    async with a_decision_service(for_everybody()) as deciding:
        told = await deciding.ask(f"/ext-authz/models/{WITHDRAWN}/v1/x", b"")
        assert told.status == 451


async def test_the_hook_in_litellm_sees_names_and_texts() -> None:
    said = surface("litellm-hook")
    assert (said.sees_model, said.sees_text, said.cuts_streams) == (SeesModel.ALWAYS, True, False)
    patch = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.DENY)
    async with a_decision_service(patch) as deciding:
        assert (await deciding.decide(model=WITHDRAWN, body=chat(WITHDRAWN)))["allowed"]
        assert deciding.guards.texts == [("Say the word ready.",)]
        assert (await deciding.decide(model=OPEN))["allowed"]


async def test_the_check_of_downloads_knows_packages_and_digests_and_its_acts() -> None:
    said = surface("download-check")
    async with a_decision_service(about_weights(acts=(Act.DOWNLOAD, Act.TRANSFER))) as deciding:
        for act in Act:
            for named in ({"purl": WEIGHTS_PURL}, {"sha256": [WEIGHTS_DIGEST]}):
                told = await deciding.ask("/v1/download-check", {**named, "act": act.value})
                assert (told.status == 200) is (act in said.acts)
                assert not told.json.get("allowed")
