// SPDX-License-Identifier: GPL-2.0
// GStreamer reads RTSP. Its parser belongs to its connections, so the message goes through one.
#include <gio/gio.h>
#include <gst/rtsp/rtsp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "core/proto/rtsp.hpp"
#include "core/proto/text.hpp"
#include "peer/peers.hpp"

namespace sara::test::peer {

namespace {

struct CloseConnection {
    void operator()(GstRTSPConnection* connection) const { gst_rtsp_connection_free(connection); }
};
struct UnsetMessage {
    void operator()(GstRTSPMessage* message) const { gst_rtsp_message_free(message); }
};
struct FreeTransport {
    void operator()(GstRTSPTransport* transport) const { gst_rtsp_transport_free(transport); }
};
struct Unref {
    void operator()(GSocket* socket) const { g_object_unref(socket); }
};

constexpr gint64 kPatience = G_USEC_PER_SEC;  // never waited for: all bytes are there, and then comes their end
constexpr std::uint32_t kMaxRequests = 1000;

using Message = std::unique_ptr<GstRTSPMessage, UnsetMessage>;

class Fd {
public:
    explicit Fd(int fd) : fd_(fd) {}
    ~Fd() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    [[nodiscard]] int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

/// A TCP connection of this host with itself: GStreamer takes no other kind of socket.
bool connect_pair(int& one, int& other) {
    const Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener.get(), generic, size) != 0 || listen(listener.get(), 1) != 0 ||
        getsockname(listener.get(), generic, &size) != 0) {
        return false;
    }
    Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(client.get(), generic, size) != 0) {
        return false;
    }
    other = accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    one = client.release();
    return other >= 0;
}

/// It takes no reply to what it has not asked, and counts its requests from 1.
bool ask(GstRTSPConnection* connection, int peer, std::uint32_t cseq) {
    GstRTSPMessage* made = nullptr;
    gst_rtsp_message_new_request(&made, GST_RTSP_OPTIONS, "*");
    const Message request(made);
    std::array<char, 256> drained{};
    for (std::uint32_t i = 0; i < cseq; ++i) {
        if (gst_rtsp_connection_send_usec(connection, made, kPatience) != GST_RTSP_OK) {
            return false;
        }
        while (recv(peer, drained.data(), drained.size(), MSG_DONTWAIT) > 0) {
        }
    }
    return true;
}

