#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Says of every session whether it was whole, from captures alone: what each client sent to the VIP (the truth about
which flows make a session, read from its own SETUP and SDP exchanges) and which node's interface each packet came to.
The load balancer under test is not asked.

A session is
  failed   if its player or call did not succeed, as the program that played or called says;
  silent   if its client sent no media, so there was nothing to keep together (unless interleaved in the signalling);
  split    if its packets came to more than one node;
  lost     if a packet of it came to no node, or more came than were sent;
  whole    otherwise.

  judge.py --vip ADDRESS --client NAME=FILE.pcap... --node NAME=FILE.pcap... --outcomes FILE [--json FILE]

Exit 0 only if there are sessions, as many as the outcomes promise, all are whole, and no packet is unexplained."""
import argparse
import collections
import ipaddress
import json
import re
import struct
import sys

RTSP_PORT = 554
SIP_PORT = 5060
TCP, UDP = 6, 17
PROTO_NAMES = {TCP: "tcp", UDP: "udp"}

Packet = collections.namedtuple("Packet", "proto src sport dst dport seq syn payload")
# A flow in the direction of requests: from a client's port to a port of the VIP. Of SIP over UDP, where calls may share
# their ports, the messages of one call; of TCP, where connections may follow each other on the same ports, the one that
# the client began with this sequence number.
Flow = collections.namedtuple("Flow", "proto src sport dport call began", defaults=("", 0))


# --- captures -------------------------------------------------------------------------------------------------
def read_capture(path):
    """Yields the TCP and UDP packets of an Ethernet pcap file (tcpdump -w)."""
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(data[:4])
    if order is None or struct.unpack_from(order + "I", data, 20)[0] != 1:
        sys.exit(f"{path}: not an Ethernet pcap file")
    position = 24
    while position + 16 <= len(data):
        captured, length = struct.unpack_from(order + "II", data, position + 8)
        if captured != length or position + 16 + captured > len(data):
            sys.exit(f"{path}: a packet is not complete")
        packet = parse_frame(data[position + 16 : position + 16 + captured])
        if packet:
            yield packet
        position += 16 + captured


def parse_frame(frame):
    ethertype, start = struct.unpack_from("!H", frame, 12)[0], 14
    if ethertype == 0x0800:
        header = (frame[start] & 15) * 4
        if struct.unpack_from("!H", frame, start + 6)[0] & 0x3FFF:
            sys.exit("a fragment: this traffic has none, and this judge does not put them together")
        proto, size = frame[start + 9], struct.unpack_from("!H", frame, start + 2)[0] - header
        src, dst = frame[start + 12 : start + 16], frame[start + 16 : start + 20]
    elif ethertype == 0x86DD:
        header = 40
        proto, size = frame[start + 6], struct.unpack_from("!H", frame, start + 4)[0]
        src, dst = frame[start + 8 : start + 24], frame[start + 24 : start + 40]
    else:
        return None
    if proto not in PROTO_NAMES:
        return None
    start += header
    segment = frame[start : start + size]
    sport, dport = struct.unpack_from("!HH", segment)
    src, dst = str(ipaddress.ip_address(src)), str(ipaddress.ip_address(dst))
    if proto == UDP:
        return Packet(proto, src, sport, dst, dport, 0, False, segment[8:])
    sequence = struct.unpack_from("!I", segment, 4)[0]
    return Packet(proto, src, sport, dst, dport, sequence, bool(segment[13] & 2), segment[(segment[12] >> 4) * 4 :])


# --- text protocols -------------------------------------------------------------------------------------------
class Message:
    """A SIP or RTSP message: first line, headers (lower-case names, several values), body."""

    def __init__(self, head, body):
        lines = head.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        self.first = lines[0]
        self.headers = collections.defaultdict(list)
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self.headers[name.strip().lower()].append(value.strip())
        self.body = body.decode("utf-8", "replace")
        words = self.first.split(" ")
        self.status = int(words[1]) if words[0].startswith(("RTSP/", "SIP/")) else None
        self.method = None if self.status else words[0]

    def header(self, name):
        return self.headers[name][0] if self.headers[name] else ""

    def call_id(self):
        return self.header("call-id") or self.header("i")


def messages_of_stream(stream):
    """The messages in one direction of a TCP connection; interleaved frames ($) are skipped."""
    messages = []
    while stream:
        if stream[:1] == b"$" and len(stream) >= 4:
            stream = stream[4 + struct.unpack_from("!H", stream, 2)[0] :]
            continue
        stream = stream.lstrip(b"\r\n")
        head, gap, rest = stream.partition(b"\r\n\r\n")
        if not gap:
            break
        length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
        size = int(length.group(1)) if length else 0
        messages.append(Message(head, rest[:size]))
        stream = rest[size:]
    return messages


def tcp_stream(packets):
    """One direction of a connection, in order, each byte once."""
    start = next((packet.seq + 1 for packet in packets if packet.syn), None)
    if start is None:
        return b""
    stream = b""
    for packet in sorted((p for p in packets if p.payload), key=lambda p: (p.seq - start) & 0xFFFFFFFF):
        offset = (packet.seq - start) & 0xFFFFFFFF
        if offset > len(stream):
            break
        stream += packet.payload[len(stream) - offset :]
    return stream


def media_of_sdp(body, default_address):
    """[(address, RTP port, RTCP port)] of an SDP body's m= lines."""
    address, media = default_address, []
    for line in body.replace("\r\n", "\n").split("\n"):
        if line.startswith("c=IN IP"):
            address = line.split(" ")[2].split("/")[0]
            if media:
                media[-1][0] = address
        elif line.startswith("m="):
            port = int(line.split(" ")[1].split("/")[0])
            media.append([address, port, port + 1])
        elif line.startswith("a=rtcp:") and media:
            media[-1][2] = int(line[len("a=rtcp:") :].split(" ")[0])
    return [tuple(entry) for entry in media]


