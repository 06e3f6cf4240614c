/* Session descriptions: reading, printing, attributes (RFC 8866 sections 5, 6, 9). Two passes: one counts the lines, so
 * that the arrays have their exact size, one checks each line and its place. Invariant: the lines of the session and of
 * its media are one array, cut into runs. */
#include "ss/sdp.h"

#include <string.h>

typedef struct reader {
    ss_sdp *sdp;
    ss_slice bytes;
    ss_diag *diag;
    ss_sdp_line *lines;                                   /* in the arena */
    ss_sdp_media *media;                                  /* in the arena */
    uint32_t line_count;
    unsigned rank;                                        /* of the last line, in its level */
    char last;                                            /* its type */
    bool session_direction, media_direction, has_time;    /* seen so far */
} reader;

static bool refuse(reader *r, ss_slice at, const char *section, const char *sentence)
{
    *r->diag = (ss_diag){ .offset = (uint32_t)(at.at - r->bytes.at), .header = SS_HDR_COUNT, .section = section,
                          .sentence = sentence, .response = 400 };
    return false;
}

/* ---- pieces of lines --------------------------------------------------------------------------------------------- */

static bool is_among(ss_slice letters, char c)
{
    return ss_slice_find(letters, c) < letters.len;
}

static bool is_token_char(char c)
{
    return (c >= '^' && c <= '~') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           is_among(SS_LIT("!#$%&'*+-."), c);
}

static bool is_token(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_token_char(s.at[i])) {
            return false;
        }
    }
    return s.len > 0;
}

/* 1*(VCHAR/%x80-FF) */
static bool is_non_ws(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.at[i];
        if (c <= 0x20 || c == 0x7f) {
            return false;
        }
    }
    return s.len > 0;
}

static bool are_digits(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') {
            return false;
        }
    }
    return s.len > 0;
}

/* The next word of a line whose words stand single spaces apart; *at passes the end after the last. */
static ss_slice next_word(ss_slice s, size_t *at)
{
    if (*at > s.len) {
        return SS_EMPTY;
    }
    const ss_slice rest = ss_slice_cut(s, *at, s.len);
    const size_t len = ss_slice_find(rest, ' ');
    *at += len + 1;
    return ss_slice_cut(rest, 0, len);
}

