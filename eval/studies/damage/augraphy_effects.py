"""Effects of augraphy on the print and on a photocopy: `pip install --group damage`, in an environment of its own.

augraphy brings `opencv-python`, which does not go together with the headless OpenCV of the extra `ocr`.
"""

from __future__ import annotations

import importlib
import random
from typing import Any

import cv2
import numpy as np

from eval.studies.damage.imaging import Chance, Page
from extractor.errors import MissingPackage

EFFECTS = ("InkBleed", "BadPhotoCopy")
"""Those that end, and repeat under a seed (augraphy 8.2.6): DirtyRollers does not repeat, BleedThrough does not end."""


def augraphed(page: Page, chance: Chance) -> Page:
    """The page after augraphy's effects, which take their random numbers from the globals that are seeded here."""
    try:
        augraphy: Any = importlib.import_module("augraphy")
    except ImportError as error:
        raise MissingPackage(f"--augraphy needs augraphy, in an environment of its own: {error}") from error
    seed = int(chance.integers(0, 2**31))
    random.seed(seed)
    np.random.seed(seed)
    cv2.setRNGSeed(seed)
    picture = cv2.cvtColor(page, cv2.COLOR_RGB2BGR)
    for name in EFFECTS:
        picture = getattr(augraphy, name)(p=1)(picture)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
