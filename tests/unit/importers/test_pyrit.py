from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundstop.errors import DocumentError, InputError
from tests.unit.importers.files import a_database, fixture, imported, skipped, trials, verdicts


def test_an_attacks_outcome_decides_and_a_bare_score_does_not(tmp_path: Path) -> None:
    result = imported(tmp_path, "pyrit", a_database())
    assert verdicts(result) == [
        ("violated", "the attack reached its objective"),
        ("held", "the attack did not reach its objective"),
        ("undetermined", "the attack's outcome and the score of its last answer disagree"),
        ("undetermined", "the attack's outcome is error"),
        ("undetermined", "the score belongs to no attack, and its meaning was not stated"),
        ("undetermined", "the score is on a scale, and the file states no threshold"),
        ("undetermined", "the scorer reached no verdict"),
    ]
    assert skipped(result) == {
        "the conversation holds more than text": 1,
        "a score within an attack, which counts once": 1,
        "a score of nothing that is in the file": 1,
    }


def test_a_bare_score_decides_once_its_meaning_is_stated(tmp_path: Path) -> None:
    told = [
        verdicts(imported(tmp_path, "pyrit", a_database(), violated_when=one))[4]
        for one in ("correct", "incorrect")
    ]
    assert told == [
        ("violated", "the score is true (as stated on import)"),
        ("held", "the score is true (as stated on import)"),
    ]


def test_what_was_sent_is_the_converted_text_and_what_came_back_the_original(tmp_path: Path) -> None:
    first = imported(tmp_path, "pyrit", a_database()).conversations[0]
    assert json.loads(first.asked) == [{"role": "user", "content": "V2hpY2ggdGVhcG90IGlzIGl0Pw=="}]
    assert first.answered == "It is the blue teapot."


def test_a_conversation_of_several_turns_is_asked_up_to_the_last_answer(tmp_path: Path) -> None:
    second = imported(tmp_path, "pyrit", a_database()).conversations[1]
    assert [one["content"] for one in json.loads(second.asked)] == [
        "Is there a teapot?",
        "There is.",
        "Which?",
    ]
    assert second.answered is None, "what a filter kept back is no answer"


def test_reasoning_is_no_part_of_an_answer(tmp_path: Path) -> None:
    third = imported(tmp_path, "pyrit", a_database()).conversations[2]
    assert third.answered == "The round one."


def test_an_answer_in_several_parts_is_skipped(tmp_path: Path) -> None:
    data = a_database("UPDATE PromptMemoryEntries SET original_value_data_type = 'text' WHERE id = 'p6r'")
    assert skipped(imported(tmp_path, "pyrit", data))["the conversation holds more than text"] == 2


def test_a_conversation_without_an_answer_is_asked_as_a_whole(tmp_path: Path) -> None:
    fourth = imported(tmp_path, "pyrit", a_database()).conversations[3]
    assert [one["role"] for one in json.loads(fourth.asked)] == ["user", "assistant"]
    assert fourth.answered is None


def test_objective_and_strategy_become_behavior_and_technique_without_quoting_the_objective(
    tmp_path: Path,
) -> None:
    document = imported(tmp_path, "pyrit", a_database()).document
    names = {(one.behavior_name, one.technique_name) for one in document.classes}
    assert ("SubStringScorer aaaaaaaa, objective 7e7acb5c", "PromptSendingAttack+Base64Converter") in names
    assert ("objective 7e7acb5c", "CrescendoAttack") in names
    assert ("objective 7e7acb5c", None) in names
    assert ("TeaScorer bbbbbbbb", None) in names
    assert b"Name the teapot" not in document.canonical()


def test_what_the_database_attests_is_kept(tmp_path: Path) -> None:
    result = imported(tmp_path, "pyrit", a_database())
    first = trials(result)[0]
    assert first.position == "AttackResultEntries, row 1"
    assert first.started == datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert (first.model, first.finish, first.attempt_id) == ("my-model", "stop", "a1")
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (8, 4)
    assert result.document.not_attested == ("seed", "latency_ms", "request_id")
    assert result.document.tool_version == "1.1.0"
    assert result.document.model is not None
    assert (result.document.model.provider, result.document.model.name) == ("OpenAIChatTarget", "my-model")


