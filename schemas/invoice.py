"""Invoice: what was delivered by whom to whom, line by line, with tax and what is to be paid by when."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import InOrder, Relation, Sums
from schemas.values import Amount, Day


class Item(Part):
    """One line item; a description that wraps is one text."""

    code: str | None = printed(column=("Item Code", "Item No.", "Item #", "SKU", "Code", "Part No.", "Product Code"))
    description: str | None = printed(
        column=("Description", "Item", "Item Description", "Details", "Product", "Service", "Particulars"), key=True
    )
    quantity: Amount | None = printed(column=("Quantity", "Qty", "Qty.", "Hours", "Units"))
    unit: str | None = printed(column=("Unit", "UOM", "U/M", "Unit of Measure"))
    unit_price: Amount | None = printed(column=("Unit Price", "Price", "Rate", "Unit Cost", "Price Each"))
    discount: Amount | None = printed(column=("Discount", "Disc.", "Disc. %", "Discount %"))
    tax_rate: Amount | None = printed(column=("VAT", "VAT %", "VAT Rate", "Tax", "Tax %", "Tax Rate", "GST"))
    amount: Amount | None = printed(column=("Amount", "Total", "Line Total", "Net Amount", "Net", "Extended Price"))


class Invoice(Form):
    """One invoice."""

    accounts: ClassVar[str] = "asked"
    unasked: ClassVar[tuple[str, ...]] = ("Phone", "Tel", "Telephone", "Fax", "Email", "E-mail", "Web", "Website")

    seller_name: str | None = printed("From", "Seller", "Supplier", "Vendor")
    seller_address: str | None = printed("Seller Address", description="All lines of the address below the name.")
    seller_tax_id: str | None = printed("VAT No", "VAT Reg No", "VAT Number", "VAT ID", "Tax ID", "EIN", "GSTIN", "ABN")
    invoice_number: str | None = printed(
        "Invoice Number", "Invoice No", "Invoice No.", "Invoice #", "Invoice ID", "Our Ref", key=True
    )
    invoice_date: Day | None = printed("Invoice Date", "Date", "Date of Issue", "Issue Date", "Date Issued")
    due_date: Day | None = printed("Due Date", "Payment Due", "Due", "Date Due", "Pay By", "Payable By")
    purchase_order: str | None = printed("PO Number", "P.O. Number", "PO #", "P.O. #", "Purchase Order", "Your Order")
    payment_terms: str | None = printed("Terms", "Payment Terms")
    customer_name: str | None = printed("Bill To", "Billed To", "Invoice To", "Sold To", "Customer", "To")
    customer_address: str | None = printed(
        "Billing Address", "Customer Address", description="All lines of the address below the name."
    )
    customer_number: str | None = printed("Customer No", "Customer No.", "Customer ID", "Account No", "Account Number")
    ship_to: str | None = printed(
        "Ship To", "Deliver To", "Delivery Address", "Shipping Address", description="Name and address, all lines."
    )
    currency: str | None = printed(
        "Currency", suffix_of=("Amount", "Total", "Amount Due"), description="The code, where one is printed: USD."
    )
    items: list[Item] = printed(
        "Items", "Line Items", many=True, description="No subtotals, and no sums carried over a page."
    )
    subtotal: Amount | None = printed("Subtotal", "Sub-total", "Sub Total", "Net Total", "Total Excl. VAT")
    discount: Amount | None = printed("Discount", "Less Discount", description="Negative if printed in parentheses.")
    shipping: Amount | None = printed("Shipping", "Freight", "Delivery", "Postage", "Shipping & Handling", "Carriage")
    tax: Amount | None = printed("Tax", "Sales Tax", "VAT", "GST", "Total VAT", "Total Tax")
    total: Amount | None = printed("Total", "Invoice Total", "Grand Total", "Total Amount", "Total Incl. VAT")
    amount_paid: Amount | None = printed("Amount Paid", "Paid", "Deposit", "Payments", "Less Deposit")
    amount_due: Amount | None = printed("Amount Due", "Balance Due", "Total Due", "Balance", "Please Pay")
    notes: str | None = printed("Notes", "Note", "Remarks", "Comments", long=True)

    relations: ClassVar[tuple[Relation, ...]] = (
        InOrder("invoice_date", "due_date"),
        Sums("subtotal", ("items[].amount",)),
    )
