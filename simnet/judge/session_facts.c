/* What laws about offers and answers need to know of a session description (RFC 8866 5.2, 5.14; RFC 3264): all of it as a hash,
 * its o= line without the version, the version, the kinds of its m= lines in their order. Read by a scanner of the judge's own, from
 * the end of a message's bytes; what is no description that it can read is judged by no law. The last few are remembered: a
 * description that left comes, and most go out again. */
#include "laws.h"

/* The end of the word that begins at `at`, which a space or the line ends. */
static size_t word_end(ss_slice line, size_t at)
{
    while (at < line.len && line.at[at] != ' ') {
        at++;
    }
    return at;
}

static size_t after(ss_slice line, size_t end)
{
    return end < line.len ? end + 1 : end;
}

/* RFC8866:5.2 user, id, version; then the address. */
static void read_origin(ss_slice line, session_facts *out)
{
    const size_t from = after(line, word_end(line, after(line, word_end(line, 0))));
    const size_t to = word_end(line, from);
    out->origin = ss_mix_absorb(ss_hash64(0, ss_slice_cut(line, 0, from)),
                                ss_hash64(0, ss_slice_cut(line, to, line.len)));
    out->is_read =
        ss_slice_to_u64(ss_slice_cut(line, from, to), UINT64_MAX, &out->version) == SS_OK;
}

static void read_line(ss_slice line, session_facts *out)
{
    if (line.len < 2 || line.at[1] != '=') {
        return;
    }
    if (line.at[0] == 'o') {
        read_origin(line, out);
    } else if (line.at[0] == 'm') {
        out->media =
            ss_mix_absorb(out->media, ss_hash64(0, ss_slice_cut(line, 0, word_end(line, 0))));
        out->lines++;
    }
}

static session_facts read_body(ss_slice body, uint64_t whole)
{
    session_facts facts = { .whole = whole };
    while (body.len > 0) {
        const size_t end = ss_slice_find(body, '\n');
        read_line(ss_slice_cut(body, 0, end), &facts);
        body = ss_slice_cut(body, after(body, end), body.len);
    }
    return facts;
}

session_facts sn_session_read(sn_judge *j, const ss_summary *sip)
{
    const ss_slice payload = j->payload;
    if ((sip->says & SS_SAYS_SESSION) == 0 || sip->body_bytes > payload.len) {
        return (session_facts){ 0 };
    }
    const ss_slice body = ss_slice_cut(payload, payload.len - sip->body_bytes, payload.len);
    const uint64_t whole = ss_hash64(0, body);
    session_facts *known = &j->sessions[whole % SS_COUNT(j->sessions)];
    if (known->whole != whole) {
        *known = read_body(body, whole);
    }
    return *known;
}
