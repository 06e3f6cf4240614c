/* What the user agent understands, as tables: methods (RFC 3261 8.2.1), option tags (8.2.2.3), event packages (RFC 6665
 * 8.2.2). A row here, or one of the identity's profile, is all that a new one takes: dispatch, 405 and 501, 420, 489, and
 * Allow, Supported, Accept and Allow-Events follow from the tables. The rows of a profile have no code of the stack's: such a
 * method is answered 200 and told to the application. */
#include "changes.h"
#include "published.h"
#include "ss/tag.h"

static void serve_extra(const ss_visit *v, const ss_incoming *in);
static void serve_extra_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

static bool takes_reliable(const ss_ua_identity *me)
{
    return me->reliable != SS_RELIABLE_NONE;
}

static bool keeps_sessions(const ss_ua_identity *me)
{
    return me->session_timers.min_s != 0;
}

static bool always(const ss_ua_identity *me)
{
    (void)me;
    return true;
}

/* In the order of Allow. ACK and CANCEL are served apart, since nothing refuses them. RFC3261:13.1 INVITE does not come alone. */
static const ss_method_row methods[] = {
    { .method = SS_METHOD_INVITE,
      .creates_dialog = true,
      .refreshes_target = true,
      .accepts = SS_LIT_INIT("application/sdp"),
      .outside = ss_uas_invite,
      .inside = ss_uas_reinvite },
    { .method = SS_METHOD_ACK, .accepts = SS_LIT_INIT("application/sdp") },
    { .method = SS_METHOD_CANCEL, .accepts = SS_LIT_INIT("application/sdp") },
    { .method = SS_METHOD_OPTIONS,
      .any_usage = true,
      .accepts = SS_LIT_INIT("application/sdp"),
      .outside = ss_uas_options,
      .inside = ss_uas_options_inside },
    { .method = SS_METHOD_BYE, .accepts = SS_LIT_INIT("application/sdp"), .inside = ss_uas_bye },
    { .method = SS_METHOD_PRACK,
      .accepts = SS_LIT_INIT("application/sdp"),
      .inside = ss_uas_prack },
    { .method = SS_METHOD_UPDATE,
      .refreshes_target = true,
      .accepts = SS_LIT_INIT("application/sdp"),
      .inside = ss_uas_update },
    { .method = SS_METHOD_INFO, .inside = ss_uas_info },
    { .method = SS_METHOD_MESSAGE,
      .any_usage = true,
      .accepts = SS_LIT_INIT("text/plain"),
      .outside = ss_uas_message,
      .inside = ss_uas_message_inside },
    { .method = SS_METHOD_SUBSCRIBE,
      .creates_dialog = true,
      .refreshes_target = true,
      .any_usage = true,
      .event = SS_EVENT_SERVED,
      .outside = ss_not_subscribe,
      .inside = ss_not_subscribe_inside },
    { .method = SS_METHOD_NOTIFY,
      .refreshes_target = true,
      .any_usage = true,
      .event = SS_EVENT_KNOWN,
      .inside = ss_sub_notify_inside,
      .unknown = ss_sub_notify },
    { .method = SS_METHOD_REFER,
      .creates_dialog = true,
      .refreshes_target = true,
      .any_usage = true,
      .outside = ss_uas_refer,
      .inside = ss_uas_refer_inside },
    { .method = SS_METHOD_PUBLISH,
      .on_request = true,
      .event = SS_EVENT_SERVED,
      .accepts = SS_LIT_INIT("application/pidf+xml"),
      .outside = ss_published_serve },
};

/* RFC3261:8.1.1.9 Option tags that need no asking; what each means is where its rules are met. */
static const struct {
    ss_slice tag;
    bool (*is_on)(const ss_ua_identity *me);
} options[] = {
    { SS_LIT_INIT("replaces"), always },
    { SS_LIT_INIT("100rel"), takes_reliable }, /* RFC3262:3, 4 */
    { SS_LIT_INIT("timer"), keeps_sessions },  /* RFC4028:7.1 */
};

