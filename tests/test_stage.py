"""How a stage ends: what it says, and with which status."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from limner import stage
from limner.errors import LimnerError, ParamsError
from limner.fetch import limits
from limner.tables import Problem


@pytest.mark.parametrize(
    ("error", "under_dvc", "hint"),
    [(ParamsError, True, True), (ParamsError, False, False), (LimnerError, True, False)],
)
def test_who_mistypes_a_param_is_told_how_to_get_back_what_dvc_cleared(
    error: type[LimnerError],
    under_dvc: bool,
    hint: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def main() -> None:
        raise error("size must be 64, 128, 256 or 512")

    if under_dvc:
        monkeypatch.setenv("DVC_STAGE", "train@painter")
    else:
        monkeypatch.delenv("DVC_STAGE", raising=False)
    with pytest.raises(SystemExit) as ended:
        stage.run(main)
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "limner: size must be 64" in said
    assert ("`dvc repro` brings back" in said) == hint


def test_what_a_server_says_is_spelled_out(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise LimnerError("api.php refuses: \x1b[2JAll is well\nand more")

    with pytest.raises(SystemExit):
        stage.run(main)
    assert capsys.readouterr().err == "limner: api.php refuses: \\x1b[2JAll is well\nand more\n"


def test_a_full_disk_is_said_in_a_sentence_and_a_bug_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def main(number: str) -> None:
        raise OSError(int(number), os.strerror(int(number)), "data/raw/a.png")

    with pytest.raises(SystemExit) as ended:
        stage.run(main, str(errno.ENOSPC))
    assert ended.value.code == 1
    assert capsys.readouterr().err == "limner: data/raw/a.png: the disk is full: make room, and run it again\n"
    with pytest.raises(FileNotFoundError):
        stage.run(main, str(errno.ENOENT))


def test_what_the_install_for_painting_lacks_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def main(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    with pytest.raises(SystemExit):
        stage.run(main, "fsspec.core")
    assert "limner: fsspec.core is not installed here" in capsys.readouterr().err
    with pytest.raises(ModuleNotFoundError):
        stage.run(main, "limner.fetc")  # a bug of ours


def test_each_error_that_ends_a_run_has_its_sentence() -> None:
    assert set(limits.LIMITS) <= stage.REFUSED.keys()


def test_ctrl_c_ends_as_a_shell_expects(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        stage.run(main)
    assert ended.value.code == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_script_runs_the_limner_of_its_own_checkout(root: Path, tmp_path: Path) -> None:
    """Not the installed one: DVC runs queued experiments in a copy, and remembers them by the copy's source."""
    shutil.copytree(root / "stages", tmp_path / "stages")
    package = tmp_path / "src/limner"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the copy')")
    names = [path.name for path in (root / "stages").glob("*.py") if path.name != "here.py"]
    assert len(names) > 10
    for name in names:
        command = [sys.executable, f"stages/{name}", "x"]
        environment = {**os.environ, "PYTHONPATH": str(root / "src")}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "the copy\n"), name


def test_so_do_its_workers(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "stages", tmp_path / "stages")
    (tmp_path / "src/limner").mkdir(parents=True)
    (tmp_path / "src/limner/__init__.py").touch()
    (tmp_path / "stages/ask.py").write_text(
        "import here, multiprocessing\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('forkserver')\n"
        "    context.set_forkserver_preload(['limner'])\n"
        "    with context.Pool(1) as pool:\n"
        "        print(pool.apply(eval, (\"__import__('limner').__file__\",)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    command = [sys.executable, "stages/ask.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "src/limner/__init__.py")


@pytest.mark.parametrize(("what", "told"), [("failed", True), ("left out", True), ("noted", False), ("skipped", False)])
def test_how_to_ask_again_is_told_where_something_did_not_come(
    what: str, told: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DVC_STAGE", "pictures/dvc.yaml:scrape")
    monkeypatch.setenv("DVC_ROOT", "/home/ana/limner/experiments")
    stage.tell_again([Problem("a", what, "why")])  # type: ignore[arg-type]
    way = "dvc repro --force --single-item pictures/dvc.yaml:scrape`, typed in /home/ana/limner/experiments,"
    assert (way in capsys.readouterr().err) == told


def test_ctrl_c_while_a_stage_imports_is_one_sentence(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "stages" / "here.py", tmp_path)
    script = tmp_path / "stage.py"
    script.write_text("import here\nraise KeyboardInterrupt\n")
    done = subprocess.run([sys.executable, str(script)], stderr=subprocess.PIPE, text=True)
    assert done.returncode != 0
    assert done.stderr == "limner: interrupted; the next run goes on from what is done\n"
    script.write_text("import here\n1 / 0\n")
    assert (
        "ZeroDivisionError" in subprocess.run([sys.executable, str(script)], stderr=subprocess.PIPE, text=True).stderr
    )
