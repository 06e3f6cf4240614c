/* Media that belong together (RFC 5888): a=mid names a medium, a=group says what some of them are to one another. */
#include "scan.h"

/* RFC5888:4 */
ss_status ss_sdp_read_mid(ss_slice value)
{
    return ss_sdp_is_token(value) ? SS_OK : SS_ERR_SYNTAX;
}

/* RFC5888:5 */
ss_status ss_sdp_read_group(ss_slice value, ss_sdp_group *out)
{
    size_t at = 0;
    out->semantics = ss_sdp_word(value, &at);
    out->tags = ss_sdp_rest(value, at);
    bool is_good = ss_sdp_is_token(out->semantics);
    while (is_good && at <= value.len) {
        is_good = ss_sdp_is_token(ss_sdp_word(value, &at));
    }
    return is_good ? SS_OK : SS_ERR_SYNTAX;
}

ss_status ss_sdp_next_tag(const ss_sdp_group *group, size_t *at, ss_slice *tag)
{
    if (group->tags.len == 0 || *at > group->tags.len) {
        return SS_NONE;
    }
    *tag = ss_sdp_word(group->tags, at);
    return SS_OK;
}

void ss_sdp_put_group(ss_buffer *b, const ss_sdp_group *group)
{
    ss_put(b, SS_LIT("a=group:"));
    ss_put(b, group->semantics);
    if (group->tags.len > 0) {
        ss_put_char(b, ' ');
        ss_put(b, group->tags);
    }
    ss_put(b, SS_LIT("\r\n"));
}
