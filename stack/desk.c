/* See desk.h. Its block in the store is made by the first SUBSCRIBE and given back with the last subscription. */
#include "desk.h"

typedef struct desk {
    ss_ua ua;
    ss_ua_identity identity;
    ss_ua_profile profile;
} desk;

static const ss_slice packages[] = { SS_LIT_INIT("reg") };

/* Tokens of the desk's queries: the proxy's own are small. */
#define FIRST_TOKEN 0x40000000u

static desk *desk_of(const ss_engine *e)
{
    return e->proxy.desk == 0 ? NULL : ss_store_at(&e->core.pools->store, e->proxy.desk);
}

static bool is_reg(ss_slice event)
{
    return ss_slice_eq(ss_value_head(event, NULL), SS_LIT("reg"));
}

/* RFC3680:4.1 */
bool ss_desk_takes(const ss_engine *e, const ss_up *up, const ss_msg *msg)
{
    return up->kind == SS_UP_REQUEST && msg->method == SS_METHOD_SUBSCRIBE &&
           is_reg(ss_msg_value(msg, SS_HDR_EVENT, 0)) &&
           ss_proxy_registers(&e->proxy, msg->request_uri);
}

static desk *obtain(ss_engine *e)
{
    if (e->proxy.desk != 0) {
        return desk_of(e);
    }
    e->proxy.desk = ss_core_take(&e->core, sizeof(desk));
    desk *d = desk_of(e);
    const ss_path *path = &e->proxy.config->local;
    if (d != NULL) {
        d->profile = (ss_ua_profile){ .package_count = 1,
                                      .packages = packages,
                                      .is_compositor = true,
                                      .other = e->proxy.config->other };
        d->identity =
            (ss_ua_identity){ .aor = SS_LIT("sip:registrar.invalid"),
                              .local = { .transport = path->transport, .local = path->local },
                              .profile = &d->profile };
        d->ua.identity = &d->identity;
        d->ua.next_token = FIRST_TOKEN;
        d->ua.next_usage = e->core.txn_ordinal; /* no number is used again */
    }
    return d;
}

static void settle(ss_engine *e)
{
    const desk *d = desk_of(e);
    if (d != NULL && d->ua.first_subscription == 0 && d->ua.first_pending == 0) {
        ss_core_give(&e->core, e->proxy.desk, sizeof *d);
        e->proxy.desk = 0;
    }
}

void ss_desk_request(ss_engine *e, ss_turn *turn, const ss_up *up, const ss_msg *msg,
                     const ss_path *came_by)
{
    desk *d = obtain(e);
    if (d == NULL) {
        ss_proxy_request(&e->proxy, &e->core, turn, up, msg,
                         came_by); /* which finds no room either */
        return;
    }
    ss_ua_request(&d->ua, &e->core, turn, up, msg, came_by);
    settle(e);
}

void ss_desk_up(ss_engine *e, ss_turn *turn, const ss_up *up, const ss_msg *response)
{
    ss_ua_up(&desk_of(e)->ua, &e->core, turn, up, response);
    settle(e);
}

void ss_desk_timer(ss_engine *e, ss_turn *turn, ss_timer *timer)
{
    ss_ua_timer(&desk_of(e)->ua, &e->core, turn, timer);
    settle(e);
}

bool ss_desk_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer)
{
    desk *d = desk_of(e);
    if (d == NULL || !ss_ua_answer(&d->ua, &e->core, turn, answer)) {
        return false;
    }
    settle(e);
    return true;
}

void ss_desk_look(ss_engine *e, ss_turn *turn)
{
    const ss_slice *changed = e->proxy.changed;
    desk *d = desk_of(e);
    e->proxy.changed = NULL;
    if (d != NULL && changed != NULL) {
        ss_ua_registration_changed(&d->ua, &e->core, turn, *changed);
        settle(e);
    }
}

bool ss_desk_quiet(ss_engine *e, ss_turn *turn)
{
    desk *d = desk_of(e);
    return d != NULL &&
           ss_ua_command(&d->ua, &e->core, turn, &(ss_command){ .kind = SS_CMD_QUIET }) == SS_OK;
}

void ss_desk_forget(ss_engine *e)
{
    desk *d = desk_of(e);
    if (d != NULL) {
        ss_ua_forget_all(&d->ua, &e->core);
        ss_core_give(&e->core, e->proxy.desk, sizeof *d);
        e->proxy.desk = 0;
    }
}
