"""The mailbox of one person: an address book, conversations in folders, drafts, and files to send along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = ["Conversation", "Draft", "File", "Letter", "Mail", "Person"]

ConversationId = NewType("ConversationId", str)
DraftId = NewType("DraftId", str)
Folder = Literal["inbox", "archive", "quarantine", "trash"]
Text = Annotated[str, Field(min_length=1)]
K = TypeVar("K", bound=str)
R = TypeVar("R")

LIMIT_MB = 25.0
_FOLDERS: tuple[Folder, ...] = ("inbox", "archive", "quarantine", "trash")
_CODES = {"archive": "archived", "quarantine": "quarantined", "trash": "trashed"}
_SUBJECTS = (
    "the summer house", "the choir rehearsal", "the broken boiler", "the reading group",
    "the wedding photos", "the parking permit", "the cooking course", "the new curtains",
    "the piano lessons", "the rent increase",
)  # fmt: skip
_FILES = (
    "budget.xlsx", "lease.pdf", "floor plan.pdf", "recipes.docx", "portrait.jpg", "itinerary.pdf",
    "score.pdf", "guest list.xlsx", "warranty.pdf", "speech.docx", "garden.png", "invoice.pdf",
    "brochure.pdf", "survey.xlsx", "interview.mp3", "clip.mp4", "contract.docx", "poster.png",
    "minutes.docx", "menu.pdf",
)  # fmt: skip
_BODIES = ("see you there", "could you call me about it?", "here is what we agreed", "")


@dataclass
class Person:
    """Somebody in the address book.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName


@dataclass
class File:
    """Something kept in the mailbox's file storage, ready to be attached.

    Names:
        the file {name}
        + of {size_mb} MB
    """

    id: FileId
    name: str
    size_mb: float = 1.0
    compressed: bool = False


@dataclass
class Conversation:
    """Letters that went back and forth about one subject, maybe with an attachment.

    Names:
        the conversation about {subject}
        + with {sender}
        + from {received}
    """

    id: ConversationId
    subject: str
    sender: PersonName
    received: Date
    folder: Folder
    locked: bool
    attachment: str | None = None
    attachment_mb: float = 0.0


@dataclass
class Draft:
    """A letter that has not been sent yet; with `leaves` set it waits for that day.

    Names:
        my draft about {subject}
        + begun on {begun}
    """

    id: DraftId
    subject: str
    begun: Date
    recipient: PersonName | None = None
    body: str = ""
    attachments: list[str] = field(default_factory=list)
    attached_mb: float = 0.0
    leaves: Date | None = None


@dataclass(frozen=True)
class Letter:
    """What goes out to somebody, and when."""

    subject: str
    recipient: PersonName
    body: str
    attachments: list[str]
    leaves: Date


