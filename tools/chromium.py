"""Where Chromium is: NNLIB_CHROMIUM says so, else what the machine has. None without one."""

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("NNLIB_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