static bool read_address(ss_slice value, size_t *at, ss_sdp_address *out)
{
    out->nettype = next_word(value, at);
    out->addrtype = next_word(value, at);
    out->address = next_word(value, at);
    return is_token(out->nettype) && is_token(out->addrtype) && is_non_ws(out->address) && *at > value.len;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* RFC8866:5.2 and RFC3264:5 numbers of the origin fit 63 bits. */
static bool read_origin(reader *r, ss_slice value)
{
    ss_sdp *sdp = r->sdp;
    size_t at = 0;
    sdp->user = next_word(value, &at);
    const ss_slice id = next_word(value, &at);
    const ss_slice version = next_word(value, &at);
    if (!is_non_ws(sdp->user) || ss_slice_to_u64(id, INT64_MAX, &sdp->session_id) != SS_OK ||
        ss_slice_to_u64(version, INT64_MAX, &sdp->version) != SS_OK || !read_address(value, &at, &sdp->origin)) {
        return refuse(r, value, "RFC8866:5.2", "o= is user, id, version, network, address type, address");
    }
    return true;
}

/* RFC8866:5.7 one at session level; a medium's first is the one that counts here. */
static bool read_connection(reader *r, ss_slice value)
{
    ss_sdp_address found;
    size_t at = 0;
    if (!read_address(value, &at, &found)) {
        return refuse(r, value, "RFC8866:5.7", "c= is network, address type, address");
    }
    ss_sdp *sdp = r->sdp;
    if (sdp->media_count == 0) {
        sdp->connection = found;
    } else if (r->last != 'c') {
        r->media[sdp->media_count - 1].connection = found;
    }
    return true;
}

static bool read_time(reader *r, ss_slice value)
{
    size_t at = 0;
    const ss_slice start = next_word(value, &at);
    const ss_slice stop = next_word(value, &at);
    if (!are_digits(start) || !are_digits(stop) || at <= value.len) {
        return refuse(r, value, "RFC8866:5.9", "t= is two numbers");
    }
    if (!r->has_time) {
        r->has_time = true;
        r->sdp->start = start;
        r->sdp->stop = stop;
    }
    return true;
}

/* proto = token *("/" token) */
static bool is_proto(ss_slice s)
{
    while (s.len > 0) {
        const size_t slash = ss_slice_find(s, '/');
        if (!is_token(ss_slice_cut(s, 0, slash))) {
            return false;
        }
        if (slash == s.len) {
            return true;
        }
        s = ss_slice_cut(s, slash + 1, s.len);
    }
    return false;
}

static bool are_formats(ss_slice s)
{
    size_t at = 0;
    while (at <= s.len) {
        if (!is_token(next_word(s, &at))) {
            return false;
        }
    }
    return true;
}

static bool read_port(ss_slice text, ss_sdp_media *m)
{
    const size_t slash = ss_slice_find(text, '/');
    uint64_t port = 0;
    uint64_t count = 1;
    if (ss_slice_to_u64(ss_slice_cut(text, 0, slash), UINT16_MAX, &port) != SS_OK) {
        return false;
    }
    if (slash < text.len &&
        (ss_slice_to_u64(ss_slice_cut(text, slash + 1, text.len), UINT32_MAX, &count) != SS_OK || count == 0)) {
        return false;
    }
    m->port = (uint16_t)port;
    m->port_count = (uint32_t)count;
    return true;
}

/* RFC8866:5.14 */
static bool read_media(reader *r, ss_slice value)
{
    ss_sdp *sdp = r->sdp;
    ss_sdp_media *m = &r->media[sdp->media_count++];
    size_t at = 0;
    m->media = next_word(value, &at);
    const ss_slice port = next_word(value, &at);
    m->proto = next_word(value, &at);
    if (!is_token(m->media) || !read_port(port, m) || !is_proto(m->proto) || at > value.len) {
        return refuse(r, value, "RFC8866:5.14", "m= is medium, port, protocol, formats");
    }
    m->formats = ss_slice_cut(value, at, value.len);
    if (!are_formats(m->formats)) {
        return refuse(r, m->formats, "RFC8866:5.14", "a format is a token, one space from the next");
    }
    m->connection = sdp->connection;
    m->direction = sdp->direction;
    m->lines = r->lines + r->line_count;
    r->media_direction = false;
    return true;
}

static bool direction_from(ss_slice name, ss_sdp_direction *direction)
{
    for (unsigned d = SS_SDP_INACTIVE; d <= SS_SDP_SENDRECV; d++) {
        if (ss_slice_eq(ss_sdp_direction_name((ss_sdp_direction)d), name)) {
            *direction = (ss_sdp_direction)d;
            return true;
        }
    }
    return false;
}

/* RFC8866:6.7 one at most per level; a medium's own holds before the session's. */
static bool take_direction(reader *r, ss_slice name, ss_sdp_direction direction)
{
    ss_sdp *sdp = r->sdp;
    bool *seen = sdp->media_count == 0 ? &r->session_direction : &r->media_direction;
    if (*seen) {
        return refuse(r, name, "RFC8866:6.7", "a level has one direction at most");
    }
    *seen = true;
    if (sdp->media_count == 0) {
        sdp->direction = direction;
    } else {
        r->media[sdp->media_count - 1].direction = direction;
    }
    return true;
}

static bool read_attribute(reader *r, ss_slice value)
{
    const size_t colon = ss_slice_find(value, ':');
    const ss_slice name = ss_slice_cut(value, 0, colon);
    ss_sdp_direction direction;
    if (!is_token(name) || colon + 1 == value.len) {
        return refuse(r, value, "RFC8866:5.13", "a= is a name, or a name, a colon and a value");
    }
    if (colon == value.len) {
        return !direction_from(name, &direction) || take_direction(r, name, direction);
    }
    if (ss_slice_eq(name, SS_LIT("ptime")) && r->sdp->media_count > 0) {
        uint64_t ptime = 0;
        if (ss_slice_to_u64(ss_slice_cut(value, colon + 1, value.len), UINT32_MAX, &ptime) != SS_OK || ptime == 0) {
            return refuse(r, value, "RFC8866:6.4", "ptime is a number of milliseconds above 0");
        }
        r->media[r->sdp->media_count - 1].ptime_ms = (uint32_t)ptime;
    }
    return true;
}

/* b= bwtype ":" bandwidth */
static bool read_bandwidth(reader *r, ss_slice value)
{
    const size_t colon = ss_slice_find(value, ':');
    if (!is_token(ss_slice_cut(value, 0, colon)) || colon == value.len ||
        !are_digits(ss_slice_cut(value, colon + 1, value.len))) {
        return refuse(r, value, "RFC8866:5.8", "b= is a type, a colon and a number");
    }
    return true;
}

static bool read_version(reader *r, ss_slice value)
{
    return ss_slice_eq(value, SS_LIT("0")) || refuse(r, value, "RFC8866:5.1", "the version of SDP is 0");
}

static bool read_line(reader *r, char type, ss_slice value)
{
    switch (type) {
    case 'v':
        return read_version(r, value);
    case 'o':
        return read_origin(r, value);
    case 's':
        r->sdp->name = value;
        return true;
    case 'c':
        return read_connection(r, value);
    case 't':
        return read_time(r, value);
    case 'm':
        return read_media(r, value);
    case 'a':
        return read_attribute(r, value);
    case 'b':
        return read_bandwidth(r, value);
    default:
        return true;                                      /* i u e p r z k: kept, not read */
    }
}

/* ---- the order of lines (section 9) ------------------------------------------------------------------------------- */

/* The place of a type in its level; 0 when it has none there. */
static unsigned rank_of(char type, bool in_media)
{
    const ss_slice order = in_media ? SS_LIT("micbka") : SS_LIT("vosiuepcbtka");
    const size_t at = ss_slice_find(order, type);
    return at == order.len ? 0 : (unsigned)at + 1;
}

static bool may_repeat(char type, bool in_media)
{
    return is_among(in_media ? SS_LIT("cba") : SS_LIT("epbta"), type);
}

/* RFC8866:5 the order of lines is fixed; r= follows t=, z= follows r=; an unknown letter refuses the whole. */
static bool check_order(reader *r, char type, ss_slice line)
{
    const bool in_media = r->sdp->media_count > 0;
    const bool in_repeat = r->last == 't' || r->last == 'r';
    if (!in_media && ((type == 'r' && in_repeat) || (type == 'z' && r->last == 'r'))) {
        return true;                                      /* the rank stays that of t= */
    }
    if (type == 'm') {
        r->rank = 1;
        return r->has_time || refuse(r, line, "RFC8866:5", "v=, o=, s= and t= come before the first m=");
    }
    const unsigned rank = rank_of(type, in_media);
    if (rank == 0) {
        return refuse(r, line, "RFC8866:5", "a type letter that has no meaning here");
    }
    const bool is_next = rank > r->rank || (rank == r->rank && may_repeat(type, in_media));
    const bool skips_needed = !in_media && rank > 3 && r->rank < 3;
    const bool skips_time = !in_media && rank > rank_of('t', false) && !r->has_time;
    if (!is_next || (!in_media && rank <= 3 && rank != r->rank + 1) || skips_needed || skips_time) {
        return refuse(r, line, "RFC8866:5", "the lines are not in their order, or one is missing");
    }
    r->rank = rank;
    return true;
}

/* The line that begins at `at`; gives where the next begins. Without a line end it is malformed. */
static bool cut_line(reader *r, size_t at, ss_slice *line, size_t *next)
{
    const ss_slice rest = ss_slice_cut(r->bytes, at, r->bytes.len);
    const size_t end = ss_slice_find(rest, '\n');
    *line = ss_slice_cut(rest, 0, end);
    *next = at + end + 1;
    if (end == rest.len) {
        return refuse(r, rest, "RFC8866:9", "the last line does not end");
    }
    if (line->len > 0 && line->at[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

static bool check_line(reader *r, ss_slice line)
{
    if (line.len < 3 || line.at[1] != '=') {
        return refuse(r, line, "RFC8866:5", "a line is a letter, an equals sign and a value");
    }
    if (memchr(line.at, '\0', line.len) != NULL || memchr(line.at, '\r', line.len) != NULL) {
        return refuse(r, line, "RFC8866:9", "a NUL or a bare CR in a line");
    }
    return check_order(r, line.at[0], line);
}

static bool read_lines(reader *r)
{
    size_t at = 0;
    while (at < r->bytes.len) {
        ss_slice line;
        size_t next = 0;
        if (!cut_line(r, at, &line, &next) || !check_line(r, line)) {
            return false;
        }
        const char type = line.at[0];
        const ss_slice value = ss_slice_cut(line, 2, line.len);
        r->lines[r->line_count++] = (ss_sdp_line){ type, value };
        if (!read_line(r, type, value)) {
            return false;
        }
        r->last = type;
        at = next;
        if (type == 'm') {
            continue;
        }
        if (r->sdp->media_count > 0) {
            r->media[r->sdp->media_count - 1].line_count++;
        } else {
            r->sdp->line_count++;
        }
    }
    return r->has_time || refuse(r, ss_slice_cut(r->bytes, r->bytes.len, r->bytes.len), "RFC8866:5",
                                 "a description has v=, o=, s= and t=");
}

/* RFC8866:5.7 */
static ss_status check_connections(reader *r)
{
    for (uint32_t i = 0; i < r->sdp->media_count; i++) {
        if (r->media[i].connection.nettype.at == NULL) {
            (void)refuse(r, r->media[i].media, "RFC8866:5.7", "a medium without connection data at either level");
            return SS_ERR_SEMANTIC;
        }
    }
    return SS_OK;
}

/* ---- entry points ------------------------------------------------------------------------------------------------ */

static size_t count_lines(ss_slice s, size_t *media)
{
    size_t lines = 0;
    *media = 0;
    for (size_t at = 0; at < s.len; lines++) {
        *media += s.at[at] == 'm';
        const ss_slice rest = ss_slice_cut(s, at, s.len);
        at += ss_slice_find(rest, '\n') + 1;
    }
    return lines;
}

ss_status ss_sdp_parse(ss_sdp *sdp, ss_arena *arena, ss_slice bytes, ss_diag *diag)
{
    *sdp = (ss_sdp){ .direction = SS_SDP_SENDRECV };
    *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "", .sentence = "" };
    if (bytes.len == 0) {
        *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "RFC8866:5", .sentence = "nothing to read", .response = 400 };
        return SS_ERR_SYNTAX;
    }
    SS_ASSERT(bytes.len <= UINT32_MAX);
    size_t media = 0;
    const size_t lines = count_lines(bytes, &media);
    reader r = { .sdp = sdp, .bytes = bytes, .diag = diag };
    r.lines = SS_ARENA_ARRAY(arena, ss_sdp_line, lines);
    r.media = SS_ARENA_ARRAY(arena, ss_sdp_media, media);
    if (r.lines == NULL || r.media == NULL) {
        *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "RFC3261:21.5.7", .sentence = "the memory lent is full",
                           .response = 513 };
        return SS_ERR_FULL;
    }
    sdp->lines = r.lines;
    sdp->media = r.media;
    return read_lines(&r) ? check_connections(&r) : SS_ERR_SYNTAX;
}

static void put_lines(ss_buffer *b, const ss_sdp_line *lines, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        ss_put_char(b, lines[i].type);
        ss_put_char(b, '=');
        ss_put(b, lines[i].value);
        ss_put(b, SS_LIT("\r\n"));
    }
}

