/* media: the streams of a session, one word or a list of them. */
#include "model.h"

#include "ss/sdp.h"

static const char *const words[] = { "audio", "video", "message", NULL };
_Static_assert(SS_COUNT(words) == SS_MEDIA_KINDS + 1, "a word for each kind");

static void read_one(sn_reading *r, const sn_item *value, unsigned *kinds)
{
    unsigned kind = 0;
    if (!sn_value_word(r, value, words, &kind)) {
        return;
    }
    if ((*kinds & SS_MEDIA_BIT(kind)) != 0) {
        sn_wrong(r, value->place, NULL,
                 "'%s' stands twice: a session has one stream of a kind here", words[kind]);
    }
    *kinds |= SS_MEDIA_BIT(kind);
}

void sn_media_read(sn_reading *r, const sn_item *value, unsigned *kinds)
{
    *kinds = 0;
    if (value->kind != SN_ITEM_LIST) {
        read_one(r, value, kinds);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_one(r, value->pairs[i].value, kinds);
    }
    if (value->count == 0) {
        sn_wrong(r, value->place, NULL, "an empty list of streams");
    }
}

void sn_media_write(sn_text *t, unsigned kinds)
{
    const char *before = "[";
    for (unsigned kind = 0; kind < SS_MEDIA_KINDS; kind++) {
        if ((kinds & SS_MEDIA_BIT(kind)) != 0) {
            sn_text_put_str(t, before);
            sn_text_put_str(t, words[kind]);
            before = ", ";
        }
    }
    sn_text_put_str(t, "]");
}

static void read_media(sn_reading *r, const sn_item *value, void *at)
{
    sn_media_read(r, value, at);
}

static bool write_media(sn_text *t, const void *at)
{
    const unsigned *kinds = at;
    if (*kinds == 0) {
        return false;
    }
    sn_media_write(t, *kinds);
    return true;
}

const sn_codec sn_media_codec = { read_media, write_media };
