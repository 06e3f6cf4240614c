/* Attributes (RFC 8866 sections 5.13 and 6): found by name at their level, and judged, each known one by its own grammar.
 * A description is whole without that: an attribute that is not understood is ignored, so only who asks is told. */
#include "scan.h"

ss_status ss_sdp_next_attribute(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name,
                                uint32_t *at, ss_slice *value)
{
    const ss_sdp_line *lines = media == NULL ? sdp->lines : media->lines;
    const uint32_t count = media == NULL ? sdp->line_count : media->line_count;
    while (*at < count) {
        const ss_sdp_line *line = &lines[(*at)++];
        const ss_slice text = line->value;
        if (line->type != 'a' || !ss_slice_starts(text, name)) {
            continue;
        }
        if (text.len == name.len || text.at[name.len] == ':') {
            *value = text.len == name.len ? SS_EMPTY : ss_slice_cut(text, name.len + 1, text.len);
            return SS_OK;
        }
    }
    return SS_NONE;
}

ss_status ss_sdp_attribute(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name,
                           unsigned nth, ss_slice *value)
{
    uint32_t at = 0;
    ss_status status = SS_OK;
    for (unsigned i = 0; status == SS_OK && i <= nth; i++) {
        status = ss_sdp_next_attribute(sdp, media, name, &at, value);
    }
    return status;
}

/* ---- the grammar of each ----------------------------------------------------------------------------------------- */

static ss_status judge_rtpmap(ss_slice value)
{
    ss_sdp_rtpmap out;
    return ss_sdp_read_rtpmap(value, &out);
}

static ss_status judge_fmtp(ss_slice value)
{
    ss_sdp_fmtp out;
    return ss_sdp_read_fmtp(value, &out);
}

static ss_status judge_ptime(ss_slice value)
{
    uint32_t micros = 0;
    return ss_sdp_read_ptime(value, &micros);
}

static ss_status judge_rtcp(ss_slice value)
{
    ss_sdp_rtcp out;
    return ss_sdp_read_rtcp(value, &out);
}

static ss_status judge_property(ss_slice value)
{
    return value.at == NULL ? SS_OK : SS_ERR_SYNTAX; /* a=name, without a colon */
}

static ss_status judge_crypto(ss_slice value)
{
    ss_sdp_crypto out;
    return ss_sdp_read_crypto(value, &out);
}

static ss_status judge_key_mgmt(ss_slice value)
{
    ss_sdp_key_mgmt out;
    return ss_sdp_read_key_mgmt(value, &out);
}

static ss_status judge_candidate(ss_slice value)
{
    ss_sdp_candidate out;
    return ss_sdp_read_candidate(value, &out);
}

static ss_status judge_remote_candidates(ss_slice value)
{
    size_t at = 0;
    ss_sdp_remote_candidate out;
    ss_status status = SS_OK;
    while (status == SS_OK) {
        status = ss_sdp_next_remote_candidate(value, &at, &out);
    }
    return status == SS_NONE ? SS_OK : status;
}

static ss_status judge_ice_options(ss_slice value)
{
    size_t at = 0;
    ss_slice tag;
    ss_status status = SS_OK;
    while (status == SS_OK) {
        status = ss_sdp_next_ice_option(value, &at, &tag);
    }
    return status == SS_NONE ? SS_OK : status;
}

static ss_status judge_ice_pacing(ss_slice value)
{
    uint64_t ms = 0;
    return ss_sdp_read_ice_pacing(value, &ms);
}

static ss_status judge_fingerprint(ss_slice value)
{
    ss_sdp_fingerprint out;
    return ss_sdp_read_fingerprint(value, &out);
}

static ss_status judge_setup(ss_slice value)
{
    ss_sdp_setup out;
    return ss_sdp_read_setup(value, &out);
}

static ss_status judge_group(ss_slice value)
{
    ss_sdp_group out;
    return ss_sdp_read_group(value, &out);
}

enum { AT_SESSION = 1, AT_MEDIA = 2, AT_BOTH = 3 };