void ss_sdp_put(ss_buffer *b, const ss_sdp *sdp)
{
    put_lines(b, sdp->lines, sdp->line_count);
    for (uint32_t i = 0; i < sdp->media_count; i++) {
        put_lines(b, sdp->media[i].lines - 1, sdp->media[i].line_count + 1);      /* its m= line stands before */
    }
}

ss_slice ss_sdp_direction_name(ss_sdp_direction direction)
{
    static const ss_slice names[] = { SS_LIT_INIT("inactive"), SS_LIT_INIT("sendonly"), SS_LIT_INIT("recvonly"),
                                      SS_LIT_INIT("sendrecv") };
    SS_ASSERT((unsigned)direction < SS_COUNT(names));
    return names[direction];
}

ss_status ss_sdp_attribute(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name, unsigned nth, ss_slice *value)
{
    const ss_sdp_line *lines = media == NULL ? sdp->lines : media->lines;
    const uint32_t count = media == NULL ? sdp->line_count : media->line_count;
    for (uint32_t i = 0; i < count; i++) {
        const ss_slice line = lines[i].value;
        const size_t colon = ss_slice_find(line, ':');
        if (lines[i].type == 'a' && ss_slice_eq(ss_slice_cut(line, 0, colon), name) && nth-- == 0) {
            *value = colon == line.len ? SS_EMPTY : ss_slice_cut(line, colon + 1, line.len);
            return SS_OK;
        }
    }
    return SS_NONE;
}

ss_status ss_sdp_next_format(const ss_sdp_media *media, size_t *at, ss_slice *format)
{
    if (*at > media->formats.len) {
        return SS_NONE;
    }
    *format = next_word(media->formats, at);
    return SS_OK;
}
