# SPDX-License-Identifier: GPL-2.0
"""SIP (RFC 3261) and RTSP (RFC 2326) as the callers and the nodes' servers of the failover experiment speak them: as much as
it takes to set up a session of one media flow, to ask whether it is there, and to end it. A session is told by its number,
which is in its Call-ID or in its URL."""
import re
import struct

VIP = "198.18.0.100"
SIP_PORT, RTSP_PORT = 5060, 554

# What a media packet begins with: session, its number in the flow, when it was sent (ns since 1970).
MEDIA = struct.Struct("<IIq")
MEDIA_BYTES = 60
# What the logs of packets are made of: session, number in the flow, time. A signalling message has this for a number.
RECORD = struct.Struct("<IIq")
SIGNALLING = 0xFFFFFFFF


class Message:
    """One message: its first line in words, its headers by their names in lower case, its body."""

    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.first = lines[0].split(" ", 2)
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()

    def status(self):
        """Of an answer; None of a request."""
        return int(self.first[1]) if "/" in self.first[0] and len(self.first) > 1 else None

    def sequence(self):
        return int(self.headers.get("cseq", "0").split()[0])

    def session(self):
        """The session's number; None where it has none."""
        found = re.match(r"(\d+)@", self.headers.get("call-id", "")) or re.search(r"/stream/(\d+)", self.first[1])
        return int(found.group(1)) if found else None


def framed(buffer):
    """The first message in a stream's bytes, and how long it is; None, 0 while it is not complete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None, 0
    length = re.search(rb"(?im)^content-length: *(\d+)", buffer[:end])
    end += 4 + (int(length.group(1)) if length else 0)
    return (Message(buffer[:end].decode()), end) if len(buffer) >= end else (None, 0)


def written(first, headers, body=""):
    lines = [first] + [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines + ["", body]).encode()


def sdp(address, port):
    return "\r\n".join(["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0",
                        f"m=audio {port} RTP/AVP 0", ""])


def sdp_port(body):
    return int(re.search(r"(?m)^m=audio (\d+)", body).group(1))


def sip_request(method, session, sequence, transport, address, port, media=None):
    """A caller's request; an INVITE offers its media port."""
    body = sdp(address, media) if media else ""
    headers = {
        "Via": f"SIP/2.0/{transport} {address}:{port};branch=z9hG4bK{session}x{sequence}{method}",
        "Max-Forwards": "70",
        "From": f"<sip:a{session}@{address}>;tag=a{session}",
        "To": f"<sip:b@{VIP}>" + ("" if method == "INVITE" else f";tag=b{session}"),
        "Call-ID": f"{session}@{address}",
        "CSeq": f"{sequence} {method}",
        "Contact": f"<sip:a{session}@{address}:{port};transport={transport.lower()}>",
    }
    if body:
        headers["Content-Type"] = "application/sdp"
    headers["Content-Length"] = len(body)
    return written(f"{method} sip:b@{VIP} SIP/2.0", headers, body)


def sip_answer(request, status, node, media=None):
    """A node's answer; a 200 to an INVITE names its media port."""
    body = sdp(VIP, media) if media else ""
    to = request.headers["to"]
    headers = {
        "Via": request.headers["via"],
        "From": request.headers["from"],
        "To": to if ";tag=" in to else f"{to};tag=b{request.session()}",
        "Call-ID": request.headers["call-id"],
        "CSeq": request.headers["cseq"],
        "Contact": f"<sip:b@{VIP}>",
        "Server": node,
    }
    if body:
        headers["Content-Type"] = "application/sdp"
    headers["Content-Length"] = len(body)
    return written(f"SIP/2.0 {status}", headers, body)


def rtsp_request(method, session, sequence, media=None):
    """A player's request; a SETUP names its RTP port, and RTCP is the next one."""
    headers = {"CSeq": sequence}
    if method == "SETUP":
        headers["Transport"] = f"RTP/AVP;unicast;client_port={media}-{media + 1}"
    else:
        headers["Session"] = f"{10000000 + session}"
    return written(f"{method} rtsp://{VIP}:{RTSP_PORT}/stream/{session} RTSP/1.0", headers)


def rtsp_answer(request, status, node, media=None):
    """A node's answer; a 200 to a SETUP names its ports."""
    headers = {"CSeq": request.sequence(), "Session": f"{10000000 + request.session()};timeout=60", "Server": node}
    if media:
        headers["Transport"] = f"{request.headers['transport']};server_port={media}-{media + 1}"
    return written(f"RTSP/1.0 {status}", headers)


def rtsp_port(answer):
    return int(re.search(r"server_port=(\d+)", answer.headers["transport"]).group(1))
