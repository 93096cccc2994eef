# SPDX-License-Identifier: GPL-2.0
"""The client programs, each unmodified, in a client's namespace: players of RTSP streams and callers by SIP. Used by
run-traffic, whose arguments they take."""
import csv
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def in_url(address):
    return f"[{address}]" if ":" in address else address


class Program:
    """A client program in its namespace, with its output in a file."""

    def __init__(self, prefix, client, command, directory):
        self.client = client
        self.log_path = os.path.join(directory, "log")
        with open(self.log_path, "wb") as file:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", prefix + client, *command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, cwd=directory)

    def running(self):
        return self.process.poll() is None

    def give_up(self):
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def output(self):
        with open(self.log_path, "rb") as file:
            return file.read().decode("utf-8", "replace").replace("\r", "\n")

    def last_line(self):
        return self.output().strip().split("\n")[-1].strip()


# --- players --------------------------------------------------------------------------------------------------
class Player(Program):
    """Plays a stream for a given length of media. Its name is its User-Agent: so the judge knows its session."""
    # As long as it takes to know what the pictures are, but not to count how many a second has. An mpv that begins sooner in
    # the midst of a stream, as all do at VLC, gives its first picture the time 0, and shows it until the next one is due.
    ANALYZE_SECONDS = 10

    def __init__(self, arguments, client, name):
        self.name, self.seconds = name, arguments.play_seconds
        self.url = f"rtsp://{in_url(arguments.vip)}:554/live"
        self.transport = arguments.rtsp_transport
        self.directory = os.path.join(arguments.run_dir, name)
        os.makedirs(self.directory)
        super().__init__(arguments.prefix, client, self.command(), self.directory)

    def command(self):
        raise NotImplementedError

    def progress(self):
        """(pictures, seconds of media) until now."""
        raise NotImplementedError

    def outcome(self):
        frames, played = self.progress()
        succeeded = self.process.returncode == 0 and frames > 0 and played >= 0.9 * self.seconds
        detail = f"{frames} frames, {played:.1f} s"
        if not succeeded:
            detail += f", exit {self.process.returncode}: {self.last_line()}"
        return {"name": self.name, "client": self.client, "exit": self.process.returncode, "frames": frames,
                "seconds": played, "succeeded": succeeded, "detail": detail}


class Ffmpeg(Player):
    TRANSPORT = {"udp": ["-rtsp_transport", "udp"], "tcp": ["-rtsp_transport", "tcp"],
                 "prefer-tcp": ["-rtsp_flags", "prefer_tcp"]}

    def command(self):
        self.progress_path = os.path.join(self.directory, "progress")
        return ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning", "-progress", self.progress_path,
                "-user_agent", self.name, *self.TRANSPORT[self.transport], "-timeout", "20000000",
                "-analyzeduration", str(self.ANALYZE_SECONDS * 1000000), "-fpsprobesize", "0",
                "-i", self.url, "-t", str(self.seconds), "-f", "null", "-"]

    def progress(self):
        values = {}
        if os.path.exists(self.progress_path):
            with open(self.progress_path, encoding="utf-8") as file:
                for line in file:
                    key, _, value = line.strip().partition("=")
                    values[key] = value
        microseconds = values.get("out_time_us", "N/A")
        return int(values.get("frame", "0")), 0.0 if microseconds == "N/A" else int(microseconds) / 1e6


class Mpv(Player):
    TRANSPORT = {"udp": ["--rtsp-transport=udp"], "tcp": ["--rtsp-transport=tcp"],
                 "prefer-tcp": ["--rtsp-transport=lavf", "--demuxer-lavf-o-add=rtsp_flags=prefer_tcp"]}
    # It tells when the picture being shown began, and the rate of those decoded until now.
    PICTURE_SECONDS = 0.2

    def command(self):
        return ["mpv", "--no-config", "--load-scripts=no", "--osc=no", "--ytdl=no", "--vo=null",
                # What comes late finds no device that ran dry meanwhile: the stream's pace is the server's.
                "--ao=null", "--ao-null-untimed",
                "--no-input-terminal", "--msg-level=all=warn,statusline=status",
                "--term-status-msg=rate=${=estimated-vf-fps} seconds=${=time-pos};",
                f"--user-agent={self.name}", "--network-timeout=20",
                f"--demuxer-lavf-analyzeduration={self.ANALYZE_SECONDS}", "--demuxer-lavf-o=fpsprobesize=0",
                *self.TRANSPORT[self.transport], f"--length={self.seconds}", self.url]

    def progress(self):
        told = re.findall(r"rate=([0-9.]+) seconds=([0-9.]+);", self.output())
        if not told:
            return 0, 0.0
        rate, seconds = float(told[-1][0]), float(told[-1][1]) + self.PICTURE_SECONDS
        return round(rate * seconds), seconds


