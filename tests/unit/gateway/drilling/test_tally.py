from __future__ import annotations

from groundstop.gateway.drilling.tally import Got, Tally


def a_tally() -> Tally:
    tally = Tally(0.5)
    tally.begin(100.0)
    tally.got(Got.SERVED, 100.4, began=100.0)
    tally.withdraw(101.0)
    return tally


def test_what_users_got_is_counted_in_pieces_of_time_around_the_withdrawal() -> None:
    tally = a_tally()
    tally.got(Got.SERVED, 101.1, began=100.9)
    tally.got(Got.DENIED, 101.2, began=101.1)
    tally.got(Got.FALLBACK, 102.0, began=101.3)
    tally.got(Got.FAILED, 102.1, began=101.3, why="the stream broke off")
    found = [(one.from_s, one.served, one.fallback, one.denied, one.failed) for one in tally.pieces()]
    assert found == [
        (-1.0, 1, 0, 0, 0),
        (-0.5, 0, 0, 0, 0),
        (0.0, 1, 0, 1, 0),
        (0.5, 0, 0, 0, 0),
        (1.0, 0, 1, 0, 1),
    ]
    assert tally.failures == {"the stream broke off": 1}
    assert (tally.before_s, round(tally.after_s, 6)) == (1.0, 1.1)


def test_only_what_had_begun_before_the_withdrawal_was_let_finish() -> None:
    tally = a_tally()
    tally.got(Got.SERVED, 101.5, began=100.5)
    tally.got(Got.SERVED, 101.6, began=101.2)
    assert tally.finished == 1


def test_the_last_piece_counts_only_after_the_withdrawal() -> None:
    tally = a_tally()
    tally.piece(100.9)
    assert tally.last_served_s is None
    tally.piece(101.25)
    tally.piece(101.2)
    assert tally.last_served_s == 0.25


def test_a_drill_in_which_nothing_came_back_has_a_piece_all_the_same() -> None:
    tally = Tally(0.5)
    tally.begin(1.0)
    tally.withdraw(2.0)
    assert [one.from_s for one in tally.pieces()] == [-1.0]
    assert tally.last_served_s is None
