/* What an app may ask of its host, whichever kind that is: sn/host.h. */
#include "sn/host.h"

const sn_plan *sn_host_plan(const sn_host *host)
{
    return host->at->plan;
}

uint32_t sn_host_node(const sn_host *host)
{
    return host->node;
}

ss_time sn_host_now(const sn_host *host)
{
    return *host->at->now;
}

ss_path sn_host_path(const sn_host *host)
{
    return host->at->class->path(host->at->self, host->node);
}

/* Who is not where the plan says, on real sockets, has the one address that it was given. */
ss_address sn_host_other_address(const sn_host *host)
{
    const sn_member *me = &sn_host_plan(host)->cast.nodes[sn_host_node(host)];
    const ss_path path = sn_host_path(host);
    const bool is_there = sn_address_equal(sn_address_from(&path.local), sn_member_address(me));
    const ss_address other =
        sn_address_with_port(sn_member_address_of(me, path.local.family == 4), path.local.port);
    return is_there ? other : (ss_address){ .family = 0 };
}

ss_arena *sn_host_arena(sn_host *host)
{
    return host->at->arena;
}

ss_msg *sn_host_reading(sn_host *host)
{
    return host->at->read;
}

ss_pools *sn_host_pools(sn_host *host)
{
    return host->at->pools;
}

ss_store *sn_host_store(sn_host *host)
{
    return host->at->store;
}

sn_decisions *sn_host_decisions(sn_host *host)
{
    return host->at->decisions;
}

const ss_crypto *sn_host_crypto(const sn_host *host)
{
    return host->at->crypto;
}

uint32_t sn_host_calls(const sn_host *host)
{
    return host->at->call_count;
}

const sn_call *sn_host_planned(const sn_host *host, uint32_t number)
{
    SS_ASSERT(number != 0);
    SS_ASSERT(number <= host->at->call_count);
    return &host->at->calls[number - 1];
}

bool sn_host_resolve(sn_host *host, const ss_query *query, ss_answer *answer)
{
    return host->at->class->resolve(host->at->self, host->node, query, answer);
}

bool sn_host_secret(sn_host *host, const ss_query *query, ss_answer *answer)
{
    const sn_host_class *class = host->at->class;
    return class->secret != NULL && class->secret(host->at->self, host->node, query, answer);
}

bool sn_host_keep(sn_host *host, const ss_query *query, const ss_answer *answer)
{
    const sn_host_class *class = host->at->class;
    return class->keep == NULL || class->keep(host->at->self, host->node, query, answer);
}

void sn_host_avoid(sn_host *host, const ss_output *out)
{
    host->at->class->avoid(host->at->self, host->node, out);
}

void sn_host_send(sn_host *host, const ss_path *path, ss_slice bytes, const ss_msg *read)
{
    host->at->class->send(host->at->self, host->node, path, bytes, read);
}

ss_status sn_host_connect(sn_host *host, const ss_path *path)
{
    return host->at->class->connect(host->at->self, host->node, path);
}

ss_status sn_host_write(sn_host *host, const ss_path *path, ss_slice bytes)
{
    return host->at->class->write(host->at->self, host->node, path, bytes);
}

void sn_host_close(sn_host *host, const ss_path *path)
{
    host->at->class->close(host->at->self, host->node, path);
}

void sn_host_reset(sn_host *host, const ss_path *path)
{
    host->at->class->reset(host->at->self, host->node, path);
}

bool sn_host_mute(sn_host *host, uint32_t peer)
{
    return host->at->class->mute != NULL && host->at->class->mute(host->at->self, host->node, peer);
}

bool sn_host_find_stream(const sn_host *host, uint32_t peer, ss_path *path)
{
    return host->at->class->find_stream(host->at->self, host->node, peer, path);
}

void sn_host_crash(sn_host *host)
{
    host->at->class->crash(host->at->self, host->node);
}

void sn_host_restart(sn_host *host)
{
    host->at->class->restart(host->at->self, host->node);
}

