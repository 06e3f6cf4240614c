/* Which requests are refused of clients that know nothing of overload control: RFC 7339 5.10.2. RFC7339:5.10.2 */
#include "stack/proxy/context.h"

#include "check.h"

static bool is_refused(uint32_t share, ss_arrival arrival, bool knows)
{
    ss_settings settings = ss_settings_default();
    settings.overload_control[0] = knows ? SS_OC_LOSS : SS_OC_NONE;
    ss_core core = { .settings = &settings };
    const ss_visit v = { .core = &core };
    ss_load load = { .share = share };
    bool is_one = false;
    for (unsigned i = 0; i < 10; i++) {
        is_one = ss_load_refuses(&v, &load, &arrival) || is_one;
    }
    return is_one;
}

TEST(the_share_that_is_held_back_is_refused_of_new_invites_and_others_alone)
{
    const ss_arrival invite = { .class = SS_CLASS_INVITE };
    CHECK(is_refused(500000, invite, true));
    CHECK(is_refused(500000, (ss_arrival){ .class = SS_CLASS_OTHER }, true));
    for (unsigned class = 0; class < SS_CLASS_COUNT; class ++) {
        const bool is_first = class == SS_CLASS_INVITE || class == SS_CLASS_OTHER;
        CHECK_EQ(is_refused(500000, (ss_arrival){ .class = (ss_class) class }, true), is_first);
    }
}

TEST(nothing_is_refused_of_a_client_that_takes_part_in_a_dialog_of_a_copy_or_without_need)
{
    const ss_arrival invite = { .class = SS_CLASS_INVITE };
    ss_arrival a = invite;
    a.takes_part = true;
    CHECK(!is_refused(500000, a, true));
    a = invite;
    a.is_in_dialog = true;
    CHECK(!is_refused(500000, a, true));
    a = invite;
    a.is_copy = true;
    CHECK(!is_refused(500000, a, true));
    CHECK(!is_refused(1000000, invite, true)); /* all may come */
    CHECK(!is_refused(0, invite, true));       /* nothing was counted yet */
    CHECK(!is_refused(500000, invite, false)); /* we do not know of it */
}

TEST(a_tenth_that_is_held_back_is_one_of_ten)
{
    ss_settings settings = ss_settings_default();
    settings.overload_control[0] = SS_OC_LOSS;
    ss_core core = { .settings = &settings };
    const ss_visit v = { .core = &core };
    const ss_arrival invite = { .class = SS_CLASS_INVITE };
    ss_load load = { .share = 900000 };
    unsigned refused = 0;
    for (unsigned i = 0; i < 1000; i++) {
        refused += ss_load_refuses(&v, &load, &invite);
    }
    CHECK_EQ(refused, 100);
}
