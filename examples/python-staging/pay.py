"""Charges a card and refunds it, with nothing in it that knows of Stoplog."""

import os
import sys

import requests

API = "https://api.stripe.com/v1"
KEY = os.environ.get("STRIPE_KEY", "sk_test_none")


def call(path, **form):
    answer = requests.post(f"{API}{path}", auth=(KEY, ""), data=form, timeout=30)
    print(answer.status_code, path, "verdict:", answer.headers.get("Stoplog-Verdict", "-"))
    if not answer.ok:
        sys.exit(answer.json()["error"]["message"])
    return answer.json()


def main():
    charge = call("/charges", amount=2000, currency="usd", source="tok_visa")
    print(" ", charge["id"], charge["amount"], charge["status"])
    refund = call("/refunds", charge=charge["id"], amount=500)
    print(" ", refund["id"], refund["amount"], refund["status"])


if __name__ == "__main__":
    main()
