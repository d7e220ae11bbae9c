"""A real SMTP server on loopback: prints its port, then each message as a line of JSON. Ends with its input."""

import json
import sys
import threading

from aiosmtpd.controller import Controller


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.content.decode("utf-8", "replace")
        told = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": content}
        print(json.dumps(told), flush=True)
        return "250 OK"


controller = Controller(Handler(), hostname="127.0.0.1", port=0)
# Port 0 lets the kernel choose; the controller's own check of the port would not know which.
controller._trigger_server = lambda: None
controller.start()
print(controller.server.sockets[0].getsockname()[1], flush=True)
threading.Thread(target=sys.stdin.read).run()
controller.stop()
