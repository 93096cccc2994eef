// SPDX-License-Identifier: GPL-2.0
#include "cli/find_session.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace sara::cli {

kern::Result<Explanation> find_refusal(kern::Channel& kernel, const std::optional<FlowKey>& flow,
                                       std::string_view call_id) {
    kern::Result<kern::Refusal> refusal = kernel.get<kern::Refusal>(kern::refused_get(flow, call_id));
    if (!refusal) {
        return refusal.error().code == ENOENT
                   ? kern::Error{ENOENT, "there is no such session, and none was refused by load that is remembered"}
                   : refusal.error();
    }
    Explanation explanation;
    explanation.refusal = std::move(*refusal);
    return explanation;
}

kern::Result<Explanation> find_session(kern::Channel& kernel, SessionId id) {
    kern::Result<kern::SessionInfo> session = kernel.get<kern::SessionInfo>(kern::session_get(id));
    if (!session) {
        return session.error();
    }
    Explanation explanation;
    explanation.session = std::move(*session);
    return explanation;
}

kern::Result<Explanation> find_session(kern::Channel& kernel, const FlowKey& flow, std::string_view call_id) {
    kern::Result<kern::FlowInfo> found = kernel.get<kern::FlowInfo>(kern::flow_get({flow, std::string(call_id)}));
    if (!found) {
        return found.error().code == ENOENT ? find_refusal(kernel, flow, call_id) : found.error();
    }
    kern::Result<Explanation> explanation = find_session(kernel, found->session);
    if (explanation) {
        explanation->flow = std::move(*found);
    }
    return explanation;
}

}  // namespace sara::cli
