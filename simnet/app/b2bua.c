/* The app of a B2BUA is that of a user agent without a program: what its engine tells goes to the stack's own B2BUA, which joins the
 * calls in pairs. Of each call made it is told whose it is, as no message says so; its Call-ID has the number of the plan's call,
 * so that its callee finds in the plan what a callee does. */
#include "app/ua.h"

#define CALL_ID_ROW UINT32_C(0x40000000) /* beside the rows of other drawn Call-IDs */

/* "c<k+1>-<16 hexadecimal digits>@<host>", or "b-…" for a call that is not of the plan. */
static ss_slice put_call_id(sn_host *host, uint32_t number, uint32_t call)
{
    const ss_path path = sn_host_path(host);
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    const uint32_t row = CALL_ID_ROW | call;
    const sn_point point = { .place = id,
                             .row = row,
                             .at = sn_host_now(host),
                             .entity = sn_host_node(host),
                             .key = { id, row },
                             .key_words = 2 };
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_put_char(&b, number == 0 ? 'b' : 'c');
    if (number != 0) {
        ss_put_u64(&b, number);
    }
    ss_put_char(&b, '-');
    ss_put_hex(&b, sn_decide_bits(sn_host_decisions(host), SN_DECISION_CALL_ID, &point), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &path.local);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

static void tell_joined(sn_host *host, uint32_t number, ss_slice made, ss_slice came)
{
    sn_host_call(
        host,
        &(sn_call_fact){ .number = number,
                         .source = number == 0 ? SN_NOBODY : sn_host_planned(host, number)->source,
                         .event = SN_CALL_JOINED,
                         .call_id = ss_hash64(0, made),
                         .because = ss_hash64(0, came) });
}

/* What could not be ended as agreed: the ends of the call may never hear of each other's. */
static bool is_severed(const ss_event *event)
{
    return event->kind == SS_EVENT_NOT_ACKED ||
           (event->kind == SS_EVENT_ENDED && (event->synthetic || event->status >= 300));
}

static void tell_severed(const sn_ua_app *app, sn_host *host, const ss_event *event)
{
    const uint32_t number = (uint32_t)ss_b2bua_cookie(&app->b2bua, &app->engine, event->call);
    sn_host_call(
        host,
        &(sn_call_fact){ .number = number,
                         .source = number == 0 ? SN_NOBODY : sn_host_planned(host, number)->source,
                         .event = SN_CALL_SEVERED,
                         .status = (uint16_t)event->status,
                         .synthetic = event->synthetic });
}

void sn_b2bua_on_event(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event)
{
    ss_joining joining = { .cookie = 0 };
    if (event->kind == SS_EVENT_INCOMING) {
        const ss_slice came = ss_msg_call_id(event->msg);
        const uint32_t number = sn_program_number(host, came);
        joining = (ss_joining){ put_call_id(host, number, event->call), number };
        tell_joined(host, number, joining.call_id, came);
    } else if (is_severed(event)) {
        tell_severed(app, host, event);
    }
    sn_engine_status(host, ss_b2bua_event(&app->b2bua, &app->engine, turn, event, &joining));
}
