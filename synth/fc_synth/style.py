"""Styles and personas: how a user talks, the same from the first message of a dialogue to the last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["PERSONAS", "PLAIN", "STYLES", "Persona", "Style", "persona_drawn"]


@dataclass(frozen=True)
class Style:
    """A manner of asking; in each text `{ask}` is the request, as `cancel my order`."""

    name: str
    openers: tuple[str, ...]
    """Around the first request of a dialogue."""
    later: tuple[str, ...]
    """Around the first request of a later message."""
    joins: tuple[str, ...]
    """Between two requests of a message, before the last."""
    last: tuple[str, ...]
    """Before the last request of a message."""
    leads: tuple[str, ...]
    """What may come before the first message."""
    thanks: tuple[str, ...]
    """How an answer is taken note of."""
    tails: tuple[str, ...]
    """What may come after a request."""
    led: float
    """Chance of a lead or of thanks, 0 to 1."""
    tailed: float
    """Chance of a tail, 0 to 1."""


_THEN = ("Then {ask}.", "After that, {ask}.", "Also, {ask}.", "And please {ask}.")
_LAST = ("And then {ask}.", "Also, please {ask}.", "Finally, {ask}.", "Once that's done, {ask}.", "After that, {ask}.")

PLAIN = Style(
    "plain",
    (
        "Could you {ask}?", "Can you {ask}?", "Please {ask}.", "I need you to {ask}.", "I'd like you to {ask}.",
        "Could you please {ask}?", "I want you to {ask}.", "Go ahead and {ask}, please.", "Would you {ask}, please?",
    ),
    (
        "Could you also {ask}?", "Can you also {ask}?", "Now please {ask}.", "And could you {ask}?", "Also, {ask}.",
        "I also need you to {ask}.", "Next, please {ask}.", "One more thing: {ask}.", "Now {ask}, please.",
        "Please also {ask}.", "I'd also like you to {ask}.", "While you're at it, {ask}.",
    ),
    _THEN, _LAST,
    ("Hi.", "Hello.", "Hi, a quick request.", "Hello, I need a hand with something.", "Good morning."),
    ("Thanks.", "Okay.", "Great.", "Good, thanks.", "Perfect.", "All right.", "Got it.", "That works."),
    ("Thanks!", "Thank you.", "Thanks in advance.", "No rush."),
    0.4, 0.2,
)  # fmt: skip

TERSE = Style(
    "terse",
    ("{ask}.", "{ask}, please.", "Need you to {ask}.", "Please {ask}."),
    ("{ask}.", "Now {ask}.", "Also {ask}.", "Next, {ask}.", "And {ask}.", "Then {ask}.", "{ask}, please."),
    ("Then {ask}.", "Also {ask}.", "{ask}."), ("Then {ask}.", "{ask}.", "Also {ask}.", "And {ask}."),
    (), ("Ok.", "Good.", "Fine.", "Right.", "Thanks."), ("Thanks.",), 0.3, 0.05,
)  # fmt: skip

HURRIED = Style(
    "in a hurry",
    (
        "Quick one: {ask}.", "Can you quickly {ask}?", "I need you to {ask}, please.", "Please {ask}.",
        "Can you {ask}?", "Fast, please: {ask}.",
    ),
    (
        "Quickly, {ask}.", "Next: {ask}.", "Now please {ask}.", "And can you {ask}?", "One more: {ask}.",
        "Can you also {ask}?", "Before I go, {ask}.", "Last-minute thing: {ask}.",
    ),
    ("Then {ask}.", "And {ask}.", "Right after that, {ask}."), ("Then {ask}.", "And please {ask}.",
    "Right after, {ask}."),
    ("I only have a minute.", "I'm in a rush.", "No time for details, sorry.", "I'm about to leave.", "Short on time."),
    ("Good.", "Ok, great.", "Thanks for that.", "Perfect.", "That was quick.", "Great."),
    ("I have to run.", "It's urgent.", "As soon as you can.", "I'm late already.", "My taxi is here.",
    "Thanks, got to go."),
    0.6, 0.4,
)  # fmt: skip

POLITE = Style(
    "polite",
    (
        "Could you please {ask}?", "Would you please {ask}?", "May I ask you to {ask}?",
        "Would you be so kind as to {ask}?",
        "I would be grateful if you could {ask}.", "I would like you to {ask}, please.",
        "Would it be possible to {ask}?",
        "I was wondering whether you could {ask}.",
    ),
    (
        "Could you please also {ask}?", "Would you also {ask}, please?", "May I also ask you to {ask}?",
        "I would also like you to {ask}, please.", "If I may ask for one more thing, please {ask}.",
        "Would you then please {ask}?", "I would be grateful if you could also {ask}.", "Could you now please {ask}?",
    ),
    ("After that, please {ask}.", "Then please {ask}.", "I would also ask you to {ask}."),
    ("After that, please {ask}.", "And then, please {ask}.", "Finally, please {ask}.",
    "When that is done, please {ask}."),
    ("Good morning.", "Good afternoon.", "Hello, I hope you are well.", "Hello, and thank you for your help."),
    ("Thank you.", "Thank you very much.", "That is very kind.", "Wonderful, thank you.", "Excellent, thank you.",
    "Lovely."),
    ("Thank you very much.", "Thank you in advance.", "I appreciate it.", "Many thanks.", "Please take your time."),
    0.7, 0.35,
)  # fmt: skip

CHATTY = Style(
    "chatty",
    (
        "So, could you {ask}?", "Anyway, can you {ask}?", "Right, here goes: {ask}.",
        "Could you do me a favour and {ask}?",
        "Basically, I need you to {ask}.", "I was thinking you could {ask}.", "Long story short, {ask}.",
        "Would you mind helping me out? Please {ask}.",
    ),
    (
        "Oh, and could you {ask}?", "Oh, before I forget, {ask}.", "And while we're at it, {ask}.",
        "So now {ask}, please.",
        "Now that I think of it, can you also {ask}?", "Okay, next up: {ask}.", "Since you're so quick, {ask}.",
        "And now the fun part: {ask}.", "Let me think, oh yes: {ask}.",
    ),
    ("Then, let's see, {ask}.", "And then {ask}.", "Oh, and {ask}."),
    ("And then {ask}, please.", "Oh, and please {ask}.", "And to round it off, {ask}.", "After that, {ask}."),
    (
        "Hi there! What a day.", "Hello hello!", "Hey, hope you're having a better morning than I am.",
        "Hi! Me again with one of my lists.", "Hey! You won't believe the week I've had.",
    ),
    (
        "Brilliant, thank you!", "Oh, lovely.", "You're a star.", "Ha, that was easy.", "Great, that's one thing less.",
        "Perfect, perfect.", "Phew, good.", "Nice one!",
    ),
    (
        "I've been meaning to do that for ages.", "You'd make my day.", "My memory is like a sieve lately.",
        "I always put these things off.", "I'd do it myself, but my hands are full.", "Cheers!",
    ),
    0.8, 0.5,
)  # fmt: skip

STYLES: tuple[Style, ...] = (PLAIN, TERSE, HURRIED, POLITE, CHATTY)


@dataclass(frozen=True)
class Persona:
    """Somebody who talks to the assistant."""

    name: str
    style: Style
    asides: tuple[str, ...] = ()
    """Things about their day, which ask for nothing."""


PERSONAS: tuple[Persona, ...] = (
    Persona("nobody in particular", PLAIN, (
        "It has been on my list since Monday.", "It came up this morning.", "I have a few things to sort out today.",
        "I'm not at my desk.", "I keep forgetting about it.", "Someone asked me about it yesterday.")),
    Persona("an office manager", PLAIN, (
        "The printer is down again, so I'm doing this from my phone.", "I have a budget round at noon.",
        "Half the office is on leave this week.", "My inbox is at three hundred.", "We're moving desks today.")),
    Persona("an engineer on call", TERSE, (
        "Pager went off twice tonight.", "On the phone with someone.", "Low battery.", "Reviewing something else.")),
    Persona("a tradesman on site", TERSE, (
        "Hands are dirty, typing with one thumb.", "Drill is running.", "Van is double-parked.", "Client is waiting.")),
    Persona("a nurse between shifts", HURRIED, (
        "My break is ten minutes.", "The next shift starts at two.", "The ward is full today.",
        "I haven't eaten yet.")),
    Persona("a commuter", HURRIED, (
        "The train is about to go into a tunnel.", "I'm changing platforms.", "The connection is bad here.",
        "I'm getting off at the next stop.")),
    Persona("a retired teacher", POLITE, (
        "My grandson usually does this for me.", "I am still getting used to this.", "I have written it all down here.",
        "My glasses are somewhere in the kitchen.", "The tea has just finished brewing.")),
    Persona("a new assistant", POLITE, (
        "I started here only last week.", "My manager asked me to see to this.",
        "I would rather ask than get it wrong.",
        "I am still learning how things are done here.")),
    Persona("a parent at home", CHATTY, (
        "The kids are finally asleep.", "There is paint on the sofa, don't ask.",
        "My coffee has gone cold twice already.",
        "The little one has just learned to open the fridge.", "We're baking a cake that looks like a shipwreck.")),
    Persona("a freelancer in a café", CHATTY, (
        "Somebody is practising the trumpet next door.", "I'm on my third flat white.", "It's pouring outside.",
        "My landlord picked today to fix the heating.", "A dog is sitting on my foot.")),
)  # fmt: skip
"""Who may be talking."""


def persona_drawn(rng: np.random.Generator) -> Persona:
    """Draw a persona."""
    return PERSONAS[int(rng.integers(len(PERSONAS)))]
