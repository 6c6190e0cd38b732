"""translate@MODEL: every picture the model can read -> the folder its block names under `writes`; the samples of
its suites -> runs/MODEL/suites. `--only writes` or `--only suites` leaves the other out."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import left_out, params
from limner.errors import ParamsError
from limner.stage import run


def main(name: str, only: str = "", part: str = "") -> None:
    if (only, part) not in (("", ""), ("--only", "writes"), ("--only", "suites")):
        raise ParamsError(f"{only} {part}: only `--only writes` and `--only suites` are allowed")
    settings = params.load(model=name)
    model, made = settings.model(name), Path("runs", name, "suites")
    writes = Path(model.writes) if model.writes and part != "suites" else None
    if writes and left_out.folders(settings, name, writes):
        writes = None
    measured = part != "writes" and not left_out.pictures(settings, name, made)
    suites = left_out.present(settings, name).model(name).suites if measured else {}
    if not (writes or suites):
        return
    from limner.apply import translate  # loads torch, which takes seconds

    translate(settings, name, suites, writes)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
