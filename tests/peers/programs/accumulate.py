"""An asyncio job that keeps every result to its end: about 75 MB of small Python objects for 1,000 teams."""

import asyncio
import json

from own_peak import tell_own_peak

TEAMS = 1_000
FIXTURES = 140
AT_A_TIME = 10
REPLY_SECONDS = 0.001


async def scrape(team: int, slots: asyncio.Semaphore) -> list[dict[str, str]]:
    """Return a team's fixtures, some 75 KB of them, as a page of JSON holds them."""
    async with slots:
        await asyncio.sleep(REPLY_SECONDS)
        page = json.dumps(
            [
                {"id": f"{team}-{number}", "home": f"team {team}", "away": f"team {number}", "notes": "n" * number}
                for number in range(FIXTURES)
            ]
        )
        fixtures: list[dict[str, str]] = json.loads(page)
        return fixtures


async def scrape_all() -> list[list[dict[str, str]]]:
    slots = asyncio.Semaphore(AT_A_TIME)
    return await asyncio.gather(*(scrape(team, slots) for team in range(TEAMS)))


if __name__ == "__main__":
    results = asyncio.run(scrape_all())
    tell_own_peak()
