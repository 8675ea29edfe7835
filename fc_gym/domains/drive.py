"""The document drive of a team: folders in folders, versions, access rights, a trash, and reviews up to publication."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = ["Access", "Comment", "Document", "Drive", "Folder", "Grant", "Listing", "Person", "Sheet", "Version"]

FolderId = NewType("FolderId", str)
VersionId = NewType("VersionId", str)
CommentId = NewType("CommentId", str)
Stage = Literal["in draft", "in review", "approved", "published"]
Role = Literal["view", "comment", "edit"]
Text = Annotated[str, Field(min_length=1, max_length=120)]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

HINTS = {
    "already_current": "choose an older version, or leave the document as it is",
    "already_resolved": "there is nothing left to do about this comment",
    "already_shared": "to change what the person may do, revoke the access first",
    "already_there": "leave it there or choose another folder",
    "cannot_comment": "share the document with the person first, for commenting or editing",
    "confidential": "move the document out of the confidential folders first",
    "name_taken": "choose another name; if the old one is in the trash, emptying that frees its name",
    "not_approved": "have the document reviewed and approved first",
    "not_draft": "start a new version of what is published; to call a review off, revoke the reviewer's access",
    "not_found": "look it up: in the list of documents, on the document's sheet or among the members",
    "not_in_review": "request a review of it first",
    "not_published": "the version that is being worked on has to be published first",
    "not_shared": "look on the document's sheet for who has access",
    "not_trashed": "go ahead, it is in its folder",
    "open_comments": "resolve the open comments first; the document's sheet lists them",
    "other_document": "look on the sheet of the document that it belongs to",
    "quota_exceeded": "empty the trash, or go back to an older version of something to drop what came after",
    "trash_empty": "there is nothing to get rid of",
    "trashed": "restore it from the trash first",
}
TOPS = ("Finance", "Marketing", "Personnel", "Product", "Research", "Sales")
SUBS = ("Correspondence", "Minutes", "Plans", "Reports", "Templates")
TITLES = (
    "annual report.docx", "brand guide.pdf", "price list.xlsx", "onboarding plan.docx", "travel policy.docx",
    "product roadmap.pptx", "supplier survey.xlsx", "job description.docx", "launch calendar.xlsx",
    "security handbook.pdf", "pitch deck.pptx", "customer letter.docx", "training manual.pdf", "cost estimate.xlsx",
)  # fmt: skip
CHANGES = ("with new", "without the", "with fewer", "with better")
PARTS = ("figures", "photos", "footnotes", "tables", "quotations", "diagrams", "examples")
POINTS = (
    "the opening sentence", "the second table", "the list of sources", "the spelling of the names",
    "the length of the first part", "the colours of the charts", "the legal notice", "the missing date",
    "the cover page", "the order of the sections",
)  # fmt: skip


@dataclass
class Person:
    """Somebody documents can be shared with.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName


@dataclass
class Folder:
    """A folder, inside another one or at the top; what a confidential one holds at any depth is confidential too.

    Names:
        the {name} folder
        + inside {inside}
    """

    id: FolderId
    name: str
    parent: FolderId | None
    inside: str
    confidential: bool


@dataclass
class Document:
    """A document; the one that was published last, or a version of it that is still being worked on.

    Names:
        {name}
        + in the {place} folder
        + added on {added}
    """

    id: FileId
    name: str
    size_mb: float = 2.0
    folder: FolderId | None = None
    place: str = ""
    added: Date | None = None
    stage: Stage = "in draft"
    trashed: bool = False


@dataclass
class Version:
    """A document as it was saved at one time; the last one is current.

    Names:
        the version {note}
        + of {name}
        + saved on {saved}
    """

    id: VersionId
    document: FileId
    name: str
    note: str
    saved: Date
    size_mb: float


@dataclass
class Comment:
    """What a reviewer looks into.

    Names:
        the comment about {about}
        + on {name}
        + made on {made}
        + by {author}
    """

    id: CommentId
    document: FileId
    name: str
    about: str
    author: PersonName
    made: Date
    resolved: bool