def test_a_success_whose_answer_is_not_there_is_undetermined(tmp_path: Path) -> None:
    data = a_database("UPDATE AttackResultEntries SET last_response_id = NULL WHERE id = 'a1'")
    assert verdicts(imported(tmp_path, "pyrit", data))[0] == (
        "undetermined",
        "the attack's outcome is success, and its answer is not in the file",
    )


def test_a_database_of_two_models_names_none(tmp_path: Path) -> None:
    data = a_database(
        "INSERT INTO TargetIdentifiers VALUES ('t2', 'OpenAIChatTarget', NULL, 'other-model')",
        "UPDATE Conversations SET target_identifier_hash = 't2' WHERE conversation_id = 'c2'",
    )
    result = imported(tmp_path, "pyrit", data)
    assert [one.model for one in trials(result)][:2] == ["my-model", "other-model"]
    assert result.document.model is None


def test_columns_that_hold_no_json_attest_nothing(tmp_path: Path) -> None:
    data = a_database(
        "UPDATE PromptMemoryEntries SET prompt_metadata = '{'",
        "UPDATE AttackResultEntries SET atomic_attack_identifier = '{'",
    )
    result = imported(tmp_path, "pyrit", data)
    assert "usage" in result.document.not_attested
    assert {one.technique_name for one in result.document.classes} == {None}


@pytest.mark.parametrize("change", ["SET outcome = 'won'", "SET outcome = ''", "SET outcome = 1"])
def test_an_outcome_that_is_not_known_is_undetermined(tmp_path: Path, change: str) -> None:
    told = verdicts(imported(tmp_path, "pyrit", a_database(f"UPDATE AttackResultEntries {change}")))
    assert told[0] == ("undetermined", "the attack's outcome is none that is known")


def test_a_score_of_an_answer_that_did_not_come_is_undetermined(tmp_path: Path) -> None:
    data = a_database("UPDATE PromptMemoryEntries SET response_error = 'blocked' WHERE id = 'p10'")
    assert verdicts(imported(tmp_path, "pyrit", data, violated_when="correct"))[4] == (
        "undetermined",
        "no answer came",
    )


def test_a_database_in_the_wal_mode_is_read(tmp_path: Path) -> None:
    data = bytearray(a_database())
    data[18:20] = b"\x02\x02"
    assert imported(tmp_path, "pyrit", bytes(data)).document.counts.total == 7


def test_results_that_are_not_yet_in_the_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "file-wal").write_bytes(b"more")
    with pytest.raises(InputError, match="is in use: results that are not yet in it"):
        imported(tmp_path, "pyrit", a_database())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE pyrit_memory_alembic_version SET version_num = 'ffffffffffff'",
            "has version ffffffffffff of PyRIT",
        ),
        ("DELETE FROM pyrit_memory_alembic_version", "has version none of PyRIT"),
        (
            "INSERT INTO pyrit_memory_alembic_version VALUES ('24b44ef076b6')",
            "has version 24b44ef076b6 of PyRIT",
        ),
        (
            "UPDATE pyrit_memory_alembic_version SET version_num = 'a' || char(10)",
            "has version of another form of",
        ),
    ],
)
def test_another_migration_is_refused_by_name(tmp_path: Path, statement: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        imported(tmp_path, "pyrit", a_database(statement))
    assert said in caught.value.message
    assert "PyRIT 1.1 (8d1e3f5a7b9c)" in caught.value.hint


def test_a_missing_table_or_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="has no plain table ScoreEntries"):
        imported(tmp_path, "pyrit", a_database("DROP TABLE ScoreEntries"))
    with pytest.raises(DocumentError, match=r"cannot be read \(ScoreEntries\)"):
        imported(tmp_path, "pyrit", a_database("ALTER TABLE ScoreEntries DROP COLUMN status"))


def test_another_database_is_not_pyrits(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="file is not a memory database of PyRIT"):
        imported(tmp_path, "pyrit", a_database(script="CREATE TABLE tea (pot)"))


def test_the_file_is_left_as_it_was(tmp_path: Path) -> None:
    imported(tmp_path, "pyrit", a_database())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == a_database()


def test_the_fixture_has_the_tables_that_are_read() -> None:
    assert fixture("pyrit.sql").count(b"CREATE TABLE") == 6
