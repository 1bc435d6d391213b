"""Build backend of `pip install .`: takes the wheel of the release where this is a checkout of one, else runs maturin.

pre-commit installs the hook `keyward` with `pip install .` in a clone, which would compile for minutes. A release has a
list of its wheels (.github/workflows/release.yml): the commit that they were built from, and their checksums. A wheel is
taken only where both agree; whatever else is the case, the program is built.
"""

import hashlib
import os
import subprocess
import urllib.request

# Where the list and the wheels are; empty means that the program is always built.
PLACE = "KEYWARD_WHEELS"
RELEASES = "https://github.com/keyward/keyward/releases/download/v{version}/"
LIST = "keyward-wheels.txt"
MOST_BYTES = 256 << 20


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """The file name of the wheel, which lies in `wheel_directory` then."""
    try:
        name, content = _released()
    except _NotReleased as reason:
        print(f"keyward: building from source: {reason}")
        import maturin

        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
    print(f"keyward: taking {name} of the release")
    with open(os.path.join(wheel_directory, name), "wb") as file:
        file.write(content)
    return name


def get_requires_for_build_wheel(config_settings=None):
    """What has to be installed besides the `requires` of pyproject.toml: nothing where there is a wheel."""
    try:
        _choice()
        return []
    except _NotReleased:
        import maturin

        return maturin.get_requires_for_build_wheel(config_settings)


def build_sdist(sdist_directory, config_settings=None):
    """As maturin's."""
    import maturin

    return maturin.build_sdist(sdist_directory, config_settings)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """As maturin's: who asks for it works on the source."""
    import maturin

    return maturin.build_editable(wheel_directory, config_settings, metadata_directory)


class _NotReleased(Exception):
    """Why no wheel can be taken."""


def _released():
    """Name and content of the wheel of this commit for this platform."""
    place, name, checksum = _choice()
    content = _fetch(place + name)
    if hashlib.sha256(content).hexdigest() != checksum:
        raise _NotReleased(f"{name} has another checksum than the release says")
    return name, content


def _choice():
    """Where the wheels are, and name and checksum of the one that fits best."""
    place = os.environ.get(PLACE, RELEASES.format(version=_version()))
    commit = _commit()
    if not place:
        raise _NotReleased(f"{PLACE} is empty")
    head, *lines = _fetch(place + LIST).decode("ascii", "replace").splitlines() or [""]
    if head != f"commit {commit}":
        raise _NotReleased("the release is of another commit")
    wheels = [line.split() for line in lines if len(line.split()) == 2]
    ranks = _ranks()
    fitting = [(ranks[tag], name, checksum) for checksum, name in wheels for tag in _tags(name) if tag in ranks]
    if not fitting:
        raise _NotReleased("the release has no wheel for this platform")
    _, name, checksum = min(fitting)
    return place, name, checksum


def _version():
    with open("Cargo.toml", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("version = "))
    return line.split('"')[1]


def _commit():
    """The commit that is checked out, without a change."""
    # A hook of git's runs this with variables that name the repository of whoever commits.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*arguments):
        return subprocess.check_output(["git", *arguments], env=environment, stderr=subprocess.DEVNULL, text=True).strip()

    try:
        if not os.path.exists(".git") or git("status", "--porcelain", "--untracked-files=no"):
            raise _NotReleased("this is no unchanged clone")
        return git("rev-parse", "HEAD")
    except (OSError, subprocess.CalledProcessError) as error:
        raise _NotReleased("git does not tell the commit") from error


def _fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            content = response.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _NotReleased(f"{url}: {error}") from error
    if len(content) > MOST_BYTES:
        raise _NotReleased(f"{url}: too large")
    return content


def _ranks():
    """The tags of this platform, the best with the smallest number."""
    from packaging.tags import sys_tags

    return {str(tag): rank for rank, tag in reversed(list(enumerate(sys_tags())))}


def _tags(name):
    """The tags of a wheel; none where it is not one of ours, and so no path either."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return {str(tag) for tag in parse_wheel_filename(name)[3]} if name == os.path.basename(name) else set()
    except InvalidWheelFilename:
        return set()
