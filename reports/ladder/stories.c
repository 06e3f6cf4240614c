/* The stories of a run as files: ladder.txt has all of them, the other forms the one call that tells most. */
#include "ladder/state.h"

static void write_story(const rp_ladder *l, rp_file *out, const ladder_story *story)
{
    const ladder_call *call = story->call;
    rp_put_text(out, story->title);
    if (call->number != 0) {
        rp_put_text(out, ": c");
        rp_put_u64(out, call->number);
        if (call->source < l->cast->call_source_count) {
            rp_put_text(out, " of ");
            rp_put_text(out, l->cast->call_sources[call->source]);
        }
    }
    rp_put_char(out, '\n');
    if (call->has_failed) {
        rp_put_text(out, "it failed: ");
        rp_put_text(out, call->why);
        rp_put_char(out, '\n');
    }
    rp_put_char(out, '\n');
    rp_ladder_draw(out, l->cast, call);
}

/* What is not shown of calls, and why. */
static void write_rest(const rp_ladder *l, rp_file *out)
{
    if (l->first == SN_NOBODY) {
        rp_put_text(out, "no call was made\n");
        return;
    }
    if (l->failing_count == 0) {
        rp_put_text(out, l->forgotten[0] == '\0'
                             ? "\nno call failed\n"
                             : "\nanother call failed, when it was no longer followed: ");
        rp_put_text(out, l->forgotten);
        rp_put_text(out, l->forgotten[0] == '\0' ? "" : "\n");
    }
    if (l->not_followed != 0) {
        rp_put_text(out, "\ncalls not followed, because too many were live at once: ");
        rp_put_u64(out, l->not_followed);
        rp_put_char(out, '\n');
    }
}

void rp_ladder_write(const rp_ladder *l, rp_file *out, const char *name, bool interrupted)
{
    rp_put_plain(out, name);
    rp_put_text(out, interrupted ? "\n(interrupted)\n\n" : "\n\n");
    const uint32_t calls = rp_ladder_call_stories(l);
    ladder_story story;
    for (unsigned nth = 0; nth < calls && rp_ladder_story(l, nth, &story); nth++) {
        rp_put_text(out, nth == 0 ? "" : "\n\n");
        write_story(l, out, &story);
    }
    write_rest(l, out);
    for (unsigned nth = calls; rp_ladder_story(l, nth, &story); nth++) {
        rp_put_text(out, "\n\n");
        write_story(l, out, &story);
    }
}

uint64_t rp_ladder_chosen(const rp_ladder *l)
{
    ladder_story story;
    return rp_ladder_main_story(l, &story) && story.call->count != 0 ? story.call->call_id : 0;
}

bool rp_ladder_write_one(const rp_ladder *l, rp_file *out, rp_ladder_form form)
{
    ladder_story story;
    if (!rp_ladder_main_story(l, &story) || story.call->count == 0) {
        return false;
    }
    switch (form) {
    case RP_LADDER_TEXT:
        rp_ladder_narrow(out, l->cast, story.call);
        break;
    case RP_LADDER_WIDE:
        rp_ladder_draw(out, l->cast, story.call);
        break;
    case RP_LADDER_MERMAID:
        rp_ladder_mermaid(l, l->cast, out);
        break;
    case RP_LADDER_SVG:
        rp_ladder_picture(l, l->cast, out);
        break;
    case RP_LADDER_JSON:
        rp_ladder_json(out, l->cast, &story);
        break;
    case RP_LADDER_WORDS:
        rp_ladder_explain(out, l->cast, story.call);
        break;
    }
    return true;
}
