"""Result files that are broken, hostile or too large: refused or skipped in words, quoting nothing."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import traceback
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from groundstop.errors import DocumentError, InputError
from groundstop.importers import (
    inspect_log,
    limits,
    read_results,
    reading,
    records,
    sqlite_tables,
    zip_members,
)
from tests.unit.importers.files import (
    NOON,
    a_database,
    an_eval,
    deepteam_case,
    fixture,
    imported,
    lines,
    promptfoo_row,
    report_lines,
    skipped,
)
from tests.unit.importers.files import inspect_log as a_log

SECRET = "nobodymayreadthis"
OTHER_MIGRATION = f"UPDATE pyrit_memory_alembic_version SET version_num = '{SECRET}\n'"  # noqa: S608
OTHER_OUTCOME = f"UPDATE AttackResultEntries SET outcome = '{SECRET}'"  # noqa: S608
TOOLS = ["garak", "pyrit", "promptfoo", "inspect", "deepteam"]


# The file itself


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, tool: str, data: bytes) -> None:
    with pytest.raises(DocumentError, match="file is empty"):
        imported(tmp_path, tool, data)


def test_a_missing_file_a_folder_a_link_and_a_pipe_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(fixture("deepteam.json"))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    said = {"nothing": "There is no file", "link": "is a symbolic link", "loop": "is a symbolic link"}
    said |= {"pipe": "is not a regular file", ".": "is a folder"}
    for name, sentence in said.items():
        with pytest.raises(InputError, match=sentence):
            read_results("deepteam", tmp_path / name, now=NOON)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(fixture("deepteam.json"))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    with pytest.raises(InputError, match="cannot be read"):
        read_results("deepteam", path, now=NOON)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    for tool in TOOLS:
        with pytest.raises(DocumentError, match="more than the 1,000 bytes that are read"):
            read_results(tool, path, now=NOON)


def test_a_name_that_is_no_unicode_goes_on_record_in_a_form_that_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/tea-\xff.json"))
    path.write_bytes(fixture("deepteam.json"))
    assert read_results("deepteam", path, now=NOON).document.file_name == "tea-?.json"


# JSON


def test_too_many_records_are_refused_at_the_first_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_RECORDS", 3)
    for tool, data in (
        ("garak", fixture("garak.report.jsonl")),
        ("promptfoo", fixture("promptfoo.results.json")),
        ("inspect", fixture("inspect.json")),
        ("inspect", an_eval(json.loads(fixture("inspect.json")))),
        ("pyrit", a_database()),
        ("deepteam", fixture("deepteam.json")),
    ):
        with pytest.raises(DocumentError, match="more than 3 records"):
            imported(tmp_path, tool, data)


def test_a_line_that_is_too_large_or_deep_is_skipped_and_the_rest_imported(tmp_path: Path) -> None:
    values = report_lines()
    deep = b'{"entry_type": "attempt", "notes": ' + b"[" * 500 + b"]" * 500 + b"}\n"
    deeper = b'{"entry_type": "attempt", "notes": ' + b"[" * 100_000 + b"\n"
    large = b'{"entry_type": "attempt", "goal": "' + b"x" * limits.MAX_RECORD_BYTES + b'"}\n'
    latin = '{"entry_type": "attempt", "goal": "thé"}\n'.encode("latin-1")
    result = imported(tmp_path, "garak", lines(*values).encode() + deep + deeper + large + latin)
    assert result.document.counts.total == 5
    assert skipped(result)["nested more than 64 deep"] == 2
    assert skipped(result)[f"larger than {limits.MAX_RECORD_BYTES:,} bytes"] == 1
    assert skipped(result)["not UTF-8 text"] == 1


def test_a_record_that_says_two_things_at_once_is_skipped(tmp_path: Path) -> None:
    once = lines(promptfoo_row(id="a"), promptfoo_row(id="b"))
    twice = once.replace('"id": "b"', '"id": "b", "success": true', 1)
    result = imported(tmp_path, "promptfoo", twice)
    assert result.document.counts.total == 1
    assert skipped(result) == {"an object has the same key twice": 1}


@pytest.mark.parametrize("tool", ["inspect", "deepteam", "promptfoo"])
@pytest.mark.parametrize(
    "data",
    [
        b'{\n"a": 1,\n"a": 2}',
        b"[" * 100_000,
        b'{\n"a": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"{\n" + b"9" * 9999 + b"}",
    ],
)
def test_a_whole_file_that_cannot_be_parsed_is_refused(tmp_path: Path, tool: str, data: bytes) -> None:
    with pytest.raises(DocumentError):
        imported(tmp_path, tool, data)


@pytest.mark.parametrize(
    ("tool", "data"),
    [
        ("garak", f'{{"entry_type": "{SECRET}", "{SECRET}": "{SECRET}"'),
        ("garak", lines({"entry_type": "init", "garak_version": SECRET * 9})),
        ("promptfoo", f"{SECRET}\n{SECRET}"),
        ("promptfoo", f'{{\n"results": {{"results": [], "version": "{SECRET}"}}, "{SECRET}": {SECRET}}}'),
        ("inspect", f'{{"version": "{SECRET}\\n", "eval": {{}}}}'),
        ("inspect", f'{{"version": {SECRET}'),
        ("deepteam", f'{{"test_cases": ["{SECRET}"], "{SECRET}": 1, "{SECRET}": 2}}'),
        ("pyrit", SECRET),
        ("pyrit", a_database(OTHER_MIGRATION)),
    ],
)
def test_no_error_quotes_the_file(tmp_path: Path, tool: str, data: str | bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        imported(tmp_path, tool, data)
    told = "".join(traceback.format_exception_only(caught.value)) + str(caught.value)
    assert SECRET not in told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("tool", TOOLS)
def test_no_reason_quotes_the_file(tmp_path: Path, tool: str) -> None:
    files: dict[str, str | bytes] = {
        "garak": fixture("garak.report.jsonl").replace(b"teapot", SECRET.encode()),
        "pyrit": a_database(OTHER_OUTCOME),
        "promptfoo": fixture("promptfoo.results.json").replace(b"teapot", SECRET.encode()),
        "inspect": fixture("inspect.json").replace(b'"C"', f'"{SECRET}"'.encode()),
        "deepteam": deepteam_case(error=SECRET, reason=SECRET),
    }
    result = imported(tmp_path, tool, files[tool])
    assert all(SECRET not in one.trial.reason + one.trial.position for one in result.conversations)
    assert all(SECRET not in reason for reason in skipped(result))


def test_a_phrase_that_is_no_unicode_is_no_judge(tmp_path: Path) -> None:
    attempt = report_lines()[5] | {"notes": {"triggers": ["\ud800"]}}
    check = promptfoo_row()["gradingResult"]["componentResults"][0]
    check["assertion"]["value"] = "\ud800"
    files = {
        "garak": lines(attempt),
        "promptfoo": lines(promptfoo_row(gradingResult={"componentResults": [check]})),
        "inspect": json.dumps(a_log(target="\ud800")),
    }
    for tool, data in files.items():
        stated = "correct" if tool == "inspect" else None
        result = imported(tmp_path, tool, data, violated_when=stated)
        assert [one.judge for one in result.document.classes] == [None] * len(result.document.classes)


# Zips


def a_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("header.json", json.dumps({k: v for k, v in a_log().items() if k != "samples"}))
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


SAMPLE = json.dumps(a_log()["samples"][0]).encode()


def test_a_bomb_is_skipped_without_being_unpacked(tmp_path: Path) -> None:
    bomb = a_zip(("samples/bomb.json", b" " * (64 * limits.MIB)), ("samples/tea.json", SAMPLE))
    tracemalloc.start()
    result = imported(tmp_path, "inspect", bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.document.counts.total == 1
    assert skipped(result) == {f"larger than {limits.MAX_RECORD_BYTES:,} bytes": 1}
    assert peak < 8 * limits.MIB


def test_a_member_that_expands_too_much_is_skipped(tmp_path: Path) -> None:
    bomb = a_zip(("samples/bomb.json", b" " * (15 * limits.MIB)), ("samples/tea.json", SAMPLE))
    assert skipped(imported(tmp_path, "inspect", bomb)) == {"unpacks to more than 1,000 times its size": 1}


def test_a_member_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    honest = a_zip(("samples/tea.json", SAMPLE), ("samples/other.json", SAMPLE.replace(b"tea00", b"tea01")))
    lying = bytearray(honest)
    struct.pack_into("<L", lying, honest.rindex(b"PK\x01\x02") + 24, 10)
    result = imported(tmp_path, "inspect", bytes(lying))
    assert result.document.counts.total == 1
    assert sum(skipped(result).values()) == 1


def test_members_that_are_too_large_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_members, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(DocumentError, match="unpacks to more than 1,000 bytes"):
        imported(tmp_path, "inspect", a_zip(("samples/tea.json", SAMPLE)))


def test_too_many_members_are_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_members, "MAX_MEMBERS", 10)
    with pytest.raises(DocumentError, match="more than 10 members"):
        imported(tmp_path, "inspect", a_zip(*((f"samples/{n}.json", b"{}") for n in range(10))))


@pytest.mark.parametrize(
    "name", ["../../tea.json", "/etc/tea.json", "samples/../../tea.json", "samples/\x1b[2J.json"]
)
def test_the_name_of_a_member_is_never_a_path_and_never_shown(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    result = imported(inside, "inspect", a_zip((name, SAMPLE), ("samples/tea.json", SAMPLE)))
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert [path.name for path in inside.iterdir()] == ["file"]
    assert all(re.fullmatch(r"member \d+", one.trial.position) for one in result.conversations)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_whose_expansion_cannot_be_bounded_are_not_read(tmp_path: Path, method: int) -> None:
    with pytest.raises(
        DocumentError, match="has a header that cannot be read: packed in a way that is not read"
    ):
        imported(tmp_path, "inspect", a_zip(("samples/tea.json", SAMPLE), method=method))


def test_an_encrypted_member_is_skipped(tmp_path: Path) -> None:
    data = bytearray(a_zip(("samples/tea.json", SAMPLE)))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert skipped(imported(tmp_path, "inspect", bytes(data))) == {"packed in a way that is not read": 1}


@pytest.mark.parametrize("keep", [4, 30, 200, -1, -22])
def test_a_zip_that_is_cut_off_is_refused(tmp_path: Path, keep: int) -> None:
    with pytest.raises(DocumentError, match="a zip that is damaged or not complete"):
        imported(tmp_path, "inspect", an_eval(a_log())[:keep])


def test_a_zip_without_a_header_is_no_log(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("samples/tea.json", SAMPLE)
    with pytest.raises(DocumentError, match="file is not a log of Inspect"):
        imported(tmp_path, "inspect", file.getvalue())
    assert inspect_log.KNOWN == ("2",)


# Databases


def test_bytes_after_the_magic_that_are_no_database_are_refused(tmp_path: Path) -> None:
    for rest in (b"", b"x", b"\x00" * 84, b"\xff" * 4096):
        with pytest.raises(
            DocumentError, match=r"is a SQLite file that cannot be read|is not a memory database"
        ):
            imported(tmp_path, "pyrit", sqlite_tables.MAGIC + rest)


def test_a_database_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    data = a_database()
    for keep in (100, 512, 4096, len(data) // 2):
        with pytest.raises(DocumentError, match="is a SQLite file that cannot be read"):
            imported(tmp_path, "pyrit", data[:keep])


COLUMNS = "id, score_value, score_type, status, scorer_class_identifier, prompt_request_response_id"
PROGRAMS = {
    "view": (
        "CREATE VIEW ScoreEntries AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS id, i AS score_value, 'true_false' AS score_type, 'complete' AS status, "
        "'{}' AS scorer_class_identifier, 'p1' AS prompt_request_response_id FROM n"
    ),
    "virtual": f"CREATE VIRTUAL TABLE ScoreEntries USING fts5({COLUMNS})",
    "generated": f"CREATE TABLE ScoreEntries ({COLUMNS} GENERATED ALWAYS AS (zeroblob(1000000000)))",
}


@pytest.mark.parametrize("definition", PROGRAMS.values(), ids=PROGRAMS)
def test_a_table_that_is_a_program_is_refused(tmp_path: Path, definition: str) -> None:
    data = a_database("DROP TABLE ScoreEntries", definition)
    with pytest.raises(DocumentError, match="has no plain table ScoreEntries"):
        imported(tmp_path, "pyrit", data)


def test_a_generated_column_that_hides_its_keyword_computes_nothing(tmp_path: Path) -> None:
    data = a_database(
        "DROP TABLE ScoreEntries",
        f"CREATE TABLE ScoreEntries ({COLUMNS} AS (hex(zeroblob(100000000))))",
        "INSERT INTO ScoreEntries VALUES ('s1', 'True', 'true_false', 'complete', '{}')",
    )
    with pytest.raises(DocumentError, match="cannot be read"):
        imported(tmp_path, "pyrit", data)


def test_a_trigger_and_an_index_on_an_expression_do_not_run(tmp_path: Path) -> None:
    data = a_database(
        "CREATE TRIGGER tea AFTER INSERT ON ScoreEntries BEGIN SELECT 1; END",
        "CREATE INDEX pot ON ScoreEntries (upper(score_value))",
    )
    assert imported(tmp_path, "pyrit", data).document.counts.total == 7


def test_a_value_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_tables, "MAX_RECORD_BYTES", 5000)
    data = a_database("UPDATE PromptMemoryEntries SET original_value = hex(zeroblob(4000)) WHERE id = 'p1'")
    with pytest.raises(DocumentError, match=r"cannot be read \(PromptMemoryEntries\)"):
        imported(tmp_path, "pyrit", data)


def test_work_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_tables, "MAX_DATABASE_STEPS", 0)
    monkeypatch.setattr(sqlite_tables, "_STEPS_AT_A_TIME", 1)
    with pytest.raises(DocumentError, match="is a SQLite file that cannot be read"):
        imported(tmp_path, "pyrit", a_database())


def test_a_text_that_is_no_unicode_spoils_its_own_record_only(tmp_path: Path) -> None:
    data = a_database("UPDATE PromptMemoryEntries SET converted_value = CAST(x'ff' AS TEXT) WHERE id = 'p1'")
    result = imported(tmp_path, "pyrit", data)
    assert result.document.counts.total == 6
    assert skipped(result)["the conversation holds more than text"] == 2