class Flows:
    """The flows of the packets of one capture, in its order."""

    def __init__(self, vip, elsewhere=None):
        """`elsewhere`: {flow: number} of connections whose beginning this capture may not show."""
        self.vip, self.began, self.elsewhere = vip, {}, elsewhere or {}

    def of(self, packet):
        """The flow of a packet to the VIP or from it."""
        asks = packet.dst == self.vip
        if asks:
            flow = Flow(packet.proto, packet.src, packet.sport, packet.dport)
        else:
            flow = Flow(packet.proto, packet.dst, packet.dport, packet.sport)
        if packet.proto == TCP:
            if asks and packet.syn:
                self.began[flow] = packet.seq
            return flow._replace(began=self.began.get(flow, self.elsewhere.get(flow, 0)))
        if flow.dport != SIP_PORT:
            return flow
        return flow._replace(call=next((message.call_id() for message in messages_of_stream(packet.payload)), ""))


# --- sessions, as the clients' captures show them -------------------------------------------------------------
class Session:
    def __init__(self, kind, client, name):
        self.kind, self.client, self.name = kind, client, name
        self.signalling, self.media = [], []
        self.interleaved = False
        self.succeeded, self.detail = False, ""

    def add_media(self, flow):
        if flow not in self.media:
            self.media.append(flow)


def rtsp_sessions(client, conversations):
    for flow, (requests, replies) in conversations.items():
        if flow.proto != TCP or flow.dport != RTSP_PORT:
            continue
        asked = messages_of_stream(tcp_stream(requests))
        answered = {reply.header("cseq"): reply for reply in messages_of_stream(tcp_stream(replies)) if reply.status}
        agents = [message.header("user-agent") for message in asked if message.header("user-agent")]
        session = Session("rtsp", client, agents[0] if agents else f"port {flow.sport}")
        session.signalling.append(flow)
        for setup in (message for message in asked if message.method == "SETUP"):
            reply = answered.get(setup.header("cseq"))
            transport = reply.header("transport") if reply and reply.status == 200 else ""
            session.interleaved |= "interleaved=" in transport
            theirs = re.search(r"server_port=(\d+)(?:-(\d+))?", transport)
            ours = re.search(r"client_port=(\d+)(?:-(\d+))?", transport)
            if theirs and ours:
                for from_port, to_port in zip(ours.groups(), theirs.groups()):
                    if from_port and to_port:
                        session.add_media(Flow(UDP, flow.src, int(from_port), int(to_port)))
        yield session