@dataclass
class Mail:
    """A person's mailbox with address book, conversations, drafts and files."""

    today: Date
    minted: int
    storage_mb: float
    people: dict[EmailAddress, Person] = field(default_factory=dict)
    conversations: dict[ConversationId, Conversation] = field(default_factory=dict)
    drafts: dict[DraftId, Draft] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)
    sent: list[Letter] = field(default_factory=list)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Mail:
        """Draw a mailbox in some everyday mess."""
        today = draw_today(rng)
        mail = cls(today, int(rng.integers(10_000, 900_000)), 0.0)
        for first in rng.permutation(FIRST_NAMES)[: int(rng.integers(6, 13))]:
            last = str(rng.choice(LAST_NAMES))
            email = EmailAddress(f"{first}.{last}@example.org".lower())
            mail.people[email] = Person(email, PersonName(f"{first} {last}"))
        names = [str(name) for name in rng.permutation(_FILES)]
        mail._draw_conversations(rng, names)
        mail._draw_drafts(rng)
        for name in names[: int(rng.integers(2, 6))]:
            mail._keep(name, float(rng.integers(2, 50)))
        mail.storage_mb = float(rng.integers(5, 70)) - mail._free_mb()
        return mail

    def find_people(self, name: PersonName | None = None) -> list[Person]:
        """Look people up in the address book.

        Args:
            name: A first, last or full name, such as "Rosa", "Samir", "Greta", "Hugo", "Zoe", "Moreau",
                "Tanaka", "Okafor" or "Rossi"; everybody if left out.

        Returns:
            The people whose name fits, with their addresses.

        Asks:
            look in my address book[ for {name}]
            show me who is in my address book[ under the name {name}]
            Who do I have in my address book[ by the name of {name}]?
        Says:
            Matches in your address book: {result#}[, namely {result[].name}].
            I looked through your address book and found {result#} in all[: {result[].name}].

        """
        return [one for one in self.people.values() if (name or "").lower() in one.name.lower()]

    def list_conversations(self, folder: Folder | None = None) -> list[Conversation]:
        """List the conversations of one folder or of all, with where they are and what is attached.

        Args:
            folder: The folder to look in; all folders if left out.

        Returns:
            The conversations, oldest first.

        Asks:
            go through my conversations[ in the {folder}]
            tell me which conversations I have[ in the {folder}]
            What have people written to me about[, going by what is in the {folder}]?
        Says:
            Conversations found: {result#}[, about {result[].subject}].
            I count {result#} in there[, about these subjects: {result[].subject}].

        """
        found = [one for one in self.conversations.values() if folder in (None, one.folder)]
        return sorted(found, key=lambda one: (one.received, one.id))

    def list_drafts(self) -> list[Draft]:
        """List the drafts, scheduled ones included.

        Returns:
            The drafts, in the order in which they were begun.

        Asks:
            show me my drafts
            go over what I have begun to write but not sent
            Which of my letters have not gone out yet?
        Says:
            Drafts that have not gone out: {result#}[, about {result[].subject}].
            I find {result#} waiting among your drafts[: {result[].subject}].

        """
        return list(self.drafts.values())

    def list_files(self) -> list[File]:
        """List the files in storage, which can be attached to drafts.

        Returns:
            The files with their sizes.

        Asks:
            show me the files I have kept
            list what is in my file storage
            Which files do I have at hand to send along?
        Says:
            Files in your storage: {result#}[, namely {result[].name}].
            Your storage holds this many files: {result#}[. They are {result[].name}].

        """
        return list(self.files.values())

    def start_draft(self, person: EmailAddress, subject: Text) -> Draft:
        """Begin a new letter to somebody, with nothing written in it yet.

        Args:
            person: Who it goes to.
            subject: What it is about, such as "the school fair", "my new address", "a lost umbrella",
                "the neighbours' cat", "a room for the night", "our bowling league", "the spare keys",
                "an old photo album" or "the spring cleaning".

        Returns:
            The draft, still without a body.

        Asks:
            begin a letter to {person} about {subject}
            start a draft for {person} on the subject of {subject}
            I want to write to {person} about {subject}, so set up a draft for me.
        Says:
            There is now a draft to {result.recipient} about {result.subject}, with nothing in it yet.
            I began a letter to {result.recipient} about {result.subject}. It still needs a text.

        """
        return self._begin(subject, _row(self.people, person, "person").name)

    def reply_to_conversation(self, conversation: ConversationId) -> Draft:
        """Begin an answer to whoever wrote in a conversation, as a draft without a body.

        Args:
            conversation: The conversation to answer; it has to be in the inbox.

        Returns:
            The draft, addressed and with the same subject.

        Asks:
            begin an answer to {conversation}
            set up a reply to {conversation} without any text in it yet
            I owe somebody a reply to {conversation}, so start one.
        Says:
            A reply to {result.recipient} about {result.subject} is among your drafts now.
            I have begun an answer to {result.recipient}. Only the text is missing.

        """
        row = self._conversation(conversation)
        _not_in(row, "archive", "quarantine", "trash")
        return self._begin(row.subject, row.sender)

    def write_draft(self, draft: DraftId, body: Text, person: EmailAddress | None = None) -> Draft:
        """Write the body of a draft, replacing what was there, and address it to somebody if asked.

        Args:
            draft: The draft to write.
            body: The text, such as "thank you, that suits me well", "I am running a little late",
                "please send me the details", "let us talk about it next week", "I changed my mind",
                "can you bring it over on Saturday?", "sorry for the long silence" or "all is settled now".
            person: Who it goes to from now on; unchanged if left out.

        Returns:
            The draft as it is now.

        Asks:
            put these words into {draft}[ and address it to {person}]: {body}
            write the following in {draft}[, and make it go to {person}]: {body}
            The text of {draft} should be as follows[, with {person} as its recipient]: {body}
        Says:
            Your words are in {draft} now[. It is addressed to {result.recipient}].
            I have written that into {draft}[, which goes to {result.recipient}].

        """
        row = self._open(draft)
        if person is not None:
            row.recipient = _row(self.people, person, "person").name
        row.body = body
        return row

    def attach_file(self, draft: DraftId, file: FileId) -> Draft:
        """Attach a copy of a file from storage to a draft; a letter carries 25 MB at most.

        Args:
            draft: The draft to add to.
            file: The file to send along.

        Returns:
            The draft with its attachments.

        Asks:
            attach {file} to {draft}
            send {file} along with {draft}
            add {file} to {draft} so that they go out together
        Says:
            I have attached {file} to {draft}, which now carries {result.attached_mb} MB.
            Done: {file} will go out together with {draft}.

        """
        row, extra = self._open(draft), _row(self.files, file, "file")
        once = extra.name not in row.attachments
        _insist(once, "already_attached", f"{extra.name} is attached already", "attach something else")
        total = round(row.attached_mb + extra.size_mb, 1)
        message = f"with {extra.name} the letter would carry {total} MB of {LIMIT_MB} allowed"
        _insist(total <= LIMIT_MB, "too_large", message, "compress the file first, or attach a smaller one")
        row.attachments, row.attached_mb = [*row.attachments, extra.name], total
        return row

    def send_draft(self, draft: DraftId, day: Date | None = None) -> Letter:
        """Send a draft right away, or schedule it to go out on a later day.

        Args:
            draft: The draft to send; it needs a recipient and a body.
            day: The day to wait for, such as "2026-04-02", "2026-04-13", "2026-04-24", "2026-05-06",
                "2026-05-18", "2026-06-01", "2026-06-15" or "2026-07-03"; today if left out.

        Returns:
            The letter and the day it leaves.

        Asks:
            send {draft}[, but not before {day}]
            get {draft} on its way[ on {day}]
            have {draft} go out[ on {day}]
        Says:
            Your letter about {result.subject} goes out to {result.recipient} on {result.leaves}.
            Done: {result.recipient} gets your letter on {result.subject}, which leaves on {result.leaves}.

        """
        row = self._open(draft)
        recipient = row.recipient or PersonName("")
        _insist(recipient != "", "no_recipient", f"draft {draft} goes to nobody", "write it to a person first")
        _insist(row.body != "", "no_body", f"draft {draft} is empty", "write its text first")
        letter = Letter(row.subject, recipient, row.body, row.attachments, self._departure(day))
        if day is None:
            self.sent.append(letter)
            del self.drafts[draft]
        else:
            row.leaves = day
        return letter

    def unschedule_draft(self, draft: DraftId) -> Draft:
        """Hold back a scheduled draft, so that it can be changed or sent at another time.

        Args:
            draft: The draft that is scheduled.

        Returns:
            The draft, no longer scheduled.

        Asks:
            hold back {draft} for now
            take {draft} off the schedule
            do not let {draft} go out on its own
        Says:
            I am holding back {draft}. It stays among your drafts until you send it.
            It is off the schedule: {draft} will not leave by itself any more.

        """
        row = self._draft(draft)
        message = f"draft {draft} is not scheduled"
        _insist(row.leaves is not None, "not_scheduled", message, "change or send it as it is")
        row.leaves = None
        return row

    def forward_conversation(self, conversation: ConversationId, person: EmailAddress) -> Letter:
        """Forward a conversation to somebody at once; confidential ones have to be unlocked before.

        Args:
            conversation: The conversation to pass on, from the inbox or the archive.
            person: Who gets it.

        Returns:
            The letter that went out.

        Asks:
            forward {conversation} to {person}
            pass {conversation} on to {person}
            let {person} read {conversation} too
        Says:
            I have forwarded {conversation} to {result.recipient}.
            Done: {result.recipient} can now read {conversation}.

        """
        row, recipient = self._conversation(conversation), _row(self.people, person, "person").name
        _not_in(row, "quarantine", "trash")
        _not_locked(row)
        letter = Letter(row.subject, recipient, f"Forwarded from {row.sender}", [], self.today)
        self.sent.append(letter)
        return letter

    def unlock_conversation(self, conversation: ConversationId) -> Conversation:
        """Lift the confidentiality lock of a conversation.

        Args:
            conversation: The conversation that is locked.

        Returns:
            The conversation, unlocked.

        Asks:
            unlock {conversation}
            take the lock off {conversation}
            I no longer want {conversation} to be confidential.
        Says:
            I have unlocked {conversation}.
            The lock is off: {conversation} is no longer confidential.

        """
        row = self._conversation(conversation)
        _insist(row.locked, "not_locked", f"{conversation} is not locked", "go ahead without unlocking it")
        row.locked = False
        return row

    def move_conversation(self, conversation: ConversationId, folder: Folder) -> Conversation:
        """Move a conversation to another folder: restore, archive, quarantine or trash it.

        Args:
            conversation: The conversation to move; a locked one cannot go to the trash.
            folder: Where it should be; from the quarantine only "inbox" and "trash" are possible.

        Returns:
            The conversation in its new place.

        Asks:
            move {conversation} to the {folder}
            put {conversation} in the {folder}
            I would rather have {conversation} in the {folder}.
        Says:
            I moved {conversation} to the {folder}.
            You will find {conversation} in the {folder} from now on.

        """
        row = self._conversation(conversation)
        _insist(row.folder != folder, "already_there", f"it is in the {folder} already", "leave it there")
        if folder == "archive":
            _not_in(row, "quarantine")
        if folder == "trash":
            _not_locked(row)
        row.folder = folder
        return row

    def delete_conversation(self, conversation: ConversationId) -> str:
        """Delete a conversation for good, out of the trash.

        Args:
            conversation: The conversation to get rid of.

        Returns:
            The subject of what is gone.

        Asks:
            delete {conversation} for good
            get rid of {conversation} once and for all
            wipe out {conversation} so that nobody can bring it back
        Says:
            The conversation about {result} is gone for good.
            I deleted everything about {result} in that conversation, and it cannot be restored.

        """
        row = self._conversation(conversation)
        message = f"conversation {conversation} is in the {row.folder}"
        _insist(row.folder == "trash", "not_trashed", message, "move it to the trash first")
        return self.conversations.pop(conversation).subject

    def save_attachment(self, conversation: ConversationId) -> File:
        """Save what is attached to a conversation to the file storage.

        Args:
            conversation: The conversation with the attachment; neither locked nor in quarantine.

        Returns:
            The file that was saved.

        Asks:
            save the attachment that came with {conversation}
            keep a copy of what is attached to {conversation}
            download what came along with {conversation}
        Says:
            I saved {result.name} to your files. It takes {result.size_mb} MB.
            You now have {result.name} among your files.

        """
        row = self._conversation(conversation)
        _not_in(row, "quarantine")
        _not_locked(row)
        name, size, free = row.attachment or "", row.attachment_mb, self._free_mb()
        _insist(name != "", "no_attachment", f"nothing came with {conversation}", "look for another one")
        fresh = all(one.name != name for one in self.files.values())
        _insist(fresh, "already_saved", f"{name} is saved already", "look for it among the files")
        message = f"{name} takes {size} MB, but only {free} MB are free"
        _insist(size <= free, "storage_full", message, "compress a file in storage to make room")
        return self._keep(name, size)

    def compress_file(self, file: FileId) -> File:
        """Compress a file in storage to 40 % of its size; once only.

        Args:
            file: The file to make smaller.

        Returns:
            The file with its new size.

        Asks:
            compress {file}
            make {file} smaller
            squeeze {file} so that it takes less room
        Says:
            I compressed {file}. It is down to {result.size_mb} MB.
            Done: {file} has shrunk to {result.size_mb} MB.

        """
        row = _row(self.files, file, "file")
        message = f"{row.name} is compressed to {row.size_mb} MB already"
        _insist(not row.compressed, "already_compressed", message, "take it as it is")
        row.size_mb, row.compressed = round(row.size_mb * 0.4, 1), True
        return row

    def _conversation(self, key: ConversationId) -> Conversation:
        return _row(self.conversations, key, "conversation")

    def _draft(self, key: DraftId) -> Draft:
        return _row(self.drafts, key, "draft")

    def _open(self, key: DraftId) -> Draft:
        row = self._draft(key)
        message = f"draft {key} is scheduled for {row.leaves}"
        _insist(row.leaves is None, "scheduled", message, "take it off the schedule first")
        return row

    def _departure(self, day: Date | None) -> Date:
        try:
            if day is None or date.fromisoformat(day).isoformat() == day > self.today:
                return day or self.today
        except ValueError:
            pass
        raise ToolError(f"{day} is no day after {self.today}", code="bad_day", hint="write it as YYYY-MM-DD")

    def _begin(self, subject: str, recipient: PersonName | None) -> Draft:
        row = Draft(DraftId(self._new("DRA")), subject, self.today, recipient)
        self.drafts[row.id] = row
        return row

    def _keep(self, name: str, size: float) -> File:
        row = File(FileId(self._new("FIL")), name, size)
        self.files[row.id] = row
        return row

    def _free_mb(self) -> float:
        return round(self.storage_mb - sum(one.size_mb for one in self.files.values()), 1)

    def _new(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _draw_conversations(self, rng: np.random.Generator, names: list[str]) -> None:
        pairs = [(subject, one.name) for subject in _SUBJECTS for one in self.people.values()]
        for index in rng.permutation(len(pairs))[: int(rng.integers(5, 11))]:
            key = ConversationId(self._new("CON"))
            folder = _FOLDERS[int(rng.choice(4, p=(0.4, 0.3, 0.1, 0.2)))]
            locked = folder in ("inbox", "archive") and bool(rng.random() < 0.35)
            received = add_days(self.today, -int(rng.integers(1, 40)))
            row = Conversation(key, *pairs[int(index)], received, folder, locked)
            if rng.random() < 0.6:
                row.attachment, row.attachment_mb = names.pop(), float(rng.integers(1, 50))
            self.conversations[key] = row

    def _draw_drafts(self, rng: np.random.Generator) -> None:
        senders = [one.name for one in self.people.values()]
        for subject in rng.permutation(_SUBJECTS)[: int(rng.integers(1, 5))]:
            recipient = senders[int(rng.integers(len(senders)))] if rng.random() < 0.75 else None
            row = self.drafts[self._begin(str(subject), recipient).id]
            row.begun, row.body = add_days(self.today, -int(rng.integers(1, 9))), str(rng.choice(_BODIES))
            if row.recipient and row.body and rng.random() < 0.6:
                row.leaves = add_days(self.today, int(rng.integers(1, 15)))


def _row(table: dict[K, R], key: K, noun: str) -> R:
    _insist(key in table, "not_found", f"there is no {noun} {key}", f"look the {noun} up first")
    return table[key]


def _not_in(row: Conversation, *folders: Folder) -> None:
    message = f"conversation {row.id} is in the {row.folder}"
    _insist(row.folder not in folders, _CODES.get(row.folder, ""), message, "move it to the inbox first")


def _not_locked(row: Conversation) -> None:
    _insist(not row.locked, "locked", f"conversation {row.id} is confidential", "unlock it first")


def _insist(holds: bool, code: str, message: str, hint: str) -> None:
    if not holds:
        raise ToolError(message, code=code, hint=hint)
