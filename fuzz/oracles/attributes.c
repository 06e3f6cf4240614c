/* Oracle of the typed attributes of a session description (RFC 8866 6, RFC 4567, RFC 4568, RFC 8839, RFC 3605, RFC 5888): what a
 * reader takes prints to a line that it takes again and prints the same, every piece lies inside the description, walks
 * end, and the judge of all attributes agrees with the readers one by one. */
#include "fuzz.h"

#include "ss/sdp.h"

static ss_slice whole; /* of the description in work: for checks of places */

static void check_inside(ss_slice part)
{
    FZ_CHECK("S8", fz_is_inside(part, whole),
             "a piece of an attribute lies outside its description");
}

/* ---- attributes that print: read, and print when there is a buffer -------------------------------------------------- */

static ss_status round_rtpmap(ss_slice value, ss_buffer *b)
{
    ss_sdp_rtpmap out;
    const ss_status status = ss_sdp_read_rtpmap(value, &out);
    if (status == SS_OK) {
        FZ_CHECK("S2", out.payload_type <= 127 && out.channels > 0, "an rtpmap out of its range");
        ss_sdp_put_rtpmap(b, &out);
    }
    return status;
}

static ss_status round_fmtp(ss_slice value, ss_buffer *b)
{
    ss_sdp_fmtp out;
    const ss_status status = ss_sdp_read_fmtp(value, &out);
    if (status == SS_OK) {
        ss_sdp_put_fmtp(b, &out);
    }
    return status;
}

static ss_status round_rtcp(ss_slice value, ss_buffer *b)
{
    ss_sdp_rtcp out;
    const ss_status status = ss_sdp_read_rtcp(value, &out);
    if (status == SS_OK) {
        ss_sdp_put_rtcp(b, &out);
    }
    return status;
}

static ss_status round_crypto(ss_slice value, ss_buffer *b)
{
    ss_sdp_crypto out;
    ss_sdp_srtp_key key;
    size_t at = 0, count = 0;
    const ss_status status = ss_sdp_read_crypto(value, &out);
    if (status != SS_OK) {
        return status;
    }
    while (ss_sdp_next_srtp_key(&out, &at, &key) == SS_OK) {
        FZ_CHECK("S1", ++count <= value.len, "a crypto has more keys than bytes");
        FZ_CHECK("S2", (key.mki.len > 0) == (key.mki_bytes > 0), "a key has half an MKI");
    }
    ss_sdp_put_crypto(b, &out);
    return SS_OK;
}

static ss_status round_key_mgmt(ss_slice value, ss_buffer *b)
{
    ss_sdp_key_mgmt out;
    const ss_status status = ss_sdp_read_key_mgmt(value, &out);
    if (status == SS_OK) {
        ss_sdp_put_key_mgmt(b, &out);
    }
    return status;
}

static ss_status round_candidate(ss_slice value, ss_buffer *b)
{
    ss_sdp_candidate out;
    const ss_status status = ss_sdp_read_candidate(value, &out);
    if (status == SS_OK) {
        FZ_CHECK("S2", out.component >= 1 && out.component <= 256 && out.priority >= 1,
                 "a candidate out of its range");
        ss_sdp_put_candidate(b, &out);
    }
    return status;
}

static ss_status round_fingerprint(ss_slice value, ss_buffer *b)
{
    ss_sdp_fingerprint out;
    const ss_status status = ss_sdp_read_fingerprint(value, &out);
    if (status == SS_OK) {
        ss_sdp_put_fingerprint(b, &out);
    }
    return status;
}

static ss_status round_group(ss_slice value, ss_buffer *b)
{
    ss_sdp_group out;
    ss_slice tag;
    size_t at = 0, count = 0;
    const ss_status status = ss_sdp_read_group(value, &out);
    if (status != SS_OK) {
        return status;
    }
    while (ss_sdp_next_tag(&out, &at, &tag) == SS_OK) {
        FZ_CHECK("S1", ++count <= value.len, "a group has more tags than bytes");
    }
    ss_sdp_put_group(b, &out);
    return SS_OK;
}

/* ---- those that only read ---------------------------------------------------------------------------------------------- */

static ss_status read_ptime(ss_slice value, ss_buffer *b)
{
    uint32_t micros = 0;
    (void)b;
    return ss_sdp_read_ptime(value, &micros);
}

static ss_status read_setup(ss_slice value, ss_buffer *b)
{
    ss_sdp_setup out;
    (void)b;
    const ss_status status = ss_sdp_read_setup(value, &out);
    FZ_CHECK("S2", status != SS_OK || ss_slice_eq_nocase(ss_sdp_setup_name(out), value),
             "a setup is not what it says");
    return status;
}

static ss_status read_mid(ss_slice value, ss_buffer *b)
{
    (void)b;
    return ss_sdp_read_mid(value);
}

static ss_status read_ufrag(ss_slice value, ss_buffer *b)
{
    (void)b;
    return ss_sdp_read_ice_ufrag(value);
}

static ss_status read_pwd(ss_slice value, ss_buffer *b)
{
    (void)b;
    return ss_sdp_read_ice_pwd(value);
}

static ss_status read_pacing(ss_slice value, ss_buffer *b)
{
    uint64_t ms = 0;
    (void)b;
    return ss_sdp_read_ice_pacing(value, &ms);
}