def sip_dialogs(client, conversations):
    calls = {}
    for flow, (requests, replies) in conversations.items():
        proto, src = flow.proto, flow.src
        if flow.dport != SIP_PORT:
            continue
        if proto == TCP:
            texts = messages_of_stream(tcp_stream(requests)) + messages_of_stream(tcp_stream(replies))
        else:
            texts = [message for packet in requests + replies for message in messages_of_stream(packet.payload)]
        for message in texts:
            call_id = message.call_id()
            call = calls.setdefault(call_id, {"flows": [], "offer": None, "answer": None, "steps": set()})
            if flow not in call["flows"]:
                call["flows"].append(flow)
            step = message.header("cseq").split(" ")[-1]
            call["steps"].add((step, message.status))
            if step == "INVITE" and message.body:
                call["offer" if message.method else "answer"] = media_of_sdp(message.body, src)
    for call_id, call in calls.items():
        session = Session("sip", client, call_id)
        session.signalling = call["flows"]
        for (address, rtp, rtcp), (_, to_rtp, to_rtcp) in zip(call["offer"] or [], call["answer"] or []):
            session.add_media(Flow(UDP, str(ipaddress.ip_address(address)), rtp, to_rtp))
            session.add_media(Flow(UDP, str(ipaddress.ip_address(address)), rtcp, to_rtcp))
        wanted = {("INVITE", 200), ("ACK", None), ("BYE", 200)}
        session.succeeded = wanted <= call["steps"]
        answered = sorted({status for step, status in call["steps"] if status and status >= 200})
        session.detail = "completed" if session.succeeded else f"final answers: {answered or 'none'}"
        yield session


# --- judging --------------------------------------------------------------------------------------------------
def judge_session(session, sent, returned, seen):
    """The session as a dictionary with its verdict. sent, returned: {flow: packets}; seen: {flow: {node: packets}}."""
    flows, nodes, lost, extra = [], set(), 0, 0
    for role, members in (("signalling", session.signalling), ("media", session.media)):
        for flow in members:
            at = seen.get(flow, {})
            nodes |= set(at)
            # TCP sends again what is lost; only where it went is judged. Every datagram must have come, once.
            if flow.proto == UDP:
                lost += max(0, sent[flow] - sum(at.values()))
                extra += max(0, sum(at.values()) - sent[flow])
            elif not at:
                lost += sent[flow]
            flows.append({
                "role": role, "proto": PROTO_NAMES[flow.proto], "src": flow.src, "sport": flow.sport,
                "dport": flow.dport, "call": flow.call, "sent": sent[flow], "returned": returned[flow], "nodes": dict(sorted(at.items())),
            })
    media_sent = sum(sent[flow] for flow in session.media)
    faults = []
    if not session.succeeded:
        faults.append("failed")
    if media_sent == 0 and not session.interleaved:
        faults.append("silent")
    if len(nodes) > 1:
        faults.append("split")
    if lost or extra:
        faults.append("lost")
    return {
        "kind": session.kind, "client": session.client, "name": session.name, "nodes": sorted(nodes),
        "verdict": faults[0] if faults else "whole", "faults": faults, "detail": session.detail, "flows": flows,
        "media_sent": media_sent, "media_returned": sum(returned[flow] for flow in session.media),
        "lost": lost, "extra": extra,
    }


def count_at_nodes(captures, vip, conversations):
    began = {flow._replace(began=0): flow.began for flow in conversations}
    seen = collections.defaultdict(collections.Counter)
    for node, path in captures.items():
        flows = Flows(vip, began)
        for packet in read_capture(path):
            if packet.dst == vip:
                seen[flows.of(packet)][node] += 1
    return seen


def read_client(path, vip):
    """{flow: (packets sent, packets returned)} of a client's capture."""
    conversations, flows = collections.defaultdict(lambda: ([], [])), Flows(vip)
    for packet in read_capture(path):
        if packet.dst == vip:
            conversations[flows.of(packet)][0].append(packet)
        elif packet.src == vip:
            conversations[flows.of(packet)][1].append(packet)
    return conversations


