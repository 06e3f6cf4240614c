/* Session descriptions: reading and printing (RFC 8866 sections 5 and 9). Two passes: one counts the lines, so
 * that the arrays have their exact size, one checks each line and its place. Invariant: the lines of the session and of
 * its media are one array, cut into runs. */
#include "scan.h"

#include <string.h>

typedef struct reader {
    ss_sdp *sdp;
    ss_slice bytes;
    ss_diag *diag;
    ss_sdp_line *lines;  /* in the arena */
    ss_sdp_media *media; /* in the arena */
    uint32_t line_count;
    unsigned rank;                                     /* of the last line, in its level */
    char last;                                         /* its type */
    ss_status status;                                  /* of the refusal */
    bool session_direction, media_direction, has_time; /* seen so far */
    bool is_multicast;                                 /* the last c= */
    bool has_nul;                                      /* somewhere: which line has it? */
} reader;

static bool refuse(reader *r, ss_slice at, const char *section, const char *sentence)
{
    *r->diag = (ss_diag){ .offset = (uint32_t)(at.at - r->bytes.at),
                          .header = SS_HDR_COUNT,
                          .section = section,
                          .sentence = sentence,
                          .response = 400 };
    r->status = SS_ERR_SYNTAX;
    return false;
}

/* Well formed, but against the text. */
static bool forbid(reader *r, ss_slice at, const char *section, const char *sentence)
{
    (void)refuse(r, at, section, sentence);
    r->status = SS_ERR_SEMANTIC;
    return false;
}

