"""Stage scrape: fetch and verify what the manifests name, take frames of videos, drop near-duplicates."""

from limner import params, stage
from limner.scrape.collect import collect


def main() -> None:
    settings = params.load()
    collect(settings.manifests, settings.scrape, settings.workers.count)


if __name__ == "__main__":
    stage.run(main)