/// Nothing when it is none.
Message receive(std::string_view bytes) {
    int one = -1;
    int other = -1;
    if (!connect_pair(one, other)) {
        return nullptr;
    }
    const Fd sender(other);
    const std::unique_ptr<GSocket, Unref> socket(g_socket_new_from_fd(one, nullptr));
    GstRTSPConnection* opened = nullptr;
    if (!socket ||
        gst_rtsp_connection_create_from_socket(socket.get(), "127.0.0.1", 554, nullptr, &opened) != GST_RTSP_OK) {
        return nullptr;
    }
    const std::unique_ptr<GstRTSPConnection, CloseConnection> connection(opened);
    const Result<proto::rtsp::Message> ours = proto::rtsp::parse(bytes);
    if (ours && !ours->is_request && !ask(opened, other, std::min(ours->cseq.value_or(0), kMaxRequests))) {
        return nullptr;
    }
    if (send(other, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
        return nullptr;
    }
    shutdown(other, SHUT_WR);
    GstRTSPMessage* made = nullptr;
    gst_rtsp_message_new(&made);
    Message message(made);
    const GstRTSPResult result = gst_rtsp_connection_receive_usec(opened, made, kPatience);
    return result == GST_RTSP_OK ? std::move(message) : nullptr;
}

std::string header(GstRTSPMessage* message, GstRTSPHeaderField field, int index = 0) {
    gchar* value = nullptr;
    return gst_rtsp_message_get_header(message, field, &value, index) == GST_RTSP_OK ? value : "";
}

/// -1 is unset.
void set(unsigned (&ports)[2], const GstRTSPRange& range) {
    ports[0] = range.min < 0 ? 0 : static_cast<unsigned>(range.min);
    ports[1] = range.max < 0 ? 0 : static_cast<unsigned>(range.max);
}

std::string transport_line(const std::string& value) {
    GstRTSPTransport* made = nullptr;
    gst_rtsp_transport_new(&made);
    const std::unique_ptr<GstRTSPTransport, FreeTransport> transport(made);
    if (gst_rtsp_transport_parse(value.c_str(), made) != GST_RTSP_OK) {
        return "transport refused";
    }
    TransportLine line;
    line.tcp = transport->lower_transport == GST_RTSP_LOWER_TRANS_TCP;
    line.multicast = transport->lower_transport == GST_RTSP_LOWER_TRANS_UDP_MCAST;
    set(line.client_port, transport->client_port);
    set(line.server_port, transport->server_port);
    set(line.group_port, transport->port);
    if (transport->interleaved.min >= 0) {
        const int last = transport->interleaved.max < 0 ? transport->interleaved.min : transport->interleaved.max;
        line.interleaved = std::to_string(transport->interleaved.min) + "-" + std::to_string(last);
    }
    line.source = transport->source == nullptr ? "" : transport->source;
    line.destination = transport->destination == nullptr ? "" : transport->destination;
    return line_of(line);
}

/// Alternatives are the caller's business there.
void add_transports(Reading& out, GstRTSPMessage* message) {
    for (int index = 0;; ++index) {
        const std::string value = header(message, GST_RTSP_HDR_TRANSPORT, index);
        if (value.empty()) {
            return;
        }
        std::string_view rest = value;
        while (!rest.empty()) {
            out.push_back(transport_line(std::string(proto::trim(proto::take_until(rest, ',')))));
        }
    }
}

std::string content_type_of(std::string_view value) {
    std::string type(proto::trim(proto::take_until(value, ';')));
    for (char& c : type) {
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return type;
}

}  // namespace

std::optional<Reading> read_by_gstreamer(std::string_view bytes) {
    // It warns of what it does not know, which is what is compared here.
    static const guint quiet = g_log_set_handler(
        "GStreamer-RTSP", G_LOG_LEVEL_WARNING, [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
    static_cast<void>(quiet);
    const Message message = receive(bytes);
    if (!message) {
        return std::nullopt;
    }
    Reading out;
    const gchar* uri = nullptr;
    switch (gst_rtsp_message_get_type(message.get())) {
    case GST_RTSP_MESSAGE_REQUEST: {
        GstRTSPMethod method{};
        gst_rtsp_message_parse_request(message.get(), &method, &uri, nullptr);
        out.push_back("method " + std::string(gst_rtsp_method_as_text(method)));
        break;
    }
    case GST_RTSP_MESSAGE_RESPONSE: {
        GstRTSPStatusCode code{};
        gst_rtsp_message_parse_response(message.get(), &code, nullptr, nullptr);
        out.push_back("status " + std::to_string(code));
        break;
    }
    default:
        return std::nullopt;
    }
    out.push_back("uri " + std::string(uri == nullptr ? "" : uri));
    const std::string cseq = header(message.get(), GST_RTSP_HDR_CSEQ);
    out.push_back("cseq " + (cseq.empty() ? "unsaid" : std::to_string(std::strtoul(cseq.c_str(), nullptr, 10))));
    std::string session = header(message.get(), GST_RTSP_HDR_SESSION);
    std::string_view id = session;
    out.push_back("session " + std::string(proto::trim(proto::take_until(id, ';'))));
    out.push_back("content-type " + content_type_of(header(message.get(), GST_RTSP_HDR_CONTENT_TYPE)));
    guint8* body = nullptr;
    guint size = 0;
    gst_rtsp_message_get_body(message.get(), &body, &size);
    // It puts a NUL behind each body, and counts it.
    const std::string text(reinterpret_cast<const char*>(body), size == 0 ? 0 : size - 1);
    out.push_back("body " + text);
    add_transports(out, message.get());
    return out;
}

}  // namespace sara::test::peer
