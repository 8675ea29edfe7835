"""Software delivery in a small company: from merged changes over builds and candidates to production, and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType, TypeVar

import numpy as np

from fc_gym.domains.keys import Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = [
    "Approval", "Build", "Candidate", "Change", "File", "Flag", "Freeze", "Overview", "Person", "Pipeline", "Releases",
    "Service",
]  # fmt: skip

ServiceId = NewType("ServiceId", str)
ServiceName = NewType("ServiceName", str)
ChangeId = NewType("ChangeId", str)
CandidateId = NewType("CandidateId", str)
FlagId = NewType("FlagId", str)
FreezeId = NewType("FreezeId", str)

INCIDENT_DAYS = 7
Outcome = Literal["not run", "passed", "failed"]
Stage = Literal["build", "tests", "soak check"]
State = Literal["on", "off"]
Course = Literal["waiting", "quiet", "stale", "failed"]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

_COURSES: tuple[Course, ...] = ("waiting", "waiting", "quiet", "stale", "stale", "failed")
_STAGES: tuple[Stage, ...] = ("tests", "soak check")
_STATES: tuple[State, ...] = ("on", "off")
_SERVICES = tuple(
    ServiceName(name)
    for name in ("account", "billing", "catalogue", "checkout", "review", "search", "shipping", "stock")
)
_TITLES = (
    "address lookup", "barcode scan", "bulk upload", "cookie notice", "currency switch", "delivery slot",
    "gift wrapping", "invoice rounding", "login throttling", "loyalty points", "night mode", "photo zoom",
    "postcode check", "price history", "refund receipt", "saved cards", "tax number", "voucher expiry", "wish list",
)  # fmt: skip
_FLAGS = ("beta banner", "express lane", "guest mode", "live chat", "new menu", "smart sorting", "split payment")
_REASONS = ("audit", "bank holiday", "data migration", "price campaign", "stocktaking", "year-end")
_HINTS = {
    "already_approved": "an approval counts once, so ask somebody else",
    "already_cut": "go on with the candidate that was cut from this build",
    "already_merged": "there is nothing left to merge in this change",
    "already_on_staging": "go on with its soak check",
    "already_published": "take the file that was published",
    "already_released": "what is in production can only be rolled back",
    "already_soaked": "go by the outcome that it had",
    "already_switched": "leave it as it is",
    "already_tested": "go by the outcome that the tests had",
    "approvals_missing": "have two colleagues who wrote none of its changes approve it",
    "build_failed": "merge the change that is needed, then start a build anew",
    "flag_off": "switch the service's flag on, so that the check sees what is new",
    "frozen": "lift the freeze on it, or switch the service's flag off so that customers see nothing new",
    "not_approved": "look at who has approved it",
    "not_built": "start a build first",
    "not_found": "look it up in the overview, or in the pipeline of a service",
    "not_on_staging": "deploy it to staging first",
    "not_released": "deploy it to production first",
    "not_soaked": "run its soak check first",
    "nothing_new": "merge a change first",
    "nothing_to_restore": "only what was deployed to production here can be rolled back",
    "outdated": "start a build again and cut a new candidate",
    "own_work": "have somebody approve it who wrote none of its changes",
    "second_approval_missing": "have one more colleague who wrote none of its changes approve it",
    "soak_failed": "merge the change that is needed, then build and cut anew",
    "tests_failed": "merge the change that is needed, then build and test anew",
    "tests_missing": "run the tests first",
}


@dataclass
class Person:
    """Somebody in the company who may approve candidates.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName


@dataclass
class Build:
    """The latest build of a service, made from what was merged at that time."""

    number: int
    status: Literal["passed", "failed"]
    tests: Outcome
    changes: list[str]
    candidate: str | None = None


@dataclass
class Service:
    """A piece of the company's software that is built and released by itself.

    Names:
        the {service_name} service
    """

    id: ServiceId
    service_name: ServiceName
    live: str
    earlier: list[str]
    build: Build | None


@dataclass
class Change:
    """A change to one service; with `needs` set, the stage `fails` fails until that other change is merged too.

    Names:
        the {title} change
        + to the {service_name} service
    """

    id: ChangeId
    title: str
    service: ServiceId
    service_name: ServiceName
    author: PersonName
    merged: bool
    needs: str | None = None
    fails: Stage | None = None


@dataclass
class Approval:
    """Somebody's word that a candidate may go to production."""

    person: EmailAddress
    name: PersonName


