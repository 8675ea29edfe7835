"""What the posting tools return: tweets, comments, and how an action went."""

from __future__ import annotations

from typing import TypedDict

from fc_gym.bfcl.keys import TweetId, TwitterName

__all__ = [
    "Authentication",
    "Comment",
    "Commented",
    "Denied",
    "Followed",
    "FollowingList",
    "LoginStatus",
    "Mentioned",
    "Retweeted",
    "Tweet",
    "Unfollowed",
    "UserStats",
]


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class Tweet(TypedDict):
    """A short text with its author."""

    id: TweetId
    username: TwitterName
    content: str
    tags: list[str]
    mentions: list[str]


class Comment(TypedDict):
    """A remark on a tweet."""

    username: TwitterName
    content: str


class Authentication(TypedDict):
    """Whether the name and the password were right."""

    authentication_status: bool


class LoginStatus(TypedDict):
    """Whether the user is logged in."""

    login_status: bool


class Retweeted(TypedDict):
    """How retweeting went."""

    retweet_status: str


class Commented(TypedDict):
    """How commenting went."""

    comment_status: str


class Mentioned(TypedDict):
    """How mentioning went."""

    mention_status: str


class Followed(TypedDict):
    """Whether somebody is newly followed."""

    follow_status: bool


class Unfollowed(TypedDict):
    """Whether somebody is no longer followed."""

    unfollow_status: bool


class FollowingList(TypedDict):
    """Whom the user follows."""

    following_list: list[TwitterName]


class UserStats(TypedDict):
    """How active a user is."""

    tweet_count: int
    following_count: int
    retweet_count: int
