"""When a coder of bench.review acts next, and how long she waited for it."""

import asyncio
import time
from dataclasses import dataclass, field
from random import Random

from bench.review_http import Answer, Send


@dataclass
class Pace:
    """When a coder acts next. Think times are log-normal: mostly quick, sometimes long."""

    think: float
    until: float
    rng: Random
    at: float = field(default_factory=time.monotonic)

    async def wait(self, share: float) -> bool:
        """Until the next act is due, `share` of a think time later; False: the bench is over."""
        pause = self.think * share * self.rng.lognormvariate(0, 0.5)
        self.at += pause
        late = time.monotonic() - self.at
        if late < 0:
            await asyncio.sleep(-late)
        if self.think == 0:
            self.at = time.monotonic()
        return self.at < self.until


@dataclass
class Watch:
    """Milliseconds by kind: what was waited, from the planned moment; and how late the client itself was to send."""

    waited: dict[str, list[float]] = field(default_factory=dict)
    lag: list[float] = field(default_factory=list)

    async def timed(self, kind: str, pace: Pace, send: Send) -> Answer:
        self.lag.append((time.monotonic() - pace.at) * 1000)
        answer = await send()
        self.waited.setdefault(kind, []).append((time.monotonic() - pace.at) * 1000)
        return answer
