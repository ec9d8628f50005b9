"""Receipt: what was bought where and when, and how it was paid."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import Relation, Sums
from schemas.values import Amount, Day


class Item(Part):
    """One line that was bought."""

    description: str | None = printed(column=("Item", "Description", "Product", "Article"), key=True)
    quantity: Amount | None = printed(column=("Qty", "Quantity", "Qty."))
    unit_price: Amount | None = printed(column=("Price", "Unit Price", "Each", "@"))
    amount: Amount | None = printed(column=("Amount", "Total"))


class Receipt(Form):
    """One receipt."""

    accounts: ClassVar[str] = "asked"
    unasked: ClassVar[tuple[str, ...]] = ("Tel", "Phone", "Terminal", "Till", "Register", "Auth Code", "AID", "TID")

    merchant_name: str | None = printed("Merchant", "Store", description="The shop, as it calls itself at the top.")
    merchant_address: str | None = printed("Address", description="All lines of the address.")
    receipt_number: str | None = printed(
        "Receipt No", "Receipt No.", "Receipt #", "Receipt Number", "Transaction", "Trans #", "Order #", key=True
    )
    date: Day | None = printed("Date")
    time: str | None = printed("Time", pattern=r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?")
    cashier: str | None = printed("Cashier", "Served By", "Your Server", "Server", "Operator")
    items: list[Item] = printed("Items", many=True)
    subtotal: Amount | None = printed("Subtotal", "Sub-total", "Sub Total")
    discount: Amount | None = printed("Discount", "Savings", "Coupon", "Promotion")
    tax: Amount | None = printed("Tax", "Sales Tax", "VAT", "GST", "Tax Total")
    tip: Amount | None = printed("Tip", "Gratuity", "Service Charge")
    total: Amount | None = printed("Total", "Total Due", "Amount Due", "Balance Due", "Grand Total")
    payment_method: str | None = printed("Payment Method", "Paid By", "Payment", "Tender")
    amount_tendered: Amount | None = printed("Cash", "Tendered", "Amount Tendered", "Cash Tendered")
    change: Amount | None = printed("Change", "Change Due")

    relations: ClassVar[tuple[Relation, ...]] = (
        Sums("amount_tendered", ("total", "change")),
        Sums("subtotal", ("items[].amount",)),
    )
