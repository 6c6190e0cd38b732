"""Stage scrape: fetch and verify what the manifests name, take frames of videos, drop near-duplicates."""

import here  # noqa: F401
from limner import params, stage
from limner.scrape.collect import collect


def main() -> None:
    settings = params.load()
    stage.tell_again(collect(settings.manifests, settings.scrape, settings.workers.count))


if __name__ == "__main__":
    stage.run(main)
