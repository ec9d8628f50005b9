"""Bank statement: the movements of one account over a period, and its balances."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import InOrder, Relation
from schemas.values import Amount, Day


class Transaction(Part):
    """One movement, or a balance brought forward."""

    date: str | None = printed(
        column=("Date", "Transaction Date", "Posting Date", "Posted"),
        spans=True,
        description="As printed, often without a year; printed once for the movements of a day.",
    )
    description: str | None = printed(
        column=("Description", "Details", "Transaction", "Particulars", "Payment Type and Details"), key=True
    )
    reference: str | None = printed(column=("Reference", "Ref", "Ref.", "Cheque No.", "Check No."))
    money_out: Amount | None = printed(column=("Paid Out", "Money Out", "Withdrawals", "Debit", "Debits", "Payments"))
    money_in: Amount | None = printed(column=("Paid In", "Money In", "Deposits", "Credit", "Credits", "Receipts"))
    amount: Amount | None = printed(column=("Amount",), description="Where one column holds both, with its sign.")
    balance: Amount | None = printed(column=("Balance", "Running Balance"))


class BankStatement(Form):
    """One statement of one account."""

    accounts: ClassVar[str] = "asked"
    unasked: ClassVar[tuple[str, ...]] = ("Page", "Sheet Number", "Phone", "Telephone", "Website", "Overdraft Limit")

    bank_name: str | None = printed("Bank")
    account_holder: str | None = printed("Account Holder", "Account Name", "Account Owner", "Name", "Customer")
    holder_address: str | None = printed("Address", description="All lines of the holder's address.")
    account_number: str | None = printed("Account Number", "Account No", "Account No.", "Account", key=True)
    sort_code: str | None = printed("Sort Code", "Routing Number", "Routing No.", "ABA", "BSB")
    iban: str | None = printed("IBAN")
    bic: str | None = printed("BIC", "SWIFT", "BIC/SWIFT", "SWIFT/BIC")
    currency: str | None = printed("Currency", "Account Currency", suffix_of=("Balance", "Amount"))
    statement_number: str | None = printed("Statement Number", "Statement No", "Statement No.")
    statement_date: Day | None = printed("Statement Date", "Date of Statement", "Issued On")
    period_start: Day | None = printed("Statement Period", "Period", "From", "Period From")
    period_end: Day | None = printed("To", "Period To")
    opening_balance: Amount | None = printed(
        "Opening Balance", "Beginning Balance", "Previous Balance", "Start Balance"
    )
    total_in: Amount | None = printed("Total Paid In", "Total Deposits", "Deposits and Credits", "Total Credits")
    total_out: Amount | None = printed("Total Paid Out", "Total Withdrawals", "Withdrawals and Debits", "Total Debits")
    closing_balance: Amount | None = printed("Closing Balance", "Ending Balance", "New Balance", "End Balance")
    transactions: list[Transaction] = printed(
        "Transactions",
        "Transaction Details",
        "Account Activity",
        many=True,
        description="Balances brought and carried forward are among them where they stand in the list.",
    )

    relations: ClassVar[tuple[Relation, ...]] = (InOrder("period_start", "period_end"),)
