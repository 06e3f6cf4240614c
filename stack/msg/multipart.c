/* Walking a multipart body (RFC 2046 5.1.1). Lines are read once; a line that begins with two hyphens is held against the
 * boundaries that are open, of which there are SS_NESTING_MAX at most: so the work is linear. */
#include "multipart.h"

#include "lex.h"

enum { BOUNDARY_MAX = 70 }; /* RFC 2046 5.1.1 */

ss_status ss_media_parse(ss_slice value, ss_media *media, ss_flaw *flaw)
{
    ss_typed typed;
    *media = (ss_media){ .boundary = SS_EMPTY };
    const ss_status status = ss_typed_parse(SS_HDR_CONTENT_TYPE, value, &typed, flaw);
    if (status != SS_OK) {
        return status;
    }
    media->type = typed.parts[0].text;
    media->subtype = typed.parts[1].text;
    for (unsigned i = 2; i < typed.part_count && i < SS_PARTS_MAX; i++) {
        if (typed.parts[i].name != NULL) { /* boundary is the only one that has a rule */
            const ss_slice b = typed.parts[i].text;
            media->boundary = lex_at(b, 0, '"') ? ss_slice_cut(b, 1, b.len - 1) : b;
        }
    }
    return SS_OK;
}

/* bcharsnospace and spaces; the last is no space. */
static bool is_boundary(ss_slice b)
{
    for (size_t i = 0; i < b.len; i++) {
        const char c = b.at[i];
        if (!lex_is(c, LEX_LABEL) &&
            ss_slice_find(SS_LIT("'()+_,-./:=? "), c) == SS_LIT("'()+_,-./:=? ").len) {
            return false;
        }
    }
    return b.len > 0 && b.len <= BOUNDARY_MAX && b.at[b.len - 1] != ' ';
}

bool ss_multipart_begin(ss_multipart *m, ss_slice body, ss_slice boundary, unsigned depth_max)
{
    m->body = body;
    m->at = 0;
    m->depth = 1;
    m->depth_max = depth_max < SS_NESTING_MAX ? depth_max : SS_NESTING_MAX;
    m->boundaries[0] = boundary;
    return is_boundary(boundary);
}

/* The line at the cursor without its CRLF; the cursor goes past it. */
static ss_slice next_line(ss_multipart *m)
{
    const ss_slice rest = ss_slice_cut(m->body, m->at, m->body.len);
    const size_t lf = ss_slice_find(rest, '\n');
    m->at += lf < rest.len ? lf + 1 : lf;
    return ss_slice_cut(rest, 0, lf > 0 && lf < rest.len && rest.at[lf - 1] == '\r' ? lf - 1 : lf);
}

typedef enum mark { MARK_NONE, MARK_PART, MARK_CLOSE } mark;

/* "--" boundary [ "--" ] transport-padding */
static mark read_mark(ss_slice line, ss_slice boundary)
{
    const size_t end = boundary.len + 2;
    if (line.len < end || !ss_slice_eq(ss_slice_cut(line, 2, end), boundary)) {
        return MARK_NONE;
    }
    const bool is_close = lex_at(line, end, '-') && lex_at(line, end + 1, '-');
    const size_t padding = is_close ? end + 2 : end;
    return ss_lex_run(line, padding, LEX_WSP) < line.len ? MARK_NONE
           : is_close                                    ? MARK_CLOSE
                                                         : MARK_PART;
}

/* The level (1..) of the open boundary that the line is, 0 when it is none. */
static unsigned find_level(const ss_multipart *m, ss_slice line, mark *found)
{
    if (!lex_at(line, 0, '-') || !lex_at(line, 1, '-')) {
        return 0;
    }
    unsigned level = m->depth;
    while (level > 0 && (*found = read_mark(line, m->boundaries[level - 1])) == MARK_NONE) {
        level--;
    }
    return level;
}