def judge(vip, clients, nodes, outcomes):
    captured = {client: read_client(path, vip) for client, path in clients.items()}
    seen = count_at_nodes(nodes, vip, [flow for conversations in captured.values() for flow in conversations])
    players = {player["name"]: player for player in outcomes["players"]}
    result = {"vip": vip, "sessions": [], "unexplained": [], "complaints": []}
    explained = set()
    for client, conversations in captured.items():
        sent, returned = collections.Counter(), collections.Counter()
        for flow, (out, back) in conversations.items():
            sent[flow], returned[flow] = len(out), len(back)
        found = list(rtsp_sessions(client, conversations))
        for session in found:
            player = players.pop(session.name, None)
            session.succeeded = bool(player and player["succeeded"])
            session.detail = player["detail"] if player else "no player says it was its own"
        dialogs = list(sip_dialogs(client, conversations))
        completed = sum(dialog.succeeded for dialog in dialogs)
        callers = [caller for caller in outcomes["callers"] if caller["client"] == client]
        for caller in callers:
            if caller["exit"] != 0 or caller["succeeded"] != caller["calls"]:
                result["complaints"].append(f"{caller['program']} on {client}: {caller['succeeded']} of "
                                            f"{caller['calls']} calls succeeded, exit {caller['exit']}")
        succeeded, calls = (sum(caller[key] for caller in callers) for key in ("succeeded", "calls"))
        if succeeded != completed:
            result["complaints"].append(f"{client} says {succeeded} calls succeeded, its capture shows {completed}")
        if calls != len(dialogs):
            result["complaints"].append(f"{client} was to place {calls} calls, {len(dialogs)} were seen")
        for session in found + dialogs:
            explained.update(session.signalling + session.media)
            result["sessions"].append(judge_session(session, sent, returned, seen))
        result["unexplained"] += [
            {"at": client, "flow": format_flow(flow), "packets": sent[flow]}
            for flow in conversations if sent[flow] and flow not in explained
        ]
    for name in players:
        result["complaints"].append(f"{name} never spoke RTSP to the VIP: {players[name]['detail']}")
    result["unexplained"] += [
        {"at": node, "flow": format_flow(flow), "packets": packets}
        for flow, at in seen.items() if flow not in explained for node, packets in at.items()
    ]
    faults = collections.Counter(fault for session in result["sessions"] for fault in session["faults"])
    verdicts = collections.Counter(session["verdict"] for session in result["sessions"])
    result["summary"] = {
        "sessions": len(result["sessions"]), "whole": verdicts["whole"],
        **{fault: faults[fault] for fault in ("failed", "silent", "split", "lost")},
        "unheard": sum(s["kind"] == "sip" and s["media_returned"] == 0 for s in result["sessions"]),
        "players": len(outcomes["players"]), "players_succeeded": sum(p["succeeded"] for p in outcomes["players"]),
        "calls": sum(c["calls"] for c in outcomes["callers"]),
        "calls_succeeded": sum(c["succeeded"] for c in outcomes["callers"]),
        "sessions_at_node": dict(sorted(collections.Counter(n for s in result["sessions"] for n in s["nodes"]).items())),
    }
    result["passed"] = bool(
        result["sessions"] and verdicts["whole"] == len(result["sessions"])
        and len(result["sessions"]) == result["summary"]["players"] + result["summary"]["calls"]
        and not result["unexplained"] and not result["complaints"])
    return result


def format_flow(flow):
    of_call = f" call {flow.call}" if flow.call else ""
    return f"{PROTO_NAMES[flow.proto]} {flow.src} {flow.sport} > {flow.dport}{of_call}"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--vip", required=True)
    options.add_argument("--client", action="append", required=True, metavar="NAME=FILE")
    options.add_argument("--node", action="append", required=True, metavar="NAME=FILE")
    options.add_argument("--outcomes", required=True, metavar="FILE", help="what run-traffic wrote")
    options.add_argument("--json", metavar="FILE", help="write the judgement there")
    arguments = options.parse_args()
    with open(arguments.outcomes, encoding="utf-8") as file:
        outcomes = json.load(file)
    result = judge(
        str(ipaddress.ip_address(arguments.vip)), dict(entry.split("=", 1) for entry in arguments.client),
        dict(entry.split("=", 1) for entry in arguments.node), outcomes)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    else:
        json.dump(result, sys.stdout, indent=1)
    sys.exit(0 if result["passed"] else 1)


if __name__ == "__main__":
    main()