@dataclass
class Candidate:
    """A tested build with a version, on its way to production.

    Names:
        candidate {version} of {service_name}
    """

    id: CandidateId
    version: str
    service: ServiceId
    service_name: ServiceName
    changes: list[str]
    on_staging: bool = False
    soak_check: Outcome = "not run"
    approvals: list[Approval] = field(default_factory=list)
    released: bool = False
    notes: str | None = None


@dataclass
class Flag:
    """A feature flag: while it is off, customers see nothing of what is new in a service.

    Names:
        the {name} flag
        + of {service_name}
    """

    id: FlagId
    name: str
    service: ServiceId
    service_name: ServiceName
    state: State


@dataclass
class Freeze:
    """A time in which nothing that customers would notice may go to production in a service.

    Names:
        the {reason} freeze
        + on {service_name}
    """

    id: FreezeId
    reason: str
    service: ServiceId
    service_name: ServiceName
    until: Date


@dataclass
class File:
    """Published release notes.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    service_name: str = ""
    version: str = ""


@dataclass
class Overview:
    """What the company runs, its freezes, and the colleagues who can approve."""

    services: list[Service]
    flags: list[Flag]
    freezes: list[Freeze]
    colleagues: list[Person]


@dataclass
class Pipeline:
    """Everything that is on its way to production in one service."""

    service: Service
    changes: list[Change]
    candidates: list[Candidate]


@dataclass
class Releases:
    """The delivery pipeline of a small company, with its services, changes, candidates and rules for production."""

    today: Date
    minted: int
    people: dict[EmailAddress, Person] = field(default_factory=dict)
    services: dict[ServiceId, Service] = field(default_factory=dict)
    changes: dict[ChangeId, Change] = field(default_factory=dict)
    candidates: dict[CandidateId, Candidate] = field(default_factory=dict)
    flags: dict[FlagId, Flag] = field(default_factory=dict)
    freezes: dict[FreezeId, Freeze] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Releases:
        """Draw a company with services that are more or less ready to be released again."""
        today = draw_today(rng)
        world = cls(today, int(rng.integers(10_000, 900_000)))
        for first in rng.permutation(FIRST_NAMES)[: int(rng.integers(6, 10))]:
            last = str(rng.choice(LAST_NAMES))
            email = EmailAddress(f"{first}.{last}@example.org".lower())
            world.people[email] = Person(email, PersonName(f"{first} {last}"))
        _draw_services(world, rng)
        _draw_rules(world, rng)
        return world

    def show_overview(self) -> Overview:
        """Show the services with their flags, the freezes of the company, and the colleagues who can approve.

        Returns:
            All services, flags, freezes and colleagues.

        Asks:
            give me an overview of our services
            tell me which services we run and in which versions
            Which services do we have, and what is in production for each of them?
        Says:
            You run {result.services[].service_name}[. In production are the versions {result.services[].live}].
            These are your services: {result.services[].service_name}[. Freezes: {result.freezes[].reason}].
        """
        services, flags = list(self.services.values()), list(self.flags.values())
        return Overview(services, flags, list(self.freezes.values()), list(self.people.values()))

    def show_pipeline(self, service_name: ServiceName) -> Pipeline:
        """Show what is on its way to production in one service: its latest build, its changes and its candidates.

        Args:
            service_name: The name of the service.

        Returns:
            The service with its changes and candidates.

        Asks:
            tell me how things stand with {service_name}
            show me what is on its way to production in {service_name}
            What is being changed in {service_name} at the moment?
        Says:
            Changes to {service_name}: {result.changes[].title}[. Candidates: {result.candidates[].version}].
            These changes belong to {service_name}: {result.changes[].title}.
        """
        service = next((one for one in self.services.values() if one.service_name == service_name), None)
        if service is None:
            raise _refusal("not_found", f"there is no service called {service_name}")
        changes = [one for one in self.changes.values() if one.service == service.id]
        return Pipeline(service, changes, [one for one in self.candidates.values() if one.service == service.id])

    def merge_change(self, change: ChangeId) -> Change:
        """Merge a change; builds and unreleased candidates of its service become outdated by it.

        Args:
            change: The change to merge.

        Returns:
            The change, merged.

        Asks:
            merge {change}
            take in {change}
            let {change} go in
            I am happy with {change}, so merge it.
        Says:
            I have merged {change}.
            Merged: {change} will be in the next build.
        """
        row = _find(self.changes, change, "change")
        if row.merged:
            raise _refusal("already_merged", f"{row.title} is merged into {row.service_name}")
        row.merged = True
        return row

    def start_build(self, service: ServiceId) -> Service:
        """Build a service from all changes that are merged; this takes a moment and may fail.

        Args:
            service: The service to build.

        Returns:
            The service with its new build.

        Asks:
            start a build of {service}
            build {service} from what is merged
            get a fresh build of {service}
            Can we have a new build of {service}?
        Says:
            The build of {result.service_name} has {result.build.status}. It is build number {result.build.number}.
            I had {result.service_name} built, and the build has {result.build.status}.
        """
        row, merged = self._service(service), self._merged(service)
        if merged == (row.build.changes if row.build else []):
            raise _refusal("nothing_new", f"nothing was merged into {row.service_name} since its last build")
        number = row.build.number + 1 if row.build else 1
        status: Literal["passed", "failed"] = "failed" if self._lacks("build", service, merged) else "passed"
        row.build = Build(number, status, "not run", merged)
        return row

    def run_tests(self, service: ServiceId) -> Service:
        """Run the tests on the latest build of a service.

        Args:
            service: The service to test; its build has to be up to date and not to have failed.

        Returns:
            The service with the outcome of the tests.

        Asks:
            run the tests for {service}
            have {service} tested
            put {service} through its tests
            Do the tests of {service} still pass?
        Says:
            The tests of {result.service_name} have {result.build.tests}.
            I ran the tests on the latest build of {result.service_name}. They have {result.build.tests}.
        """
        row = self._service(service)
        build = self._built(row)
        if build.tests != "not run":
            raise _refusal("already_tested", f"build {build.number} of {row.service_name} has {build.tests}")
        build.tests = "failed" if self._lacks("tests", service, build.changes) else "passed"
        return row

    def cut_candidate(self, service: ServiceId) -> Candidate:
        """Cut a release candidate with the next version from the latest build of a service.

        Args:
            service: The service to release; its build has to be up to date and its tests passed.

        Returns:
            The candidate with its version.

        Asks:
            cut a release candidate of {service}
            make a release candidate out of what we have in {service}
            get a new release candidate ready for {service}
            I need a release candidate of {service}.
        Says:
            I have cut candidate {result.version} of {result.service_name}, with these changes: {result.changes[]}.
            Candidate {result.version} of {result.service_name} is cut and can go to staging.
        """
        row = self._service(service)
        build = self._built(row)
        if build.tests != "passed":
            code = "tests_missing" if build.tests == "not run" else "tests_failed"
            raise _refusal(code, f"tests on build {build.number} of {row.service_name}: {build.tests}")
        if build.candidate is not None:
            raise _refusal("already_cut", f"build {build.number} is candidate {build.candidate}")
        return self._cut(row, build)

    def deploy_to_staging(self, candidate: CandidateId) -> Candidate:
        """Put a candidate on the staging environment of its service, in place of what is there.

        Args:
            candidate: The candidate to deploy.

        Returns:
            The candidate, on staging.

        Asks:
            put {candidate} on staging
            deploy {candidate} to staging
            get {candidate} up and running on staging
        Says:
            The staging environment of {result.service_name} runs {candidate} now.
            Done: {candidate} is up on staging, where the soak check can be run on it.
        """
        row = self._current(candidate)
        if row.on_staging:
            raise _refusal("already_on_staging", f"staging has {row.version} of {row.service_name}")
        for other in self.candidates.values():
            if other.service == row.service:
                other.on_staging = other is row
        return row

    def run_soak_check(self, candidate: CandidateId) -> Candidate:
        """Run a candidate under load on staging and record whether it holds; once only.

        Args:
            candidate: The candidate to check; it has to be on staging, with the flag of its service switched on.

        Returns:
            The candidate with the outcome of the check.

        Asks:
            run the soak check on {candidate}
            see whether {candidate} holds up under load
            put {candidate} under load for a while
            Does {candidate} stand the soak check?
        Says:
            The soak check of {candidate} has {result.soak_check}.
            I put {candidate} under load on staging, and the soak check has {result.soak_check}.
        """
        row = self._current(candidate)
        _need_staging(row)
        if row.soak_check != "not run":
            raise _refusal("already_soaked", f"the soak check of {row.version} has {row.soak_check}")
        flag = self._flag(row.service)
        if flag.state == "off":
            raise _refusal("flag_off", f"the {flag.name} flag of {row.service_name} is off")
        row.soak_check = "failed" if self._lacks("soak check", row.service, row.changes) else "passed"
        return row

    def approve_candidate(self, candidate: CandidateId, person: EmailAddress) -> Candidate:
        """Record that somebody approves a candidate for production; two persons have to, none of them an author.

        Args:
            candidate: The candidate to approve.
            person: Who approves it; not the author of a change in it.

        Returns:
            The candidate with its approvals.

        Asks:
            count {person} among those who approve {candidate}
            put {person} down as approving {candidate}
            note the approval of {candidate} by {person}
            I have got the approval from {person} for {candidate}, so record it.
        Says:
            Noted: {person} approves {candidate}.
            The approval of {candidate} is recorded. Approved so far by {result.approvals[].name}.

        Consent:
            Whether somebody approves is for them to say.
        """
        name = _find(self.people, person, "person").name
        row = self._current(candidate)
        _need_unreleased(row)
        if any(one.author == name and one.title in row.changes for one in self.changes.values()):
            raise _refusal("own_work", f"{name} wrote a change in {row.version} of {row.service_name}")
        if any(one.person == person for one in row.approvals):
            raise _refusal("already_approved", f"{name} has approved {row.version} of {row.service_name}")
        row.approvals = [*row.approvals, Approval(person, name)]
        return row

    def withdraw_approval(self, candidate: CandidateId, person: EmailAddress) -> Candidate:
        """Take back somebody's approval of a candidate that is not in production.

        Args:
            candidate: The candidate that was approved.
            person: Whose approval is taken back.

        Returns:
            The candidate with the approvals that are left.

        Asks:
            take back the approval that {person} gave to {candidate}
            withdraw the approval of {candidate} by {person}
            strike {person} from those who approve {candidate}
            The approval by {person} no longer holds for {candidate}, so withdraw it.
        Says:
            The approval from {person} no longer counts for {candidate}.
            I have taken {person} off the list for {candidate}[. It is still approved by {result.approvals[].name}].

        Consent:
            Whether somebody still approves is for them to say.
        """
        name = _find(self.people, person, "person").name
        row = _find(self.candidates, candidate, "candidate")
        _need_unreleased(row)
        left = [one for one in row.approvals if one.person != person]
        if len(left) == len(row.approvals):
            raise _refusal("not_approved", f"{name} has not approved {row.version} of {row.service_name}")
        row.approvals = left
        return row

    def deploy_to_production(self, candidate: CandidateId) -> Candidate:
        """Release a candidate to customers: after its soak check, with two approvals, and not against a freeze.

        Args:
            candidate: The candidate to release. In a freeze it may go out only while the flag of its service is off.

        Returns:
            The candidate, released.

        Asks:
            take {candidate} live
            release {candidate} to our customers
            deploy {candidate} to production
            ship {candidate} to production
        Says:
            It is live: {candidate} is in production.
            I have released {candidate}. Production of {result.service_name} is at {result.version} now.

        Consent:
            Customers notice what is released.
        """
        row = _find(self.candidates, candidate, "candidate")
        _need_unreleased(row)
        self._current(candidate)
        _need_approvals(row)
        _need_staging(row)
        _need_soaked(row)
        self._need_no_freeze(row)
        service = self.services[row.service]
        service.earlier, service.live = [*service.earlier, service.live], row.version
        row.released = True
        return row

    def roll_back(self, service: ServiceId) -> Service:
        """Bring back the version that was in production before; the service is then frozen for a week.

        Args:
            service: The service to roll back.

        Returns:
            The service with the version that is in production again.

        Asks:
            roll back {service}
            bring {service} back to the version before
            undo the latest release of {service}
            Something is wrong with the latest release of {service}, so roll it back.
        Says:
            I have rolled back {service}. Version {result.live} is in production again, and there is a freeze on it now.
            Customers have version {result.live} of {result.service_name} again. It is frozen because of the incident.

        Consent:
            Customers notice what is rolled back.
        """
        row = self._service(service)
        if not row.earlier:
            raise _refusal("nothing_to_restore", f"there is nothing before {row.live} of {row.service_name}")
        for one in self.candidates.values():
            if (one.service, one.version) == (service, row.live):
                one.released = False
        row.live, row.earlier = row.earlier[-1], row.earlier[:-1]
        self._freeze(row, "incident", INCIDENT_DAYS)
        return row

    def lift_freeze(self, freeze: FreezeId) -> Freeze:
        """End a freeze before its time, for good.

        Args:
            freeze: The freeze to end.

        Returns:
            The freeze that is over.

        Asks:
            lift {freeze}
            end {freeze} early
            put an end to {freeze}
            We no longer need {freeze}, so lift it.
        Says:
            I have lifted {freeze}, which would have lasted until {result.until}.
            The {result.reason} freeze on {result.service_name} is over.

        Consent:
            Whoever called for a freeze relies on it.
        """
        _find(self.freezes, freeze, "freeze")
        return self.freezes.pop(freeze)

    def switch_flag(self, flag: FlagId, state: State) -> Flag:
        """Switch a feature flag, so that customers see or do not see what is new in a service.

        Args:
            flag: The flag to switch.
            state: What it should be.

        Returns:
            The flag as it is now.

        Asks:
            switch {flag} {state}
            turn {flag} {state}
            set {flag} to {state}
        Says:
            I have switched {flag} {state}.
            From now on, {flag} is {state}.
        """
        row = _find(self.flags, flag, "flag")
        if row.state == state:
            raise _refusal("already_switched", f"{row.name} is {state}")
        row.state = state
        return row

    def publish_notes(self, candidate: CandidateId) -> File:
        """Publish the release notes of what was released, as a file; once only.

        Args:
            candidate: The candidate that was released.

        Returns:
            The file with the notes.

        Asks:
            publish the release notes for {candidate}
            put out the release notes of {candidate}
            write up what is new in {candidate} and publish it
        Says:
            The release notes are out. They are in the file {result.name}.
            I have published what is new in {candidate} as {result.name}.

        Consent:
            What is published cannot be taken back.
        """
        row = _find(self.candidates, candidate, "candidate")
        if not row.released:
            raise _refusal("not_released", f"{row.version} of {row.service_name} was not released")
        if row.notes is not None:
            raise _refusal("already_published", f"the notes are in {row.notes}")
        row.notes = f"{row.service_name} {row.version} notes.pdf"
        file = File(FileId(self._mint("FIL")), row.notes, row.service_name, row.version)
        self.files[file.id] = file
        return file

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _service(self, key: ServiceId) -> Service:
        return _find(self.services, key, "service")

    def _merged(self, service: ServiceId) -> list[str]:
        return [one.title for one in self.changes.values() if one.service == service and one.merged]

    def _flag(self, service: ServiceId) -> Flag:
        return next(one for one in self.flags.values() if one.service == service)

    def _lacks(self, stage: Stage, service: ServiceId, titles: list[str]) -> bool:
        """Return whether one of these changes needs another in this stage, and that one is not among them."""
        mine = [one for one in self.changes.values() if one.service == service and one.title in titles]
        return any(one.fails == stage and one.needs not in titles for one in mine)

    def _built(self, row: Service) -> Build:
        if row.build is None or row.build.changes != self._merged(row.id):
            raise _refusal("not_built", f"there is no build of {row.service_name} with all that is merged")
        if row.build.status == "failed":
            raise _refusal("build_failed", f"build {row.build.number} of {row.service_name} failed")
        return row.build

    def _cut(self, row: Service, build: Build) -> Candidate:
        count = sum(one.service == row.id for one in self.candidates.values())
        major, minor, _ = (row.earlier or [row.live])[0].split(".")
        version = f"{major}.{int(minor) + 1 + count}.0"
        key = CandidateId(self._mint("CAN"))
        self.candidates[key] = Candidate(key, version, row.id, row.service_name, list(build.changes))
        build.candidate = version
        return self.candidates[key]

    def _current(self, key: CandidateId) -> Candidate:
        row = _find(self.candidates, key, "candidate")
        if row.changes != self._merged(row.service):
            raise _refusal("outdated", f"{row.service_name} has changed since {row.version} was cut")
        return row

    def _need_no_freeze(self, row: Candidate) -> None:
        dark = self._flag(row.service).state == "off"
        freeze = next((one for one in self.freezes.values() if one.service == row.service), None)
        if freeze is not None and not dark:
            raise _refusal("frozen", f"the {freeze.reason} freeze on {row.service_name} holds until {freeze.until}")

    def _freeze(self, row: Service, reason: str, days: int) -> None:
        """Freeze a service, unless it is frozen."""
        if all(one.service != row.id for one in self.freezes.values()):
            key, until = FreezeId(self._mint("FRZ")), add_days(self.today, days)
            self.freezes[key] = Freeze(key, reason, row.id, row.service_name, until)


def _refusal(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=_HINTS[code])


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    if key not in table:
        raise _refusal("not_found", f"there is no {noun} {key}")
    return table[key]


def _need_unreleased(row: Candidate) -> None:
    if row.released:
        raise _refusal("already_released", f"{row.version} of {row.service_name} was released")


def _need_staging(row: Candidate) -> None:
    if not row.on_staging:
        raise _refusal("not_on_staging", f"{row.version} of {row.service_name} is not on staging")


def _need_soaked(row: Candidate) -> None:
    if row.soak_check != "passed":
        code = "not_soaked" if row.soak_check == "not run" else "soak_failed"
        raise _refusal(code, f"soak check of {row.version} of {row.service_name}: {row.soak_check}")


def _need_approvals(row: Candidate) -> None:
    if len(row.approvals) < 2:
        code = "second_approval_missing" if row.approvals else "approvals_missing"
        raise _refusal(code, f"{row.version} of {row.service_name} has {len(row.approvals)} of 2 approvals")


def _draw_services(world: Releases, rng: np.random.Generator) -> None:
    names = [_SERVICES[int(at)] for at in rng.permutation(len(_SERVICES))[: int(rng.integers(3, 5))]]
    titles = [str(title) for title in rng.permutation(_TITLES)]
    courses: list[Course] = ["waiting", *(_COURSES[int(at)] for at in rng.permutation(len(_COURSES)))]
    healthy = int(rng.integers(len(names)))  # so that in every start state something can be released
    for at, name in enumerate(names):
        key = ServiceId(world._mint("SVC"))
        numbers = (rng.integers(1, 6), rng.integers(0, 12), rng.integers(0, 5))
        world.services[key] = Service(key, name, ".".join(str(int(one)) for one in numbers), [], None)
        mine = [titles.pop() for _ in range(int(rng.integers(3, 5)))]
        _draw_course(world, world.services[key], "waiting" if at == healthy else courses[at], mine, rng)
        if at != healthy and rng.random() < 0.4:
            _draw_fault(world, key, _STAGES[int(rng.integers(2))], rng)


def _draw_course(world: Releases, row: Service, course: Course, titles: list[str], rng: np.random.Generator) -> None:
    """Draw the changes of a service and how far they have come."""
    authors = [one.name for one in world.people.values()][: len(world.people) - 3]
    merged = 0 if course == "quiet" else int(rng.integers(1, len(titles))) if course == "waiting" else 1
    for at, title in enumerate(titles):
        key = ChangeId(world._mint("CHG"))
        author = authors[int(rng.integers(len(authors)))]
        world.changes[key] = Change(key, title, row.id, row.service_name, author, at < merged)
    mine = [one for one in world.changes.values() if one.service == row.id]
    if course == "failed":
        mine[0].needs, mine[0].fails = mine[1].title, "build"
        row.build = Build(int(rng.integers(3, 90)), "failed", "not run", titles[:1])
    elif course == "stale":
        row.build = Build(int(rng.integers(3, 90)), "passed", "passed", titles[:1])
        _draw_candidate(world, row, row.build, rng)
        mine[1].merged = True


def _draw_candidate(world: Releases, row: Service, build: Build, rng: np.random.Generator) -> None:
    """Draw, by chance, a candidate that the next merge makes outdated."""
    if rng.random() < 0.5:
        one = world._cut(row, build)
        one.on_staging = bool(rng.random() < 0.5)
        writers = {change.author for change in world.changes.values() if change.title in one.changes}
        others = [person for person in world.people.values() if person.name not in writers]
        one.approvals = [Approval(person.email, person.name) for person in others[: int(rng.integers(0, 3))]]


def _draw_fault(world: Releases, service: ServiceId, stage: Stage, rng: np.random.Generator) -> None:
    """Make one change that is not merged need another."""
    mine = [one for one in world.changes.values() if one.service == service and not one.merged]
    if len(mine) > 1:
        one, other = (mine[int(at)] for at in rng.permutation(len(mine))[:2])
        one.needs, one.fails = other.title, stage


def _draw_rules(world: Releases, rng: np.random.Generator) -> None:
    names, reasons = ([str(one) for one in rng.permutation(words)] for words in (_FLAGS, _REASONS))
    for row in world.services.values():
        key, state = FlagId(world._mint("FLG")), _STATES[int(rng.random() < 0.35)]
        world.flags[key] = Flag(key, names.pop(), row.id, row.service_name, state)
        if rng.random() < 0.35:
            world._freeze(row, reasons.pop(), int(rng.integers(1, 20)))
