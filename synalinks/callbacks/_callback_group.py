"""`CallbackGroup`: several callbacks as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import HOOKS, Callback
from synalinks.callbacks._callback_list import CallbackList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


class CallbackGroup(Callback):
    """Several callbacks that take one place in the list, and run in their own order.

    Args:
        callbacks: The members.
        callback_order: Order of the group as a whole.
    """

    def __init__(self, *callbacks: Any, callback_order: float = 0) -> None:
        self.members: CallbackList = CallbackList(list(callbacks))
        self.callback_order = callback_order
        for hook in HOOKS:
            setattr(self, hook, getattr(self.members, hook))

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Hand the parameters of the run to the members.

        Args:
            params: Values by name.
        """
        self.params = params
        self.members.bind(self.program, params)

    def set_program(self, program: Any) -> None:
        """Hand the program to the members.

        Args:
            program: The program.
        """
        super().set_program(program)
        self.members.bind(program, self.params)

    def state_dict(self) -> JsonObject:
        """Return the states of the members, by position."""
        return {
            str(index): member.state_dict()
            for index, member in enumerate(self.members)
            if hasattr(member, "state_dict")
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Give the members their states back.

        Args:
            state: What `state_dict` returned.
        """
        for index, member in enumerate(self.members):
            if str(index) in state:
                member.load_state_dict(state[str(index)])
