"""Purchase order: what is ordered from whom, line by line, where it is to go and on which terms."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import Relation, Sums
from schemas.values import Amount, Day


class Item(Part):
    """One line that is ordered."""

    line: str | None = printed(column=("Line", "No.", "#", "Pos.", "Line No."))
    code: str | None = printed(column=("Item Code", "Item No.", "Item #", "SKU", "Part No.", "Part Number", "Code"))
    description: str | None = printed(column=("Description", "Item", "Item Description", "Product"), key=True)
    quantity: Amount | None = printed(column=("Quantity", "Qty", "Qty.", "Order Qty"))
    unit: str | None = printed(column=("Unit", "UOM", "U/M"))
    required_by: Day | None = printed(column=("Required By", "Delivery Date", "Due Date", "Need By"))
    unit_price: Amount | None = printed(column=("Unit Price", "Price", "Unit Cost", "Rate"))
    amount: Amount | None = printed(column=("Amount", "Total", "Line Total", "Extended Price", "Ext. Price"))


class PurchaseOrder(Form):
    """One purchase order."""

    accounts: ClassVar[str] = "asked"
    unasked: ClassVar[tuple[str, ...]] = ("Phone", "Tel", "Fax", "Email", "E-mail", "Page")

    buyer_name: str | None = printed("Buyer", "Company", "Ordered By")
    buyer_address: str | None = printed("Buyer Address", description="All lines of the address below the name.")
    order_number: str | None = printed(
        "PO Number", "P.O. Number", "PO No.", "P.O. No.", "PO #", "Order Number", "Order No.", key=True
    )
    order_date: Day | None = printed("PO Date", "Order Date", "Date", "Date of Order")
    vendor_name: str | None = printed("Vendor", "Supplier", "To", "Seller")
    vendor_address: str | None = printed("Vendor Address", description="All lines of the address below the name.")
    vendor_number: str | None = printed("Vendor No.", "Vendor ID", "Supplier No.", "Supplier Code")
    ship_to: str | None = printed("Ship To", "Deliver To", "Delivery Address", description="All lines.")
    requested_by: str | None = printed("Requisitioner", "Requested By", "Contact", "Buyer Contact")
    ship_via: str | None = printed("Ship Via", "Shipping Method", "Carrier")
    delivery_terms: str | None = printed("FOB", "F.O.B.", "Incoterms", "Shipping Terms", "Delivery Terms")
    payment_terms: str | None = printed("Terms", "Payment Terms")
    delivery_date: Day | None = printed("Delivery Date", "Required By", "Deliver By", "Date Required")
    currency: str | None = printed("Currency", suffix_of=("Amount", "Total", "Unit Price"))
    items: list[Item] = printed("Items", "Order Lines", many=True)
    subtotal: Amount | None = printed("Subtotal", "Sub-total", "Sub Total", "Net Total")
    discount: Amount | None = printed("Discount")
    tax: Amount | None = printed("Tax", "Sales Tax", "VAT", "GST")
    shipping: Amount | None = printed("Shipping", "Freight", "Delivery", "S&H")
    total: Amount | None = printed("Total", "Order Total", "Grand Total", "PO Total", "Total Amount")
    approved_by: str | None = printed("Authorized By", "Authorised By", "Approved By")
    notes: str | None = printed("Notes", "Special Instructions", "Comments", "Instructions", long=True)

    relations: ClassVar[tuple[Relation, ...]] = (Sums("subtotal", ("items[].amount",)),)
