// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace sara::sim {

/// By what IPVS places a connection of which it has none yet.
enum class IpvsScheduler : std::uint8_t {
    rr,      ///< the next node
    wlc,     ///< the fewest connections; all weights alike
    source,  ///< persistence: the node of the client's other connections, for a new client the next
};

struct IpvsSetup {
    IpvsScheduler scheduler = IpvsScheduler::rr;
    std::uint32_t nodes = 1;
    /// Addresses that sessions come from; their shares are drawn from an exponential distribution.
    std::uint32_t clients = 1;
    std::size_t forgotten = 1;    ///< steps of silence after which a connection is none
    std::size_t persistence = 1;  ///< steps after its last connection for which a client's node is remembered
    std::size_t longest = 1;      ///< no session lasts for more steps
    std::uint64_t seed = 1;
};

/// IPVS in direct routing. It knows connections, and when they were silent; not what they carry, nor how loaded a node
/// is, nor that a session is over. It refuses nobody. Session and connection are one here but for the media, whose
/// connection is placed by itself (unless by source): see apart().
class Ipvs {
public:
    explicit Ipvs(const IpvsSetup& setup);

    /// The node of a session that begins in this step and lasts for so many.
    [[nodiscard]] std::uint32_t place(std::size_t step, std::size_t lasts);

    /// To be called once for each step, in order: forgets connections.
    void pass(std::size_t step);

    /// Whether the session's media, which begin at another moment, when the scheduler stands anywhere, come to another
    /// node than it did.
    [[nodiscard]] bool apart(std::uint32_t node);

private:
    struct Client {
        std::uint32_t node = 0;
        std::size_t known_until = 0;  ///< step; 0: it has no node
    };

    [[nodiscard]] std::uint32_t next();
    [[nodiscard]] std::uint32_t node_of_client(std::size_t step, std::size_t lasts);
    void count(std::uint32_t node, std::int32_t change);

    IpvsSetup setup_;
    std::mt19937_64 random_;
    std::uint32_t turn_ = 0;
    std::vector<Client> clients_;
    std::vector<double> shares_;  ///< of the clients up to each one, of 1
    /// wlc: a tree over the nodes' connections; the children of i are 2i and 2i + 1, the root is 1, the node of each
    /// inner one is the better of theirs.
    std::vector<std::uint32_t> least_;
    std::vector<std::uint32_t> connections_;
    std::vector<std::vector<std::uint32_t>> silent_;  ///< nodes, by the step in which a connection is forgotten
};

}  // namespace sara::sim