static const ss_method_row extra_method = { .method = SS_METHOD_OTHER,
                                            .any_usage = true,
                                            .outside = serve_extra,
                                            .inside = serve_extra_inside };

/* ---- methods ---- */

static bool is_on(const ss_ua *ua, const ss_method_row *row)
{
    const ss_ua_profile *profile = ua->identity->profile;
    return !row->on_request || (profile != NULL && (profile->methods >> row->method & 1u) != 0);
}

static const ss_extra_method *find_extra(const ss_ua *ua, ss_slice name)
{
    const ss_ua_profile *profile = ua->identity->profile;
    for (unsigned i = 0; profile != NULL && i < profile->extra_method_count; i++) {
        if (ss_slice_eq(profile->extra_methods[i].name, name)) {
            return &profile->extra_methods[i];
        }
    }
    return NULL;
}

bool ss_ua_find_method(const ss_ua *ua, const ss_msg *request, ss_method_row *row, bool *known)
{
    *known = request->method != SS_METHOD_OTHER;
    for (size_t i = 0; *known && i < SS_COUNT(methods); i++) {
        if (methods[i].method == request->method && is_on(ua, &methods[i])) {
            *row = methods[i];
            return true;
        }
    }
    const ss_extra_method *extra = find_extra(ua, request->method_name);
    if (extra == NULL) {
        return false;
    }
    *row = extra_method;
    row->outside = extra->outside ? row->outside : NULL;
    row->inside = extra->inside ? row->inside : NULL;
    row->refreshes_target = extra->refreshes_target;
    return true;
}

/* RFC3261:8.2 the application is told what was asked, and decides nothing more. */
static void answer_extra(const ss_visit *v, const ss_incoming *in, uint32_t call)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, ss_buffer_slice(&tag_text));
    if (ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY))) {
        ss_turn_event(v->turn,
                      &(ss_event){ .kind = SS_EVENT_REQUEST, .call = call, .msg = in->msg });
    }
}

static void serve_extra(const ss_visit *v, const ss_incoming *in)
{
    answer_extra(v, in, 0);
}

static void serve_extra_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    const bool is_in_call = dialog->owner_kind == SS_DIALOG_OF_LEG;
    const uint32_t call =
        is_in_call ? ss_call_at(v->core, ss_leg_at(v->core, dialog->owner)->call)->number : 0;
    if (ss_ua_refresh_target(v, in, dialog) == SS_OK) {
        answer_extra(v, in, call);
    } else {
        ss_ua_refuse_full(v, in);
    }
}

/* RFC3261:12.2.2 */
ss_status ss_ua_refresh_target(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    ss_method_row row;
    ss_dialog_text text;
    bool is_known;
    if (!ss_ua_find_method(v->ua, in->msg, &row, &is_known) || !row.refreshes_target) {
        return SS_OK;
    }
    const ss_status status = ss_dialog_text_uas(in->msg, SS_LIT("-"), v->turn->arena, &text);
    if (status != SS_OK) {
        return status == SS_ERR_FULL ? status : SS_OK;
    }
    return ss_dialog_set_target(v->core, dialog, text.target);
}

/* ---- option tags, event packages ---- */

static bool is_among(const ss_slice *rows, size_t count, ss_slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (ss_slice_eq_nocase(rows[i], name)) {
            return true;
        }
    }
    return false;
}

/* RFC3261:8.2.2.3 */
bool ss_ua_has_option(const ss_ua *ua, ss_slice tag)
{
    const ss_ua_profile *profile = ua->identity->profile;
    for (size_t i = 0; i < SS_COUNT(options); i++) {
        if (options[i].is_on(ua->identity) && ss_slice_eq_nocase(options[i].tag, tag)) {
            return true;
        }
    }
    return (profile != NULL && is_among(profile->options, profile->option_count, tag));
}

