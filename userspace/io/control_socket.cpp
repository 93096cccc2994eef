// SPDX-License-Identifier: GPL-2.0
#include "io/control_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <system_error>
#include <vector>

namespace sara::io {

namespace local = boost::asio::local;

/// What clients need of the socket; they may outlive it, in handlers that the io_context still holds.
struct ControlSocket::Service {
    OnLine on_line;  ///< empty when the socket is gone
    std::size_t clients = 0;
    std::vector<Client*> watchers;
    std::uint64_t cut_off = 0;
};

/// Keeps itself alive as long as it waits for its peer.
class ControlSocket::Client : public std::enable_shared_from_this<Client> {
public:
    Client(local::stream_protocol::socket socket, std::shared_ptr<Service> service)
        : socket_(std::move(socket)), service_(std::move(service)) {
        ++service_->clients;
    }
    ~Client() {
        std::erase(service_->watchers, this);
        --service_->clients;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void read() {
        boost::asio::async_read_until(
            socket_, boost::asio::dynamic_buffer(input_, kMaxLine), '\n',
            [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                if (!error && self->service_->on_line && !self->watches_) {
                    self->answer(size);
                } else {
                    self->leave();
                }
            });
    }

    void publish(std::string_view line, std::string_view last) {
        if (output_.size() < kMaxBehind) {
            write(line);
            return;
        }
        ++service_->cut_off;
        std::erase(service_->watchers, this);
        output_.resize(1);  // it is being written
        last_ = true;
        write(last);
    }

private:
    void answer(std::size_t size) {
        Reply reply = service_->on_line(std::string_view(input_).substr(0, size - 1));
        input_.erase(0, size);
        watches_ = reply.watch;
        if (watches_) {
            service_->watchers.push_back(this);
            read();  // to see it leave
        }
        write(reply.line);
    }

    void write(std::string_view line) {
        output_.emplace_back(line) += '\n';
        if (output_.size() == 1) {
            write_next();
        }
    }

    void write_next() {
        boost::asio::async_write(socket_, boost::asio::buffer(output_.front()),
                                 [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                                     self->written(!error);
                                 });
    }

    void written(bool ok) {
        output_.pop_front();
        if (!ok || (last_ && output_.empty())) {
            leave();
        } else if (!output_.empty()) {
            write_next();
        } else if (!watches_) {
            read();
        }
    }

    /// What still waits ends with an error, and lets go of us.
    void leave() {
        std::erase(service_->watchers, this);
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    local::stream_protocol::socket socket_;
    std::shared_ptr<Service> service_;
    std::string input_;
    std::deque<std::string> output_;  ///< the first one is being written
    bool watches_ = false;
    bool last_ = false;  ///< what is written now is the end
};

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(boost::asio::io_context& io, const std::string& path,
                                                           OnLine on_line) {
    boost::system::error_code error;
    const auto failed = [&](const std::string& doing) {
        return Error{doing + " failed: " + error.message(), "control socket " + path};
    };
    std::error_code folder_error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), folder_error);
    if (folder_error) {
        return Error{"making its folder failed: " + folder_error.message(), "control socket " + path};
    }
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return Error{"the path is longer than a unix socket allows", "control socket " + path};
    }
    const local::stream_protocol::endpoint at(path);

    local::stream_protocol::socket probe(io);
    probe.connect(at, error);
    if (!error) {
        return Error{"another sara-agent serves it; stop that one, or give this one its own \"control\" path",
                     "control socket " + path};
    }
    if (error == boost::asio::error::connection_refused) {
        unlink(path.c_str());  // left behind by one that was killed
    }

    local::stream_protocol::acceptor acceptor(io);
    acceptor.open(at.protocol(), error);
    if (error) {
        return failed("opening");
    }
    // The file has its mode from its first moment on.
    const mode_t mask = umask(0777);
    umask(mask | 0117);
    acceptor.bind(at, error);
    umask(mask);
    if (error) {
        return failed("binding");
    }
    acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) {
        return failed("listening");
    }
    return std::unique_ptr<ControlSocket>(new ControlSocket(io, std::move(acceptor), path, std::move(on_line)));
}

ControlSocket::ControlSocket(boost::asio::io_context& io, local::stream_protocol::acceptor acceptor, std::string path,
                             OnLine on_line)
    : path_(std::move(path)), service_(std::make_shared<Service>(Service{std::move(on_line), 0, {}, 0})),
      listener_(io, std::move(acceptor), [service = service_](local::stream_protocol::socket socket) {
          if (service->clients < kMaxClients) {
              std::make_shared<Client>(std::move(socket), service)->read();
          }
      }) {}

ControlSocket::~ControlSocket() {
    service_->on_line = nullptr;
    unlink(path_.c_str());
}

void ControlSocket::publish(std::string_view line, std::string_view last) {
    const std::vector<Client*> watchers = service_->watchers;  // who is cut off leaves the list
    for (Client* const watcher : watchers) {
        watcher->publish(line, last);
    }
}

std::size_t ControlSocket::watchers() const noexcept {
    return service_->watchers.size();
}

std::uint64_t ControlSocket::cut_off() const noexcept {
    return service_->cut_off;
}

}  // namespace sara::io