static const struct {
    ss_slice name;
    unsigned levels;
    ss_status (*judge)(ss_slice value);
    const char *section, *sentence;
} known[] = {
    { SS_LIT_INIT("rtpmap"), AT_MEDIA, judge_rtpmap, "RFC8866:6.6",
      "rtpmap is a payload type, an encoding, a rate" },
    { SS_LIT_INIT("fmtp"), AT_MEDIA, judge_fmtp, "RFC8866:6.15",
      "fmtp is a format and its parameters" },
    { SS_LIT_INIT("ptime"), AT_MEDIA, judge_ptime, "RFC8866:6.4",
      "ptime is a number of milliseconds above 0" },
    { SS_LIT_INIT("maxptime"), AT_MEDIA, judge_ptime, "RFC8866:6.5",
      "maxptime is a number of milliseconds above 0" },
    { SS_LIT_INIT("sendrecv"), AT_BOTH, judge_property, "RFC8866:6.7.3",
      "a direction has no value" },
    { SS_LIT_INIT("sendonly"), AT_BOTH, judge_property, "RFC8866:6.7.2",
      "a direction has no value" },
    { SS_LIT_INIT("recvonly"), AT_BOTH, judge_property, "RFC8866:6.7.1",
      "a direction has no value" },
    { SS_LIT_INIT("inactive"), AT_BOTH, judge_property, "RFC8866:6.7.4",
      "a direction has no value" },
    { SS_LIT_INIT("crypto"), AT_MEDIA, judge_crypto, "RFC4568:9.1",
      "crypto is a tag, a suite, keys, parameters" },
    { SS_LIT_INIT("key-mgmt"), AT_BOTH, judge_key_mgmt, "RFC4567:3.1",
      "key-mgmt is a protocol and base64" },
    { SS_LIT_INIT("candidate"), AT_MEDIA, judge_candidate, "RFC8839:5.1",
      "the candidate breaks its grammar or a range" },
    { SS_LIT_INIT("remote-candidates"), AT_MEDIA, judge_remote_candidates, "RFC8839:5.2",
      "remote-candidates are components, addresses and ports" },
    { SS_LIT_INIT("ice-lite"), AT_SESSION, judge_property, "RFC8839:5.3", "ice-lite has no value" },
    { SS_LIT_INIT("ice-mismatch"), AT_MEDIA, judge_property, "RFC8839:5.3",
      "ice-mismatch has no value" },
    { SS_LIT_INIT("ice-ufrag"), AT_BOTH, ss_sdp_read_ice_ufrag, "RFC8839:5.4",
      "ice-ufrag is 4 to 256 ICE characters" },
    { SS_LIT_INIT("ice-pwd"), AT_BOTH, ss_sdp_read_ice_pwd, "RFC8839:5.4",
      "ice-pwd is 22 to 256 ICE characters" },
    { SS_LIT_INIT("ice-pacing"), AT_SESSION, judge_ice_pacing, "RFC8839:5.5",
      "ice-pacing is up to ten digits" },
    { SS_LIT_INIT("ice-options"), AT_BOTH, judge_ice_options, "RFC8839:5.6",
      "ice-options are tags with spaces between" },
    { SS_LIT_INIT("fingerprint"), AT_BOTH, judge_fingerprint, "RFC5763:5",
      "fingerprint is a hash and all its bytes" },
    { SS_LIT_INIT("setup"), AT_BOTH, judge_setup, "RFC5763:5",
      "setup is active, passive, actpass or holdconn" },
    { SS_LIT_INIT("rtcp"), AT_MEDIA, judge_rtcp, "RFC3605:2.1",
      "rtcp is a port, perhaps an address" },
    { SS_LIT_INIT("rtcp-mux"), AT_MEDIA, judge_property, "RFC5761:5.1.1", "rtcp-mux has no value" },
    { SS_LIT_INIT("mid"), AT_MEDIA, ss_sdp_read_mid, "RFC5888:4", "mid is a token" },
    { SS_LIT_INIT("group"), AT_SESSION, judge_group, "RFC5888:5",
      "group is its meaning and tags of media" },
};

static ss_status judge_line(const ss_sdp *sdp, ss_slice line, unsigned level, ss_diag *diag)
{
    const size_t colon = ss_slice_find(line, ':');
    const ss_slice name = ss_slice_cut(line, 0, colon);
    const ss_slice value = colon == line.len ? SS_EMPTY : ss_slice_cut(line, colon + 1, line.len);
    for (size_t i = 0; i < SS_COUNT(known); i++) {
        if (!ss_slice_eq(known[i].name, name)) {
            continue;
        }
        const bool is_here = (known[i].levels & level) != 0;
        const ss_status status = is_here ? known[i].judge(value) : SS_ERR_SEMANTIC;
        const size_t past_name = is_here && value.at != NULL ? colon + 1 : 0;
        if (status != SS_OK) {
            *diag = (ss_diag){ .offset = (uint32_t)(line.at - sdp->bytes.at + (ptrdiff_t)past_name),
                               .header = SS_HDR_COUNT,
                               .section = known[i].section,
                               .sentence = is_here ? known[i].sentence
                                                   : "the attribute stands at the wrong level",
                               .response = 400 };
        }
        return status;
    }
    return SS_OK;
}

static ss_status judge_level(const ss_sdp *sdp, const ss_sdp_line *lines, uint32_t count,
                             unsigned level, ss_diag *diag)
{
    ss_status status = SS_OK;
    for (uint32_t i = 0; status == SS_OK && i < count; i++) {
        status = lines[i].type == 'a' ? judge_line(sdp, lines[i].value, level, diag) : SS_OK;
    }
    return status;
}

ss_status ss_sdp_check_attributes(const ss_sdp *sdp, ss_diag *diag)
{
    *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "", .sentence = "" };
    ss_status status = judge_level(sdp, sdp->lines, sdp->line_count, AT_SESSION, diag);
    for (uint32_t i = 0; status == SS_OK && i < sdp->media_count; i++) {
        status = judge_level(sdp, sdp->media[i].lines, sdp->media[i].line_count, AT_MEDIA, diag);
    }
    return status;
}
