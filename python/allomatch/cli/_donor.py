# SPDX-License-Identifier: Apache-2.0
"""``allomatch donor``: status, reservations and the way of a donor to a collection."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from ..donor_life import DonorEvent
from ..errors import FormatError
from ..store import Store
from ._common import add_actor, add_json, add_store, positive_number, say_json, shortened
from ._tables import show_table, visible

HELP = "status, reservation and collection of a donor: record them, or list what happened"

_STATUSES = (
    "AV available, TU temporarily not, OP reserved elsewhere, RS for this registry's patient, DE retired"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=words, allow_abbrev=False)
        add_store(action)
        action.add_argument("--donor", required=True, metavar="ID", help="id of the donor")
        return action

    status = add("status", "set the status, whatever donor files say")
    status.add_argument("status", metavar="STATUS", help=_STATUSES)
    status.add_argument("--until", metavar="DAY", help="of TU: last day of it")
    lift = add("lift", "back to the status of the donor's record")
    reserve = add("reserve", "reserve for a patient; searches for others leave the donor out")
    reserve.add_argument("--until", required=True, metavar="DAY", help="last day of it")
    release = add("release", "end a reservation")
    step = add("step", "record a step on the way to a collection")
    step.add_argument(
        "step",
        metavar="STEP",
        help="physical_examination, assessment, collection_plan, mobilisation, collection or follow_up",
    )
    step.add_argument(
        "--cleared", choices=("yes", "no"), help="of examination and assessment: the donor may go on"
    )
    step.add_argument("--product", metavar="WORD", help="of the plan: marrow, pbsc or lymphocytes")
    step.add_argument("--abroad", action="store_true", help="of a collection: it leaves the country")
    step.add_argument("--note", default="", metavar="TEXT", help="more to know")
    withdraw = add("withdraw", "take back the last event")
    withdraw.add_argument("event", type=positive_number, metavar="EVENT", help="its number")
    events = add("events", "what happened to the donor")

    for action in (reserve, release, step):
        action.add_argument("--patient", required=True, metavar="ID", help="id of the patient")
    for action in (status, lift, release, withdraw):
        action.add_argument("--reason", required=True, metavar="TEXT", help="why")
    for action in (reserve, step):
        action.add_argument("--reason", default="", metavar="TEXT", help="why")
    for action in (status, lift, reserve, release, step):
        action.add_argument("--day", metavar="DAY", help="when it was, YYYY-MM-DD (default: today)")
    for action in (status, lift, reserve, release, step, withdraw):
        add_actor(action)
    for action in (status, lift, reserve, release, step, withdraw, events):
        add_json(action)


def run(args: argparse.Namespace) -> int:
    with Store.open(args.store) as store:
        if args.action == "events":
            _events(args, store.donor_events(args.donor))
            return 0
        number = _CHANGES[args.action](args, store)
        event = next(one for one in store.donor_events(args.donor) if one.number == number)
    if args.json:
        say_json({"command": f"donor {args.action}", "event": asdict(event)})
    else:
        patient = f" for patient {event.patient_id}" if event.patient_id else ""
        detail = f": {in_words(event)}" if event.detail else ""
        print(
            shortened(f"event {number}, donor {event.donor_id}, {event.day}: {event.kind}{patient}{detail}")
        )
    return 0


def _set_status(args: argparse.Namespace, store: Store) -> int:
    return store.set_status(
        args.donor, args.status, args.reason, day=args.day, until=args.until, actor=args.actor
    )


def _lift(args: argparse.Namespace, store: Store) -> int:
    return store.lift_status(args.donor, args.reason, day=args.day, actor=args.actor)


def _reserve(args: argparse.Namespace, store: Store) -> int:
    return store.reserve(
        args.donor, args.patient, args.until, day=args.day, reason=args.reason, actor=args.actor
    )


def _release(args: argparse.Namespace, store: Store) -> int:
    return store.release(args.donor, args.patient, args.reason, day=args.day, actor=args.actor)


def _step(args: argparse.Namespace, store: Store) -> int:
    return store.record_step(
        args.donor,
        args.patient,
        args.step,
        day=args.day,
        cleared=None if args.cleared is None else args.cleared == "yes",
        product=args.product,
        abroad=args.abroad,
        note=args.note,
        reason=args.reason,
        actor=args.actor,
    )


def _withdraw(args: argparse.Namespace, store: Store) -> int:
    if all(event.number != args.event for event in store.donor_events(args.donor)):
        raise FormatError(f"column event: '{args.event}': is not one of donor {args.donor}", column="event")
    return store.withdraw_event(args.event, args.reason, actor=args.actor)


_CHANGES: dict[str, Callable[[argparse.Namespace, Store], int]] = {
    "status": _set_status,
    "lift": _lift,
    "reserve": _reserve,
    "release": _release,
    "step": _step,
    "withdraw": _withdraw,
}


def in_words(event: DonorEvent) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in event.detail.items())


def _events(args: argparse.Namespace, events: list[DonorEvent]) -> None:
    if args.json:
        say_json([asdict(event) for event in events])
        return
    if not events:
        print(visible(f"{args.store}: nothing happened to donor {args.donor}"))
        return
    rows = [
        [
            str(event.number),
            event.day,
            event.kind + (" (withdrawn)" if event.withdrawn else ""),
            event.patient_id,
            shortened(in_words(event)),
            event.actor,
        ]
        for event in events
    ]
    head = ["#", "day", "event", "patient", "detail", "by"]
    show_table(f"{args.store}: donor {args.donor}", head, rows, right=(0,))
