#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A GStreamer RTSP server for one node: rtsp://ADDRESS:PORT/live, MJPEG video and PCMU audio, light on the CPU.

Every client gets a pipeline and server ports of its own, from a pool that starts at the same port on every node: so
the same VIP:port is in use on several nodes at once, each for another session."""
import argparse
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=snow ! video/x-raw,format=I420,width=128,height=96,framerate={rate}/1"
    " ! jpegenc quality=90 ! rtpjpegpay name=pay0"
    " audiotestsrc is-live=true samplesperbuffer=800 ! audio/x-raw,rate=8000,channels=1"
    " ! mulawenc ! rtppcmupay name=pay1 min-ptime=100000000 )"
)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--address", required=True, help="the VIP: listened on, sent from, named in Transport")
    options.add_argument("--port", default="554")
    options.add_argument("--rate", type=int, default=5, help="pictures per second")
    options.add_argument("--media-ports", default="5000-5999", metavar="LOW-HIGH")
    arguments = options.parse_args()

    Gst.init(None)
    low, high = (int(port) for port in arguments.media_ports.split("-"))
    pool = GstRtspServer.RTSPAddressPool()
    if not pool.add_range(arguments.address, arguments.address, low, high, 0):
        sys.exit(f"no media ports {arguments.media_ports} at {arguments.address}")

    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE.format(rate=arguments.rate))
    factory.set_shared(False)
    factory.set_address_pool(pool)

    server = GstRtspServer.RTSPServer()
    server.set_address(arguments.address)
    server.set_service(arguments.port)
    server.get_mount_points().add_factory("/live", factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on {arguments.address} port {arguments.port}")

    loop = GLib.MainLoop()
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    print(f"serving rtsp://{arguments.address}:{arguments.port}/live", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
