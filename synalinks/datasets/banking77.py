"""Customers' messages to a bank, with one of 77 intents each.

BANKING77 (CC-BY-4.0): Casanueva et al. 2020, "Efficient Intent Detection with Dual
Sentence Encoders", https://arxiv.org/abs/2003.04807; 10,003 messages to train with and
3,080 to test with.

Example:
    ```python
    (x_train, y_train), (x_test, y_test) = synalinks.datasets.banking77.load_data(
        n_intents=10
    )
    Intent = synalinks.datasets.banking77.get_output_data_model(n_intents=10)
    ```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from synalinks.data_models import DataModel
from synalinks.datasets._intent_dataset import IntentDataset, drawn, intent_model
from synalinks.datasets._source import Source, SplitName, loaded

if TYPE_CHECKING:
    from pathlib import Path

    from synalinks.datasets._source import Split

__all__ = [
    "INTENTS",
    "BankMessage",
    "get_input_data_model",
    "get_output_data_model",
    "iterable_dataset",
    "load_data",
]

_SOURCE = Source(
    name="banking77",
    base_url=(
        "https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/master/"
        "banking_data"
    ),
    suffix=".csv",
    starts_with=b"text,category",
)

INTENTS = (
    "activate_my_card",
    "age_limit",
    "apple_pay_or_google_pay",
    "atm_support",
    "automatic_top_up",
    "balance_not_updated_after_bank_transfer",
    "balance_not_updated_after_cheque_or_cash_deposit",
    "beneficiary_not_allowed",
    "cancel_transfer",
    "card_about_to_expire",
    "card_acceptance",
    "card_arrival",
    "card_delivery_estimate",
    "card_linking",
    "card_not_working",
    "card_payment_fee_charged",
    "card_payment_not_recognised",
    "card_payment_wrong_exchange_rate",
    "card_swallowed",
    "cash_withdrawal_charge",
    "cash_withdrawal_not_recognised",
    "change_pin",
    "compromised_card",
    "contactless_not_working",
    "country_support",
    "declined_card_payment",
    "declined_cash_withdrawal",
    "declined_transfer",
    "direct_debit_payment_not_recognised",
    "disposable_card_limits",
    "edit_personal_details",
    "exchange_charge",
    "exchange_rate",
    "exchange_via_app",
    "extra_charge_on_statement",
    "failed_transfer",
    "fiat_currency_support",
    "get_disposable_virtual_card",
    "get_physical_card",
    "getting_spare_card",
    "getting_virtual_card",
    "lost_or_stolen_card",
    "lost_or_stolen_phone",
    "order_physical_card",
    "passcode_forgotten",
    "pending_card_payment",
    "pending_cash_withdrawal",
    "pending_top_up",
    "pending_transfer",
    "pin_blocked",
    "receiving_money",
    "Refund_not_showing_up",
    "request_refund",
    "reverted_card_payment?",
    "supported_cards_and_currencies",
    "terminate_account",
    "top_up_by_bank_transfer_charge",
    "top_up_by_card_charge",
    "top_up_by_cash_or_cheque",
    "top_up_failed",
    "top_up_limits",
    "top_up_reverted",
    "topping_up_by_card",
    "transaction_charged_twice",
    "transfer_fee_charged",
    "transfer_into_account",
    "transfer_not_received_by_recipient",
    "transfer_timing",
    "unable_to_verify_identity",
    "verify_my_identity",
    "verify_source_of_funds",
    "verify_top_up",
    "virtual_card_not_working",
    "visa_or_mastercard",
    "why_verify_identity",
    "wrong_amount_of_cash_received",
    "wrong_exchange_rate_for_cash_withdrawal",
)
"""All intents, in alphabetical order."""


class BankMessage(DataModel):
    """A customer's message to a bank."""

    text: str = Field(description="The customer's message")


def get_input_data_model() -> type[DataModel]:
    """Return the data model of the messages: `text`."""
    return BankMessage


def get_output_data_model(
    n_intents: int | None = None, seed: int = 0
) -> type[DataModel]:
    """Return the data model of the answers: `intent`, one of the intents.

    Args:
        n_intents: As for `load_data`.
        seed: As for `load_data`.
    """
    intents = drawn(INTENTS, n_intents, seed, "banking77")
    doc = "What a customer of a bank wants."
    return intent_model("BankIntent", doc, intents)


def iterable_dataset(
    repeat: int = 1,
    batch_size: int = 1,
    limit: int | None = None,
    split: SplitName = "train",
    path: str | Path | None = None,
    *,
    n_intents: int | None = None,
    seed: int = 0,
    validation_split: float = 0.2,
    _base_url: str | None = None,
) -> IntentDataset:
    """Return the messages as a dataset that is read when it is iterated over.

    The files are sorted by intent: a `limit` sees the first intents only.

    Args:
        repeat: How many times in a row each message is given.
        batch_size: Samples of a batch.
        limit: The greatest number of messages; None for all.
        split: `"train"` or `"test"`.
        path: A folder with `train.csv` and `test.csv`, or one file to be split; None
            to download them once.
        n_intents: As for `load_data`.
        seed: As for `load_data`.
        validation_split: The share of each intent in one file that is for testing.
        _base_url: Another address to download from.
    """
    part = _SOURCE.part(split, path, _base_url, validation_split)
    return IntentDataset(
        part,
        None if n_intents is None else drawn(INTENTS, n_intents, seed, "banking77"),
        "category",
        input_data_model=BankMessage,
        output_data_model=get_output_data_model(n_intents, seed),
        repeat=repeat,
        batch_size=batch_size,
        limit=limit,
    )


def load_data(
    path: str | Path | None = None,
    n_intents: int | None = None,
    seed: int = 0,
    *,
    validation_split: float = 0.2,
    _base_url: str | None = None,
) -> tuple[Split, Split]:
    """Return `(x_train, y_train), (x_test, y_test)`, numpy arrays of data models.

    Args:
        path: A folder with `train.csv` and `test.csv`, or one file to be split; None
            to download them once into `<synalinks home>/datasets/banking77`.
        n_intents: How many intents to keep, drawn by the seed; None for all 77.
        seed: Which intents; the same seed gives the same.
        validation_split: The share of each intent in one file that is for testing.
        _base_url: Another address to download from.
    """

    def dataset(split: SplitName) -> IntentDataset:
        return iterable_dataset(
            split=split,
            path=path,
            n_intents=n_intents,
            seed=seed,
            validation_split=validation_split,
            _base_url=_base_url,
        )

    return loaded(dataset("train"), dataset("test"))
