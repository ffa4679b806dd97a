"""What happens in one seed, and how often?

Each seed has its own mix ("swarm"): some of what can happen never does, the rest has a weight of its own, so that rare things
meet each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from tests.simulation.air import Fault

ALWAYS: Final = {"start": 16, "stop": 7, "pause": 8, "resume": 8, "sync": 14, "wait": 8}
SOMETIMES: Final = {
    "ago": 3,
    "elsewhere": 6,
    "add": 3,
    "edit": 4,
    "split": 2,
    "void": 2,
    "decide": 4,
    "hops": 6,
    "stray": 3,
    "die": 2,
    "die_recording": 2,
    "copy_profile": 1,
    "damage": 1,
    "keep_files": 1,
    "restore_files": 1,
    "server_backup": 2,
    "server_restore": 1,
    "delete_issue": 1,
    "undelete_issue": 1,
    "close_period": 1,
    "reopen": 1,
    "lock": 1,
    "unlock": 1,
    "rate": 1,
    "expire": 1,
    "portal": 1,
    "disk": 1,
    "sleep": 1,
    "set_wall": 1,
    "reboot": 1,
    "beat": 1,
}
DISTURBED: Final = 0.5
FREQUENT: Final = {Fault.LOST: 3, Fault.CRASH: 3, Fault.LATE: 2, Fault.TWICE: 2}
"""After these the two sides disagree about what has arrived."""

STEPS: Final = 70


@dataclass(frozen=True, slots=True)
class Mix:
    """`rules` and `faults` with their weights; `fault_rate`: how many requests are befallen."""

    users: int
    devices: int
    rules: dict[str, float]
    faults: dict[Fault, float]
    fault_rate: float
    longest_wait_s: int

    def rule(self, random: Random) -> str:
        return random.choices(list(self.rules), list(self.rules.values()))[0]

    def fault(self, random: Random) -> Fault:
        if not self.faults or random.random() > self.fault_rate:
            return Fault.NONE
        return random.choices(list(self.faults), list(self.faults.values()))[0]


def mix_of(random: Random) -> Mix:
    users = random.choice([1, 1, 2, 3])
    devices = max(users, random.randint(2, 6))
    rules = {name: weight * random.uniform(0.5, 2) for name, weight in ALWAYS.items()}
    for name, weight in SOMETIMES.items():
        if random.random() < DISTURBED:
            rules[name] = weight * random.uniform(0.5, 2)
    possible: list[Fault] = [
        fault for fault in Fault if fault is not Fault.NONE and random.random() < DISTURBED
    ]
    faults = {fault: random.uniform(0.2, 2) * FREQUENT.get(fault, 1) for fault in possible}
    return Mix(
        users, devices, rules, faults, random.choice([0.0, 0.15, 0.3, 0.5]), random.choice([60, 600, 4000])
    )
