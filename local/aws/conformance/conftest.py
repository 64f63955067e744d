"""The options that name a real account, and the fixtures."""
import contextlib
import signal
import sys

import actions
import place as places
import pytest
import role
from aws import PREFIX, Aws
from inbox import Inbox
from machines import Machines
from queues import Queues
from tables import Items

PLACE = pytest.StashKey[places.Place]()


def pytest_addoption(parser):
    group = parser.getgroup("conformance", "a real account instead of a local AWS")
    group.addoption("--account", metavar="ID", help="the twelve digits of the account; it must be that of the credentials")
    group.addoption("--profile", metavar="NAME", help="the profile that has the credentials")
    group.addoption("--region", metavar="REGION", help="the region, if not AWS_DEFAULT_REGION or that of the profile")
    group.addoption("--role-arn", metavar="ARN", help="a role for the state machines, instead of one that is created")


def pytest_sessionstart(session):
    options = session.config.option
    if options.account is None:
        if options.profile or options.region or options.role_arn:
            raise pytest.UsageError("--profile, --region and --role-arn are for a real account: name it by --account")
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also then, everything is deleted
    try:
        place = session.config.stash[PLACE] = places.of_account(options.account, options.profile, options.region)
    except places.Refused as refused:
        raise pytest.UsageError(str(refused)) from None
    session.config.get_terminal_writer().line(announcement(place, options.role_arn))


def pytest_keyboard_interrupt(excinfo):
    """Who is impatient must not interrupt the deleting, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("\nInterrupted: now what was created is deleted ...", file=sys.__stderr__, flush=True)


def announcement(place: places.Place, role_arn: str | None) -> str:
    """What is about to happen to the account."""
    a_role = f"the state machines use {role_arn}" if role_arn else "and an IAM role"
    return (
        f"Account {place.account}, region {place.region}: creates about 30 state machines, 40 queues, 4 activities, a "
        f"table, {a_role}.\nThe names of all begin with {PREFIX}-; all are deleted at the end, also after Ctrl-C."
    )


@pytest.fixture(scope="session")
def aws(pytestconfig):
    named = pytestconfig.stash.get(PLACE, None)
    with contextlib.nullcontext(named) if named else places.local() as place:
        actions.restrict(place.session)
        aws = Aws(place)
        try:
            yield aws
        finally:
            aws.delete_everything()


@pytest.fixture(scope="session")
def queues(aws):
    return Queues(aws)


@pytest.fixture(scope="session")
def machines(aws, queues, pytestconfig):
    role_arn = pytestconfig.option.role_arn or role.create(aws)
    inbox = Inbox(queues)
    try:
        machines = Machines(aws, inbox, role_arn)
        machines.wait_for_the_role()
        yield machines
    finally:
        inbox.stop()


@pytest.fixture(scope="session")
def items(aws):
    return Items(aws)
