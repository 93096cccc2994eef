// SPDX-License-Identifier: GPL-2.0
// GStreamer reads RTSP. Its parser belongs to its connections: for each message one is made with it as what was read of
// its socket before, and only what comes then counts, so that no system call does. It takes no reply to what it has not
// asked.
#include <gio/gio.h>
#include <gst/rtsp/rtsp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "inspect/reader.hpp"

namespace sara::bench {

namespace {

constexpr std::size_t kConnections = 200;     ///< in a round
constexpr gint64 kPatience = G_USEC_PER_SEC;  // never waited for: all bytes are there

/// A TCP connection of this host with itself: GStreamer takes no other kind of socket, and asks it for its peer.
class Connection {
public:
    explicit Connection(const char* read_before) {
        GError* error = nullptr;
        GSocketListener* const listener = g_socket_listener_new();
        const guint16 port = g_socket_listener_add_any_inet_port(listener, nullptr, &error);
        GSocketClient* const client = g_socket_client_new();
        near_ = g_socket_client_connect_to_host(client, "127.0.0.1", port, nullptr, &error);
        far_ = g_socket_listener_accept(listener, nullptr, nullptr, &error);
        g_object_unref(client);
        g_object_unref(listener);
        if (near_ != nullptr && far_ != nullptr) {
            gst_rtsp_connection_create_from_socket(g_socket_connection_get_socket(near_), "127.0.0.1", 554, read_before,
                                                   &connection_);
        }
    }
    ~Connection() {
        if (connection_ != nullptr) {
            gst_rtsp_connection_free(connection_);
        }
        g_clear_object(&near_);
        g_clear_object(&far_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    [[nodiscard]] GstRTSPConnection* get() const { return connection_; }

private:
    GSocketConnection* near_ = nullptr;
    GSocketConnection* far_ = nullptr;
    GstRTSPConnection* connection_ = nullptr;
};

std::size_t transports(GstRTSPMessage* message) {
    std::size_t found = 0;
    gchar* value = nullptr;
    while (gst_rtsp_message_get_header(message, GST_RTSP_HDR_TRANSPORT, &value, static_cast<gint>(found)) ==
           GST_RTSP_OK) {
        GstRTSPTransport* transport = nullptr;
        gst_rtsp_transport_new(&transport);
        const bool understood = gst_rtsp_transport_parse(value, transport) == GST_RTSP_OK;
        gst_rtsp_transport_free(transport);
        if (!understood) {
            break;
        }
        ++found;
    }
    return found;
}

class GStreamer final : public Reader {
public:
    [[nodiscard]] std::string_view name() const override { return "gstreamer"; }
    [[nodiscard]] Reading read(std::string_view message, std::size_t times) override {
        const std::string text(message);
        Reading all;
        for (std::size_t i = 0; i < std::min(times, kConnections); ++i) {
            const Connection connection(text.c_str());
            if (connection.get() == nullptr) {
                break;
            }
            const Reading one = repeat(1, [&] {
                GstRTSPMessage received{};
                const bool understood =
                    gst_rtsp_connection_receive_usec(connection.get(), &received, kPatience) == GST_RTSP_OK;
                const std::size_t found = understood ? 1 + transports(&received) : 0;
                gst_rtsp_message_unset(&received);
                return found;
            });
            all.found += one.found;
            all.took += one.took;
        }
        // As if it had been all.
        const double share = static_cast<double>(times) / static_cast<double>(std::min(times, kConnections));
        return {static_cast<std::size_t>(static_cast<double>(all.found) * share), all.took * share};
    }
};

}  // namespace

std::unique_ptr<Reader> make_gstreamer() {
    return std::make_unique<GStreamer>();
}

}  // namespace sara::bench
