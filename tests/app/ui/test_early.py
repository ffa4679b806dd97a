"""Does the tray show before anything is made that it does not need?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TRAY = """
import sys
from pathlib import Path
from PySide6 import QtCore
from app import bootstrap
from app.paths import Profile
from app.settings import Environment
from app.ui.single_instance import SingleInstance

profile = Profile(Path(sys.argv[1]))
instance = SingleInstance(profile, "nowhere")
app = bootstrap.App(profile, Environment(), instance)
app.controller.open()
app._tray.show()
print(app._tray.icon.icon().isNull(), "Qt" in vars(QtCore))
app.controller.close()
"""


def test_the_tray_shows_before_the_toolkit_makes_all_its_enums(tmp_path: Path) -> None:
    """PySide6 makes the many enums of `QtCore.Qt` when the name is first used, and that takes longer than the icon."""
    account = {"server_url": "https://hours.test", "server_id": "s1", "email": "a@b.test", "user_id": 7}
    (tmp_path / "settings.json").write_text(json.dumps(account))
    done = subprocess.run(
        [sys.executable, "-c", TRAY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"], done
