"""Whether the manifests have whom the models mean: told before anything is built, not after a training."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from limner.blocks import Model
from limner.choose import named
from limner.errors import choices
from limner.scrape.manifests import Row
from limner.tables import Problem


def absent(models: Mapping[str, Model], rows: Iterable[Row]) -> Iterator[Problem]:
    """Name the people of models and suites that no row has.

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


def _strangers(
    where: str, wanted: Iterable[str], people: Collection[str], what: Literal["failed", "noted"]
) -> Iterator[Problem]:
    for one in wanted:
        if not named([one], people):
            why = f"no manifest of params.yaml has anybody called {one!r}; {choices(one, sorted(people))}"
            yield Problem(f"{where}.people", what, why)
