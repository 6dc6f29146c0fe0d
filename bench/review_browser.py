"""Where a browser is: CHARTLOOM_CHROMIUM, one that is installed, or Playwright's own."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")  # fmt: skip
MISSING = (
    "NO BROWSER IS INSTALLED, SO THE CODERS' PAGE IS NOT TESTED IN ONE. Install chromium (Debian: apt-get install "
    "chromium) or set CHARTLOOM_CHROMIUM to a Chromium or Chrome."
)


def found(playwright: Playwright) -> str | None:
    named = os.environ.get("CHARTLOOM_CHROMIUM")
    if named:
        return named
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return installed or (own if Path(own).is_file() else None)
