"""Makes the folder of a release from files that were sent once, and checks every hash.

Reads {"blobs", "folder", "files": {path: sha256}}; prints {"wrong": [paths]}: files that are missing or not
what they should be. If none is, `folder` holds exactly `files`, as further names of the blobs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys


def digest(path: str) -> str:
    """SHA-256 of a file in hex; empty if there is none."""
    whole = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for part in iter(lambda: file.read(1 << 20), b""):
                whole.update(part)
    except FileNotFoundError:
        return ""
    return whole.hexdigest()


def main() -> None:
    """Place them in a folder beside, which takes the name at the end."""
    given = json.load(sys.stdin)
    blobs, folder, files = given["blobs"], given["folder"], given["files"]
    beside = folder + ".part"
    shutil.rmtree(beside, ignore_errors=True)
    os.makedirs(beside)
    checked = {sha: digest(os.path.join(blobs, sha)) == sha for sha in set(files.values())}
    wrong = sorted(path for path, sha in files.items() if not checked[sha])
    for sha in (sha for sha, good in checked.items() if not good):
        if os.path.exists(os.path.join(blobs, sha)):
            os.unlink(os.path.join(blobs, sha))  # the next try sends it again
    if not wrong:
        for path, sha in files.items():
            place = os.path.join(beside, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.link(os.path.join(blobs, sha), place)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(beside, folder)
    sys.stdout.write(json.dumps({"wrong": wrong}))


if __name__ == "__main__":
    main()