static ss_status refuse(ss_status status, ss_flaw *flaw, size_t offset, const char *sentence)
{
    *flaw = (ss_flaw){ .offset = offset, .section = "RFC2046:5.1.1", .sentence = sentence };
    return status;
}

/* One header field of a part, folds included; the cursor stands behind its first line. */
static bool take_field(ss_multipart *m, size_t from, ss_body_part *part)
{
    const ss_slice name_line = ss_slice_cut(m->body, from, m->body.len);
    const size_t name_end = ss_lex_run(name_line, 0, LEX_TOKEN);
    const size_t colon = ss_lex_run(name_line, name_end, LEX_WSP);
    if (name_end == 0 || !lex_at(name_line, colon, ':')) {
        return false;
    }
    while (m->at < m->body.len && lex_is(m->body.at[m->at], LEX_WSP)) {
        (void)next_line(m);
    }
    const ss_slice value = ss_slice_trim(ss_slice_cut(m->body, from + colon + 1, m->at));
    const ss_slice name = ss_slice_cut(name_line, 0, name_end);
    if (ss_slice_eq_nocase(name, SS_LIT("Content-Type"))) {
        part->type = value;
    } else if (ss_slice_eq_nocase(name, SS_LIT("Content-Disposition"))) {
        part->disposition = value;
    } else if (ss_slice_eq_nocase(name, SS_LIT("Content-Encoding"))) {
        part->encoding = value;
    }
    return true;
}

static ss_status read_part_header(ss_multipart *m, ss_body_part *part, ss_flaw *flaw)
{
    for (;;) {
        const size_t from = m->at;
        if (from == m->body.len) {
            return refuse(SS_ERR_SYNTAX, flaw, from, "the header of a part does not end");
        }
        if (next_line(m).len == 0) {
            return SS_OK;
        }
        if (!take_field(m, from, part)) {
            return refuse(SS_ERR_SYNTAX, flaw, from,
                          "the header of a part holds a line that is no field");
        }
    }
}

/* Opens a part that is multipart itself. */
static ss_status enter_part(ss_multipart *m, const ss_body_part *part, ss_flaw *flaw)
{
    ss_media media;
    if (part->type.at == NULL) {
        return SS_OK;
    }
    const size_t offset = (size_t)(part->type.at - m->body.at);
    const ss_status status = ss_media_parse(part->type, &media, flaw);
    if (status != SS_OK) {
        flaw->offset += offset;
        return SS_ERR_SYNTAX;
    }
    if (!ss_slice_eq_nocase(media.type, SS_LIT("multipart"))) {
        return SS_OK;
    }
    if (!is_boundary(media.boundary)) {
        return refuse(SS_ERR_SYNTAX, flaw, offset,
                      "a multipart type has a boundary of 1 to 70 characters");
    }
    if (m->depth >= m->depth_max) {
        return refuse(SS_ERR_FULL, flaw, offset,
                      "bodies nested more deeply than this element reads");
    }
    m->boundaries[m->depth++] = media.boundary;
    return SS_OK;
}

ss_status ss_multipart_next(ss_multipart *m, ss_body_part *part, ss_flaw *flaw)
{
    *part = (ss_body_part){ .type = SS_EMPTY };
    while (m->depth > 0) {
        const size_t from = m->at;
        if (from == m->body.len) {
            return refuse(SS_ERR_SYNTAX, flaw, from,
                          "a multipart body ends before its closing boundary");
        }
        mark found = MARK_NONE;
        const unsigned level = find_level(m, next_line(m), &found);
        if (level == 0) {
            continue; /* preamble, content or epilogue */
        }
        if (level < m->depth) {
            return refuse(SS_ERR_SYNTAX, flaw, from,
                          "a nested multipart body ends before its closing boundary");
        }
        if (found == MARK_CLOSE) {
            m->depth--;
            continue;
        }
        const ss_status status = read_part_header(m, part, flaw);
        return status == SS_OK ? enter_part(m, part, flaw) : status;
    }
    return SS_NONE;
}