PLAYERS = {"ffmpeg": Ffmpeg, "mpv": Mpv}


# --- callers --------------------------------------------------------------------------------------------------
class Caller(Program):
    """Places calls; counts() are (placed, succeeded, failed) until now."""

    def counts(self):
        raise NotImplementedError

    def outcome(self):
        placed, succeeded, failed = self.counts()
        return {"program": self.PROGRAM, "client": self.client, "exit": self.process.returncode, "calls": self.calls,
                "placed": placed, "succeeded": succeeded, "failed": failed}


class Sipp(Caller):
    """SIPp: by mode a socket for each call or one for all, by scenario our own voice or the one that it comes with.
    Several of a client have ports of their own, by `number`."""
    PROGRAM = "SIPp"
    # It ends when its own timers came late too often, as they do on a busy machine.
    PATIENCE = ["-watchdog_minor_maxtriggers", "100000", "-watchdog_major_maxtriggers", "100000"]
    MEDIA_PORTS = 4000  # of each: four for a call

    def __init__(self, arguments, client, address, mode, number):
        self.calls = arguments.calls
        directory = os.path.join(arguments.run_dir, f"caller-{client}-{mode}")
        os.makedirs(directory)
        self.stat_path = os.path.join(directory, "stat.csv")
        if arguments.sip_scenario == "uac_pcap":
            os.symlink("/usr/share/sip-tester", os.path.join(directory, "pcap"))
            scenario = ["-sn", "uac_pcap"]
        else:
            shutil.copy(os.path.join(HERE, "sip-uac.xml"), directory)
            subprocess.run([os.path.join(HERE, "make-rtp-pcap.py"), os.path.join(directory, "voice.pcap"),
                            str(arguments.call_seconds), "40"], check=True)
            scenario = ["-sf", "./sip-uac.xml", "-d", str(int(arguments.call_seconds * 1000) + 300)]
        super().__init__(arguments.prefix, client, [
            "sipp", *scenario, "-i", address, "-mi", address, "-t", mode, "-p", str(5060 + 10 * number),
            "-mp", str(6000 + number * self.MEDIA_PORTS),
            *self.PATIENCE, "-m", str(self.calls), "-r", str(arguments.call_rate),
            "-max_socket", "1000", "-nostdin", "-trace_err", "-trace_stat", "-stf", self.stat_path, "-fd", "1",
            f"{in_url(arguments.vip)}:5060"], directory)

    def counts(self):
        rows = []
        if os.path.exists(self.stat_path):
            with open(self.stat_path, encoding="utf-8", newline="") as file:
                rows = [row for row in csv.DictReader(file, delimiter=";") if row.get("FailedCall(C)")]
        if not rows:
            return 0, 0, 0
        return tuple(int(rows[-1][key]) for key in ("TotalCallCreated", "SuccessfulCall(C)", "FailedCall(C)"))


class Baresip(Caller):
    """A phone: one call, a tone from a file as its microphone; hangs up after a while."""
    PROGRAM = "baresip"
    MODULES = "/usr/lib/baresip/modules"

    def __init__(self, arguments, client, address, number):
        self.calls = 1
        directory = os.path.join(arguments.run_dir, f"phone-{client}-{number}")
        os.makedirs(directory)
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "sine=sample_rate=8000",
                        "-t", "30", os.path.join(directory, "voice.wav")], check=True)
        transport = {"u": "udp", "t": "tcp"}[arguments.sip_mode[0][0]]
        settings = {
            "config": f"sip_listen {in_url(address)}:{5060 + number}\n"
                      f"audio_source aufile,{directory}/voice.wav\naudio_player aufile,{directory}/heard.wav\n"
                      f"audio_alert none,\nrtp_ports 10000-10999\nmodule_path {self.MODULES}\n"
                      "module g711.so\nmodule aufile.so\nmodule_tmp account.so\nmodule_app menu.so\n",
            "accounts": f"<sip:phone@{in_url(address)}>;regint=0;audio_codecs=PCMU\n",
            "contacts": "",
        }
        for name, text in settings.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(text)
        super().__init__(arguments.prefix, client, [
            "baresip", "-6" if ":" in address else "-4", "-f", directory, "-t", str(int(arguments.call_seconds) + 4),
            "-e", f"/dial sip:service@{in_url(arguments.vip)}:5060;transport={transport}"], directory)

    def counts(self):
        told = self.output()
        succeeded = int("Call established" in told and "terminated (duration" in told and "incoming rtp for" in told)
        return int("connecting to" in told), succeeded, int(not self.running() and not succeeded)
