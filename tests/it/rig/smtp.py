"""A real SMTP server on loopback: prints its port, then each message as a line of JSON. Ends with its input."""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


def part(message, kind):
    body = message.get_body((kind,))
    return body.get_content().replace("\r\n", "\n") if body else ""


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(message["subject"]),
            "text": part(message, "plain"),
            "html": part(message, "html"),
            "content": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(told), flush=True)
        return "250 OK"


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
