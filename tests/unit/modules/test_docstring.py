"""What docstrings say of arguments."""

from synalinks.modules._docstring import read_docstring


def documented(text):
    def function():
        pass

    function.__doc__ = text
    return read_docstring(function)


def test_the_form_of_google():
    """Types in brackets, stars and continued lines are understood."""
    summary, arguments = documented(
        """Do it.

        In
        detail: with care.

        Args:
            a: First: of all.
            b (int, optional): Second,
                and more.

            *c: Rest.

        Returns:
            d: Something.
        """
    )

    assert summary == "Do it. In detail: with care."
    assert arguments == {"a": "First: of all.", "b": "Second, and more.", "c": "Rest."}


def test_the_form_of_sphinx():
    """With a type or without."""
    summary, arguments = documented(
        """Do it.

        :param a: First,
            and more.
        :param int b: Second.
        :returns: Something.
        :raises ValueError: Never.
        """
    )

    assert summary == "Do it."
    assert arguments == {"a": "First, and more.", "b": "Second."}


def test_nothing_to_read():
    """No docstring, no arguments."""
    assert documented(None) == ("", {})
    assert documented("Do it.") == ("Do it.", {})
    assert documented("Do it.\n\nArgs:\n") == ("Do it.", {})