/* The tail of a value from an offset on, for refuse: where the reading stopped. */
static ss_slice tail(ss_slice value, size_t at)
{
    return ss_slice_cut(value, at < value.len ? at : value.len, value.len);
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* RFC8866:5.2 and RFC3264:5 numbers of the origin fit 63 bits. */
static bool read_origin(reader *r, ss_slice value)
{
    ss_sdp *sdp = r->sdp;
    size_t at = 0;
    sdp->user = ss_sdp_word(value, &at);
    if (!ss_sdp_some(sdp->user, ss_sdp_non_ws_char)) {
        return refuse(r, value, "RFC8866:5.2", "o= begins with a user name, or \"-\"");
    }
    const size_t id = at;
    if (ss_slice_to_u64(ss_sdp_word(value, &at), INT64_MAX, &sdp->session_id) != SS_OK) {
        return refuse(r, tail(value, id), "RFC8866:5.2",
                      "the session id of o= is a number below 2^63");
    }
    const size_t version = at;
    if (ss_slice_to_u64(ss_sdp_word(value, &at), INT64_MAX, &sdp->version) != SS_OK) {
        return refuse(r, tail(value, version), "RFC8866:5.2",
                      "the version of o= is a number below 2^63");
    }
    const size_t address = at;
    if (ss_sdp_read_triple(value, &at, &sdp->origin) != SS_OK) {
        return refuse(r, tail(value, address), "RFC8866:5.2",
                      "o= ends in network, address type, address");
    }
    return ss_sdp_check_unicast(&sdp->origin) == SS_OK ||
           refuse(r, sdp->origin.address, "RFC8866:5.2",
                  "the address of o= is a name or a unicast address of its type");
}

/* RFC8866:5.7 one at session level, of one address; several of a medium only when all are multicast. */
static bool read_connection(reader *r, ss_slice value)
{
    ss_sdp_address found;
    ss_sdp_connection meant;
    size_t at = 0;
    if (ss_sdp_read_triple(value, &at, &found) != SS_OK) {
        return refuse(r, value, "RFC8866:5.7", "c= is network, address type, address");
    }
    if (ss_sdp_read_connection(&found, &meant) != SS_OK) {
        return refuse(r, found.address, "RFC8866:5.7", "the address of c= is none of its type");
    }
    ss_sdp *sdp = r->sdp;
    const bool is_first = sdp->media_count == 0 || r->last != 'c';
    if (sdp->media_count == 0 && meant.count > 1) {
        return forbid(r, found.address, "RFC8866:5.7", "a session has one address");
    }
    if (!is_first && !(r->is_multicast && meant.is_multicast)) {
        return forbid(r, value, "RFC8866:5.7", "several addresses of a medium are multicast");
    }
    r->is_multicast = meant.is_multicast;
    if (sdp->media_count == 0) {
        sdp->connection = found;
    } else if (is_first) {
        r->media[sdp->media_count - 1].connection = found;
    }
    return true;
}

/* RFC8866:5.9 */
static bool read_time(reader *r, ss_slice value)
{
    ss_slice start;
    ss_slice stop;
    if (ss_sdp_check_time(value, &start, &stop) != SS_OK) {
        return refuse(r, value, "RFC8866:5.9", "t= is two times, each 0 or at least ten digits");
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
        if (!ss_sdp_is_token(ss_slice_cut(s, 0, slash))) {
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
        if (!ss_sdp_is_token(ss_sdp_word(s, &at))) {
            return false;
        }
    }
    return true;
}

/* RFC8866:5.14 a port, and how many pairs of ports from it on. */
static bool read_port(ss_slice text, ss_sdp_media *m)
{
    const size_t slash = ss_slice_find(text, '/');
    uint64_t port = 0;
    uint64_t count = 1;
    if (ss_slice_to_u64(ss_slice_cut(text, 0, slash), UINT16_MAX, &port) != SS_OK ||
        (slash < text.len &&
         !ss_sdp_integer(ss_slice_cut(text, slash + 1, text.len), UINT32_MAX, &count))) {
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
    m->media = ss_sdp_word(value, &at);
    if (!ss_sdp_is_token(m->media)) {
        return refuse(r, value, "RFC8866:5.14", "m= is medium, port, protocol, formats");
    }
    const size_t port = at;
    if (!read_port(ss_sdp_word(value, &at), m)) {
        return refuse(r, tail(value, port), "RFC8866:5.14",
                      "the port of m= is below 65536, its count above 0");
    }
    const size_t proto = at;
    m->proto = ss_sdp_word(value, &at);
    if (!is_proto(m->proto) || at > value.len) {
        return refuse(r, tail(value, proto), "RFC8866:5.14",
                      "the protocol of m= is tokens with '/' between, before formats");
    }
    m->formats = ss_slice_cut(value, at, value.len);
    if (!are_formats(m->formats)) {
        return refuse(r, m->formats, "RFC8866:5.14",
                      "a format is a token, one space from the next");
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
    if (!ss_sdp_is_token(name) || colon + 1 == value.len) {
        return refuse(r, value, "RFC8866:5.13", "a= is a name, or a name, a colon and a value");
    }
    if (colon == value.len) {
        return !direction_from(name, &direction) || take_direction(r, name, direction);
    }
    if (ss_slice_eq(name, SS_LIT("ptime")) && r->sdp->media_count > 0) {
        const ss_slice text = ss_slice_cut(value, colon + 1, value.len);
        uint32_t micros = 0;
        if (ss_sdp_read_ptime(text, &micros) != SS_OK) {
            return refuse(r, text, "RFC8866:6.4", "ptime is a number of milliseconds above 0");
        }
        r->media[r->sdp->media_count - 1].ptime_ms = micros / 1000;
    }
    return true;
}

/* The lines whose values only their own readers understand; they are kept as text. */
static bool read_plain(reader *r, char type, ss_slice value)
{
    ss_sdp_bandwidth bandwidth;
    ss_sdp_contact contact;
    ss_sdp_repeat repeat;
    switch (type) {
    case 'u':
        return ss_sdp_is_uri(value) || refuse(r, value, "RFC8866:5.5", "u= is a URI");
    case 'e':
        return ss_sdp_read_email(value, &contact) == SS_OK ||
               refuse(r, value, "RFC8866:5.6", "e= is an address, perhaps with a name");
    case 'p':
        return ss_sdp_read_phone(value, &contact) == SS_OK ||
               refuse(r, value, "RFC8866:5.6", "p= is a phone number, perhaps with a name");
    case 'b':
        return ss_sdp_read_bandwidth(value, &bandwidth) == SS_OK ||
               refuse(r, value, "RFC8866:5.8", "b= is a type, a colon and a number");
    case 'r':
        return ss_sdp_read_repeat(value, &repeat) == SS_OK ||
               refuse(r, value, "RFC8866:5.10", "r= is an interval, a duration, and offsets");
    case 'z':
        return ss_sdp_check_zones(value) == SS_OK ||
               refuse(r, value, "RFC8866:5.11", "z= is pairs of a time and an offset");
    case 'k':
        return ss_sdp_check_key(value) == SS_OK ||
               refuse(r, value, "RFC8866:5.12", "k= is prompt, or clear, base64 or uri with a key");
    default:
        return true; /* i= is any text */
    }
}

static bool read_version(reader *r, ss_slice value)
{
    /* RFC8866:5.1 */
    return ss_slice_eq(value, SS_LIT("0")) ||
           refuse(r, value, "RFC8866:5.1", "the version of SDP is 0");
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
    default:
        return read_plain(r, type, value);
    }
}

/* ---- the order of lines (section 9) ------------------------------------------------------------------------------- */

enum { REPEATS = 16 };

/* The place of each type in its level, from 1, and whether it may repeat there. */
#define RANK(type, rank) [(type) - 'a'] = (rank)
static const uint8_t session_ranks['z' - 'a' + 1] = {
    RANK('v', 1),
    RANK('o', 2),
    RANK('s', 3),
    RANK('i', 4),
    RANK('u', 5),
    RANK('e', 6 | REPEATS),
    RANK('c', 8),
    RANK('p', 7 | REPEATS),
    RANK('b', 9 | REPEATS),
    RANK('k', 11),
    RANK('t', 10 | REPEATS),
    RANK('a', 12 | REPEATS),
};
static const uint8_t media_ranks['z' - 'a' + 1] = {
    RANK('m', 1),           RANK('i', 2), RANK('c', 3 | REPEATS),
    RANK('b', 4 | REPEATS), RANK('k', 5), RANK('a', 6 | REPEATS),
};
enum { RANK_OF_TIME = 10 };

/* 0: it has no place there. */
static unsigned rank_of(char type, bool in_media)
{
    if (type < 'a' || type > 'z') {
        return 0;
    }
    const unsigned letter = (unsigned)(type - 'a');
    return in_media ? media_ranks[letter] : session_ranks[letter];
}

/* RFC8866:5 the order of lines is fixed; r= follows t=, z= follows r=; an unknown letter refuses the whole. */
static bool check_order(reader *r, char type, ss_slice line)
{
    const bool in_media = r->sdp->media_count > 0;
    const bool in_repeat = r->last == 't' || r->last == 'r';
    if (!in_media && ((type == 'r' && in_repeat) || (type == 'z' && r->last == 'r'))) {
        return true; /* the rank stays that of t= */
    }
    if (type == 'm') {
        r->rank = 1;
        return r->has_time ||
               refuse(r, line, "RFC8866:5", "v=, o=, s= and t= come before the first m=");
    }
    const unsigned ranked = rank_of(type, in_media);
    const unsigned rank = ranked % REPEATS;
    if (rank == 0) {
        return refuse(r, line, "RFC8866:5", "a type letter that has no meaning here");
    }
    const bool is_next = rank > r->rank || (rank == r->rank && ranked > REPEATS);
    const bool skips_needed = !in_media && rank > 3 && r->rank < 3;
    const bool skips_time = !in_media && rank > RANK_OF_TIME && !r->has_time;
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
    const bool may_be_empty =
        line.len == 2 && line.at[0] == 'u'; /* RFC3986:4.1 so may a URI reference */
    if (line.len < (may_be_empty ? 2u : 3u) || line.at[1] != '=') {
        return refuse(r, line, "RFC8866:5", "a line is a letter, an equals sign and a value");
    }
    if ((r->has_nul && memchr(line.at, '\0', line.len) != NULL) ||
        memchr(line.at, '\r', line.len) != NULL) {
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
            (void)forbid(r, r->media[i].media, "RFC8866:5.7",
                         "a medium without connection data at either level");
            return r->status;
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
    *sdp = (ss_sdp){ .direction = SS_SDP_SENDRECV, .bytes = bytes };
    *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "", .sentence = "" };
    if (bytes.len == 0) {
        *diag = (ss_diag){ .header = SS_HDR_COUNT,
                           .section = "RFC8866:5",
                           .sentence = "nothing to read",
                           .response = 400 };
        return SS_ERR_SYNTAX;
    }
    SS_ASSERT(bytes.len <= UINT32_MAX);
    size_t media = 0;
    const size_t lines = count_lines(bytes, &media);
    reader r = { .sdp = sdp,
                 .bytes = bytes,
                 .diag = diag,
                 .has_nul = memchr(bytes.at, '\0', bytes.len) != NULL };
    r.lines = SS_ARENA_ARRAY(arena, ss_sdp_line, lines);
    r.media = SS_ARENA_ARRAY(arena, ss_sdp_media, media);
    if (r.lines == NULL || r.media == NULL) {
        *diag = (ss_diag){ .header = SS_HDR_COUNT,
                           .section = "RFC3261:21.5.7",
                           .sentence = "the memory lent is full",
                           .response = 513 };
        return SS_ERR_FULL;
    }
    sdp->lines = r.lines;
    sdp->media = r.media;
    return read_lines(&r) ? check_connections(&r) : r.status;
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
        put_lines(b, sdp->media[i].lines - 1,
                  sdp->media[i].line_count + 1); /* its m= line stands before */
    }
}

ss_slice ss_sdp_direction_name(ss_sdp_direction direction)
{
    static const ss_slice names[] = { SS_LIT_INIT("inactive"), SS_LIT_INIT("sendonly"),
                                      SS_LIT_INIT("recvonly"), SS_LIT_INIT("sendrecv") };
    SS_ASSERT((unsigned)direction < SS_COUNT(names));
    return names[direction];
}

uint32_t ss_sdp_line_number(ss_slice bytes, uint32_t offset)
{
    uint32_t number = 1;
    for (size_t i = 0; i < offset && i < bytes.len; i++) {
        number += bytes.at[i] == '\n';
    }
    return number;
}

ss_status ss_sdp_next_format(const ss_sdp_media *media, size_t *at, ss_slice *format)
{
    if (*at > media->formats.len) {
        return SS_NONE;
    }
    *format = ss_sdp_word(media->formats, at);
    return SS_OK;
}