void sn_host_cut(sn_host *host, const ss_path *path, size_t at, ss_slice message)
{
    host->at->class->cut(host->at->self, host->node, path, at, message);
}

void sn_host_wake(sn_host *host, ss_time at, uint16_t what, uint32_t arg, uint32_t arg2)
{
    const sn_wake wake = { .kind = SN_WAKE_OWN, .what = what, .arg = arg, .arg2 = arg2 };
    SS_ASSERT(what <= 0xff);
    if (at != SS_TIME_NEVER) {
        host->at->class->wake(host->at->self, host->node, at, &wake);
    }
}

/* ---- what the plan has it do by itself ---- */

/* Each has a point of its own: `row`. */
static ss_time decide_start(const sn_host *host, uint32_t row, const sn_dist *at)
{
    const sn_plan *plan = host->at->plan;
    const uint64_t id = plan->cast.nodes[host->node].id;
    const sn_point point = { .place = id,
                             .row = row,
                             .entity = host->node,
                             .key = { id, row },
                             .key_words = row == 0 ? 1 : 2 };
    const ss_time start = sn_decide_wait(host->at->decisions, SN_DECISION_REGISTER, &point, at);
    return start < plan->duration ? start : SS_TIME_NEVER;
}

static const sn_group_spec *group_of(const sn_host *host)
{
    const sn_plan *plan = host->at->plan;
    return &plan->groups[plan->nodes[host->node].group];
}

ss_time sn_host_registers_at(const sn_host *host)
{
    const sn_group_spec *g = group_of(host);
    return g->role != SN_ROLE_UA || g->ua.expires_s == 0
               ? SS_TIME_NEVER
               : decide_start(host, 0, &g->ua.register_at);
}

ss_time sn_host_subscribes_at(const sn_host *host)
{
    const sn_group_spec *g = group_of(host);
    return g->role != SN_ROLE_UA || g->ua.watch.expires_s == 0
               ? SS_TIME_NEVER
               : decide_start(host, 1, &g->ua.watch.at);
}

/* ---- facts ---- */

static void emit(sn_host *host, sn_fact *fact, ss_slice packet)
{
    host->at->class->emit(host->at->self, fact, packet);
}

void sn_host_note(sn_host *host, const ss_note *note)
{
    sn_fact fact = {
        .kind = SN_FACT_NOTE, .entity = host->node, .peer = SN_NOBODY, .packet.origin = SN_NOBODY
    };
    fact.note = *note;
    emit(host, &fact, SS_EMPTY);
}

void sn_host_served(sn_host *host, const ss_output *out)
{
    const ss_path *path = &out->path;
    sn_fact fact = { .kind = SN_FACT_SERVED,
                     .entity = host->node,
                     .peer = host->at->class->who(host->at->self, &path->remote),
                     .packet.origin = SN_NOBODY,
                     .hash = ss_hash64(0, out->bytes),
                     .value = out->bytes.len,
                     .local_port = path->local.port,
                     .peer_port = path->remote.port,
                     .transport = (uint8_t)path->transport };
    ss_summarise_bytes(out->bytes, sn_host_arena(host), &fact.sip);
    emit(host, &fact, out->bytes);
}

static void emit_call(sn_host *host, sn_fact_kind kind, const sn_call_fact *call)
{
    sn_fact fact = {
        .kind = (uint16_t)kind, .entity = host->node, .peer = SN_NOBODY, .packet.origin = SN_NOBODY
    };
    fact.call = *call;
    emit(host, &fact, SS_EMPTY);
}

void sn_host_call(sn_host *host, const sn_call_fact *call)
{
    emit_call(host, SN_FACT_CALL, call);
}

void sn_host_registration(sn_host *host, const sn_call_fact *call)
{
    emit_call(host, SN_FACT_REGISTRATION, call);
}

void sn_host_out_of_memory(sn_host *host)
{
    host->at->class->out_of_memory(host->at->self);
}
