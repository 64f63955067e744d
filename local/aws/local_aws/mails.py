"""SES: what was sent can be read, GET /moto-api/mails."""
import json
from datetime import UTC, datetime

from moto.moto_api._internal import urls
from moto.sesv2.responses import SESV2Response

from .seams import expect, replace

_sent: list[dict] = []


def _kept(original):
    # AWS: the mail goes out with all its parts. moto: kept the HTML of it, and the text only where there is no HTML.
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    def send_email(self):
        answer = original(self)  # refuses senders that are not verified
        mail = json.loads(self.body)
        if simple := mail["Content"].get("Simple"):
            _sent.append({
                "id": json.loads(answer)["MessageId"],
                "sentAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "from": mail.get("FromEmailAddress"),
                **{kind: mail.get("Destination", {}).get(f"{kind.title()}Addresses", []) for kind in ("to", "cc", "bcc")},
                "subject": simple["Subject"]["Data"],
                **{kind: simple["Body"].get(kind.title(), {}).get("Data") for kind in ("text", "html")},
                "configurationSet": mail.get("ConfigurationSetName"),
            })  # fmt: skip
        return answer

    return send_email


def _list(_request, _full_url, _headers):
    return 200, {"Content-Type": "application/json"}, json.dumps({"mails": _sent})


def install() -> None:
    """Keeps what is sent, and lists it."""
    replace(SESV2Response, "send_email", _kept, takes=())
    expect(urls, "url_paths")
    assert "{0}/moto-api/mails" not in urls.url_paths, "moto lists mails itself now"
    urls.url_paths["{0}/moto-api/mails"] = _list
