from __future__ import annotations

from groundstop.reports.story import Answer, Caller, Chapter, Got, Story, story_page


def a_story(**changes: object) -> Story:
    values: dict[str, object] = {
        "title": "A desk tells its password",
        "about": "Everything was measured.",
        "stages": ("before", "under the order"),
        "callers": [
            Caller("citizens", "640 users", [Answer(Got.SERVED, 200), Answer(Got.SERVED, 200)]),
            Caller("visitors", "8 users", [Answer(Got.SERVED, 200), Answer(Got.KEPT_OUT, 451, "withdrawn")]),
            Caller("guests", "1 user", [Answer(Got.SERVED, 200), Answer(Got.BY_ANOTHER, 200, "by desk-b")]),
        ],
        "chapters": [
            Chapter("It was found", ["2 of 3 leaked."], [("Report", "report.html")]),
            Chapter("It was ended", ["By its own criteria."]),
        ],
        "limits": ["Nothing about other desks."],
    }
    return Story(**{**values, **changes})  # type: ignore[arg-type]


def test_a_story_tells_who_got_what_at_each_stage() -> None:
    page = story_page(a_story())
    assert page.count('<th scope="row"') == 3
    assert page.count(">served</span>") == 4
    assert page.count(">kept out</span>") == 1
    assert page.count(">served by another model</span>") == 1
    assert "451, withdrawn" in page
    assert page.index("citizens") < page.index("visitors") < page.index("It was found")


def test_a_story_links_the_pages_beside_it_and_says_what_was_not_shown() -> None:
    page = story_page(a_story())
    assert '<a href="report.html">Report</a>' in page
    assert "Nothing about other desks." in page


def test_a_story_without_callers_has_no_table() -> None:
    assert "<table" not in story_page(a_story(callers=[]))


def test_whatever_a_story_holds_is_escaped() -> None:
    page = story_page(a_story(title="<script>x</script>", chapters=[Chapter("<b>", ["<i>"], [])]))
    assert "<script>" not in page
    assert "<i>" not in page
