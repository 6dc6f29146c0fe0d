// Signs of life while the chart is open, so that its lock holds; and its release when the page is left.

import { ask, csrf, Refused } from "./wire.js";


// `seconds` between signs; empty: nothing is held. `behind(status)`: 423 the lock is gone, 409 the notes changed.
export function hold(path, seconds, digest, behind) {
  if (!seconds) return;
  const sign = async () => {
    try {
      await ask(`${path}/hold`, { digest });
    } catch (error) {
      if (error instanceof Refused && [409, 423].includes(error.status)) behind(error.status);
    }
  };
  setInterval(sign, Number(seconds) * 1000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sign());
  addEventListener("pagehide", () => {
    navigator.sendBeacon(`${path}/release`, new URLSearchParams({ csrf: csrf() }));
  });
}