@dataclass
class Grant:
    """What somebody may do with a document, and whether they are reviewing it."""

    document: FileId
    person: EmailAddress
    role: Role
    reviewing: bool = False


@dataclass(frozen=True)
class Access:
    """Somebody who has access to a document."""

    person: EmailAddress
    name: PersonName
    role: Role
    reviewing: bool


@dataclass(frozen=True)
class Listing:
    """Folders and documents, trashed ones included, and how much room is left in the whole drive."""

    free_mb: float
    folders: list[Folder]
    documents: list[Document]


@dataclass
class Sheet(Document):
    """A document with its versions, oldest first, its comments, and who has access."""

    versions: list[Version] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    users: list[Access] = field(default_factory=list)


@dataclass
class Drive:
    """The shared document drive of a team, with folders, versions, access rights, a trash and reviews."""

    today: Date
    minted: int
    quota_mb: float
    people: dict[EmailAddress, Person] = field(default_factory=dict)
    folders: dict[FolderId, Folder] = field(default_factory=dict)
    documents: dict[FileId, Document] = field(default_factory=dict)
    versions: dict[VersionId, Version] = field(default_factory=dict)
    comments: dict[CommentId, Comment] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Drive:
        """Draw a drive of published documents, some of them in the trash, with much room left or little."""
        today = draw_today(rng)
        drive = cls(today, int(rng.integers(10_000, 900_000)), 0.0)
        for first in rng.permutation(FIRST_NAMES)[: int(rng.integers(3, 6))]:
            last = str(rng.choice(LAST_NAMES))
            email = EmailAddress(f"{first}.{last}@example.org".lower())
            drive.people[email] = Person(email, PersonName(f"{first} {last}"))
        _draw_folders(drive, rng)
        _draw_documents(drive, rng)
        drive.quota_mb = drive._used() + float(rng.integers(1, 60))
        return drive

    def list_documents(self, folder: FolderId | None = None) -> Listing:
        """List folders and documents: all of the drive, or one folder with what is inside it at any depth.

        Args:
            folder: The folder to look into; the whole drive if left out.

        Returns:
            The folders and documents, trashed ones too, and the free space.

        Asks:
            show me which documents we keep[ in {folder}]
            list everything that is stored[ in {folder}] and tell me how much room we have left
            go through the drive and give me an overview of the documents[ in {folder}]
            Which documents do we have[ in {folder}]?
        Says:
            I count {result.documents#} documents[: {result.documents[].name}]. There are {result.free_mb} MB left.
            Documents I found: {result.documents#}[, namely {result.documents[].name}].

        """
        if folder is not None:
            self._folder(folder)
        within = [row for row in self.folders.values() if folder is None or folder in self._path(row.id)]
        inside = {row.id for row in within}
        rows = [row for row in self.documents.values() if folder is None or row.folder in inside]
        return Listing(round(self.quota_mb - self._used(), 1), within, rows)

    def show_document(self, document: FileId) -> Sheet:
        """Show one document with its versions, its comments and the people who have access.

        Args:
            document: The document to look at, in the trash or not.

        Returns:
            The sheet of the document.

        Asks:
            show me the history of {document} and who has access to it
            check how far along {document} is
            look up the versions and comments of {document}
            How do things stand with {document}?
        Says:
            {document} is {result.stage}[. Versions: {result.versions[].note}][. Shared with {result.users[].name}].
            I looked: {document} is {result.stage}[, and these people have access: {result.users[].name}].

        """
        row = self._document(document)
        values = {one.name: getattr(row, one.name) for one in fields(Document)}
        comments = [one for one in self.comments.values() if one.document == document]
        who = [(self.people[one.person], one) for one in self.grants if one.document == document]
        users = [Access(person.email, person.name, one.role, one.reviewing) for person, one in who]
        return Sheet(**values, versions=self._history(document), comments=comments, users=users)

    def list_members(self) -> list[Person]:
        """List the members of the team, with the addresses under which documents are shared with them.

        Returns:
            All members.

        Asks:
            list the members of our team
            tell me who else is on the team
            Who could I share a document with?
        Says:
            People you can share with: {result#}[, namely {result[].name}].
            There are {result#} people on the team[: {result[].name}].

        """
        return list(self.people.values())

    def upload_document(
        self, folder: FolderId, name: Text, size_mb: Annotated[int, Field(ge=1, le=50)] = 5
    ) -> Document:
        """Upload a new document as a draft; no two documents of a drive have the same name.

        Args:
            folder: Where it belongs.
            name: What it is called, such as "parking rules.docx", "visitor log.xlsx", "press kit.pdf",
                "floor plan.pdf", "emergency numbers.docx", "trade fair.pptx", "sponsor list.xlsx", "house style.docx"
                or "works agreement.pdf".
            size_mb: How big it is in megabytes, such as "3", "8", "12" or "20".

        Returns:
            The document, a draft so far.

        Asks:
            upload {name} to {folder}[, it has {size_mb} MB]
            add a document called {name} to {folder}[, {size_mb} MB in size]
            I have written {name}[, which takes {size_mb} MB], so please store it in {folder}.
        Says:
            I have uploaded {result.name}. It is a draft for now.
            The new draft {result.name} is in the {result.place} folder.

        """
        place = self._folder(folder)
        taken = any(row.name == name for row in self.documents.values())
        _insist(not taken, "name_taken", f"there is a document named {name} already")
        self._need_room(size_mb)
        row = Document(FileId(self._new("DOC")), name, float(size_mb), folder, place.name, self.today)
        self.documents[row.id] = row
        self._save(row, "as first uploaded", self.today)
        return row

    def move_document(self, document: FileId, folder: FolderId) -> Document:
        """Move a document to another folder.

        Args:
            document: The document to move.
            folder: Where it should be; confidential folders keep it from being shared and published.

        Returns:
            The document in its new place.

        Asks:
            move {document} to {folder}
            file {document} under {folder} from now on
            put {document} into {folder}, where it belongs
            I would rather keep {document} in {folder}.
        Says:
            From now on {document} is kept in {folder}.
            I have moved {document} to {folder}.

        """
        row, place = self._live(document), self._folder(folder)
        _insist(row.folder != folder, "already_there", f"{document} is in the folder {place.name} already")
        row.folder, row.place = folder, place.name
        return row

    def start_new_version(self, document: FileId, note: Text) -> Version:
        """Open a published document for changes: save a new version, of the same size, that is a draft at first.

        Args:
            document: The document to work on; it has to be published.
            note: What sets the version apart, such as "for the board", "after the legal check",
                "in plain language", "with larger type", "for the printers", "for the new office",
                "with the missing signatures", "without the old annex" or "for next year".

        Returns:
            The new version.

        Asks:
            start a new version of {document}, one {note}
            reopen {document} and start a version {note}
            begin work on {document} again, as a new version {note}
            We need a new version of {document}, one {note}.
        Says:
            I have started a new version of {document}, the one {result.note}. It is a draft until it is published.
            Done: {document} is open for changes, and the new version is the one {result.note}.

        """
        row = self._live(document)
        _insist(row.stage == "published", "not_published", f"{document} is not published but {row.stage}")
        self._need_room(row.size_mb)
        row.stage = "in draft"
        return self._save(row, note, self.today)

    def restore_version(self, document: FileId, version: VersionId) -> Document:
        """Go back to an older version of a document for good; later versions are dropped, and it is a draft again.

        Args:
            document: The document.
            version: The version that becomes the current one.

        Returns:
            The document, which has to be reviewed anew.

        Asks:
            take {document} back to {version}
            go back to {version} for {document} and forget what came after
            roll {document} back until it is {version} again
            In {document} I want {version} again, without the later changes.
        Says:
            I took {document} back to {version}. It is a draft now and has to be reviewed before it is published.
            Done: {document} is {version} again, and later changes are gone.

        Consent:
            Later versions are lost, and only the user can say that they may be.
        """
        row, chosen = self._live(document), _find(self.versions, version, "version")
        _insist(chosen.document == document, "other_document", f"{version} is no version of {document}")
        history = [one.id for one in self._history(document)]
        _insist(history[-1] != version, "already_current", f"{version} is the current version")
        for later in history[history.index(version) + 1 :]:
            del self.versions[later]
        row.size_mb, row.stage = chosen.size_mb, "in draft"
        self._end_review(document)
        return row

    def share_document(self, document: FileId, person: EmailAddress, role: Role = "edit") -> Access:
        """Give somebody access to a document, confidential ones excepted.

        Args:
            document: The document to share.
            person: Who gets access.
            role: What they may do with it; reviewers have to be able to comment or edit.

        Returns:
            The access that the person has now.

        Asks:
            share {document} with {person}[ and allow {role} access]
            give {person}[ {role}] access to {document}
            let {person} work with {document}[, with {role} rights]
            I want {person} to have[ {role}] access to {document}.
        Says:
            I have shared {document} with {result.name}, who has {result.role} access.
            Done: {result.name} has {result.role} access to {document}.

        """
        row, who = self._live(document), self._person(person)
        self._need_open(row)
        _insist(self._grant(document, person) is None, "already_shared", f"{person} has access to {document} already")
        self.grants.append(Grant(document, person, role))
        return Access(person, who.name, role, reviewing=False)

    def revoke_access(self, document: FileId, person: EmailAddress) -> Person:
        """Take somebody's access to a document away; if they are reviewing it, the review is called off.

        Args:
            document: The document that was shared.
            person: Who loses access.

        Returns:
            The person without access.

        Asks:
            stop sharing {document} with {person}
            take away the access to {document} that {person} has
            lock {person} out of {document}
            I do not want {person} to have access to {document} any more.
        Says:
            I have stopped sharing {document} with {result.name}.
            From now on {result.name} has no access to {document}.

        """
        row, who, grant = self._live(document), self._person(person), self._grant(document, person)
        if grant is None:
            raise _refusal("not_shared", f"{person} has no access to {document}")
        if grant.reviewing:
            row.stage = "in draft"
        self.grants = [one for one in self.grants if (one.document, one.person) != (document, person)]
        return who

    def request_review(self, document: FileId, person: EmailAddress, point: Text) -> Comment:
        """Have a draft reviewed; somebody who may edit settles the point alone, otherwise a comment stays open.

        Args:
            document: The draft to review.
            person: The reviewer, who needs comment or edit access.
            point: What to look into, such as "the summary", "the numbers on page two", "the closing paragraph",
                "the headings", "the wording of the warranty", "the terms of payment", "the list of names",
                "the translation" or "the conclusions".

        Returns:
            The comment about the point.

        Asks:
            ask {person} to review {document} with an eye to {point}
            have {document} reviewed by {person}, who should look into {point}
            send {document} to {person} for review, especially because of {point}
            I want {person} to review {document}, above all {point}.
        Says:
            The review of {document} has begun: {result.author} looks into {result.about}.
            I asked {result.author} to review {document}, above all {result.about}.

        """
        row, who, grant = self._live(document), self._person(person), self._grant(document, person)
        _insist(row.stage == "in draft", "not_draft", f"{document} is not in draft but {row.stage}")
        if grant is None or grant.role == "view":
            raise _refusal("cannot_comment", f"{person} may not comment on {document}")
        row.stage, grant.reviewing = "in review", True
        return self._comment(row, point, who.name, self.today, grant.role == "edit")

    def resolve_comment(self, comment: CommentId) -> Comment:
        """Mark a comment on a document as resolved.

        Args:
            comment: The comment that has been dealt with.

        Returns:
            The comment, resolved.

        Asks:
            resolve {comment}
            mark {comment} as settled
            close {comment}, since it has been dealt with
        Says:
            I have marked {comment} as resolved.
            The matter of {result.about} in {result.name} is settled.

        """
        row = _find(self.comments, comment, "comment")
        self._live(row.document)
        _insist(not row.resolved, "already_resolved", f"{comment} is resolved already")
        row.resolved = True
        return row

    def approve_document(self, document: FileId) -> Document:
        """Approve a document, which ends its review; no comment may be open.

        Args:
            document: The document under review.

        Returns:
            The document, approved.

        Asks:
            approve {document}
            give {document} the green light
            sign off on {document}
            I am happy with {document}, so please approve it.
        Says:
            I have approved {document}. Now it can be published.
            Done: {document} has passed its review and is approved.

        """
        row = self._live(document)
        _insist(row.stage == "in review", "not_in_review", f"{document} is not under review but {row.stage}")
        waiting = sum(one.document == document and not one.resolved for one in self.comments.values())
        _insist(not waiting, "open_comments", f"{waiting} of the comments on {document} are open")
        row.stage = "approved"
        self._end_review(document)
        return row

    def publish_document(self, document: FileId) -> Document:
        """Publish an approved document, so that its current version counts for everybody.

        Args:
            document: The approved document; it must not be in a confidential folder.

        Returns:
            The document, published.

        Asks:
            publish {document}
            release {document} to the whole company
            make {document} official
            It is time to publish {document}.
        Says:
            I have published {document}. Its current version counts from today.
            Done: {document} is out for everybody to read.

        Consent:
            Everybody sees what is published, and only the user can say that it may be.
        """
        row = self._live(document)
        _insist(row.stage == "approved", "not_approved", f"{document} is not approved but {row.stage}")
        self._need_open(row)
        row.stage = "published"
        return row

    def trash_document(self, document: FileId) -> Document:
        """Put a document in the trash; it goes on taking up space there and can be restored.

        Args:
            document: The document to throw away.

        Returns:
            The document, in the trash.

        Asks:
            throw {document} away
            put {document} in the trash
            send {document} to the trash
            We have no use for {document} any more, so trash it.
        Says:
            The trash now holds {document}, and it can be restored until the trash is emptied.
            I have put {document} in the trash.

        """
        row = self._live(document)
        row.trashed = True
        return row

    def restore_document(self, document: FileId) -> Document:
        """Restore a document from the trash to the folder it was in, with everything as it was.

        Args:
            document: The document in the trash.

        Returns:
            The document, back in its folder.

        Asks:
            restore {document} from the trash
            get {document} back out of the trash
            bring back {document}, which somebody threw away
            I still need {document}, so take it out of the trash again.
        Says:
            I have restored {document}[, which is in the {result.place} folder again].
            Out of the trash again: {document} is back[ in the {result.place} folder].

        """
        row = self._document(document)
        _insist(row.trashed, "not_trashed", f"{document} is not in the trash")
        row.trashed = False
        return row

    def empty_trash(self) -> list[Document]:
        """Delete everything in the trash for good, with all versions and comments, which frees space.

        Returns:
            The documents that were deleted.

        Asks:
            empty the trash
            clear out the trash to make room
            wipe everything in the trash once and for all
        Says:
            The trash is empty. Gone for good: {result[].name}.
            I emptied the trash and deleted {result#} documents[, namely {result[].name}].

        Consent:
            What is deleted from the trash is lost, and only the user can say that it may be.
        """
        gone = [row for row in self.documents.values() if row.trashed]
        _insist(bool(gone), "trash_empty", "the trash is empty")
        for row in gone:
            del self.documents[row.id]
        self.versions = {key: one for key, one in self.versions.items() if one.document in self.documents}
        self.comments = {key: one for key, one in self.comments.items() if one.document in self.documents}
        self.grants = [one for one in self.grants if one.document in self.documents]
        return gone

    def _document(self, key: FileId) -> Document:
        return _find(self.documents, key, "document")

    def _live(self, key: FileId) -> Document:
        row = self._document(key)
        _insist(not row.trashed, "trashed", f"{key} is in the trash")
        return row

    def _folder(self, key: FolderId) -> Folder:
        return _find(self.folders, key, "folder")

    def _person(self, key: EmailAddress) -> Person:
        return _find(self.people, key, "person")

    def _grant(self, document: FileId, person: EmailAddress) -> Grant | None:
        return next((one for one in self.grants if (one.document, one.person) == (document, person)), None)

    def _path(self, key: FolderId | None) -> list[FolderId]:
        return [] if key is None else [key, *self._path(self.folders[key].parent)]

    def _need_open(self, row: Document) -> None:
        closed = [self.folders[key].name for key in self._path(row.folder) if self.folders[key].confidential]
        _insist(not closed, "confidential", f"{row.id} is in {'/'.join(closed)}, which is confidential")

    def _need_room(self, size: float) -> None:
        free = round(self.quota_mb - self._used(), 1)
        _insist(size <= free, "quota_exceeded", f"{size} MB do not fit in the {free} MB that are free")

    def _used(self) -> float:
        saved = {one.document for one in self.versions.values()}
        loose = sum(row.size_mb for row in self.documents.values() if row.id not in saved)
        return round(loose + sum(one.size_mb for one in self.versions.values()), 1)

    def _history(self, document: FileId) -> list[Version]:
        return [one for one in self.versions.values() if one.document == document]

    def _end_review(self, document: FileId) -> None:
        for one in self.grants:
            if one.document == document and one.reviewing:
                one.reviewing = False

    def _save(self, row: Document, note: str, day: Date) -> Version:
        version = Version(VersionId(self._new("VER")), row.id, row.name, note, day, row.size_mb)
        self.versions[version.id] = version
        return version

    def _comment(self, row: Document, about: str, author: PersonName, day: Date, resolved: bool) -> Comment:
        comment = Comment(CommentId(self._new("COM")), row.id, row.name, about, author, day, resolved)
        self.comments[comment.id] = comment
        return comment

    def _new(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    _insist(key in table, "not_found", f"there is no {noun} {key}")
    return table[key]


def _insist(holds: bool, code: str, message: str) -> None:
    if not holds:
        raise _refusal(code, message)


def _refusal(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=HINTS[code])


def _draw_folders(drive: Drive, rng: np.random.Generator) -> None:
    tops = [str(name) for name in rng.permutation(TOPS)[: int(rng.integers(3, 5))]]
    for position, name in enumerate(tops):
        top = Folder(FolderId(drive._new("FOL")), name, None, "", position == 0)
        drive.folders[top.id] = top
        for sub in rng.permutation(SUBS)[: int(rng.integers(0, 3))]:
            inner = Folder(FolderId(drive._new("FOL")), str(sub), top.id, name, position == 1 and rng.random() < 0.3)
            drive.folders[inner.id] = inner


def _draw_documents(drive: Drive, rng: np.random.Generator) -> None:
    places, notes = list(drive.folders.values()), [f"{change} {part}" for change in CHANGES for part in PARTS]
    fresh = [notes[int(at)] for at in rng.permutation(len(notes))]
    points = [str(point) for point in rng.permutation(POINTS)]
    for title in rng.permutation(TITLES)[: int(rng.integers(4, 7))]:
        place, key = places[int(rng.integers(len(places)))], FileId(drive._new("DOC"))
        days = sorted(int(day) for day in rng.choice(300, size=int(rng.integers(1, 4)), replace=False) + 5)[::-1]
        row = Document(key, str(title), float(rng.integers(2, 16)), place.id, place.name)
        row.added, row.stage, row.trashed = add_days(drive.today, -days[0]), "published", bool(rng.random() < 0.2)
        drive.documents[key] = row
        for day in days:
            drive._save(row, fresh.pop(), add_days(drive.today, -day))
        people = [list(drive.people)[int(at)] for at in rng.permutation(len(drive.people))]
        for author in people[: int(rng.choice([0, 1, 1]))]:
            drive._comment(row, points.pop(), drive.people[author].name, row.added, resolved=True)
        for person in people[: int(rng.integers(1, 4))]:
            drive.grants.append(Grant(key, person, "view" if rng.random() < 0.3 else "comment"))
