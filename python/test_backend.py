"""The build backend against releases made here."""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

from packaging.tags import sys_tags

sys.path.insert(0, os.path.dirname(__file__))
import backend  # noqa: E402


class Backend(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        self.releases, self.out, self.clone = (pathlib.Path(scratch.name, name) for name in ("releases", "out", "clone"))
        for directory in (self.releases, self.out, self.clone):
            directory.mkdir()
        os.chdir(self.clone)
        pathlib.Path("Cargo.toml").write_text('[package]\nversion = "0.1.0"\n')
        for arguments in (["init", "--quiet"], ["add", "-A"], ["commit", "--quiet", "-m", "first"]):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True)
        self.commit = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
        fake = types.SimpleNamespace(build_wheel=lambda *_: "built", get_requires_for_build_wheel=lambda _: ["more"])
        for patch in (mock.patch.dict(sys.modules, maturin=fake), mock.patch.dict(os.environ, KEYWARD_WHEELS=self.releases.as_uri() + "/")):
            patch.start()
            self.addCleanup(patch.stop)
        tags = [str(tag) for tag in sys_tags() if str(tag).startswith("py3-none")]
        self.best, self.other = (f"keyward-0.1.0-{tag}.whl" for tag in (tags[0], tags[1]))
        self.release(self.commit, [self.other, self.best, "keyward-0.1.0-py3-none-win_ia64.whl", "README.md"])

    def release(self, commit, names, checksum=None):
        lines = [f"commit {commit}"]
        for name in names:
            (self.releases / name).write_bytes(name.encode())
            lines.append(f"{checksum or hashlib.sha256(name.encode()).hexdigest()}  {name}")
        (self.releases / backend.LIST).write_text("\n".join(lines) + "\n")

    def is_built(self):
        self.assertEqual(backend.build_wheel(str(self.out)), "built")
        self.assertEqual(list(self.out.iterdir()), [])

    def test_the_best_wheel_of_the_release_is_taken(self):
        self.assertEqual(backend.get_requires_for_build_wheel(), [])
        self.assertEqual(backend.build_wheel(str(self.out)), self.best)
        self.assertEqual((self.out / self.best).read_bytes(), self.best.encode())

    def test_another_commit_is_built(self):
        self.release("1" * 40, [self.best])
        self.assertEqual(backend.get_requires_for_build_wheel(), ["more"])
        self.is_built()

    def test_a_wheel_with_another_checksum_is_not_taken(self):
        self.release(self.commit, [self.best], checksum="0" * 64)
        self.is_built()

    def test_a_changed_clone_is_built(self):
        pathlib.Path("Cargo.toml").write_text('[package]\nversion = "0.1.0" # changed\n')
        self.is_built()

    def test_what_is_no_clone_is_built(self):
        os.rename(".git", "git")
        self.is_built()

    def test_a_platform_without_a_wheel_is_built(self):
        self.release(self.commit, ["keyward-0.1.0-py3-none-win_ia64.whl", "../" + self.best])
        self.is_built()

    def test_it_is_built_where_there_is_no_release_and_where_that_is_asked_for(self):
        (self.releases / backend.LIST).unlink()
        self.is_built()
        with mock.patch.dict(os.environ, KEYWARD_WHEELS=""):
            self.is_built()

    def test_variables_of_a_git_hook_do_not_lead_to_another_repository(self):
        with mock.patch.dict(os.environ, GIT_DIR="/nowhere", GIT_INDEX_FILE="/nowhere"):
            self.assertEqual(backend.build_wheel(str(self.out)), self.best)


if __name__ == "__main__":
    unittest.main()
