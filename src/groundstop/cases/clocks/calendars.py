"""Business days in a time zone: which days count, and when a day ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from groundstop.documents.cases import Calendar
from groundstop.errors import InputError

_LAST_SECOND = time(23, 59, 59)
FAR = datetime(9999, 12, 1, tzinfo=UTC)
"""As late as a date gets; later ones are brought back to it."""


class BusinessDays:
    """The business days of a calendar.

    Args:
        calendar: Zone, weekend and holidays.

    Raises:
        InputError: The zone is unknown, or a holiday is no date.

    Source: the IANA time zone database, of the system or of the ``tzdata`` package.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.zone = zone_of(calendar.zone)
        self._weekend = frozenset(calendar.weekend)
        self._holidays = frozenset(_holiday(text) for text in calendar.holidays)

    def is_business(self, day: date) -> bool:
        """Tell whether a day is a business day."""
        return day.isoweekday() not in self._weekend and day not in self._holidays

    def day_of(self, moment: datetime) -> date:
        """Return the day that a moment falls on in the calendar's zone."""
        return min(moment, FAR).astimezone(self.zone).date()

    def rolled(self, day: date) -> date:
        """Return the day itself if it is a business day, else the next one."""
        while not self.is_business(day) and day < FAR.date():
            day = later(day, 1)
        return day

    def after(self, day: date, number: int) -> date:
        """Return the business day that is a number of business days after a day, which is not counted."""
        for _ in range(number):
            day = self.rolled(later(day, 1))
        return day

    def end_of(self, day: date) -> datetime:
        """Return the last second of a day in the calendar's zone, as UTC.

        Where the clocks are put back over midnight that second comes twice; the later one ends the day.
        """
        wall = [datetime.combine(day, _LAST_SECOND, self.zone).replace(fold=fold) for fold in (0, 1)]
        moments = [one.astimezone(UTC) for one in wall]
        real = [one for one in moments if one.astimezone(self.zone).date() == day]
        return max(real or moments)

    def closing(self, moment: datetime) -> datetime:
        """Return the end of the business day that a moment falls on, or of the next one if it is on none."""
        return self.end_of(self.rolled(self.day_of(moment)))


def later(day: date, days: int) -> date:
    """Return the day that is some calendar days later."""
    return day + timedelta(days=min(days, max((FAR.date() - day).days, 0)))


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database by its name.

    Raises:
        InputError: There is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(
            f"There is no time zone {name!r}",
            "Take a name of the IANA database, such as Europe/Berlin or UTC",
        ) from None


def _holiday(text: str) -> date:
    day: date | None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(
            f"The holiday {text[:20]!r} is no date", "Write each as YYYY-MM-DD, such as 2026-12-25"
        )
    return day
