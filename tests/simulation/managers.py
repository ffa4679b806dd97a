"""What do those who lead a project decide meanwhile?"""

from __future__ import annotations

from typing import Final

from tests.simulation.book import day_of
from tests.simulation.world import World

PRICES: Final = (250_000, 444_444, 999_999)


def delete_issue(world: World) -> None:
    issue = world.random.choice(world.office.issues[:6])
    world.office.delete_issue(issue, is_deleted=True)
    world.say("issue deleted", issue)


def undelete_issue(world: World) -> None:
    for issue, place in list(world.office.book.rules.places.items()):
        if place.is_deleted:
            world.office.delete_issue(issue, is_deleted=False)
            world.say("issue there again", issue)


def close_period(world: World) -> None:
    project = world.random.choice([None, *world.office.projects[:2]])
    world.office.close_yesterday(project)
    world.say("closed yesterday", project)


def reopen(world: World) -> None:
    periods = list(world.office.book.rules.periods)
    if periods:
        world.office.reopen(world.random.choice(periods))
        world.say("reopened")


def lock(world: World) -> None:
    project = world.random.choice(world.office.projects[:2])
    world.office.lock(project, world.now - world.random.choice([0, 600, 3600]))
    world.say("locked", project)


def unlock(world: World) -> None:
    world.office.lock(world.random.choice(world.office.projects[:2]), None)
    world.say("unlocked")


def rate(world: World) -> None:
    who = world.random.choice(world.office.people)
    since = day_of(world.now - world.random.choice([0, 86_400, -86_400]))
    world.office.set_rate(who.user_id, world.random.choice(PRICES), since)
    world.say("rate", who.user_id, since)
