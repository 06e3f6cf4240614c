/* Sessions of user agents: one audio stream, offered and answered (RFC 3264), as text that any SDP reader takes. */
#include "app_ua.h"

#include "ss/sdp.h"

/* The numbers of a description come from the call and the host: RFC8866:5.2 asks that they be unique. The point is that
 * of an INVITE: a behaviour's choices about the same call have others. */
static ss_sdp_local local_of(sn_host *host, uint64_t call_id, ss_session *session,
                             ss_buffer *address)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint64_t id = plan->cast.nodes[sn_host_node(host)].id;
    sn_point point = { .place = id,
                       .call = call_id,
                       .method = SS_METHOD_INVITE,
                       .is_sip = 1,
                       .at = sn_host_now(host),
                       .entity = sn_host_node(host),
                       .key = { id, call_id },
                       .key_words = 2 };
    sn_decide_at(sn_host_decisions(host), &point);
    const uint64_t draw = sn_decide_bits(sn_host_decisions(host), SN_DECISION_SESSION, &point);
    const ss_path path = sn_engine_path(host);
    ss_put_text(address, "IP4 ");
    ss_put_host(address, &path.local);
    ss_session_start(session, draw >> 33, draw >> 33, SS_MEDIA_BIT(SS_MEDIA_AUDIO));
    return (ss_sdp_local){
        .address = ss_buffer_slice(address),
        .port = (uint16_t)(16384 + 2 * (draw & 0x1fff)),
    };
}

ss_slice sn_session_offer(sn_host *host, uint64_t call_id)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    ss_session session;
    const ss_sdp_local local = local_of(host, call_id, &session, &address);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_session_add_all(&session);
    ss_session_offer(&session, &local, &b);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

/* RFC3261:13.2.1: an INVITE without an offer is answered with one. */
ss_status sn_session_answer(sn_host *host, uint64_t call_id, ss_slice body, ss_slice *answer)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    ss_session session;
    const ss_sdp_local local = local_of(host, call_id, &session, &address);
    ss_arena *arena = sn_host_arena(host);
    ss_sdp offer;
    ss_diag diag;
    if (body.len == 0) {
        *answer = sn_session_offer(host, call_id);
        return answer->len == 0 ? SS_ERR_FULL : SS_OK;
    }
    const ss_status parsed = ss_sdp_parse(&offer, arena, body, &diag);
    if (parsed != SS_OK) {
        return parsed == SS_ERR_FULL ? parsed : SS_ERR_SEMANTIC;
    }
    ss_buffer b = ss_buffer_open(arena);
    const ss_status status = ss_session_answer(&session, &offer, &local, &b);
    *answer = ss_buffer_keep(arena, &b);
    return status;
}