static ss_status read_options(ss_slice value, ss_buffer *b)
{
    size_t at = 0, count = 0;
    ss_slice tag;
    ss_status status;
    (void)b;
    while ((status = ss_sdp_next_ice_option(value, &at, &tag)) == SS_OK) {
        check_inside(tag);
        FZ_CHECK("S1", ++count <= value.len, "more ICE options than bytes");
    }
    return status == SS_NONE ? SS_OK : status;
}

static ss_status read_remote_candidates(ss_slice value, ss_buffer *b)
{
    size_t at = 0, count = 0;
    ss_sdp_remote_candidate out;
    ss_status status;
    (void)b;
    while ((status = ss_sdp_next_remote_candidate(value, &at, &out)) == SS_OK) {
        check_inside(out.address);
        FZ_CHECK("S1", ++count <= value.len, "more remote candidates than bytes");
    }
    return status == SS_NONE ? SS_OK : status;
}

enum { AT_SESSION = 1, AT_MEDIA = 2, AT_BOTH = 3 };

static const struct {
    ss_slice name;
    unsigned levels;
    bool prints;
    ss_status (*read)(ss_slice value, ss_buffer *b);
} attributes[] = {
    { SS_LIT_INIT("rtpmap"), AT_MEDIA, true, round_rtpmap },
    { SS_LIT_INIT("fmtp"), AT_MEDIA, true, round_fmtp },
    { SS_LIT_INIT("rtcp"), AT_MEDIA, true, round_rtcp },
    { SS_LIT_INIT("crypto"), AT_MEDIA, true, round_crypto },
    { SS_LIT_INIT("key-mgmt"), AT_BOTH, true, round_key_mgmt },
    { SS_LIT_INIT("candidate"), AT_MEDIA, true, round_candidate },
    { SS_LIT_INIT("fingerprint"), AT_BOTH, true, round_fingerprint },
    { SS_LIT_INIT("group"), AT_SESSION, true, round_group },
    { SS_LIT_INIT("ptime"), AT_MEDIA, false, read_ptime },
    { SS_LIT_INIT("maxptime"), AT_MEDIA, false, read_ptime },
    { SS_LIT_INIT("setup"), AT_BOTH, false, read_setup },
    { SS_LIT_INIT("mid"), AT_MEDIA, false, read_mid },
    { SS_LIT_INIT("ice-ufrag"), AT_BOTH, false, read_ufrag },
    { SS_LIT_INIT("ice-pwd"), AT_BOTH, false, read_pwd },
    { SS_LIT_INIT("ice-pacing"), AT_SESSION, false, read_pacing },
    { SS_LIT_INIT("ice-options"), AT_BOTH, false, read_options },
    { SS_LIT_INIT("remote-candidates"), AT_MEDIA, false, read_remote_candidates },
};

/* ---- one value, all values --------------------------------------------------------------------------------------------- */

/* "a=name:value" CRLF back to its value. */
static ss_slice value_of_line(ss_slice line)
{
    const size_t colon = ss_slice_find(line, ':');
    FZ_CHECK("S2", colon + 2 < line.len && line.at[line.len - 1] == '\n',
             "an attribute prints to no line");
    return ss_slice_cut(line, colon + 1, line.len - 2);
}

static void check_printed(size_t which, ss_slice line)
{
    ss_arena four = fz_arena(4);
    ss_buffer again = ss_buffer_on(four.base, four.cap);
    const ss_slice before = whole;
    whole = line;
    FZ_CHECK("S2", attributes[which].read(value_of_line(line), &again) == SS_OK,
             "what an attribute prints to is refused");
    FZ_CHECK("S2", ss_slice_eq(ss_buffer_slice(&again), line),
             "an attribute prints otherwise the second time");
    whole = before;
}

static bool check_value(size_t which, ss_slice value)
{
    ss_arena three = fz_arena(3);
    ss_buffer printed = ss_buffer_on(three.base, three.cap);
    if (attributes[which].read(value, &printed) != SS_OK) {
        return false;
    }
    FZ_CHECK("S1", !printed.overflow, "an attribute prints without bound");
    if (attributes[which].prints) {
        check_printed(which, ss_buffer_slice(&printed));
    }
    return true;
}

/* True when every value that stands at a level where it may is good, and none stands at another. */
static bool check_level(const ss_sdp *sdp, const ss_sdp_media *media, unsigned level)
{
    bool are_good = true;
    for (size_t i = 0; i < SS_COUNT(attributes); i++) {
        uint32_t at = 0;
        ss_slice value;
        while (ss_sdp_next_attribute(sdp, media, attributes[i].name, &at, &value) == SS_OK) {
            check_inside(value);
            are_good = check_value(i, value) && (attributes[i].levels & level) != 0 && are_good;
        }
    }
    return are_good;
}

void fz_check_attributes(const ss_sdp *sdp)
{
    ss_diag diag;
    whole = sdp->bytes;
    bool are_good = check_level(sdp, NULL, AT_SESSION);
    for (uint32_t i = 0; i < sdp->media_count; i++) {
        are_good = check_level(sdp, &sdp->media[i], AT_MEDIA) && are_good;
    }
    const ss_status judged = ss_sdp_check_attributes(sdp, &diag);
    FZ_CHECK("S8", judged == SS_OK || diag.offset < sdp->bytes.len,
             "the verdict on an attribute points outside the description");
    FZ_CHECK("S2", judged != SS_OK || are_good,
             "the judge takes an attribute that its reader refuses");
}
