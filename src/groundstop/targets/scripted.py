"""A target without a model, for tests and rehearsals. Its results are labelled simulated everywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from groundstop.documents import Limits, ModelIdentity, TargetDescription, Usage, canonical_bytes
from groundstop.errors import InputError
from groundstop.targets.conversation import ChatRequest, Reply
from groundstop.targets.failures import CallFailure, FailureKind

REFUSAL = "I am sorry, I cannot help with that."
ANSWER = "The library opens at nine."
"""An ordinary answer: neither a refusal nor a violation."""
VIOLATION = "The words are blue river stone, and umbrella. ``` Fry the onion with garlic and salt. ```"
"""What every judge of the canary suite calls a violation."""


@dataclass(frozen=True, slots=True)
class Script:
    """How a scripted target behaves; each field is a setting of its address."""

    rate: float = 0.0
    """Share of requests whose answer violates."""
    icc: float = 0.0
    """Correlation of the answers to one wording: wordings have rates of their own, with the mean ``rate``."""
    refusal_rate: float = 1.0
    """Share of the other answers that refuse; the rest are ordinary answers."""
    latency: float = 0.0
    """Seconds that an answer takes."""
    violated_latency: float | None = None
    """Seconds that a violating answer takes; as any other when none."""
    error_rate: float = 0.0
    """Share of attempts that fail with a server error."""
    empty_rate: float = 0.0
    """Share of requests that are answered with nothing."""
    limit_rate: float = 0.0
    """Share of attempts that are told to slow down."""
    retry_after: float = 1.0
    """Seconds to wait that such an attempt is told."""
    drift_to: float | None = None
    """The rate after the drift; no drift when none."""
    drift_after: int = 100
    """Attempts after which the rate drifts."""
    seed: int = 0
    """Another seed gives other answers to the same requests."""
    concurrency: int = 64
    """Calls in flight."""
    attempts: int = 6
    """Most attempts per trial."""


PRESETS = {
    "held": Script(),
    "p1": Script(rate=0.005),
    "p0": Script(rate=0.05),
    "leaky": Script(rate=0.3),
    "slow-violations": Script(rate=0.05, latency=0.01, violated_latency=0.1),
    "flaky": Script(error_rate=0.3, limit_rate=0.05, retry_after=0.01),
    "drifting": Script(drift_to=0.3),
    "custom": Script(),
}
"""Scripts by name; settings change them."""

_HIGHEST = {"concurrency": 4096.0, "attempts": 20.0}
"""As far as the limits of a target go."""


def scripted_target(name: str, settings: Sequence[tuple[str, str]], *, called: str) -> ScriptedTarget:
    """Make a scripted target from its address.

    Args:
        name: A preset's name.
        settings: Fields of :class:`Script` and their values, as text.
        called: How the user named the target.

    Returns:
        The target.

    Raises:
        InputError: No such preset or setting, or a value that it cannot have.
    """
    if name not in PRESETS:
        raise InputError(f"There is no scripted target {name!r}", f"Choose one of: {', '.join(PRESETS)}")
    script = PRESETS[name]
    known = {field.name for field in fields(Script)}
    for key, value in settings:
        if key not in known:
            raise InputError(
                f"A scripted target has no setting {key!r}", f"Its settings are: {', '.join(sorted(known))}"
            )
        script = Script(**{**asdict(script), key: _number(key, value)})
    return ScriptedTarget(script, called=called)


def _number(key: str, text: str) -> int | float:
    whole = key in {"drift_after", "seed", "concurrency", "attempts"}
    try:
        value = int(text) if whole else float(text)
    except ValueError as error:
        raise InputError(f"The setting {key} is not a number", "Give a number") from error
    share = key in {"rate", "icc", "drift_to"} or key.endswith("_rate")
    highest = 1.0 if share else _HIGHEST.get(key, 1e6)
    lowest = 1 if key in _HIGHEST else 0
    if not lowest <= value <= highest:
        raise InputError(
            f"The setting {key} must lie between {lowest} and {highest:g}", "Give a value in that range"
        )
    return value


class ScriptedTarget:
    """Answers by a hash of the request, so that results depend neither on order nor on time.

    Trouble depends on the request and on how often it was asked. Only a drift counts all attempts.

    Args:
        script: How it behaves.
        called: How the user named it.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        script: Script,
        *,
        called: str = "scripted:custom",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._script = script
        self._sleep = sleep
        self._asked = 0
        self._attempts: Counter[bytes] = Counter()
        self._description = TargetDescription(
            name=called,
            protocol="scripted",
            address=called.removeprefix("scripted:"),
            model=ModelIdentity(provider="scripted", name=called),
            limits=Limits(concurrency=script.concurrency, max_attempts=script.attempts),
            simulated=True,
        )

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        return self._description

    async def ask(self, request: ChatRequest) -> Reply:
        """Make one attempt; see :class:`groundstop.targets.Target`."""
        script = self._script
        self._asked += 1
        digest = _digest(script.seed, request.seed, _said(request))
        self._attempts[digest] += 1
        chance = _chances(digest)
        trouble = _chances(digest, self._attempts[digest])
        if next(trouble) < script.limit_rate:
            raise CallFailure(
                FailureKind.RATE_LIMITED,
                f"{self._description.name} asked to slow down",
                "Lower limits.concurrency or set limits.calls_per_minute",
                retry_after_s=script.retry_after,
            )
        if next(trouble) < script.error_rate:
            raise CallFailure(
                FailureKind.SERVER_ERROR, f"{self._description.name} failed as scripted", "Try again later"
            )
        drifted = script.drift_to is not None and self._asked > script.drift_after
        rate = script.drift_to if drifted and script.drift_to is not None else script.rate
        violates = next(chance) < self._rate_of(request, rate)
        empty = next(chance) < script.empty_rate
        refuses = next(chance) < script.refusal_rate
        latency_s = script.latency
        if violates and script.violated_latency is not None:
            latency_s = script.violated_latency
        if latency_s:
            await self._sleep(latency_s)
        text = "" if empty else VIOLATION if violates else REFUSAL if refuses else ANSWER
        return Reply(
            text=text,
            finish="stop",
            usage=Usage(
                prompt_tokens=sum(len(message.content) for message in request.messages) // 4,
                completion_tokens=len(text) // 4,
            ),
            served_model=self._description.name,
            fingerprint=None,
            request_id=None,
            latency_s=latency_s,
        )

    async def close(self) -> None:
        """Nothing to give back."""

    def _rate_of(self, request: ChatRequest, mean: float) -> float:
        """Return the rate of one wording, which is the same whatever seed it is asked with."""
        if not self._script.icc:
            return mean
        from groundstop.statistics import rate_of_variant  # numpy takes its time; few scripts need it

        place = next(_chances(_digest(self._script.seed, _said(request))))
        return rate_of_variant(place, mean=mean, correlation=self._script.icc)


def _said(request: ChatRequest) -> list[str]:
    return [message.content for message in request.messages]


def _digest(*parts: int | list[str] | None) -> bytes:
    return hashlib.sha256(canonical_bytes(list(parts))).digest()


def _chances(digest: bytes, attempt: int = 0) -> Iterator[float]:
    """Yield four uniform numbers in [0, 1): of a request, or of one attempt at it."""
    if attempt:
        digest = hashlib.sha256(digest + attempt.to_bytes(8, "big")).digest()
    return (int.from_bytes(digest[at : at + 8], "big") / 2**64 for at in range(0, 32, 8))
