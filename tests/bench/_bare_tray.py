"""What is the least that a tray program of the same toolkit does: an icon, and a label that counts the seconds?"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QSystemTrayIcon


def main() -> int:
    app = QApplication(["bare"])
    app.setQuitOnLastWindowClosed(False)
    picture = QPixmap(22, 22)
    picture.fill(QColor("green"))
    icon = QSystemTrayIcon(QIcon(picture))
    icon.setToolTip("bare")
    icon.show()
    label = QLabel("0")
    label.setWindowFlags(
        Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
    )
    label.resize(304, 112)
    began = time.monotonic()
    timer = QTimer()
    timer.timeout.connect(lambda: label.setText(f"{time.monotonic() - began:.0f}"))
    timer.start(1000)
    label.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
