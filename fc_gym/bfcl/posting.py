"""The posting tools of BFCL: one user's account in a network of short texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from fc_gym.bfcl.keys import TweetId, TwitterName
from fc_gym.bfcl.tweets import (
    Authentication,
    Comment,
    Commented,
    Denied,
    Followed,
    FollowingList,
    LoginStatus,
    Mentioned,
    Retweeted,
    Tweet,
    Unfollowed,
    UserStats,
)

__all__ = ["TwitterAPI"]

_DEFAULT_USER = TwitterName("john")
_LOADED = frozenset(
    {
        "username", "password", "authenticated", "tweets", "comments", "retweets", "following_list", "tweet_counter",
    }
)  # fmt: skip
_NOT_GIVEN: Final[list[str]] = []
"""Stands for an argument that was left out; known by identity, and never stored or changed."""


@dataclass
class TwitterAPI:
    """The account of one user, and the tweets that it sees."""

    username: TwitterName = _DEFAULT_USER
    """Whose account it is."""
    password: str = "john123"
    """What logs this user in."""
    authenticated: bool = False
    """Whether the user is logged in; nothing logs out."""
    tweets: dict[TweetId, Tweet] = field(default_factory=dict)
    """All tweets by id, oldest first."""
    comments: dict[TweetId, list[Comment]] = field(default_factory=dict)
    """Comments by tweet; a config has text for keys, so that its comments are never found."""
    retweets: dict[TwitterName, list[TweetId]] = field(default_factory=dict)
    """What each user has retweeted."""
    following_list: list[TwitterName] = field(default_factory=lambda: [TwitterName("alice"), TwitterName("bob")])
    """Whom the user follows."""
    tweet_counter: int = 0
    """Id of the next tweet."""
    _tags: list[str] = field(default_factory=list, repr=False)
    """The tags of every tweet that is posted without: one list, so that a change to one is a change to all."""
    _mentions: list[str] = field(default_factory=list, repr=False)
    """The mentions of every tweet that is posted without; `mention` does change them."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Values of public fields by name; what is missing has its default, other names are ignored.
            long_context: Makes no difference here.

        Returns:
            The account, which shares its values with the config.
        """
        account = cls(**{name: value for name, value in config.items() if name in _LOADED})
        account.tweets = {TweetId(int(tweet_id)): tweet for tweet_id, tweet in account.tweets.items()}
        return account

    def authenticate_twitter(self, username: TwitterName, password: str) -> Authentication:
        """Log in; a failure does not log out.

        Args:
            username: Name of the user whose account it is.
            password: Password of this user.

        Returns:
            Whether both were right.
        """
        right = username == self.username and password == self.password
        if right:
            self.authenticated = True
        return {"authentication_status": right}

    def posting_get_login_status(self) -> LoginStatus:
        """Tell whether the user is logged in.

        Returns:
            The answer.
        """
        return {"login_status": bool(self.authenticated)}

    def post_tweet(
        self, content: str, tags: list[str] = _NOT_GIVEN, mentions: list[str] = _NOT_GIVEN
    ) -> Tweet | Denied:
        """Post a tweet.

        Args:
            content: Its text.
            tags: Its tags, each with a # in front.
            mentions: The users it mentions, each with an @ in front.

        Returns:
            The tweet, or an error if the user is not logged in.
        """
        if not self.authenticated:
            return _not_authenticated("posting")
        tweet: Tweet = {
            "id": TweetId(self.tweet_counter),
            "username": self.username,
            "content": content,
            "tags": self._tags if tags is _NOT_GIVEN else tags,
            "mentions": self._mentions if mentions is _NOT_GIVEN else mentions,
        }
        self.tweets[tweet["id"]] = tweet
        self.tweet_counter += 1
        return tweet

    def retweet(self, tweet_id: TweetId) -> Retweeted | Denied:
        """Pass a tweet on, once.

        Args:
            tweet_id: Which.

        Returns:
            How it went, or an error if the user is not logged in or the tweet is unknown.
        """
        if not self.authenticated:
            return _not_authenticated("retweeting")
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        mine = self.retweets.setdefault(self.username, [])
        if tweet_id in mine:
            return {"retweet_status": "Already retweeted"}
        mine.append(tweet_id)
        return {"retweet_status": "Successfully retweeted"}

    def comment(self, tweet_id: TweetId, comment_content: str) -> Commented | Denied:
        """Remark on a tweet.

        Args:
            tweet_id: Which.
            comment_content: The remark.

        Returns:
            How it went, or an error if the user is not logged in or the tweet is unknown.
        """
        if not self.authenticated:
            return _not_authenticated("commenting")
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        if tweet_id not in self.comments:
            self.comments[tweet_id] = []
        self.comments[tweet_id].append({"username": self.username, "content": comment_content})
        return {"comment_status": "Comment added successfully"}

    def mention(self, tweet_id: TweetId, mentioned_usernames: list[str]) -> Mentioned | Denied:
        """Add users to those whom a tweet mentions; the user need not be logged in, nor have written it.

        Args:
            tweet_id: Which tweet.
            mentioned_usernames: Whom to add.

        Returns:
            How it went, or an error if the tweet is unknown.
        """
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        self.tweets[tweet_id]["mentions"].extend(mentioned_usernames)
        return {"mention_status": "Users mentioned successfully"}

    def follow_user(self, username_to_follow: TwitterName) -> Followed | Denied:
        """Follow somebody, who need not exist.

        Args:
            username_to_follow: Whom.

        Returns:
            False if already followed, or an error if the user is not logged in.
        """
        if not self.authenticated:
            return _not_authenticated("following")
        if username_to_follow in self.following_list:
            return {"follow_status": False}
        self.following_list.append(username_to_follow)
        return {"follow_status": True}

    def list_all_following(self) -> FollowingList | Denied:
        """List whom the user follows.

        Returns:
            Their names, or an error if the user is not logged in.
        """
        if not self.authenticated:
            return _not_authenticated("listing following")
        return {"following_list": self.following_list}

    def unfollow_user(self, username_to_unfollow: TwitterName) -> Unfollowed | Denied:
        """Follow somebody no longer.

        Args:
            username_to_unfollow: Whom.

        Returns:
            False if not followed, or an error if the user is not logged in.
        """
        if not self.authenticated:
            return _not_authenticated("unfollowing")
        if username_to_unfollow not in self.following_list:
            return {"unfollow_status": False}
        self.following_list.remove(username_to_unfollow)
        return {"unfollow_status": True}

    def get_tweet(self, tweet_id: TweetId) -> Tweet | Denied:
        """Look a tweet up.

        Args:
            tweet_id: Which.

        Returns:
            The tweet, or an error if it is unknown.
        """
        return self.tweets[tweet_id] if tweet_id in self.tweets else _not_found(tweet_id)

    def get_user_tweets(self, username: TwitterName) -> list[Tweet]:
        """List what a user has posted.

        Args:
            username: Who.

        Returns:
            The tweets, oldest first.
        """
        return [tweet for tweet in self.tweets.values() if tweet["username"] == username]

    def search_tweets(self, keyword: str) -> list[Tweet]:
        """Find tweets by a word, whatever its case.

        Args:
            keyword: Part of the text, or a whole tag.

        Returns:
            The tweets, oldest first.
        """
        return [
            tweet
            for tweet in self.tweets.values()
            if keyword.lower() in tweet["content"].lower() or keyword.lower() in [tag.lower() for tag in tweet["tags"]]
        ]

    def get_tweet_comments(self, tweet_id: TweetId) -> list[Comment] | Denied:
        """List the comments on a tweet.

        Args:
            tweet_id: Which.

        Returns:
            The comments, oldest first, or an error if the tweet is unknown.
        """
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        return self.comments.get(tweet_id, [])

    def get_user_stats(self, username: TwitterName) -> UserStats:
        """Count what a user does.

        Args:
            username: Who; only of the user whose account it is, is known how many users they follow.

        Returns:
            The counts, all 0 for somebody unknown.
        """
        return {
            "tweet_count": len(self.get_user_tweets(username)),
            "following_count": len(self.following_list) if username == self.username else 0,
            "retweet_count": len(self.retweets.get(username, [])),
        }


def _not_authenticated(doing: str) -> Denied:
    return {"error": f"User not authenticated. Please authenticate before {doing}."}


def _not_found(tweet_id: TweetId) -> Denied:
    return {"error": f"Tweet with ID {tweet_id} not found."}