bool ss_ua_lists(ss_slice list, ss_slice item)
{
    while (list.len > 0) {
        const size_t comma = ss_slice_find(list, ',');
        if (ss_slice_eq_nocase(ss_slice_trim(ss_slice_cut(list, 0, comma)), item)) {
            return true;
        }
        list = ss_slice_cut(list, comma < list.len ? comma + 1 : comma, list.len);
    }
    return false;
}

/* ---- what we say of ourselves ---- */

/* A list grows by one; `from` is where it began. */
static void put_item(ss_buffer *b, size_t from, ss_slice item)
{
    if (item.len > 0) {
        if (b->len > from) {
            ss_put(b, SS_LIT(", "));
        }
        ss_put(b, item);
    }
}

static void put_items(ss_buffer *b, size_t from, const ss_slice *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_item(b, from, items[i]);
    }
}

static void put_methods(const ss_visit *v, ss_buffer *b, size_t from)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        if (is_on(v->ua, &methods[i])) {
            put_item(b, from, ss_method_name(methods[i].method));
        }
    }
    for (unsigned i = 0; profile != NULL && i < profile->extra_method_count; i++) {
        put_item(b, from, profile->extra_methods[i].name);
    }
}

/* The first row that accepts a type says it. */
static void put_types(const ss_visit *v, ss_buffer *b, size_t from)
{
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        bool is_said = !is_on(v->ua, &methods[i]);
        for (size_t before = 0; before < i && !is_said; before++) {
            is_said = is_on(v->ua, &methods[before]) &&
                      ss_slice_eq(methods[before].accepts, methods[i].accepts);
        }
        if (!is_said) {
            put_item(b, from, methods[i].accepts);
        }
    }
}

static void put_list(const ss_visit *v, ss_buffer *b, size_t from, ss_hdr which)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    switch (which) {
    case SS_HDR_ALLOW:
        put_methods(v, b, from);
        break;
    case SS_HDR_ACCEPT:
        put_types(v, b, from);
        break;
    case SS_HDR_SUPPORTED:
        for (size_t i = 0; i < SS_COUNT(options); i++) {
            if (options[i].is_on(v->ua->identity) &&
                !(v->is_unreliable && options[i].is_on == takes_reliable)) {
                put_item(b, from, options[i].tag);
            }
        }
        if (profile != NULL) {
            put_items(b, from, profile->options, profile->option_count);
        }
        break;
    case SS_HDR_RECV_INFO:
        if (profile != NULL) {
            put_items(b, from, profile->info_packages, profile->info_package_count);
        }
        break;
    default:
        SS_ASSERT(which == SS_HDR_ALLOW_EVENTS);
        if (profile != NULL) {
            put_items(b, from, profile->packages, profile->package_count);
        }
        put_item(b, from, SS_LIT("refer")); /* by REFER */
        break;
    }
}

/* RFC3261:20.5 RFC3261:20.37 RFC6665:8.2.2 RFC6665:4.4.4 RFC6086:4.1 */
void ss_ua_put_ability(const ss_visit *v, ss_buffer *b, ss_hdr which)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    if (which == SS_HDR_RECV_INFO &&
        (profile == NULL || (profile->info_package_count == 0 && !profile->knows_info))) {
        return;
    }
    ss_put(b, ss_hdr_name(which));
    ss_put(b, SS_LIT(": "));
    put_list(v, b, b->len, which);
    ss_put(b, SS_LIT("\r\n"));
}

/* RFC3261:13.2.1 RFC3261:13.3.1.4 RFC6665:8.2.2 */
void ss_ua_put_abilities(const ss_visit *v, ss_buffer *b)
{
    ss_ua_put_ability(v, b, SS_HDR_ALLOW);
    ss_ua_put_ability(v, b, SS_HDR_SUPPORTED);
    ss_ua_put_ability(v, b, SS_HDR_ALLOW_EVENTS);
}
