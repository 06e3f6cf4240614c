/* What of the calls that were followed is shown, and under which title. */
#include "ladder/state.h"

static void set_title(ladder_story *s, const char *before, ss_slice name)
{
    ss_buffer b = ss_buffer_on(s->title, sizeof s->title - 1);
    ss_put_text(&b, before);
    ss_put(&b, name);
    s->title[b.len] = '\0';
}

/* The calls to show: the first, those that failed, the one that was drawn. What failed may be no call, where none was made. */
static uint32_t call_stories(const rp_ladder *l, uint32_t places[FAILING_MAX + 2])
{
    uint32_t count = 0;
    if (l->first == SN_NOBODY) {
        return 0;
    }
    places[count++] = l->first;
    for (uint32_t i = 0; i < l->failing_count; i++) {
        if (l->failing[i] != l->first) {
            places[count++] = l->failing[i];
        }
    }
    if (l->sample != SN_NOBODY) {
        places[count++] = l->sample;
    }
    return count;
}

static const char *call_title(const rp_ladder *l, uint32_t place)
{
    const bool failed_first = l->failing_count != 0 && place == l->failing[0];
    if (place == l->first) {
        return failed_first ? "the first call, and the first that failed" : "the first call";
    }
    return failed_first         ? "the first call that failed"
           : place == l->sample ? "a call that ended well"
                                : "another call that failed";
}

uint32_t rp_ladder_call_stories(const rp_ladder *l)
{
    uint32_t places[FAILING_MAX + 2];
    return call_stories(l, places);
}

bool rp_ladder_story(const rp_ladder *l, unsigned nth, ladder_story *story)
{
    uint32_t places[FAILING_MAX + 2];
    const uint32_t calls = call_stories(l, places);
    if (nth < calls) {
        story->call = &l->calls[places[nth]];
        set_title(story, call_title(l, places[nth]), SS_EMPTY);
        return true;
    }
    nth -= calls;
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++) {
        if (nth < l->other_count[method]) {
            story->call = &l->calls[l->others[method][nth]];
            set_title(story, nth == 0 ? "the first " : "another ",
                      method == SS_METHOD_OTHER ? SS_LIT("request of an unknown method")
                                                : ss_method_name((ss_method)method));
            return true;
        }
        nth -= l->other_count[method];
    }
    return false;
}

bool rp_ladder_main_story(const rp_ladder *l, ladder_story *story)
{
    unsigned nth = 0;
    while (rp_ladder_story(l, nth, story) && !story->call->has_failed) {
        nth++;
    }
    return rp_ladder_story(l, nth, story) || rp_ladder_story(l, 0, story);
}
