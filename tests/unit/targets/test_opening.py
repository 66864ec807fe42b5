"""From a name in a file or an address to an open target, and what is refused on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.documents import Limits, Price
from groundstop.errors import ExitCode, InputError
from groundstop.targets import Config, FailureKind, Target, TargetEntry, load_config, open_target
from groundstop.targets.anthropic_http import AnthropicTarget
from groundstop.targets.openai_http import OpenAITarget
from tests.unit.targets.endpoints import GOOD_OPENAI, KEY, a_request, always, endpoint

FULL = """
[targets.mine]
url = "https://models.example/v1/"
model = "example-model"
protocol = "anthropic"
key_env = "MY_KEY"
insecure = false
provider = "Example"
snapshot = "2026-01-01"
aliases = ["example-latest"]
requirements = ["keep-secrets"]
limits = { concurrency = 4, calls_per_minute = 90, timeout_s = 30, max_attempts = 3 }
price = { currency = "EUR", input_per_million = 1.5, output_per_million = 6 }
"""


def _config(text: str, folder: Path) -> Config:
    path = folder / "groundstop.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def _open(text: str, config: Config | None = None, **environ: str) -> Target:
    return open_target(text, config=config or Config(Path("groundstop.toml")), environ=environ)


def _refused(text: str, config: Config | None = None, **environ: str) -> InputError:
    with pytest.raises(InputError) as caught:
        _open(text, config, **environ)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def test_every_field_of_a_target_is_read(tmp_path: Path) -> None:
    target = _open("mine", _config(FULL, tmp_path), MY_KEY=KEY)
    assert isinstance(target, AnthropicTarget)
    described = target.description
    assert described.name == "mine"
    assert described.address == "https://models.example/v1"
    assert described.model.provider == "Example"
    assert described.model.snapshot == "2026-01-01"
    assert described.model.aliases == ("example-latest",)
    assert described.requirements == ("keep-secrets",)
    assert described.limits == Limits(concurrency=4, calls_per_minute=90, timeout_s=30, max_attempts=3)
    assert described.price == Price(currency="EUR", input_per_million=1.5, output_per_million=6)
    assert KEY not in repr(target) + described.model_dump_json()


def test_without_a_file_no_target_has_a_name(tmp_path: Path) -> None:
    config = load_config(tmp_path / "groundstop.toml")
    assert config.targets == {}
    assert "There is no target 'mine'" in _refused("mine", config).message


def test_near_names_are_suggested(tmp_path: Path) -> None:
    error = _refused("mime", _config(FULL, tmp_path))
    assert error.hint == "Did you mean mine?"


def test_a_name_unlike_all_others_gets_the_forms(tmp_path: Path) -> None:
    assert "embedded:NAME" in _refused("zzzz", _config(FULL, tmp_path)).hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("targets = 3", "'targets'"),
        ("[target.mine]", "unknown field 'target'"),
        ('[targets.mine]\nurl = "http://h"', "lacks the field 'targets.mine.model'"),
        (FULL + "\ntimeout = 3", "unknown field 'targets.mine.timeout'"),
        (FULL.replace("concurrency = 4", "concurrency = 0"), "'targets.mine.limits.concurrency'"),
        (FULL.replace("concurrency = 4", "in_flight = 4"), "unknown field 'targets.mine.limits.in_flight'"),
        (FULL.replace('"anthropic"', '"soap"'), "'targets.mine.protocol'"),
        (FULL.replace('"keep-secrets"', '"Keep secrets!"'), "'targets.mine.requirements.0'"),
        (FULL.replace('"EUR"', '"euro"'), "'targets.mine.price.currency'"),
        (FULL.replace('"MY_KEY"', '"not a variable"'), "'targets.mine.key_env'"),
        (FULL.replace("targets.mine", 'targets."http://h"'), "wrong value"),
        (FULL.replace("timeout_s = 30", "timeout_s = nan"), "'targets.mine.limits.timeout_s'"),
        ("a = [", "is not TOML"),
        ("a = " + "1" * 5000, "is not TOML"),
        ("a = " + "[" * 5000, "is not TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _config(text, tmp_path)
    assert says in caught.value.message
    assert "groundstop.toml" in caught.value.message


def test_a_secret_in_a_wrong_field_is_not_repeated(tmp_path: Path) -> None:
    for field in (f'key_env = "{KEY}"', f'api_key = "{KEY}"'):
        text = FULL.replace('key_env = "MY_KEY"', field)
        with pytest.raises(InputError) as caught:
            _config(text, tmp_path)
        assert KEY not in str(caught.value)


def test_a_file_that_is_too_large_or_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groundstop.toml"
    path.write_bytes(b"# " + b"x" * 2_000_000)
    with pytest.raises(InputError, match="larger than"):
        load_config(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        load_config(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    "url",
    ["https://user:secret@h/v1", "https://secret@h/v1", "https://h/v1?key=secret"],
)
def test_a_secret_in_a_url_is_refused_without_repeating_it(url: str) -> None:
    entry = Config(Path("groundstop.toml"), {"mine": TargetEntry(url=url, model="m")})
    for error in (_refused("mine", entry), _refused(f"{url}#m")):
        assert "secret" not in str(error).replace("secrets", "")
        assert "key_env" in error.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a\nb", "cannot be shown"),
        ("http://h/v1", "names no model"),
        ("http://h/v1#", "names no model"),
        ("http:///v1#m", "has no host"),
        ("http://[::1/v1#m", "malformed"),
        ("http://h:99999/v1#m", "malformed"),
        ("ftp://h#m", "ftp: is no way"),
        ("embedded:", "followed by no name"),
        ("embedded:v9", "no embedded target 'v9'"),
        ("embedded:v1?a=b", "takes no settings"),
        ("scripted:unheard", "no scripted target"),
    ],
)
def test_an_address_of_no_known_form_is_refused(text: str, says: str) -> None:
    assert says in _refused(text).message


@pytest.mark.parametrize("scheme", ["ftp", "ws", "anthropic+http"])
def test_a_file_cannot_bring_in_another_scheme(scheme: str) -> None:
    entry = TargetEntry(url=f"{scheme}://models.example/v1", model="m", key_env="MY_KEY")
    config = Config(Path("groundstop.toml"), {"mine": entry})
    assert "neither http nor https" in _refused("mine", config, MY_KEY=KEY).message


def test_a_key_does_not_travel_in_the_clear_unless_that_was_said() -> None:
    entry = TargetEntry(url="http://models.example/v1", model="m", key_env="MY_KEY")
    config = Config(Path("groundstop.toml"), {"mine": entry})
    error = _refused("mine", config, MY_KEY=KEY)
    assert "in the clear to models.example" in error.message
    assert KEY not in str(error)
    said = Config(config.path, {"mine": entry.model_copy(update={"insecure": True})})
    assert isinstance(_open("mine", said, MY_KEY=KEY), OpenAITarget)
    assert "in the clear" in _refused("http://models.example/v1#m", OPENAI_API_KEY=KEY).message


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("https://models.example/v1#m", "OPENAI_API_KEY"),
        ("anthropic+https://models.example#m", "ANTHROPIC_API_KEY"),
    ],
)
def test_another_host_needs_a_key(text: str, variable: str) -> None:
    assert variable in _refused(text).hint
    assert variable in _refused(text, None, **{variable: "  "}).hint
    _open(text, None, **{variable: KEY})


def test_a_key_with_impossible_characters_is_refused_and_not_shown() -> None:
    for key in ("one\ntwo-secret", "schlüssel-secret"):
        error = _refused("https://models.example/v1#m", OPENAI_API_KEY=key)
        assert "secret" not in str(error)
        assert "OPENAI_API_KEY" in error.message


def test_a_named_key_must_be_there_even_for_this_machine() -> None:
    entry = TargetEntry(url="http://127.0.0.1:1/v1", model="m", key_env="MY_KEY")
    assert "MY_KEY" in _refused("mine", Config(Path("groundstop.toml"), {"mine": entry})).hint


async def test_this_machine_needs_no_key_and_is_not_sent_the_default_one(tmp_path: Path) -> None:
    async with endpoint(always(GOOD_OPENAI)) as server:
        for host in ("127.0.0.1", "localhost"):
            target = _open(f"{server.url.replace('127.0.0.1', host)}#m", OPENAI_API_KEY=KEY)
            try:
                await target.ask(a_request())
            finally:
                await target.close()
        assert all("Authorization" not in headers for headers in server.headers)


async def test_this_machine_is_sent_a_key_that_was_named(tmp_path: Path) -> None:
    async with endpoint(always(GOOD_OPENAI)) as server:
        entry = TargetEntry(url=server.url, model="m", key_env="MY_KEY")
        target = _open("mine", Config(tmp_path, {"mine": entry}), MY_KEY=KEY)
        try:
            await target.ask(a_request())
        finally:
            await target.close()
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "localhost", "[::1]"])
def test_all_addresses_of_this_machine_are_known(host: str) -> None:
    _open(f"http://{host}:8080/v1#m", OPENAI_API_KEY=KEY)


def test_every_kind_of_failure_has_an_exit_code() -> None:
    from groundstop.targets import CallFailure

    codes = {kind: CallFailure(kind, "m", "h").as_error().exit_code for kind in FailureKind}
    assert {kind for kind, code in codes.items() if code is ExitCode.USAGE} == {
        FailureKind.KEY_REFUSED,
        FailureKind.MODEL_NOT_FOUND,
        FailureKind.WRONG_ADDRESS,
        FailureKind.REQUEST_REFUSED,
        FailureKind.GUARD_BLOCKED,
    }
