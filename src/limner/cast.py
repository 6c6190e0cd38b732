"""Whether the manifests have whom the models mean: told before anything is built, not after a training."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from limner.blocks import Model
from limner.choose import named
from limner.errors import choices
from limner.scrape.manifests import Row
from limner.tables import Problem


def absent(models: Mapping[str, Model], rows: Iterable[Row]) -> Iterator[Problem]:
    """Name the people of models and suites that no row has, and those of whom a suite can show nothing learned.

    What would stop a build has failed; one of several people whom a model shall learn is noted, since it learns the
    others.

    Args:
        models: blocks of params.yaml, by name.
        rows: of all manifests that params.yaml names.
    """
    people = {row.person for row in rows}
    for name, model in models.items():
        some = bool(named(model.train.people, people))
        yield from _strangers(f"models.{name}.train", model.train.people, people, "noted" if some else "failed")
        for suite, block in model.suites.items():
            yield from _strangers(f"models.{name}.suites.{suite}", block.people or (), people, "failed")
            if block.split == "learned":
                yield from _unlearned(name, suite, model, people)


def _strangers(
    where: str, wanted: Iterable[str], people: Collection[str], what: Literal["failed", "noted"]
) -> Iterator[Problem]:
    for one in wanted:
        if not named([one], people):
            why = f"no manifest of params.yaml has anybody called {one!r}; {choices(one, sorted(people))}"
            yield Problem(f"{where}.people", what, why)


def _unlearned(name: str, suite: str, model: Model, people: Collection[str]) -> Iterator[Problem]:
    """Whom a suite of learned faces means, though the model does not learn them."""
    learned, asked = named(model.train.people, people), model.suites[suite].people or ()
    what: Literal["noted", "failed"] = "noted" if named(asked, learned) else "failed"  # else it shows the others
    for one in asked:
        if named([one], people) and not named([one], learned):
            why = f"{name} learns no {one!r}, and the suite is of what it learned; {choices(one, learned)}"
            yield Problem(f"models.{name}.suites.{suite}.people", what, why)
