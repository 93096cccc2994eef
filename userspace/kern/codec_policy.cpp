// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

void put_load(AttributeWriter& writer, std::uint16_t type, Load load) {
    writer.u32(type, static_cast<std::uint32_t>(load));
}

Result<NodeScore> decode_score(Bytes attributes) {
    NodeScore score;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_SCORE_NODE:
            score.node = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_SCORE_SCORE:
            score.score = get_load(reader);
            break;
        case SARA_A_SCORE_COST:
            score.cost = get_load(reader);
            break;
        case SARA_A_SCORE_PENDING:
            score.pending = reader.s32();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || score.node.empty()) {
        return malformed("score");
    }
    return score;
}

/// False if it is none of the numbers of admission.
bool get_number(AttributeReader& reader, AdmissionNumbers& numbers) {
    switch (reader.type()) {
    case SARA_A_POLICY_LOAD:
        numbers.load = get_load(reader);
        return true;
    case SARA_A_POLICY_COST:
        numbers.cost = get_load(reader);
        return true;
    case SARA_A_POLICY_T1:
        numbers.t1 = get_load(reader);
        return true;
    case SARA_A_POLICY_T2:
        numbers.t2 = get_load(reader);
        return true;
    case SARA_A_POLICY_T3:
        numbers.t3 = get_load(reader);
        return true;
    case SARA_A_POLICY_C:
        numbers.c = get_load(reader);
        return true;
    default:
        return false;
    }
}

}  // namespace

namespace codec {

Result<Object> decode_policy(Bytes attributes) {
    Policy policy;
    AdmissionNumbers numbers;
    bool has_numbers = false;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_POLICY_EPOCH:
            policy.epoch = reader.u64();
            break;
        case SARA_A_POLICY_VALID:
            policy.valid = reader.milliseconds();
            break;
        case SARA_A_POLICY_SCORE: {
            Result<NodeScore> score = decode_score(reader.payload());
            if (!score) {
                return score.error();
            }
            policy.scores.push_back(std::move(*score));
            break;
        }
        case SARA_A_POLICY_AGE:
            policy.age = reader.milliseconds();
            break;
        case SARA_A_POLICY_STALE:
            policy.stale = true;
            break;
        case SARA_A_POLICY_NODES:
            policy.nodes = reader.u32();
            break;
        case SARA_A_POLICY_PLACED:
            policy.placed = reader.u32();
            break;
        case SARA_A_POLICY_PENDING:
            policy.pending = reader.s32();
            break;
        case SARA_A_POLICY_LOAD_NOW:
            policy.load_now = get_load(reader);
            break;
        case SARA_A_POLICY_P_NEW:
            policy.p_new = get_load(reader);
            break;
        case SARA_A_POLICY_P_EST:
            policy.p_est = get_load(reader);
            break;
        default:
            has_numbers = get_number(reader, numbers) || has_numbers;
            break;
        }
    }
    if (!reader.ok()) {
        return malformed("policy");
    }
    // A dump tells one score in each message, and nothing else.
    if (policy.epoch == 0) {
        return policy.scores.size() == 1 ? Result<Object>(Object(std::move(policy.scores.front())))
                                         : malformed("policy");
    }
    if (has_numbers) {
        policy.admission = numbers;
    }
    return Object(std::move(policy));
}

}  // namespace codec

Request policy_set(const PolicySpec& spec) {
    AttributeWriter writer;
    writer.u64(SARA_A_POLICY_EPOCH, spec.epoch);
    put(writer, SARA_A_POLICY_VALID, spec.valid);
    if (const auto& numbers = spec.admission) {
        put_load(writer, SARA_A_POLICY_LOAD, numbers->load);
        put_load(writer, SARA_A_POLICY_COST, numbers->cost);
        put_load(writer, SARA_A_POLICY_T1, numbers->t1);
        put_load(writer, SARA_A_POLICY_T2, numbers->t2);
        put_load(writer, SARA_A_POLICY_T3, numbers->t3);
        put_load(writer, SARA_A_POLICY_C, numbers->c);
    }
    for (const NodeScore& score : spec.scores) {
        const std::size_t nest = writer.begin(SARA_A_POLICY_SCORE);
        writer.text(SARA_A_SCORE_NODE, score.node);
        put_load(writer, SARA_A_SCORE_SCORE, score.score);
        put_load(writer, SARA_A_SCORE_COST, score.cost);
        writer.end(nest);
    }
    return make(SARA_CMD_POLICY_SET, std::move(writer));
}

Request policy_del() {
    return make(SARA_CMD_POLICY_DEL);
}

Request policy_get() {
    return make(SARA_CMD_POLICY_GET);
}

Request policy_dump() {
    return make_dump(SARA_CMD_POLICY_GET);
}

}  // namespace sara::kern
