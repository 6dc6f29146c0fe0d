"""The coders of bench.review_kill: as those of bench.review, but what breaks they send again, as the page does."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.review_coder import Wrong
from bench.review_http import Answer, Browser, Lost, Send

PATIENCE_S = 90.0
PAUSE_S = 0.05


@dataclass
class Stubborn(Browser):
    """Asks again until there is an answer: after a lost connection, and after an answer that the server broke down.

    `again`: requests that were sent more than once.
    """

    again: int = 0

    async def get(self, path: str, *, fragment: bool = False) -> Answer:
        return await self._until(lambda: super(Stubborn, self).get(path, fragment=fragment))

    async def post(self, path: str, form: Mapping[str, str], *, fragment: bool = True) -> Answer:
        return await self._until(lambda: super(Stubborn, self).post(path, form, fragment=fragment))

    async def _until(self, send: Send) -> Answer:
        began, tries = time.monotonic(), 0
        while True:
            answer = await _tried(send)
            if answer is not None and answer.status < 500:
                self.again += tries > 0
                return answer
            if time.monotonic() - began > PATIENCE_S:
                said = "no answer" if answer is None else f"{answer.status}: {answer.text[:200]}"
                raise Wrong(f"for {PATIENCE_S:.0f} s a request had {said}")
            tries += 1
            await asyncio.sleep(PAUSE_S)


async def _tried(send: Send) -> Answer | None:
    try:
        return await send()
    except Lost:
        return None
