"""A page opened in a browser, where a person and a display are."""

import os
import sys
import webbrowser


def opened(address: str) -> bool:
    """Say whether it was. A browser of the terminal would take the terminal, so without a display none is asked."""
    display = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and display and webbrowser.open(address)
